package main

import (
	"errors"

	"github.com/spf13/cobra"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

func (p *program) approveCommand() *cobra.Command {
	var baseline, asJSON bool
	cmd := &cobra.Command{
		Use:   "approve --baseline",
		Short: "Accept the package and the scope as they are now",
		Long: `approve --baseline binds the ledger to the licence package, the directory and the scope as
they are now, and allows destructive changes against them from the next pass on, within all
limits. Look at the plan first. It changes nothing in the package.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !baseline {
				return errors.New("say what you approve: --baseline")
			}
			return p.locked(cmd.Context(), func(pass *dirsync.Pass) error {
				report := pass.AcceptBaseline(cmd.Context())
				p.code = planExitCode(report, false)
				return p.print(report, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&baseline, "baseline", false, "accept the package and the scope as they are now")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the plan as JSON")
	return cmd
}
