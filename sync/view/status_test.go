package view_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

func written(t *testing.T, s status.Status) string {
	t.Helper()
	var out strings.Builder
	if err := view.WriteStatus(&out, s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestStatusTellsTheCause of each way in which a pass ends badly, and what to type.
func TestStatusTellsTheCause(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	held := model.Wait{Code: "held", Since: at, Seen: at, People: 9, Command: "threema-dirsync approve --baseline"}
	for _, row := range []struct {
		name, report   string
		code           int
		waits          []model.Wait
		cause, command string
	}{
		{"all is well", `{}`, 0, nil, "", ""},
		{"the package cannot be read", `{"error":"read the licence package: 401"}`, 1, nil, "401", "threema-dirsync check"},
		{"a change failed", `{"error":"","results":[{"op":"create","outcome":"done"},{"op":"withdraw","outcome":"failed","message":"409"}]}`, 1, nil,
			"changes that failed: 1; the first: withdraw: 409", "threema-dirsync plan"},
		{"a source cannot be read", `{"sources":[{"name":"corp","complete":false,"error":"no route to host"}]}`, 4, nil, "source corp: NOT READ", "threema-dirsync check"},
		{"the service answers oddly", `{"error":"read the licence package: 503","failure":"service"}`, 1, nil, "503", "threema-dirsync check"},
		{"the licence ended", `{"error":"its licence ended","failure":"licence-ended"}`, 1, nil, "ended", "threema-dirsync check"},
		{"credentials are missing", `{"error":"4 of the 60 are missing","failure":"missing"}`, 1, nil, "4 of the 60", "threema-dirsync plan"},
		{"a written plan does not hold", `{"error":"the world has changed","failure":"stale-plan"}`, 1, nil, "has changed", "threema-dirsync plan"},
		{"a trial is open", `{"error":"lost what others had set","failure":"trial"}`, 1, nil, "lost", "threema-dirsync run --once"},
		{"stopped in the middle", `{"error":"context canceled","failure":"interrupted"}`, 1, nil, "canceled", "threema-dirsync run --once"},
		{"a full disk", `{"error":"no space left","failure":"machine"}`, 1, nil, "no space", "threema-dirsync check"},
		{"fewer people than before", `{"sources":[{"name":"corp","conditions":[{"name":"count","detail":"9 of 12 people"}]}]}`, 4, nil, "9 of 12", "threema-dirsync plan"},
		{"a group is gone", `{"sources":[{"name":"corp","conditions":[{"name":"groups","detail":"empty"}]}]}`, 4, nil, "groups: empty", "threema-dirsync check"},
		{"both, and a source that does not answer",
			`{"sources":[{"name":"corp","conditions":[{"name":"count"},{"name":"paging","ok":true}]},{"name":"hr","error":"no route"},{"name":"lab","conditions":[{"name":"groups"}]}]}`, 4, nil,
			"no route", "threema-dirsync plan; threema-dirsync check"},
		{"a guard", `{"guards":[{"guard":"held","source":"corp","detail":"9 people are held"}]}`, 3, []model.Wait{held},
			"held corp: 9 people are held", "threema-dirsync approve --baseline"},
		{"a question", `{}`, 3, []model.Wait{{Code: "approval", Since: at, Seen: at, Command: "threema-dirsync approve f00d"}, {Code: "same-person", Since: at, Seen: at, Command: "threema-dirsync approve f00d"}},
			"(approval) (and 1 more", "threema-dirsync approve f00d"},
	} {
		s := status.Collect(status.Facts{
			State: model.State{Waits: row.waits}, LastPass: &status.Pass{Started: at, Finished: at, Result: "failed", ExitCode: row.code}, Report: view.PastReport([]byte(row.report)),
			Installed: status.Installed{Now: at},
		})
		if out := written(t, s); row.cause == "" && s.LastPass.Cause != "" || !strings.Contains(s.LastPass.Cause, row.cause) || s.LastPass.Command != row.command || !strings.Contains(out, row.cause) {
			t.Errorf("%s: %+v: %s", row.name, s.LastPass, out)
		}
	}
}

// TestAYesWithoutAStepStandsForNothing: only what the last plan surely has no step for is taken from the count.
func TestAYesWithoutAStepStandsForNothing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	ada := model.PersonID{Source: "corp", ID: "ada"}
	before := model.GivenApproval{ChangeID: "c1", Op: model.Revoke, Person: ada, At: at.Add(-time.Hour), Until: at.Add(time.Hour)}
	after, over := before, before
	after.At = at.Add(time.Minute)
	over.Until = at
	const whole = `{"hash":"cafe","generatedAt":"2026-03-02T08:00:00Z","sources":[{"name":"corp","complete":true}],"changes":[{"id":"c2"}]}`
	for _, row := range []struct {
		name, report string
		given        model.GivenApproval
		live, idle   int
	}{
		{"the step is not there any more", whole, before, 0, 1},
		{"it is", strings.Replace(whole, "c2", "c1", 1), before, 1, 0},
		{"given since", whole, after, 1, 0},
		{"not read wholly", strings.Replace(whole, "true", "false", 1), before, 1, 0},
		{"a record that is cut", strings.Replace(whole, `"hash"`, `"omitted":{"changes":1},"hash"`, 1), before, 1, 0},
		{"no plan", `{"sources":[]}`, before, 1, 0},
		{"no pass yet", ``, before, 1, 0},
		{"over", whole, over, 0, 0},
	} {
		state := model.State{Approvals: []model.GivenApproval{row.given}}
		s := status.Collect(status.Facts{State: state, Report: view.PastReport([]byte(row.report)), Installed: status.Installed{Now: at.Add(2 * time.Minute)}})
		got, out := s.Approved, written(t, s)
		if got.Live != row.live || got.Idle != row.idle || got.Expires.IsZero() != (row.live == 0) || strings.Contains(out, "given and not used up") != (row.live > 0) {
			t.Errorf("%s: %+v: %s", row.name, got, out)
		}
	}
}

// TestAStaleWaitNamesTheSourceFirst: what the pass before asked cannot be answered while a source is not read.
func TestAStaleWaitNamesTheSourceFirst(t *testing.T) {
	t.Parallel()
	seen := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	wait := model.Wait{Code: model.GuardBaseline, Since: seen, Seen: seen, Command: "threema-dirsync approve --baseline"}
	for failure, first := range map[string]string{
		"no such base": "WAITS FOR YOU baseline:  first let source corp be read (`threema-dirsync check` says what to fix); as of the pass of 2026-11-20 03:00:00 UTC this waits: since ",
		"":             "WAITS FOR YOU baseline:  since ",
	} {
		source := status.Source{SourceReport: model.SourceReport{Name: "corp", Complete: failure == ""}, Error: failure}
		out := written(t, status.Status{Waits: []model.Wait{wait}, Sources: []status.Source{source}})
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(first), " ")) {
			t.Error(out)
		}
	}
}

// TestForeignTextSteersNoStatus: what a directory or a server said stays in its line.
func TestForeignTextSteersNoStatus(t *testing.T) {
	t.Parallel()
	const evil = "x\nSTOP:  faked\t\x1b[2J\u202e"
	out := written(t, status.Status{
		Sources: []status.Source{{SourceReport: model.SourceReport{Name: "corp", Conditions: []model.Condition{{Name: evil, Detail: model.Told("", evil)}}}, Error: evil}},
		Orders:  []status.Order{{Username: evil, Subject: model.Subject{DN: evil}, By: evil, Typed: evil}}, Leavers: []status.Leaver{{Observation: model.Observation{Subject: model.Subject{DN: evil}, Evidence: model.Evidence{Detail: evil}}}},
		Alarms: []model.Alarm{{Subject: model.Subject{DN: evil}}}, Guards: []status.Guard{{Detail: evil}}, Answered: []status.Answer{{Words: evil}},
	})
	if strings.ContainsAny(out, "\x1b\u202e\t") || strings.Contains(out, "\nSTOP") {
		t.Error(out)
	}
}

// TestStatusTellsWhoGoesWithoutAYes: an answer that made room for others is not all there is to say.
func TestStatusTellsWhoGoesWithoutAYes(t *testing.T) {
	t.Parallel()
	who := []model.WaitingPerson{{Subject: model.Subject{CSI: "1003", DN: "uid=a"}, Steps: []model.Op{model.Withdraw}}}
	out := written(t, status.Status{Freed: &status.Freed{People: 2, Whom: who}})
	for _, text := range []string{"CAUTION", "2 people", "without a yes", "withdraw / Zugang entziehen: 1003 uid=a", "… and 1 more", "threema-dirsync hold PERSON"} {
		if !strings.Contains(out, text) {
			t.Errorf("status does not say %q:\n%s", text, out)
		}
	}
}

// TestStatusTellsWhatIsToCome of a leaver, as the last pass planned it, but for what a leave or an order ended since; and
// that a record which was cut tells of more that is withheld than it has.
func TestStatusTellsWhatIsToCome(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	anna := model.PersonID{Source: "corp", ID: "g1"}
	const planned = `{"op":"detach","status":"waiting","notBefore":"2026-03-10T08:00:00Z","person":{"source":"corp","id":"g1"}},
		{"op":"withdraw","status":"waiting","notBefore":"2026-03-03T08:00:00Z","person":{"source":"corp","id":"g1"}},
		{"op":"withdraw","status":"withheld","notBefore":"2026-03-01T08:00:00Z","person":{"source":"corp","id":"g1"}},
		{"op":"detach","status":"waiting","notBefore":"2026-03-02T08:00:00Z","person":{"source":"corp","id":"g2"}}`
	owned := model.State{
		Owned:        []model.Ownership{{Person: anna, CredentialID: "c1"}},
		Observations: []model.Observation{{Subject: model.Subject{Person: anna}, State: model.Departed, ConfirmedAt: at}},
	}
	gone, onLeave := owned, owned
	gone.Departures = []model.Departure{{Subject: model.Subject{Person: anna}, WithdrawnAt: at}}
	onLeave.Suspensions = []model.Suspension{{Subject: model.Subject{Person: anna}, Until: at.AddDate(0, 1, 0)}}
	for name, row := range map[string]struct {
		state        model.State
		omitted      string
		says, denies []string
	}{
		"a leaver":        {owned, "{}", []string{"withdraw / Zugang entziehen not before 2026-03-03 08:00:00 UTC", "observe:", "  1 step of 1 person"}, []string{"at least"}},
		"ordered since":   {gone, "{}", []string{"detach / trennen not before 2026-03-10 08:00:00 UTC"}, []string{"entziehen not before"}},
		"on leave since":  {onLeave, "{}", []string{"on leave of absence"}, []string{" not before 2026-03"}},
		"a record is cut": {owned, `{"changes":7}`, []string{"at least 1 step of 1 person"}, nil},
	} {
		s := status.Collect(status.Facts{
			State: row.state, LastPass: &status.Pass{Started: at, Finished: at, Result: "ok", Policy: model.Observe},
			Report:    view.PastReport([]byte(`{"omitted":` + row.omitted + `,"changes":[` + planned + `]}`)),
			Installed: status.Installed{Now: at},
		})
		out := written(t, s)
		for _, text := range row.says {
			if !strings.Contains(out, text) {
				t.Errorf("%s: it does not say %q:\n%s", name, text, out)
			}
		}
		for _, text := range row.denies {
			if strings.Contains(out, text) {
				t.Errorf("%s: it says %q:\n%s", name, text, out)
			}
		}
	}
}
