package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// finding is one line of check: what was tried, what came, and what to do about it.
type finding struct {
	Area    string             `json:"area"`
	Name    string             `json:"name"`
	Verdict ldapsource.Verdict `json:"verdict"`
	Tried   string             `json:"tried"`
	Came    string             `json:"came"`
	Advice  string             `json:"advice"`
}

func (p *program) checkCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look for what is wrong with configuration, directory and licence package, and say how to mend it",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.check(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return cmd
}

func (p *program) check(ctx context.Context, asJSON bool) error {
	var findings []finding
	err := p.looking(ctx, func(a *assembly, _ *ledger.Meter) error {
		findings = append(findings, finding{"configuration", "file", ldapsource.Pass, "read " + p.configFile + ", its templates and its secret files", "no mistakes", ""})
		findings = append(findings, a.checkFiles()...)
		findings = append(findings, a.checkChoices()...)
		findings = append(findings, a.checkSources(ctx)...)
		findings = append(findings, a.checkPackage(ctx)...)
		return nil
	})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(findings, func(f finding) bool { return f.Verdict == ldapsource.Failure }) {
		p.code = dirsync.ExitFailed
	}
	p.progress.end()
	if asJSON {
		return writeJSON(p.Stdout, map[string]any{"findings": findings})
	}
	return p.printFindings(findings)
}

// checkFiles looks at the folders that a pass writes to.
func (a *assembly) checkFiles() []finding {
	findings := []finding{{"files", "state_dir", ldapsource.Pass, "look at " + a.config.StateDir, "it is there and ours", ""}}
	if info, err := os.Stat(a.config.StateDir); err == nil && info.Mode().Perm()&0o077 != 0 {
		findings[0].Verdict = ldapsource.Warning
		findings[0].Came, findings[0].Advice = "others may enter it, and it holds personal data", "chmod 0700 "+a.config.StateDir
	}
	if stop := stopReason(a.config.StateDir); stop != "" {
		findings = append(findings, finding{"files", "stop file", ldapsource.Warning, "look for " + stopFile(a.config.StateDir), stop,
			"while it is there nobody's access is withdrawn and no Threema ID is detached or revoked"})
	}
	sink, ok := handoverOf(a.config).(interface{ Check() error })
	if !ok {
		return findings
	}
	f := finding{"files", "handover.file", ldapsource.Pass, "look at " + a.config.Handover.File, "it can be written", ""}
	if err := sink.Check(); err != nil {
		f.Verdict, f.Came, f.Advice = ldapsource.Failure, err.Error(), "without it no credential can be handed over"
	}
	return append(findings, f)
}

// checkChoices says what a bold configuration costs. It is allowed; it should be known.
func (a *assembly) checkChoices() []finding {
	policy := policyOf(a.config)
	choices := []struct {
		made         bool
		name, advice string
	}{
		{policy.ConfirmReads == 1 || policy.ConfirmOver == 0, "leavers.confirm",
			"a person who is missing from one read, or for an instant, counts as gone; two reads over 24h are the default"},
		{policy.GraceWithdraw == 0, "leavers.grace.withdraw", "the credential goes at once: a mistake in the directory cannot be taken back in time"},
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

func (a *assembly) checkSources(ctx context.Context) []finding {
	var findings []finding
	for _, group := range a.config.LostGroups() {
		findings = append(findings, finding{"configuration", "protect.groups", ldapsource.Warning, "look for the source of " + group, "it lies below the domain of none",
			"every source is asked, and while one does not find it, everybody of that source counts as protected: mend the DN, or remove it"})
	}
	for _, s := range a.sources {
		for _, f := range s.Check(ctx) {
			findings = append(findings, finding{"source " + s.Name(), f.Name, f.Verdict, f.Tried, f.Came, f.Advice})
		}
	}
	return findings
}

// checkPackage asks the cheapest question that proves key, plan and term: one request.
func (a *assembly) checkPackage(ctx context.Context) []finding {
	base := finding{Area: "licence package", Name: "API key", Verdict: ldapsource.Pass, Tried: "read the subscription at " + a.config.Threema.BaseURL.String()}
	s, err := a.client.Subscription(ctx)
	if err != nil {
		base.Verdict, base.Came = ldapsource.Failure, err.Error()
		base.Advice = "check threema.base_url, the key in threema.api_key_file and, in the cockpit, the addresses it may be used from"
		return []finding{base}
	}
	base.Came = fmt.Sprintf("%s (%s), plan %s, %d licences", s.Name, s.ID, s.Type, s.Licences)
	return []finding{base, a.checkPlanType(s), a.checkTerm(s)}
}

// checkPlanType warns where the API, or revoking, may not be part of the plan (D-39).
func (a *assembly) checkPlanType(s plan.Subscription) finding {
	f := finding{"licence package", "plan", ldapsource.Pass, "look at the type of the subscription", s.Type, ""}
	if !slices.Contains([]string{"enterprise", "professional", "edu5"}, strings.ToLower(s.Type)) {
		f.Verdict, f.Advice = ldapsource.Warning, "the API and the revocation of IDs belong to the plan Professional (formerly Enterprise); ask Threema if requests are refused"
	}
	return f
}

// checkTerm is D-40: an expired package becomes read-only for us.
func (a *assembly) checkTerm(s plan.Subscription) finding {
	f := finding{"licence package", "term", ldapsource.Pass, "look at validUntil", "valid until " + s.ValidUntil.Format(time.DateOnly), ""}
	switch left := s.ValidUntil.Sub(a.now()); {
	case s.ValidUntil.IsZero():
		f.Came = "no end is given"
	case left <= 0:
		f.Verdict, f.Advice = ldapsource.Failure, "the package has ended: renew it; until then nothing is written"
	case left < 60*24*time.Hour:
		f.Verdict, f.Advice = ldapsource.Warning, "renew it in time: after that day nothing is written"
	}
	return f
}

func (p *program) printFindings(findings []finding) error {
	mark := map[ldapsource.Verdict]string{ldapsource.Pass: "ok", ldapsource.Warning: "WARN", ldapsource.Failure: "FAIL"}
	w := tabwriter.NewWriter(p.Stdout, 0, 8, 2, ' ', 0)
	var errs []error
	for _, f := range findings {
		_, err := fmt.Fprintf(w, "%s\t%s: %s\t%s: %s\n", mark[f.Verdict], f.Area, f.Name, f.Tried, f.Came)
		errs = append(errs, err)
		if f.Advice != "" {
			_, err := fmt.Fprintf(w, "\t\t→ %s\n", f.Advice)
			errs = append(errs, err)
		}
	}
	return errors.Join(errors.Join(errs...), w.Flush())
}
