package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

func (p *program) statusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the last pass and its conditions, alarms, guards, pending leavers, effects, quota and seats",
		Args:  atMost(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.status(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	return cmd
}

func (p *program) status(ctx context.Context, asJSON bool) error {
	s, err := p.installation().Status(ctx)
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeJSON(p.Stdout, view.NewStatusJSON(s))
	}
	return view.WriteStatus(p.Stdout, s)
}
