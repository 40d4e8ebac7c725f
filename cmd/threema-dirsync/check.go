package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/internal/doctor"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

type checkFlags struct{ json, tryLogin bool }

func (p *program) checkCommand() *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look for what is wrong with configuration, directory and licence package, and say how to fix it",
		Long: `check tries everything that a pass needs, and changes nothing: the configuration, each server of
a source (name, TCP, TLS, certificate), the login, what the server is and offers, the schema,
everybody in scope, groups and sentinels; then the API key, the plan, its term, one page of each
list, whether csis differ in their spelling only, licences and the requests that are left; and whether a
password can be handed over. What failed comes first, then the warnings. It exits 1 if something failed, be it
the directory, the licence package or this machine, 78 if the configuration is wrong, else 0.

A bind password that the directory refused is tried no second time, by check neither, because each try
counts towards the lock-out of the account. Once the account is unlocked, --try-login tries it once
more; how many tries the directory allows stands in the line lock-out, where the directory tells.`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.check(cmd.Context(), flags) },
	}
	cmd.Flags().BoolVar(&flags.json, "json", false, "print the findings as JSON")
	cmd.Flags().BoolVar(&flags.tryLogin, "try-login", false, "try a bind password once more that the directory refused before")
	return cmd
}

func (p *program) check(ctx context.Context, flags checkFlags) error {
	found, lost, err := p.installation().Check(ctx, flags.tryLogin)
	findings := append([]doctor.Finding{doctor.ReadConfiguration(p.configFile, err)}, found...)
	p.progress.end()
	switch {
	case err != nil && flags.json && exitCode(err) == dirsync.ExitConfig:
		p.code = dirsync.ExitConfig
	case err != nil:
		return errors.Join(p.printFindings(slices.DeleteFunc(found, func(f doctor.Finding) bool { return f.Verdict == ldapsource.Pass })), err)
	case lost != nil:
		p.code = exitCode(lost)
	case slices.ContainsFunc(findings, func(f doctor.Finding) bool { return f.Verdict == ldapsource.Failure }):
		p.code = dirsync.ExitFailed
	}
	if flags.json {
		return writeJSON(p.Stdout, map[string]any{"findings": jsonFindings(findings), "mistakes": jsonMistakes(errors.Join(err, lost))})
	}
	return p.printFindings(findings)
}
