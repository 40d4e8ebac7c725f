package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// checkPackage asks for what proves key, plan and term, in one request, and for the first page of each
// list that a pass reads.
func (d Doctor) checkPackage(ctx context.Context) []Finding {
	base := Finding{Area: LicencePackage, Name: "API key", Verdict: ldapsource.Pass, Tried: "read the subscription at " + d.Config.Threema.BaseURL.String()}
	s, err := d.Package.Subscription(ctx)
	if err != nil {
		base.Verdict, base.Came, base.Advice = ldapsource.Failure, told(err), keyAdvice(err)
		return []Finding{base}
	}
	base.Came = model.Because("subscription", s.Name, s.ID, s.Type, s.Licences)
	return append([]Finding{base, checkClock(d.Package.Clock()), d.checkPlanType(s), d.checkTerm(s)}, d.checkPages(ctx)...)
}

// checkPages tries the four lists. A pass reads them wholly: where one is refused, it does nothing.
func (d Doctor) checkPages(ctx context.Context) []Finding {
	var findings []Finding
	for _, trial := range d.Package.TryLists(ctx) {
		f := Finding{Area: LicencePackage, Name: "list of " + trial.List, Verdict: ldapsource.Pass, Tried: "read its first page, as a pass does"}
		f.Came = model.Because("first-page", trial.Came, trial.Total)
		if trial.Err != nil {
			f.Verdict, f.Came = unreadLists(trial.Err), told(trial.Err)
			f.Advice = model.Because("no-pass-without-list", listAdvice(trial.Err))
			if f.Verdict == ldapsource.Skipped {
				f.Advice = keyAdvice(trial.Err)
			}
		}
		findings = append(findings, f)
	}
	return findings
}

// unreadLists is what it means that a list does not answer: no pass gets anywhere. Where we did not ask, as the requests
// of the day are spent, nothing is known of it.
func unreadLists(err error) ldapsource.Verdict {
	if failure, _ := errors.AsType[*threema.Error](err); failure != nil && failure.Kind == model.FailureQuota && !failure.Answered() {
		return ldapsource.Skipped
	}
	return ldapsource.Failure
}

// checkClock holds the date of the answer against our clock: by a wrong one every grace would end.
func checkClock(c model.ServiceClock) Finding {
	f := Finding{LicencePackage, "clock", ldapsource.Pass, "look at the date of the answer", model.Because("clock-right"), model.Reason{}}
	switch {
	case !c.Told:
		f.Verdict, f.Came = ldapsource.Warning, model.Because("answer-without-date")
		f.Advice = model.Because("keep-clock-right")
	case len(c.Doubt()) > 0:
		f.Verdict, f.Came, f.Advice = ldapsource.Failure, model.Because("clocks-differ", c.Doubt()), model.Because("nobody-departs-by-clock")
	}
	return f
}

// checkPlanType warns where the API, or revoking, may not be part of the plan (D-39).
func (d Doctor) checkPlanType(s model.Subscription) Finding {
	f := Finding{LicencePackage, "plan", ldapsource.Pass, "look at the type of the subscription", model.Because("plan-type", s.Type), model.Reason{}}
	if !slices.Contains([]string{"enterprise", "professional", "edu5"}, strings.ToLower(s.Type)) {
		f.Verdict, f.Advice = ldapsource.Warning, model.Because("other-plan")
	}
	return f
}

// checkTerm is D-40: an expired package becomes read-only for us.
func (d Doctor) checkTerm(s model.Subscription) Finding {
	f := Finding{LicencePackage, "term", ldapsource.Pass, "look at validUntil", model.Because("valid-until", s.ValidUntil), model.Reason{}}
	switch left := s.ValidUntil.Sub(d.Now()); {
	case s.ValidUntil.IsZero():
		f.Came = model.Because("valid-without-end")
	case left <= 0:
		f.Verdict, f.Came, f.Advice = ldapsource.Failure, model.EndedLicence(s.ValidUntil).Reason(), model.Because("nothing-until-renewed")
	case left < 60*24*time.Hour:
		f.Verdict, f.Advice = ldapsource.Warning, model.Because("renew-package")
	}
	return f
}
