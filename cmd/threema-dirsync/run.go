package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// shownLines caps each list of a plan on the terminal; --json has everything.
const shownLines = 200

type runFlags struct{ once, dryRun, json bool }

func (f *runFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.once, "once", false, "one pass, then exit")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "with --once: plan, and change nothing")
	cmd.Flags().BoolVar(&f.json, "json", false, "with --once: print the report as JSON")
}

func (p *program) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon, or one pass with --once",
		Long: `run carries out passes by the schedule of the configuration, until it is told to stop.
With --once it carries out one pass and exits: 0 done, 1 failed, 3 something waits for you,
4 the directory was not read completely, 5 another pass is running, 78 the configuration is wrong.`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd.Context(), flags) },
	}
	flags.add(cmd)
	return cmd
}

func (p *program) run(ctx context.Context, flags runFlags) error {
	switch {
	case flags.once:
		return p.runOnce(ctx, flags)
	case flags.dryRun || flags.json:
		return errors.New("--dry-run and --json belong to --once")
	}
	return p.serve(ctx)
}

// serve is the service: a hang-up would end it otherwise.
func (p *program) serve(ctx context.Context) error {
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	defer signal.Stop(hangUps)
	return p.installation().Serve(ctx, hangUps)
}

// runOnce carries out one pass under the lock, or previews it.
func (p *program) runOnce(ctx context.Context, flags runFlags) error {
	if flags.dryRun {
		return p.preview(ctx, planFlags{json: flags.json})
	}
	return p.withPass(ctx, func(pass *dirsync.Pass) error {
		report := pass.Run(ctx)
		p.code = report.ExitCode()
		return p.print(report, flags.json)
	})
}

// withPass calls work with a pass while it holds the lock.
func (p *program) withPass(ctx context.Context, work func(*dirsync.Pass) error) error {
	return p.installation().WithLock(ctx, func(a *app.Assembly, l *ledger.Ledger) error { return work(a.Pass(l)) })
}

// print shows a report on stdout: as text, or as JSON for programs.
func (p *program) print(r dirsync.Report, asJSON bool) error {
	p.progress.end()
	if asJSON {
		return writeJSON(p.Stdout, r)
	}
	return view.WriteReport(p.Stdout, r.Told(), shownLines)
}

func writeJSON(w io.Writer, v any) error {
	encoder := wording.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// parseMode reads the value of --policy; "" means that of the configuration.
func parseMode(text string) (model.Mode, error) {
	if mode := model.Mode(text); mode == "" || slices.Contains(model.Modes(), mode) {
		return mode, nil
	}
	var names []string
	for _, mode := range model.Modes() {
		names = append(names, string(mode))
	}
	last := len(names) - 1
	return "", &app.ConfigError{Err: fmt.Errorf("--policy %s: write %s or %s", text, strings.Join(names[:last], ", "), names[last])}
}
