package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

const explainHelp = `explain PERSON tells everything known of one person: what the directory shows now (only the
attributes that the mapping names), what is remembered, what the licence package holds, what was
decided and by which rule, what was done before, and what comes next, and when. PERSON is a csi, a
username, a mail address (if the mapping names the attribute mail), a DN, a Threema ID, a
credential ID, the directory's immutable ID, or a name (last, or first and last) that one person alone
has: of several, each is listed. It reads directory and package like "plan", takes
no lock, and writes no more than "plan". What cannot be read is told, with what is remembered of the person
as of the last pass; the exit code is then 4 for a directory, 1 for the licence package.`

func (p *program) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain PERSON",
		Short: "Tell everything known of one person: facts, rules, decision, history",
		Long:  explainHelp,
		Args:  exactly(1, "the person by csi, username, mail, DN, Threema ID or name"),
		RunE:  func(cmd *cobra.Command, args []string) error { return p.explain(cmd.Context(), args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the explanation as JSON")
	return cmd
}

func (p *program) explain(ctx context.Context, query string, asJSON bool) error {
	return p.installation().WithMeter(ctx, func(a *app.Assembly, meter *ledger.Meter) error {
		planner := a.Planner(meter, "")
		report, explanation, err := planner.Explain(ctx, query, meter)
		p.code = planExitCode(report, false)
		switch {
		case err != nil:
			return unreadCode(err)
		case explanation == nil:
			return p.print(report, asJSON)
		}
		p.progress.end()
		if asJSON {
			return writeJSON(p.Stdout, view.NewExplanationJSON(*explanation))
		}
		return view.WriteExplanation(p.Stdout, *explanation)
	})
}
