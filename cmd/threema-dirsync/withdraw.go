package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

const withdrawHelp = `withdraw PERSON --reason TEXT ends one person's access to the app now (Zugang entziehen): somebody
fired on the spot, a stolen phone. PERSON is what explain takes: csi, username, mail, DN, Threema
ID, directory ID or name. A name that several people have, or that a source may have which cannot be
read, lists who has it and withdraws nothing. It waits for no confirmation, no grace and no limit. Everything else holds:
the policy, the baseline, the stop file, protect, leavers.approval, and whatever says that the
credential may be somebody else's.

If the directory shows that the person left, their departure begins with this. If it does not, or
cannot be read, the credential goes and the Threema ID stays: it is never detached or revoked on
somebody's word. If they left, disable the account in the directory as well; if they stay (a lost phone), do not,
and type withdraw --undo for the new phone. The audit keeps TEXT (from 3 characters to 500
bytes) and who typed it.

The order stands until it is carried out: where a yes, the baseline or the stop file is in the way, the package cannot
be reached, a request fails, or the requests of the day are spent, each pass tries again, and plan, status and explain
tell it. To order it again tries at once.

withdraw --undo PERSON --reason TEXT is the way back: where a credential was withdrawn without a departure, the
next pass makes this one person a new one, with a new password in the hand-over file. It brings nobody back
whom the directory calls departed: enable the account there. A revoked Threema ID cannot be brought back
by anything. To order the withdrawal again takes this back. An order that is not carried out yet ends by it.

Exit codes: 0 withdrawn, or was already; or taken back, or there was nothing to take back; 1 refused or failed, with the reason; 3 a yes, the baseline,
the stop file or the requests of the day are in the way; 4 the directory could not be read, and without it nobody is known as
PERSON; 5 another pass is running.`

func (p *program) withdrawCommand() *cobra.Command {
	var reason string
	var asJSON, undo bool
	cmd := &cobra.Command{
		Use:   "withdraw PERSON --reason TEXT",
		Short: "End one person's access to the app now",
		Long:  withdrawHelp,
		Args:  exactly(1, "the person by csi, username, mail, DN, Threema ID or name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if undo {
				return p.undo(cmd.Context(), args[0], reason, asJSON)
			}
			order, err := dirsync.NewOrder(args[0], reason, p.operator())
			if err != nil {
				return err
			}
			return p.withdraw(cmd.Context(), order, asJSON)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit: 3 characters to 500 bytes (required)")
	cmd.Flags().BoolVar(&undo, "undo", false, "take the withdrawal back: this person gets a new credential")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what came of it as JSON")
	return cmd
}

func (p *program) withdraw(ctx context.Context, order dirsync.WithdrawalRequest, asJSON bool) error {
	announce := func(w outcomes.Withdrawal) {
		p.progress.end()
		_ = view.WriteAnnouncement(p.Stdout, w) // the withdrawal does not wait for who reads it
	}
	if asJSON {
		announce = func(outcomes.Withdrawal) {} // it is in the JSON
	}
	return p.installation().WithLock(ctx, func(a *app.Assembly, l *ledger.Ledger) error {
		report, w, err := a.Pass(l).Withdraw(ctx, order, l, announce)
		if err != nil && !w.Stands {
			err = notKept(err, noOrder)
		}
		switch {
		case err != nil && len(report.Incomplete) > 0:
			return &codedError{dirsync.ExitIncomplete, err}
		case err != nil:
			return err
		}
		p.progress.end()
		p.code = w.ExitCode
		if asJSON {
			return writeJSON(p.Stdout, view.NewWithdrawalJSON(w))
		}
		return view.WriteWithdrawal(p.Stdout, w)
	})
}

// undo takes the withdrawal of one person back.
func (p *program) undo(ctx context.Context, person, reason string, asJSON bool) error {
	order, err := dirsync.NewUndo(person, reason, p.operator())
	if err != nil {
		return err
	}
	return p.answering(ctx, asJSON, noUndo, func(ctx context.Context, a *app.Assembly, l *ledger.Ledger) (outcomes.Answer, error) {
		undoer := dirsync.Undoer{Planner: a.Planner(l, ""), Ledger: l}
		return undoer.Undo(ctx, order)
	})
}
