package main

import (
	"context"
	"errors"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/config"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

const holdHelp = `hold PERSON --until DATE --reason TEXT is for who looks like a leaver and is none: parental leave, a
sabbatical, a long illness. The account is disabled, and Threema stays. Until the end of DATE (YYYY-MM-DD in
time_zone, at most a year ahead) no step of a departure is done: no withdrawal, no contact disabled, no
Threema ID detached or revoked. PERSON is what explain takes: csi, username, mail, DN, Threema ID or
directory ID; somebody for whom the package is managed. Who was on leave before is so until the new DATE.

It ends by itself. If the account is not enabled then, the departure goes on with a fresh grace; the last 14
days plan and status name it. Coming back in between ends nothing: the leave stays until its date.

hold --end PERSON [--reason TEXT] ends it now, with a fresh grace. hold, or hold --list, lists who is on leave now; it
asks neither directory nor package. What is over, explain and the audit tell.

Everything else goes on: names, settings, and "withdraw PERSON", which is stronger. Nothing waits for you
because of a leave (no exit 3), and each yes that was given to a step of the departure before is void. TEXT (from 3 characters to
500 bytes) is kept for this list, for explain and for the audit, and stands in no plan and no report: still, name no
illness.

Exit codes: 0 done; 1 refused or failed, with the reason; 4 the directory could not be read, and without it
nobody is known as PERSON; 5 a pass is running.`

type holdFlags struct {
	until, reason   string
	end, list, json bool
}

func (p *program) holdCommand() *cobra.Command {
	var flags holdFlags
	cmd := &cobra.Command{
		Use:   "hold PERSON --until DATE --reason TEXT",
		Short: "Suspend the departure of somebody on leave, list who is, or end it",
		Long:  holdHelp,
		Args:  atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			listing := flags.list || len(args) == 0
			switch {
			case listing && (len(args) > 0 || flags.end || flags.until != "" || flags.reason != ""):
				return errors.New("name one person who is on leave (PERSON --until DATE --reason TEXT) or whose leave ends (--end PERSON); the list takes neither")
			case listing:
				return p.listHolds(cmd.Context(), flags.json)
			case flags.end && flags.until != "":
				return errors.New("--end ends the leave now; --until belongs to a new one")
			case flags.end:
				return p.endHold(cmd.Context(), args[0], flags)
			case flags.until == "":
				return errors.New("say until when: --until YYYY-MM-DD, the last day of the leave, at most a year ahead")
			}
			return p.hold(cmd.Context(), args[0], flags)
		},
	}
	cmd.Flags().StringVar(&flags.until, "until", "", "the last day of the leave, YYYY-MM-DD in time_zone, at most a year ahead")
	cmd.Flags().StringVar(&flags.reason, "reason", "", "why: 3 characters to 500 bytes (required with --until)")
	cmd.Flags().BoolVar(&flags.end, "end", false, "end the leave of this person now")
	cmd.Flags().BoolVar(&flags.list, "list", false, "list who is on leave")
	cmd.Flags().BoolVar(&flags.json, "json", false, "print what came of it as JSON")
	return cmd
}

func (p *program) hold(ctx context.Context, person string, flags holdFlags) error {
	by := p.operator()
	return p.answering(ctx, flags.json, noLeave, func(ctx context.Context, a *app.Assembly, l *ledger.Ledger) (dirsync.Answer, error) {
		leave, err := dirsync.NewLeave(person, flags.until, flags.reason, by, a.Now().In(a.TimeZone))
		if err != nil {
			return dirsync.Answer{}, err
		}
		holder := dirsync.Holder{Planner: a.Planner(l, ""), Ledger: l}
		return holder.Hold(ctx, leave)
	})
}

func (p *program) endHold(ctx context.Context, person string, flags holdFlags) error {
	by := p.operator()
	return p.answering(ctx, flags.json, noEnd, func(ctx context.Context, a *app.Assembly, l *ledger.Ledger) (dirsync.Answer, error) {
		holder := dirsync.Holder{Planner: a.Planner(l, ""), Ledger: l}
		return holder.End(ctx, person, flags.reason, by)
	})
}

// answering keeps somebody's word about one person while no pass runs, and prints what came of it. without is
// what stays as it was if that fails.
func (p *program) answering(ctx context.Context, asJSON bool, without string, keep func(context.Context, *app.Assembly, *ledger.Ledger) (dirsync.Answer, error)) error {
	return p.installation().WithLock(ctx, func(a *app.Assembly, l *ledger.Ledger) error {
		answer, err := keep(ctx, a, l)
		if err != nil {
			return notKept(unreadCode(err), without)
		}
		p.progress.end()
		p.code = answer.ExitCode
		if asJSON {
			return writeJSON(p.Stdout, answer)
		}
		return answer.Format(p.Stdout)
	})
}

// listHolds needs neither the directory nor the package, nor their secrets.
func (p *program) listHolds(ctx context.Context, asJSON bool) error {
	people, asOf, err := p.suspended(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		list := []view.SuspendedJSON{}
		for _, s := range people {
			list = append(list, view.NewReasonedSuspensionJSON(s))
		}
		return writeJSON(p.Stdout, map[string]any{"suspended": list, "asOf": asOf})
	}
	people = plan.ToldLeaves(people) // of what has no departure to come any more the audit and explain tell
	if len(people) == 0 {
		say(p.Stdout, "Nobody is on leave of absence.")
		return nil
	}
	if asOf != nil {
		say(p.Stdout, "The accounts are as they were known when the last pass ended, %s; `threema-dirsync run --once` looks afresh.", stamp(*asOf))
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 8, 2, ' ', 0)
	for _, s := range people {
		say(w, "%s %s\t%s\t%s", s.CSI, s.DN, english.Leave(s), "said "+stamp(s.Since)+" by "+s.By+": "+s.Reason)
	}
	return w.Flush()
}

// suspended reads who is on leave, and when the last pass ended that looked at their accounts, nil if none did.
// Where there is no ledger yet, nobody is.
func (p *program) suspended(ctx context.Context) (people []model.SuspendedPerson, asOf *time.Time, err error) {
	err = p.installation().WithReader(ctx, func(cfg *config.Config, now func() time.Time, reader *ledger.Reader) error {
		if reader == nil {
			return nil
		}
		state, err := reader.State(ctx)
		runs, runsErr := reader.LastRuns(ctx, 2) // one may be under way
		if n := slices.IndexFunc(runs, func(r ledger.RunRecord) bool { return !r.Finished.IsZero() }); n >= 0 {
			asOf = &runs[n].Finished
		}
		people = state.SuspendedPeople(cfg.Decisions(), now())
		return errors.Join(err, runsErr)
	})
	return people, asOf, err
}

// unreadCode gives the error that a person was not found because a side could not be read its exit code.
func unreadCode(err error) error {
	if unread, ok := errors.AsType[*dirsync.UnreadError](err); ok {
		return &codedError{unread.ExitCode(), err}
	}
	return err
}
