package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// checkPackage asks for what proves key, plan and term, in one request, and for the first page of each
// list that a pass reads.
func (a *assembly) checkPackage(ctx context.Context) []finding {
	base := finding{area: "licence package", name: "API key", verdict: ldapsource.Pass, tried: "read the subscription at " + a.config.Threema.BaseURL.String()}
	s, err := a.client.Subscription(ctx)
	if err != nil {
		base.verdict, base.came, base.advice = ldapsource.Failure, err.Error(), keyAdvice(err)
		return []finding{base}
	}
	base.came = fmt.Sprintf("%s (%s), plan %s, %s", s.Name, s.ID, s.Type, plan.Counted(s.Licences, "licence", "licences"))
	return append([]finding{base, checkClock(a.client.Clock()), a.checkPlanType(s), a.checkTerm(s)}, a.checkPages(ctx)...)
}

// checkPages tries the four lists. A pass reads them wholly: where one is refused, it does nothing.
func (a *assembly) checkPages(ctx context.Context) []finding {
	var findings []finding
	for _, trial := range a.client.TryLists(ctx) {
		f := finding{area: "licence package", name: "list of " + trial.List, verdict: ldapsource.Pass, tried: "read its first page, as a pass does"}
		f.came = fmt.Sprintf("%d of %d entries", trial.Came, trial.Total)
		switch failure, _ := errors.AsType[*threema.Error](trial.Err); {
		case trial.Err == nil:
		case failure != nil && failure.Kind == plan.FailureQuota && !failure.Answered():
			f.verdict, f.came = ldapsource.Skipped, trial.Err.Error()
			f.advice = keyAdvice(trial.Err)
		default:
			f.verdict, f.came = ldapsource.Failure, trial.Err.Error()
			f.advice = "a pass reads each list wholly, so none gets anywhere until this one answers: " + listAdvice(trial.Err)
		}
		findings = append(findings, f)
	}
	return findings
}

// listAdvice is [keyAdvice], but the key was accepted a moment ago.
func listAdvice(err error) string {
	switch plan.KindOf(err) {
	case plan.FailureUnauthorized, plan.FailureForbidden:
		return "the key was accepted for the subscription, and is not for this list: look in the cockpit at what the key may do, or make a new one"
	case plan.FailureQuota, plan.FailureUnavailable:
		return keyAdvice(err)
	default:
		return "the service answers, and otherwise than its contract says: look at what stands between this machine and it (threema.base_url, threema.proxy); " +
			"if that is in order, report the answer"
	}
}

// checkClock holds the date of the answer against our clock: by a wrong one every grace would end.
func checkClock(c plan.ServiceClock) finding {
	f := finding{"licence package", "clock", ldapsource.Pass, "look at the date of the answer", "the clock of this machine is right", ""}
	switch {
	case !c.Told:
		f.verdict, f.came = ldapsource.Warning, "the answer has no date"
		f.advice = "keep this machine's clock right (timedatectl): where the directory tells no time either, no pass would notice that it is wrong. " +
			"Let the proxy pass the header Date on"
	case c.Doubt() != "":
		f.verdict, f.came, f.advice = ldapsource.Failure, c.Doubt(), "until then nobody departs (exit code 4)"
	}
	return f
}

// keyAdvice tells a refused key (D-46) from a service that is not reached, and why not, where that is known.
func keyAdvice(err error) string {
	if advice := threema.Advice(err); advice != "" {
		return advice
	}
	failure, _ := errors.AsType[*threema.Error](err)
	switch kind := plan.KindOf(err); {
	case kind == plan.FailureUnauthorized, kind == plan.FailureForbidden:
		return "check the key in threema.api_key_file and, in the cockpit, the addresses it may be used from; the API belongs to the plan Professional"
	case kind == plan.FailureQuota:
		return "the requests of the day are spent, by us or by another program with this package: try again tomorrow"
	case kind == plan.FailureUnavailable && failure != nil && failure.Answered():
		return "nothing is to be fixed here, for the way there is open and an answer came: the passes try again by the schedule; if it lasts, ask Threema's support, or who runs the proxy " +
			"(threema.proxy, or HTTPS_PROXY in the environment)"
	case kind == plan.FailureUnavailable:
		return "check threema.base_url, threema.proxy (or HTTPS_PROXY in the environment), threema.ca_file and the firewall between this machine and the service"
	default:
		return "check threema.base_url, the key in threema.api_key_file and, in the cockpit, the addresses it may be used from"
	}
}

// checkPlanType warns where the API, or revoking, may not be part of the plan (D-39).
func (a *assembly) checkPlanType(s plan.Subscription) finding {
	f := finding{"licence package", "plan", ldapsource.Pass, "look at the type of the subscription", s.Type, ""}
	if !slices.Contains([]string{"enterprise", "professional", "edu5"}, strings.ToLower(s.Type)) {
		f.verdict, f.advice = ldapsource.Warning, "the API and the revocation of IDs belong to the plan Professional (formerly Enterprise); ask Threema if requests are refused"
	}
	return f
}

// checkTerm is D-40: an expired package becomes read-only for us.
func (a *assembly) checkTerm(s plan.Subscription) finding {
	f := finding{"licence package", "term", ldapsource.Pass, "look at validUntil", "valid until " + s.ValidUntil.Format(time.DateOnly), ""}
	switch left := s.ValidUntil.Sub(a.now()); {
	case s.ValidUntil.IsZero():
		f.came = "no end is given"
	case left <= 0:
		f.verdict, f.advice = ldapsource.Failure, "the package has ended: renew it; until then nothing is written"
	case left < 60*24*time.Hour:
		f.verdict, f.advice = ldapsource.Warning, "renew it in time: after that day nothing is written"
	}
	return f
}

// checkMemory tells what the ledger knows without a request: licences, as of the last pass, and
// the requests that are left.
func (a *assembly) checkMemory(ctx context.Context, meter *ledger.Meter) ([]finding, error) {
	known, err := readStatus(ctx, meter.Reader, a.config, a.now())
	if err != nil {
		return nil, err
	}
	budget, err := meter.Budget(ctx)
	if err != nil {
		return nil, err
	}
	return []finding{checkSeats(known.Seats), a.checkQuota(budget)}, nil
}

func checkSeats(seats seatStatus) finding {
	f := finding{"licence package", "seats", ldapsource.Pass, "look at the licences that the last pass counted", "", ""}
	f.came = seats.words()
	switch {
	case seats.Licences == 0:
		f.verdict, f.came, f.advice = ldapsource.Skipped, "no pass has counted them yet", "the first pass does, under any policy"
	case seats.Free == 0:
		f.verdict, f.advice = ldapsource.Warning, "buy licences in the cockpit: nobody new gets a credential until one is free"
	}
	return f
}

func (a *assembly) checkQuota(budget plan.Budget) finding {
	f := finding{"licence package", "quota", ldapsource.Pass, "count the requests of the rolling day", "", ""}
	f.came = fmt.Sprintf("%d of %d left, %d of them kept for leavers", budget.Remaining, a.config.Threema.DailyRequests, budget.Reserve)
	switch {
	case budget.Unlimited:
		f.came = "not limited (threema.daily_requests: 0)"
	case budget.Remaining <= budget.Reserve:
		f.verdict = ldapsource.Warning
		f.advice = "creates and changes wait; the next requests are free at " + budget.FreeAt.UTC().Format(time.RFC3339)
	}
	return f
}
