package ldapsource

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"time"
)

// certificateWarning is how long before its end a server certificate is worth a warning.
const certificateWarning = 30 * 24 * time.Hour

// Verdict is the outcome of one check.
type Verdict string

// The verdicts. A warning does not stop additions and updates; a failure stops the source.
const (
	Pass    Verdict = "pass"
	Warning Verdict = "warning"
	Failure Verdict = "failure"
)

// Finding is what one check found, for the operator: what was tried, what came, what to do.
type Finding struct {
	Name    string
	Verdict Verdict
	Tried   string
	Came    string
	Advice  string // "" if there is nothing to do
}

// Check goes the way of [Source.Read] and tells about each step. It ends at the first failure,
// as everything behind it depends on it. It tries even a password that was refused before, once.
func (s *Source) Check(ctx context.Context) []Finding {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	v := &session{Source: s, self: s.cfg.BindDN, insist: true}
	defer v.close()
	var findings []Finding
	for _, step := range append(v.steps(), v.probe()) {
		came, err := step.run(ctx)
		if err != nil {
			e := v.readError(ctx, err)
			return append(findings, Finding{step.name, Failure, step.tried, e.Err.Error(), e.Hint})
		}
		findings = append(findings, Finding{Name: step.name, Verdict: Pass, Tried: step.tried, Came: came})
	}
	findings = append(findings, v.checkGroups("groups", v.entitling, "see to it that the group has its members and can be read; until then nobody departs")...)
	findings = append(findings, v.checkGroups("protect.groups", v.protected, "mend protect.groups, or let the bind account read the group; until then everybody of this source counts as protected")...)
	return slices.Concat(findings, v.checkCertificates(), v.doubts())
}

// checkGroups has a line for each group of one key of the configuration.
func (v *session) checkGroups(key string, c circle, advice string) []Finding {
	var findings []Finding
	for _, r := range c.rosters {
		f := Finding{Name: key, Verdict: Pass, Tried: "read the group " + r.dn + " and all groups in it", Came: r.describe()}
		if len(r.faults) > 0 {
			f.Verdict, f.Advice = Warning, advice
		}
		findings = append(findings, f)
	}
	return findings
}

// probe reads everybody, because most limits of a server only show on the way (pitfall C1).
func (v *session) probe() step {
	return step{"people", fmt.Sprintf("read everybody below %s who matches %s", v.cfg.BaseDN, v.filter), func(ctx context.Context) (string, error) {
		people, err := v.readPeople(ctx)
		if err != nil {
			return "", err
		}
		if err := v.readGroups(ctx, people, nil); err != nil {
			return "", err
		}
		if err := v.seeSentinels(); err != nil {
			return "", err
		}
		held := 0
		for _, p := range people {
			if p.Held != "" {
				held++
			}
		}
		came := fmt.Sprintf("%d people, %d of them held", len(people), held)
		if n := len(v.cfg.Sentinels); n > 0 && v.certificate.holds(sentinels) {
			came += fmt.Sprintf("; all %d sentinels are seen", n)
		}
		return came, nil
	}}
}

// checkCertificates looks at the end dates of the server's certificate and of ours.
func (v *session) checkCertificates() []Finding {
	var findings []Finding
	if secured, ok := v.network.(*tls.Conn); ok {
		server := secured.ConnectionState().PeerCertificates[0]
		findings = append(findings, v.checkEnd("certificate", "the server's certificate", server.NotAfter))
	}
	if ours := v.cfg.Certificate; ours != nil {
		findings = append(findings, v.checkEnd("client-certificate", "the client certificate of "+subject(ours), ours.Leaf.NotAfter))
	}
	return findings
}

func (v *session) checkEnd(name, what string, end time.Time) Finding {
	f := Finding{Name: name, Verdict: Pass, Tried: "look at the end date of " + what, Came: "valid until " + end.UTC().Format(time.DateOnly)}
	if end.Sub(v.now()) < certificateWarning {
		f.Verdict, f.Advice = Warning, "renew it before that day; afterwards nothing is read"
	}
	return f
}

// doubts are the conditions that would keep everybody from departing.
func (v *session) doubts() []Finding {
	var findings []Finding
	for _, c := range v.certificate {
		if !c.OK {
			findings = append(findings, Finding{c.Name, Warning, "check the condition " + c.Name, c.Detail,
				"people are added and updated; nobody departs until this holds"})
		}
	}
	return findings
}
