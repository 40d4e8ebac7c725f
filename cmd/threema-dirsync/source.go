package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

const sourceHelp = `A source that is not configured any more says nothing of its people. Who stands in another source, by the
same csi, keeps credential and Threema ID there. For the others nothing happens, and passes exit with 3,
until the source is configured again or you say what became of it.

source rename OLD NEW: it is the same directory under another name. Write NEW into the configuration
first. The ledger calls it NEW from now on, and nothing else changes: no baseline to accept, nobody
leaves or joins. Only approvals must be given anew, and the audit keeps the old name.

source forget NAME: it is gone for good. Its people are absent from now on: they leave by confirmation and
grace, and each step waits for a yes to the list that the plan shows. Configuring the source again
takes this back.

Both are recorded in the audit, and need neither the directory nor the package. Exit codes: 0 done; 1 refused,
with the reason; 5 a pass is running; 78 the configuration is wrong.`

func (p *program) sourceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "source",
		Short: "Say what became of a source that is not configured any more",
		Long:  sourceHelp,
		Args:  subcommand,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what became of the source: forget NAME, or rename OLD NEW")
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "forget NAME",
		Short: "Give up a source for good: who is left of it leaves, by your yes",
		Long:  sourceHelp,
		Args:  exactly(1, "the source that was given up"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.sources(cmd.Context(), func(ctx context.Context, s dirsync.Sources) ([]string, error) {
				forgotten, err := s.Forget(ctx, args[0])
				return view.ForgottenLines(forgotten), err
			})
		},
	}, &cobra.Command{
		Use:   "rename OLD NEW",
		Short: "Tell the ledger that a source has another name",
		Long:  sourceHelp,
		Args:  exactly(2, "the source as it was called and as it is called now"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.sources(cmd.Context(), func(ctx context.Context, s dirsync.Sources) ([]string, error) {
				renamed, err := s.Rename(ctx, args[0], args[1])
				return view.RenamedLines(renamed), err
			})
		},
	})
	return cmd
}

// sources tells the ledger of a source while no pass runs, and prints what came of it.
func (p *program) sources(ctx context.Context, tell func(context.Context, dirsync.Sources) ([]string, error)) error {
	by := p.operator()
	var lines []string
	err := p.installation().WithLockedLedger(ctx, func(cfg *config.Config, l *ledger.Ledger) (err error) {
		lines, err = tell(ctx, dirsync.Sources{Configured: cfg.SourceNames(), Ledger: l, By: by})
		return err
	})
	if err != nil {
		return notKept(err, noSource)
	}
	return view.WriteLines(p.Stdout, lines...)
}
