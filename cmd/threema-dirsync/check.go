package main

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// finding is one line of check: what was tried, what came, and what to do about it.
type finding struct {
	area, name  string
	verdict     ldapsource.Verdict
	tried, came string
	advice      string
}

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
	tried := "read " + p.configFile + ", its templates and its secret files"
	service := p.checkService(ctx)
	findings := append([]finding{{"configuration", "file", ldapsource.Pass, tried, "no mistakes", ""}}, service...)
	err := p.checking(ctx, func(a *assembly, meter *ledger.Meter, lost error) error {
		sources, shown := a.checkSources(ctx, flags.tryLogin)
		findings = slices.Concat(findings, a.checkFiles(lost), a.checkDoubts(p.configFile), a.checkHandover(), a.checkChoices(), sources)
		pkg := a.checkPackage(ctx)
		findings = append(findings, pkg...)
		if lost != nil {
			p.code = exitCode(lost)
			return nil
		}
		together, err := a.checkTogether(ctx, meter, shown, pkg)
		if err != nil {
			return err
		}
		seats, err := a.checkMemory(ctx, meter)
		findings = slices.Concat(findings, together, seats)
		return err
	})
	switch {
	case err != nil && flags.json && exitCode(err) == dirsync.ExitConfig:
		p.code = dirsync.ExitConfig
		findings = append([]finding{{"configuration", "file", ldapsource.Failure, tried, err.Error(), "fix what it names, then run check again"}}, service...)
	case err != nil:
		p.progress.end()
		return errors.Join(p.printFindings(slices.DeleteFunc(service, func(f finding) bool { return f.verdict == ldapsource.Pass })), err)
	case p.code == 0 && slices.ContainsFunc(findings, func(f finding) bool { return f.verdict == ldapsource.Failure }):
		p.code = dirsync.ExitFailed
	}
	p.progress.end()
	if flags.json {
		return writeJSON(p.Stdout, map[string]any{"findings": findings})
	}
	return p.printFindings(findings)
}

// checkFiles looks at the folders that a pass writes to. lost is why the memory in there cannot be used.
func (a *assembly) checkFiles(lost error) []finding {
	findings := []finding{{"files", "state_dir", ldapsource.Pass, "look at " + a.config.StateDir, "it is there and ours", ""}}
	if lost != nil {
		findings[0].verdict = ldapsource.Failure
		findings[0].came, findings[0].advice = lost.Error(), "fix this first: no pass can be without its memory, and a password is not tried as long as nobody could remember that it was refused"
	} else if info, err := os.Stat(a.config.StateDir); err == nil && info.Mode().Perm()&0o077 != 0 {
		findings[0].verdict = ldapsource.Warning
		findings[0].came, findings[0].advice = "others may enter it, and it holds personal data", "chmod 0700 "+a.config.StateDir
	}
	if stop := stopReason(a.config); stop != "" {
		findings = append(findings, finding{"files", "stop file", ldapsource.Warning, "look for " + a.config.StopFile(), stop,
			"while it is there nobody's access is withdrawn and no Threema ID is detached or revoked"})
	}
	return findings
}

// checkChoices says what a bold configuration costs. It is allowed; it should be known.
func (a *assembly) checkChoices() []finding {
	policy := a.config.Decisions()
	choices := []struct {
		made         bool
		name, advice string
	}{
		{policy.ConfirmReads == 1 || policy.ConfirmOver == 0, "leavers.confirm",
			"a person who is missing from one read, or for an instant, counts as gone; two reads over 24h are the default"},
		{policy.GraceWithdraw == 0, "leavers.grace.withdraw", "the credential goes at once: a mistake in the directory cannot be taken back in time"},
		{policy.ID == plan.RevokeID, "leavers.id",
			"the Threema ID of a leaver is destroyed (revoke / widerrufen); nobody can undo that, and a private use of the ID ends too"},
		{policy.ID != plan.KeepID && policy.GraceID == 0, "leavers.grace.id", "the Threema ID goes together with the credential"},
		{policy.ID == plan.RevokeID && policy.Approval == plan.ApproveNone, "leavers.approval",
			"Threema IDs are revoked (widerrufen) without anybody saying yes; that can never be undone"},
		{!a.config.Credentials.Hash, "credentials.hash", "the passwords stand readable in the management cockpit and in the API"},
	}
	var findings []finding
	for _, c := range choices {
		if c.made {
			findings = append(findings, finding{"configuration", c.name, ldapsource.Warning, "look at what it costs", "a bold choice", c.advice})
		}
	}
	return findings
}
