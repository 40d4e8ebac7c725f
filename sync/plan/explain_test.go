package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// explain asks for somebody in a world, each of whose people has a mail address.
func (w *world) explain(query string) (explain.Explanation, error) {
	in := w.input()
	for _, s := range in.Sources {
		for n, p := range s.Snapshot.People {
			name := strings.TrimPrefix(s.Identities[n].CSI, "E-")
			s.Snapshot.People[n].Attributes = map[string][]string{"mail": {name + "@corp.example"}, "sn": {p.DN}}
		}
	}
	return explain.Explain(in, plan.Compute(in), query, nil)
}

func (w *world) mustExplain(t testing.TB, query string) (explain.Explanation, string) {
	t.Helper()
	x, err := w.explain(query)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := view.WriteExplanation(&b, x); err != nil {
		t.Fatal(err)
	}
	return x, b.String()
}

// TestOnePlaceOnEachScreen: a leaver whose entry was moved is named by the place where they were seen last, in plan,
// status, the list of who is on leave and explain, which tells where the entry is now.
func TestOnePlaceOnEachScreen(t *testing.T) {
	t.Parallel()
	for _, kind := range []model.EvidenceKind{model.Disabled, model.Absent} {
		w, people := rolledOut(t, "anna", "bert")
		was := people["anna"].dn()
		people["anna"].leave(kind)
		people["anna"].ou, people["anna"].trace = "Leavers", true
		w.later(t, time.Hour)
		p := w.later(t, 25*time.Hour)
		now := people["anna"].dn()
		w.state.Suspensions = []model.Suspension{{Subject: model.Subject{Person: people["anna"].id}, Until: w.now.Add(day), By: "op"}}
		suspended := w.plan().Suspended
		w.state.Suspensions = nil
		x, text := w.mustExplain(t, "anna")
		for place, dn := range map[string]string{"plan": p.Changes[0].DN, "leave": suspended[0].DN, "explain": x.DN, "memory": x.Observation.DN} {
			if dn != was {
				t.Errorf("%s, %s: %q, want %q", kind, place, dn, was)
			}
		}
		if now == was || x.Entry.DN != now || !strings.Contains(text, now) || !strings.Contains(text, "seen last") {
			t.Errorf("%s: it does not tell where the entry is now:\n%s", kind, text)
		}
	}
}

// onTheWay is a company in which anna is on the way out: withdrawn, with one ID to go.
func onTheWay(t testing.TB) (*world, map[string]*entry, string) {
	t.Helper()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.ID = model.DetachID
	id := w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.later(t, 25*time.Hour)
	if departure := w.saga(people["anna"].id); departure == nil || departure.WithdrawnAt.IsZero() {
		t.Fatalf("anna is not on the way out: %+v", departure)
	}
	return w, people, id
}

// TestExplainSituations: what comes next, and why, for each kind of person.
func TestExplainSituations(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		happens func(*world, map[string]*entry)
		ask     string
		next    string
		says    []string
	}{
		"all is well": {func(*world, map[string]*entry) {}, "E-bert", "nothing: all is as it should be",
			[]string{"not activated", "have not activated", "type the username bert", "hand-over file", "in scope, at CN=Bert Muster", "owns credential", "created", "no change", "bert@corp.example"}},
		"somebody in Threema": {func(w *world, _ map[string]*entry) { w.policy.PublishContacts = false; w.activate("bert") }, "bert", "nothing: all is as it should be",
			[]string{"used by 1"}},
		"a joiner": {func(w *world, _ map[string]*entry) { w.hire("carl") }, "carl", "create, by the next pass",
			[]string{"no credential", `"" → "Carl"`, "entitled, and no credential carries the csi"}},
		"a rename": {func(_ *world, p map[string]*entry) { p["bert"].last = "Neu" }, "bert", "set-settings, by the next pass",
			[]string{`"Muster" → "Neu"`}},
		"a leaver in grace": {func(_ *world, p map[string]*entry) { p["bert"].leave(model.Disabled) }, "bert", "withdraw / Zugang entziehen, waiting",
			[]string{"departed  disabled (test)", "confirmed", "not before 2026-03-03"}},
		"a leaver to be confirmed": {func(_ *world, p map[string]*entry) { p["bert"].leave(model.Absent) }, "bert", "withdraw / Zugang entziehen, waiting",
			[]string{"not in scope; looked up by ID", "not yet", "not confirmed yet: so far by 1 of 2 complete reads"}},
		"a hidden person": {func(_ *world, p map[string]*entry) { p["bert"].hide("the parent is not readable") }, "bert",
			"nothing, as long as they are held: whereabouts unknown: the parent is not readable", []string{"! held"}},
		"a held person": {func(_ *world, p map[string]*entry) { p["bert"].held = "no employeeID" }, "bert",
			"nothing, as long as they are held: no employeeID", []string{"fault"}},
		"blocked by the stop file": {func(w *world, p map[string]*entry) {
			w.stop, w.policy.GraceWithdraw = "the stop file exists", 0
			p["bert"].leave(model.Disabled)
		}, "bert", "withdraw / Zugang entziehen, once the guard stop-file is lifted", []string{"GUARD stop-file", "the stop file exists"}},
		"waiting for a yes": {func(w *world, p map[string]*entry) {
			w.policy.Approval, w.policy.GraceWithdraw = model.ApproveAll, 0
			p["bert"].leave(model.Disabled)
		}, "bert", "withdraw / Zugang entziehen, once somebody said yes", []string{"threema-dirsync approve "}},
		"withheld": {func(w *world, _ map[string]*entry) { w.policy.Mode = model.Observe; w.hire("carl") }, "carl", "create is withheld by the policy (observe)", []string{"withheld", "policy observe does not carry this out"}},
		"never managed": {func(w *world, _ map[string]*entry) { w.hire("carl").leave(model.Disabled) }, "carl",
			"nothing: not entitled, and nothing in the package is managed", []string{"no credential"}},
		"a source that was not read": {func(w *world, _ map[string]*entry) {
			w.hireAt(&directory{name: "other"}, "zoe")
			w.source().unread = true
		}, "bert", "nothing, as long as they are held: source corp is not configured any more", []string{"corp was not read; is it still configured?"}},
		"what is not ours but theirs": {func(w *world, _ map[string]*entry) {
			w.hire("carl")
			c := w.foreignCredential("carl-alt", "E-carl")
			c.Usage = 3
		}, "carl", "nothing, as long as they are held: credential carl-alt is shared", []string{"unmanaged credential", "shared: 3 Threema IDs"}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			row.happens(w, people)
			x, text := w.mustExplain(t, row.ask)
			if !strings.HasPrefix(x.Next.Words, row.next) {
				t.Errorf("next: %q, want %q", x.Next.Words, row.next)
			}
			for _, says := range row.says {
				if !strings.Contains(text, says) {
					t.Errorf("does not say %q:\n%s", says, text)
				}
			}
		})
	}
}

// TestExplainALaterFinding: who went out of scope first, and is disabled by now, was not disabled since then.
func TestExplainALaterFinding(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ID = model.DetachID
	w.activate("anna")
	w.settle(t)
	w.policy.ConfirmReads, w.policy.ConfirmOver = 4, 4*day
	people["anna"].leave(model.OutOfScope)
	w.later(t, day)
	since := w.now.Format("2006-01-02 15:04:05 UTC")
	w.later(t, day)
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(day)
	_, text := w.mustExplain(t, "anna")
	if !strings.Contains(text, "disabled (test); not seen as entitled since "+since+", in 3 complete reads (this one counted)") ||
		!strings.Contains(text, "2 complete reads by passes") || strings.Contains(text, "disabled (test), since") {
		t.Errorf("%s", text)
	}
	people["anna"].comeBack()
	w.pass(t)
	people["anna"].leave(model.Disabled)
	if _, text = w.mustExplain(t, "anna"); !strings.Contains(text, "seen by no pass yet, by this look only") {
		t.Errorf("%s", text)
	}
	people["anna"].comeBack()
	w.pass(t)
	people["anna"].leave(model.Absent)
	w.later(t, day)
	w.now = w.now.Add(60 * day) // a hole, after which the row begins afresh
	if _, text = w.mustExplain(t, "anna"); !strings.Contains(text, "seen by no pass yet, by this look only") {
		t.Errorf("after a hole: %s", text)
	}
}

// TestExplainKeys: every key of a person leads to the same one.
func TestExplainKeys(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	id := w.activate("anna")
	w.settle(t)
	anna := people["anna"]
	for _, key := range []string{"E-anna", "e-ANNA", " anna ", anna.dn(), strings.ToUpper(anna.dn()), "anna@corp.example", id, strings.ToLower(id),
		w.credential("anna").ID, anna.id.ID, anna.id.String()} {
		x, err := w.explain(key)
		if err != nil || x.Person != anna.id || x.CSI != "E-anna" || x.DN != anna.dn() || x.Username != "anna" {
			t.Errorf("%q: %+v, %v", key, x.Person, err)
		}
	}
}

// TestExplainTheAbsent: who is only in the ledger is found by what is remembered of them.
func TestExplainTheAbsent(t *testing.T) {
	t.Parallel()
	w, people, id := onTheWay(t)
	anna := people["anna"]
	anna.outside, anna.evidence = true, model.Evidence{Kind: model.Absent}
	for _, key := range []string{"E-anna", "anna", id, anna.id.ID} {
		x, text := w.mustExplain(t, key)
		if x.Person != anna.id || x.Departure == nil || !strings.HasPrefix(x.Next.Words, "detach / trennen, waiting") || x.Next.At.IsZero() || !strings.Contains(text, "ID "+id) {
			t.Errorf("%q: %+v\n%s", key, x.Next, text)
		}
	}
}

// TestExplainThePast: who left no trace but history is found, unless somebody of now is meant.
func TestExplainThePast(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	gone := model.Subject{Person: model.PersonID{Source: "corp", ID: "gone"}, CSI: "E-zoe", DN: "CN=Zoe,DC=corp"}
	in := w.input()
	p := plan.Compute(in)
	x, err := explain.Explain(in, p, "zoe", []model.Subject{gone})
	if err != nil || x.Person != gone.Person || x.CSI != gone.CSI || x.DN != gone.DN || !strings.HasPrefix(x.Next.Words, "nothing: not entitled, and nothing in the package") {
		t.Errorf("%+v, %v", x, err)
	}
	if x, err := explain.Explain(in, p, "E-anna", []model.Subject{gone}); err != nil || x.Person != people["anna"].id {
		t.Errorf("%+v, %v", x.Person, err)
	}
}

func TestExplainUnclear(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	people["bert"].csi = "E-anna"
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "ORPHAN01"})
	for query, want := range map[string]struct {
		several          bool
		candidates, more int
		unmanaged        int
		says             string
	}{
		"E-anna":         {several: true, candidates: 2, says: "E-anna means 2 people"},
		"nobody-at-all":  {says: "nobody is known as nobody-at-all"},
		"staff":          {candidates: 10, more: 30, says: "did you mean one of these?"},
		"":               {says: "nobody is known as "},
		"ORPHAN01":       {unmanaged: 1, says: "unmanaged: user ORPHAN01"},
		"\x1b[2Jx\nfake": {says: "nobody is known as \ufffd[2Jx\ufffdfake"},
	} {
		_, err := w.explain(query)
		e, ok := errors.AsType[*lookup.UnclearPersonError](err)
		if !ok || e.Several != want.several || len(e.Candidates) != want.candidates || e.More != want.more || len(e.Unmanaged) != want.unmanaged ||
			!strings.Contains(err.Error(), want.says) {
			t.Errorf("%q: %v", query, err)
		}
	}
}

// TestExplainByName: a name is enough where one person alone has it, and nobody else can have it. It never
// takes the place of another key.
func TestExplainByName(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl")
	people["anna"].first, people["anna"].last = "Anna Maria", "Müller"
	people["bert"].first, people["bert"].last = "Bert", "Meier"
	people["carl"].first, people["carl"].last = "Carl", "Meier"
	w.settle(t)
	for query, want := range map[string]string{
		"müller": "anna", "Mu\u0308ller": "anna", "Müller, Anna Maria": "anna", "  anna  maria MÜLLER": "anna", "Bert Meier": "bert", "meier bert": "bert",
		"Meier": "Meier means 2 people", "Maria": "did you mean one of these?", "Schulze": "or a name that one person alone has", "carl": "carl",
	} {
		x, err := w.explain(query)
		if (err == nil) != (people[want] != nil) || err == nil && x.Person != people[want].id || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %s", query, x.Person, err, want)
		}
	}
	in := w.input()
	in.Configured = append(in.Configured, "site2") // which may have a Müller too
	if _, err := explain.Explain(in, plan.Compute(in), "Müller", nil); err == nil || !strings.Contains(err.Error(), people["anna"].dn()) {
		t.Errorf("a source was not read: %v", err)
	}
	w.state.UsersSeen = append(w.state.UsersSeen, model.SeenUser{ThreemaID: "ORPHAN03", CredentialID: w.credential("anna").ID})
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "ORPHAN03", LastName: "Müller"}, model.User{ID: "ORPHAN02", CSI: "E-anna", FirstName: "Anna Maria", LastName: "Müller"})
	if x, err := w.explain("Müller"); err != nil || x.Person != people["anna"].id {
		t.Errorf("her own Threema IDs are on no credential any more: %v, %v", x.Person, err)
	}
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "ORPHAN01", FirstName: "Änne", LastName: "Müller"})
	if _, err := w.explain("Müller"); err == nil || !strings.Contains(err.Error(), "unmanaged: user ORPHAN01") || !strings.Contains(err.Error(), people["anna"].dn()) {
		t.Errorf("somebody in the package has the name too: %v", err)
	}
}

// TestAnActivationThatNoListShows: a credential that somebody uses is activated, whoever is listed.
func TestAnActivationThatNoListShows(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	_, text := w.mustExplain(t, "anna")
	w.credential("anna").Usage = 1
	_, used := w.mustExplain(t, "anna")
	if words := "have not activated"; !strings.Contains(text, words) || strings.Contains(used, words) {
		t.Errorf("unused:\n%s\nused:\n%s", text, used)
	}
}

// TestExplainShowsOnlyWhatIsMapped: other settings of the credential may be passwords.
func TestExplainShowsOnlyWhatIsMapped(t *testing.T) {
	t.Parallel()
	w, people, _ := onTheWay(t)
	w.set(w.credential("bert").ID, []model.Setting{{Name: "th_safe_password", Value: "canary"}})
	for _, leave := range []bool{false, true} {
		if leave {
			people["bert"].leave(model.Absent)
		}
		x, text := w.mustExplain(t, "bert")
		doc, err := json.Marshal(view.NewExplanationJSON(x))
		if err != nil || strings.Contains(text, "canary") || bytes.Contains(doc, []byte("canary")) || len(x.Settings) != 3 {
			t.Errorf("%v\n%s\n%s", err, text, doc)
		}
	}
}

// TestExplainFormats holds both views of somebody with a past, whose entry tries to steer the
// terminal.
func TestExplainFormats(t *testing.T) {
	t.Parallel()
	w, people, id := onTheWay(t)
	people["anna"].evidence.Detail = "x\nNEXT STEP  revoke\t\x1b[2J\u202e"
	x, err := w.explain("anna")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	x.History = model.History{Omitted: 2, Steps: []model.PastStep{
		{Operation: model.Operation{ChangeID: "c1", Op: model.Create, Username: "anna", At: at}, State: "done", SettledAt: at, Run: 1, Mode: model.Sync},
		{Operation: model.Operation{ChangeID: "c2", Op: model.Withdraw, ThreemaIDs: []string{id}, Approved: true, At: at}, State: "failed", Run: 2, Mode: model.Sync, Message: "\x1b"},
		{Operation: model.Operation{Op: model.Withdraw, At: at}, State: "reverted", SettledAt: at, Run: 2, Mode: model.Sync},
		{Operation: model.Operation{Op: model.Withdraw, At: at}, State: "done", SettledAt: at, Run: 3, Mode: model.Sync, Erased: true},
	}, Departures: []model.PastDeparture{{Username: "anna", StartedAt: at, WithdrawnAt: at}}}
	var b bytes.Buffer
	if err := view.WriteExplanation(&b, x); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.golden", b.Bytes())
	if strings.ContainsAny(b.String(), "\x1b\u202e") || strings.Contains(b.String(), "\nNEXT") {
		t.Error("a directory entry steers the terminal")
	}
	doc, err := json.MarshalIndent(view.NewExplanationJSON(x), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.json.golden", append(doc, '\n'))
	if err := view.WriteExplanation(brokenPipe{}, x); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestExplainEverybody: for each person of a plan with everything in it there is one explanation,
// which has each of their changes and reasons, and is the same every time.
func TestExplainEverybody(t *testing.T) {
	t.Parallel()
	w, _, _ := onTheWay(t)
	w.hire("carl")
	w.hire("dora").held = "no name"
	in := w.input()
	p := plan.Compute(in)
	changes, held := 0, 0
	for _, s := range in.Sources {
		ids := map[model.PersonID]bool{}
		for _, i := range s.Identities {
			ids[i.Person] = true
		}
		for _, sighting := range s.Snapshot.Sightings {
			ids[sighting.ID] = true
		}
		for id := range ids {
			x, err := explain.Explain(in, p, id.String(), nil)
			if err != nil || x.Person != id || x.Next.Words == "" {
				t.Fatalf("%v: %+v, %v", id, x, err)
			}
			again, err := explain.Explain(in, p, id.String(), nil)
			if diff := gocmp.Diff(x, again, cmpopts.IgnoreUnexported(explain.Explanation{})); err != nil || diff != "" {
				t.Errorf("%v: not the same twice, %v\n%s", id, err, diff)
			}
			changes, held = changes+len(x.Changes), held+len(x.Held)
		}
	}
	if changes != len(p.Changes) || held != len(p.Held) || changes == 0 || held == 0 {
		t.Errorf("explained %d of %d changes and %d of %d held", changes, len(p.Changes), held, len(p.Held))
	}
}

// TestOneViewOfAReturner: whose Threema ID goes on with their new credential is told so in every line; nothing is left
// behind of somebody who is back.
func TestOneViewOfAReturner(t *testing.T) {
	t.Parallel()
	w, people, id := onTheWay(t)
	people["anna"].comeBack()
	w.settle(t)
	x, text := w.mustExplain(t, "anna")
	if !x.LoggedOut() || !strings.Contains(text, "they go on with that") {
		t.Fatalf("the ID does not go on:\n%s", text)
	}
	for _, other := range []string{"left behind", "who left"} {
		if strings.Contains(text, other) {
			t.Errorf("it goes on, and is %q:\n%s", other, text)
		}
	}
	wantWords(t, w.plan(), "it goes on when they log in with their credential anna")
	for _, u := range x.Unmanaged {
		if u.ID == id && !strings.Contains(english.Say(u.Reason), "it goes on when they log in") {
			t.Errorf("%+v", u)
		}
	}
}

// TestOneViewOfAnAdoption: the credential that the plan adopts is the one that explain shows, also of somebody whose own
// was withdrawn by hand.
func TestOneViewOfAnAdoption(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.withdrawByHand("anna")
	w.settle(t)
	w.later(t, 2*time.Hour)
	made := w.foreignCredential("anna-2", people["anna"].csi).ID
	x, text := w.mustExplain(t, "anna")
	if len(x.Changes) == 0 || x.Changes[0].Op != model.Adopt {
		t.Fatalf("no adoption:\n%s", text)
	}
	if x.Credential == nil || x.Credential.ID != made || strings.Contains(text, "no credential") {
		t.Errorf("the plan adopts %s:\n%s", made, text)
	}
}

// TestNothingPrintsAsADash: what has not come, or is not known, is told in words.
func TestNothingPrintsAsADash(t *testing.T) {
	t.Parallel()
	w, people, _ := onTheWay(t)
	people["anna"].leave(model.Absent)
	w.later(t, time.Hour)
	x, err := w.explain("anna")
	if err != nil || x.Departure == nil || len(x.Departure.IDs) == 0 {
		t.Fatalf("no departure: %+v, %v", x, err)
	}
	x.History = model.History{Departures: []model.PastDeparture{{Username: "anna"}}}
	x.Observation.LastSeen, x.Users = time.Time{}, []model.User{{ID: "ID1"}}
	var text strings.Builder
	if err := view.WriteExplanation(&text, x); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if words := strings.Fields(line); slices.Contains(words[min(1, len(words)):], "-") || slices.Contains(words, "0001-01-01") {
			t.Errorf("%s", line)
		}
	}
	for _, part := range []string{"gone: not yet", "last check unknown", "ended not yet", "never, by any pass"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("it does not say %q:\n%s", part, text.String())
		}
	}
}
