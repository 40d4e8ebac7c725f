package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
)

type planFlags struct {
	json, detailed bool
	policy, out    string
}

func (p *program) planCommand() *cobra.Command {
	var flags planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what a pass would do now, and why; change nothing",
		Long: `plan reads the directory and the licence package and prints what a pass would do. It writes
nothing but the count of its requests, how large the pages are that the service gives, and a
password that the directory refused, so that nobody tries it again. With --detailed-exitcode it exits 2 if a pass would change something now, and 3
if something waits for you; without it a plan that could be made is exit 0, whatever it shows. With --out it also writes the plan, in JSON, to a new file, which
"apply" carries out.`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.preview(cmd.Context(), flags) },
	}
	cmd.Flags().BoolVar(&flags.json, "json", false, "print the plan as JSON")
	cmd.Flags().BoolVar(&flags.detailed, "detailed-exitcode", false, "exit 2 if a pass would change something now, 3 if something waits for you")
	cmd.Flags().StringVar(&flags.policy, "policy", "", "plan as if this were the policy")
	cmd.Flags().StringVar(&flags.out, "out", "", "also write the plan to this new file, for apply")
	return cmd
}

// preview plans beside a running pass: it takes no lock.
func (p *program) preview(ctx context.Context, flags planFlags) error {
	mode, err := parseMode(flags.policy)
	if err != nil {
		return err
	}
	return p.installation().WithMeter(ctx, func(a *app.Assembly, meter *ledger.Meter) error {
		planner := a.Planner(meter, mode)
		report, err := previewInto(flags.out, func() dirsync.Report { return planner.Preview(ctx) })
		if err != nil {
			return err
		}
		p.code = planExitCode(report, flags.detailed)
		return p.print(report, flags.json)
	})
}

// previewInto previews, and writes the plan to a new file at path, "" for none.
func previewInto(path string, preview func() dirsync.Report) (dirsync.Report, error) {
	if path == "" {
		return preview(), nil
	}
	file, err := newPlanFile(path)
	if err != nil {
		return dirsync.Report{}, err
	}
	report := preview()
	return report, file.finish(report)
}

// planExitCode is design §6: without the flag a plan that was made is a success, whatever it
// holds.
func planExitCode(r dirsync.Report, detailed bool) int {
	if detailed {
		return r.DetailedExitCode()
	}
	if code := r.ExitCode(); code != dirsync.ExitWaiting {
		return code
	}
	return dirsync.ExitOK
}
