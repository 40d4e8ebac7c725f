package ldapsource

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Verdict is the outcome of one check.
type Verdict string

// The verdicts. A failure stops the source, or everybody from departing: a pass ends with 4 by it. A warning
// stops neither. What was skipped depends on something that failed.
const (
	Pass    Verdict = "pass"
	Warning Verdict = "warning"
	Failure Verdict = "failure"
	Skipped Verdict = "skipped"
)

// Finding is what one check found, for the operator: what was tried, what came, what to do. It
// counts people and never names one.
type Finding struct {
	Name    string
	Verdict Verdict
	Tried   string
	Came    model.Reason
	Advice  model.Reason // none if there is nothing to do
}

// Check looks at each configured server, then goes the way of [Source.Read] and tells about each
// step. Behind the first step that fails the others are skipped, as they depend on it. tracked is whom the
// ledger knows, nil where there is none. The judges are asked about the people who were read. A password that was refused before is not tried: each try
// counts towards a lock-out, whoever asks for it.
func (s *Source) Check(ctx context.Context, tracked []model.Tracked, judges ...func([]model.Person) Finding) []Finding {
	return s.check(ctx, false, tracked, judges)
}

// CheckAgain is Check, and tries a password once more that was refused before.
func (s *Source) CheckAgain(ctx context.Context, tracked []model.Tracked, judges ...func([]model.Person) Finding) []Finding {
	return s.check(ctx, true, tracked, judges)
}

func (s *Source) check(ctx context.Context, again bool, tracked []model.Tracked, judges []func([]model.Person) Finding) []Finding {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	look := &session{Source: s, self: s.cfg.BindDN}
	findings, reachable := look.checkServers(ctx)
	if !reachable {
		return append(findings, skipped(append(look.steps(), look.probe()))...)
	}
	var walks []walk
	_, err := s.inTurn(ctx, func(ctx context.Context, v *session) error {
		v.insist, v.tracked = again, tracked
		w := v.walk(ctx)
		if w.err == nil {
			w.passed = append(w.passed, v.inspect(judges)...)
		}
		walks = append(walks, w)
		return w.err
	})
	if len(walks) == 0 { // DNS, which just named servers, names none any more
		return append(findings, undiscovered(s.whereTo(), err))
	}
	for _, skippedServer := range walks[:len(walks)-1] {
		findings = append(findings, skippedServer.stumble(err != nil)...)
	}
	return append(findings, walks[len(walks)-1].tell()...)
}

// inspect is what can be said after everything was read.
func (v *session) inspect(judges []func([]model.Person) Finding) []Finding {
	findings := append([]Finding{v.checkProduct(), v.checkLimits(), v.checkAccountState()}, v.checkLockout()...)
	for _, judge := range judges {
		findings = append(findings, judge(v.people))
	}
	findings = append(findings, v.checkTombstones()...)
	findings = append(findings, v.checkGroups()...)
	findings = slices.Concat(findings, v.checkFilter(), v.checkUnused(), v.checkSentinels(), v.checkClientCertificate())
	return slices.Concat(findings, v.doubts(findings), []Finding{v.checkChanges()})
}

func skipped(steps []step) []Finding {
	var findings []Finding
	for _, step := range steps {
		findings = append(findings, Finding{step.name, Skipped, step.tried, model.Because("step-not-tried"), model.Because("fix-earlier-step")})
	}
	return findings
}

// probe reads everybody, because most limits of a server only show on the way (pitfall C1).
func (v *session) probe() step {
	return step{"people", fmt.Sprintf("read everybody below %s who matches %s", v.cfg.BaseDN, v.filter), func(ctx context.Context) (model.Reason, error) {
		var err error
		if v.people, err = v.readPeople(ctx); err != nil {
			return model.Reason{}, err
		}
		if err := v.readGroups(ctx, v.people, v.tracked); err != nil {
			return model.Reason{}, err
		}
		if err := v.seeSentinels(); err != nil {
			return model.Reason{}, err
		}
		return countPeople(v.people), nil
	}}
}

func countPeople(people []model.Person) model.Reason {
	states := map[model.AccountState]int{}
	held, inNoGroup := 0, 0
	for _, p := range people {
		if p.State == model.Departed && p.Evidence.Kind == model.OutOfScope { // nobody departed who never was in one
			inNoGroup++
		} else {
			states[p.State]++
		}
		if len(p.Held) > 0 {
			held++
		}
	}
	if inNoGroup > 0 {
		return model.Because("people-counted-in-no-group", len(people), states[model.Entitled], states[model.Departed], inNoGroup, states[model.Unknown], held)
	}
	return model.Because("people-counted", len(people), states[model.Entitled], states[model.Departed], states[model.Unknown], held)
}

// checkSentinels has a line for configured sentinels that are seen; those that are not seen are
// among the doubts.
func (v *session) checkSentinels() []Finding {
	if len(v.cfg.Sentinels) == 0 || !v.certificate.holds(sentinels) {
		return nil
	}
	return []Finding{{
		Name: sentinels, Verdict: Pass, Tried: "look for the entries of sentinels",
		Came: model.Because("configured-sentinels-seen", len(v.cfg.Sentinels)),
	}}
}

// checkClientCertificate looks at the end date of our own certificate, if there is one.
func (v *session) checkClientCertificate() []Finding {
	ours := v.cfg.Certificate
	if ours == nil {
		return nil
	}
	end := ours.Leaf.NotAfter
	f := Finding{
		Name: "client-certificate", Verdict: Pass,
		Tried: "look at the end date of the client certificate of " + subject(ours), Came: model.Because("certificate-valid-until", end),
	}
	if end.Sub(v.now()) < certificateWarning {
		f.Verdict, f.Advice = Warning, model.Because("renew-client-certificate")
	}
	return []Finding{f}
}

// doubts are the conditions that would keep everybody from departing, but for those of which a line says
// already what is wrong.
func (v *session) doubts(told []Finding) []Finding {
	var findings []Finding
	for _, c := range v.certificate {
		if !c.OK && !slices.ContainsFunc(told, func(f Finding) bool { return f.Name == c.Name && f.Verdict != Pass }) {
			findings = append(findings, Finding{c.Name, Failure, "check the condition " + c.Name, c.Detail, v.untilItHolds(c.Name)})
		}
	}
	return findings
}

// untilItHolds is what a condition costs that does not hold.
func (v *session) untilItHolds(condition string) model.Reason {
	switch condition {
	case model.ConditionIDs:
		return model.Because("until-ids-hold")
	case groups:
		return v.heldByGroups()
	}
	return model.Because("until-condition-holds")
}
