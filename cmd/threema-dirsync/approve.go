package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

const approveHelp = `approve HASH says yes to everything in the plan that needs an approval or that a limit blocks.
Read the plan first: it tells its HASH. approve reads directory and package afresh, and refuses
if what waits is not what you read. It changes nothing in the package: the passes of the next
24 hours (--ttl, from 1m to 720h) carry out what you approved, as far as it still holds. A
departure that has begun keeps its approval. It works beside a running pass.

What the guard mass-departure-ahead names is not due yet: the yes to it waits until it is,
and its --ttl counts from then (30 days after the earliest time it ends where no pass comes).
With --only PERSON or --only OU, which may be repeated, the yes is for that person, or for everybody
who was seen last in that OU or below it, or is there now: so a single leaver goes whom a limit stopped
together with a mass. The rest waits on as long as it needs a yes: what a limit stopped goes by itself when
the others leave room in it, and the answer names who does. "hold PERSON" puts somebody on leave who is no leaver. PERSON is what "explain" takes,
OU is a DN, or the beginning of one (OU=Berlin). The answer tells what waits on, and the HASH of that.

approve --baseline binds the ledger to the licence package, the directory and the scope as
they are now, and allows destructive changes against them from the next pass on, within all
limits. It is a yes to no step that takes something away: what needs an approval, or a limit blocks, waits for
approve HASH afterwards, and the answer parts the two. Whom the plan lists under a new directory ID, or in a mass as
known to the package by csi, keeps the credential by it: the answer names them. It is the only thing that lifts the guard "baseline", also where a ledger was lost, an older
one put back, or a directory loaded anew. It also settles the doubts of the conditions
"learned-sentinels", "count" and "bind-account": what is missing now is accepted as missing, and
its people go the way of all leavers. Look at the plan first: it lists who enters and who leaves
because of it, and so does the answer. It changes nothing in the package. It is a pass of its own:
beside a running one it exits with 5.

approve HASH --withdraw PERSON says yes to the withdrawal that "withdraw PERSON" orders, where the
policy asks for one. That command tells the HASH. The order stands until then, and the plan has it too: approve
HASH with the HASH of the plan, or with --only PERSON, is as good.

approve --undo HASH|PERSON|all takes back each yes that is given and not carried out: what was approved
under HASH, what was approved of PERSON (csi, username, DN, Threema ID or directory ID), or everything; with
--only PERSON or --only OU, which may be repeated, only what of it is for that person, or for who was seen last in
that OU or below it (approve --undo --only OU=Berlin). The next plan asks again, and the audit tells who took it back. It asks neither directory nor package. What was
carried out stays. Exit codes of this: 0 taken back, or there was nothing; 1 neither a HASH nor a PERSON;
5 a pass is running.`

type approveFlags struct {
	baseline, json bool
	undo           bool
	ttl            time.Duration
	withdraw       string   // whose withdrawal
	only           []string // people and OUs
}

func (p *program) approveCommand() *cobra.Command {
	var flags approveFlags
	cmd := &cobra.Command{
		Use:   "approve HASH | --baseline | --undo HASH|PERSON|all [--only PERSON|OU]",
		Short: "Say yes to what the plan asks for, or accept the package and the scope as they are now",
		Long:  approveHelp,
		Args:  atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case flags.undo && (len(args)+len(flags.only) == 0 || flags.baseline || cmd.Flags().Changed("ttl") || cmd.Flags().Changed("withdraw")):
				return errors.New("say what is taken back, and nothing else: approve --undo with the HASH of a yes, a PERSON, all, or --only with a PERSON or an OU")
			case flags.undo:
				return p.takeBack(cmd.Context(), append(args, lookup.AllApprovals)[0], flags)
			case flags.baseline == (len(args) == 1):
				return errors.New("say what you approve: either the HASH that `plan` tells, or --baseline")
			case flags.baseline && cmd.Flags().Changed("ttl"):
				return errors.New("--ttl belongs to approve HASH; a baseline does not expire")
			case flags.baseline && cmd.Flags().Changed("withdraw"):
				return errors.New("--withdraw belongs to approve HASH")
			case len(flags.only) > 0 && (flags.baseline || flags.withdraw != ""):
				return errors.New("--only belongs to approve HASH: a baseline is accepted as a whole, and --withdraw names a person already")
			case flags.baseline:
				return p.approveBaseline(cmd.Context(), flags.json)
			}
			return p.approveChanges(cmd.Context(), args[0], flags)
		},
	}
	cmd.Flags().BoolVar(&flags.baseline, "baseline", false, "accept the package and the scope as they are now")
	flags.ttl = 24 * time.Hour
	cmd.Flags().Var(span{&flags.ttl}, "ttl", "how long the approval lasts, from 1m to 30d")
	cmd.Flags().StringVar(&flags.withdraw, "withdraw", "", "approve the withdrawal of this person that the command withdraw orders")
	cmd.Flags().StringArrayVar(&flags.only, "only", nil, "approve, or with --undo take back, only what is for this person, or for everybody in this OU (its DN, or OU=Berlin); may be repeated")
	cmd.Flags().BoolVar(&flags.undo, "undo", false, "take back each yes under this HASH, of this PERSON, or all, that is not carried out")
	cmd.Flags().BoolVar(&flags.json, "json", false, "print what was approved, or with --baseline the plan, as JSON")
	return cmd
}

// takeBack ends approvals while no pass runs.
func (p *program) takeBack(ctx context.Context, query string, flags approveFlags) error {
	by := p.operator()
	return p.installation().WithLock(ctx, func(a *app.Assembly, l *ledger.Ledger) error {
		taken, err := dirsync.TakeBack(ctx, l, query, flags.only, by, a.Decisions(), a.Now())
		if err != nil {
			return notKept(err, noTakeBack)
		}
		p.progress.end()
		if flags.json {
			return writeJSON(p.Stdout, view.NewTakenBackJSON(taken))
		}
		return view.WriteTakenBack(p.Stdout, taken, shownLines)
	})
}

func (p *program) approveBaseline(ctx context.Context, asJSON bool) error {
	by := p.operator()
	return p.withPass(ctx, func(pass *dirsync.Pass) error {
		report := pass.AcceptBaseline(ctx, by)
		p.code = planExitCode(report, false)
		err := p.print(report, asJSON)
		if !plan.Accepted(report.Plan.Baseline) && !asJSON {
			say(p.Stdout, "%s.", noBaseline)
		}
		return err
	})
}

// approveChanges takes no lock: it writes to the ledger in one transaction.
func (p *program) approveChanges(ctx context.Context, hash string, flags approveFlags) error {
	by := p.operator()
	return p.installation().WithLedger(ctx, func(a *app.Assembly, l *ledger.Ledger) error {
		approver := dirsync.Approver{Planner: a.Planner(l, ""), Approvals: l, By: by, Only: flags.only}
		report, given, err := flags.ask(ctx, &approver, hash, l)
		switch {
		case err != nil:
			return notKept(err, noApproval)
		case len(given.Changes) == 0:
			p.code = report.ExitCode()
			err := p.print(report, flags.json)
			if !flags.json {
				say(p.Stdout, "%s.", noApproval)
			}
			return err
		}
		p.progress.end()
		switch {
		case flags.json:
			return writeJSON(p.Stdout, view.NewApprovalJSON(given))
		case flags.withdraw != "":
			return view.WriteOrderApproval(p.Stdout, given, flags.withdraw, shownLines)
		}
		return view.WriteApproval(p.Stdout, given, shownLines)
	})
}

// ask approves what the plan waits for, or one withdrawal.
func (f approveFlags) ask(ctx context.Context, a *dirsync.Approver, hash string, histories dirsync.Histories) (dirsync.Report, outcomes.Approval, error) {
	if f.withdraw == "" {
		return a.Approve(ctx, hash, f.ttl)
	}
	return a.ApproveOrder(ctx, hash, f.ttl, f.withdraw, histories)
}
