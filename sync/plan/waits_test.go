package plan_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// checkWaits holds that exit 3 has one closed list: what is blocked or asks for a yes stands in it,
// and nothing else that is not named there.
func (w *world) checkWaits(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	gated := len(p.Guards)+len(p.Restarted) > 0 || slices.ContainsFunc(p.Changes, func(c model.Change) bool {
		return c.Status == model.Blocked || c.Status == model.NeedsApproval
	}) || slices.ContainsFunc(p.Held, func(h model.Held) bool { return h.Ask != "" })
	waits := p.Waits()
	if asked := slices.ContainsFunc(waits, func(x model.Wait) bool { return x.Code != model.WaitNoLicence && x.Code != model.WaitOrder }); asked != gated {
		t.Fatalf("waits %+v, but guards %+v and %v", waits, p.Guards, summary(p))
	}
	for _, x := range waits {
		if !slices.Contains(model.WaitCodes(), x.Code) || english.Command(x) == "" || x.Since.IsZero() || x.Since.After(p.GeneratedAt) {
			t.Fatalf("malformed wait %+v at %s", x, p.GeneratedAt)
		}
		checkTold(t, in, p, x)
	}
}

// checkTold holds that the command of a wait can be typed, and that its lines and counts tell all to which it says yes.
func checkTold(t testing.TB, in plan.Input, p plan.Plan, x model.Wait) {
	t.Helper()
	if !x.Hashed() {
		return
	}
	said := p.AwaitingApproval()
	if whom := strings.Split(x.Command, " --only "); len(whom) > 1 {
		said = nil
		for _, query := range whom[1:] {
			theirs, err := lookup.Only(in, p, strings.Trim(query, "'"))
			if err != nil {
				t.Fatalf("%s is told and refused: %v", x.Command, err)
			}
			said = append(said, theirs...)
		}
	}
	told := map[model.PersonID][]model.Op{}
	for _, who := range x.Whom {
		told[who.Person] = slices.Concat(who.Steps, who.Also)
	}
	people := map[model.PersonID]bool{}
	for _, c := range said {
		people[c.Person] = true
		if whole := x.People == len(x.Whom) && x.Covers == 0; whole && !slices.Contains(told[c.Person], c.Op) {
			t.Fatalf("%s: %s is a yes to %s as well, of which nothing is told: %+v", x.Code, x.Command, c.Title(), x.Whom)
		}
	}
	if x.Covers == 0 && len(people) > x.People || x.CoversSteps != 0 && x.CoversSteps != len(said) {
		t.Fatalf("%s: %s is for %d people and %d steps: %+v", x.Code, x.Command, len(people), len(said), x)
	}
}

func codes(p plan.Plan) []string {
	list := []string{}
	for _, x := range p.Waits() {
		list = append(list, string(x.Code))
	}
	return list
}

func TestWaitsOfEachKind(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		arrange func(*world)
		code    model.WaitCode
		people  int
		command string // with HASH for the hash of the plan
	}{
		{"a step that asks for a yes", func(w *world) { w.policy.Approval = model.ApproveAll; w.leaveSome(1) }, model.WaitApproval, 1, "threema-dirsync approve HASH"},
		{"a protected person", func(w *world) { w.policy.Protected = []string{"E-p000000"}; w.leaveSome(1) }, model.WaitApproval, 1, "threema-dirsync approve HASH"},
		{"a limit for leavers", func(w *world) { w.leaveSome(5) }, model.WaitCode(model.GuardLeaversRun), 5, "threema-dirsync approve HASH"},
		{"a limit for joiners", func(w *world) { w.policy.CreatesRun = model.Window{}; w.hire("new") }, model.WaitCode(model.GuardCreates), 1, "threema-dirsync approve HASH"},
		{"another scope", func(w *world) { w.source().scope = "s2"; w.hire("new") }, model.WaitCode(model.GuardBaseline), 1, "threema-dirsync approve --baseline"},
		{"the stop file", func(w *world) { w.stop = "the stop file exists"; w.leaveSome(1) }, model.WaitCode(model.GuardStopFile), 1, "rm /state/stop"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(100)
			row.arrange(w)
			first := w.now
			for range 3 { // the row of passes goes on
				p := w.later(t, time.Hour)
				n := slices.IndexFunc(p.Waits(), func(x model.Wait) bool { return x.Code == row.code })
				if n < 0 {
					t.Fatalf("waits %+v", p.Waits())
				}
				want := model.Wait{Code: row.code, Since: first.Add(time.Hour), Seen: w.now, People: row.people, Command: row.command, Whom: p.Waits()[n].Whom, ReadFirst: p.Waits()[n].ReadFirst}
				if want.Command == "threema-dirsync approve HASH" {
					want.Command = "threema-dirsync approve " + p.Hash
				}
				if diff := cmp.Diff(want, p.Waits()[n]); diff != "" || len(want.Whom) != row.people {
					t.Errorf("%s whom: %+v", diff, want.Whom)
				}
			}
		})
	}
}

// TestTheGuardThatSaysWhyLeads: of several guards for leavers about the same people one says what became of
// them. It comes first, and whatever yes takes them out names it, in whatever order a ledger keeps the waits.
func TestTheGuardThatSaysWhyLeads(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		arrange func(*world)
		lead    string
		codes   []string
	}{
		{"of a pass, a day and a week", func(*world) {}, model.GuardLeaversRun, []string{model.GuardLeaversRun, model.GuardLeaversDay, model.GuardLeaversWeek}},
		{"of a week alone", func(w *world) {
			w.policy.LeaversRun, w.policy.LeaversDay = model.Window{Count: 50, Percent: 50}, model.Window{Count: 50, Percent: 50}
		}, model.GuardLeaversWeek, []string{model.GuardLeaversWeek}},
		{"a yes that is asked for something else", func(w *world) {
			w.policy.Protected = []string{"E-p000001"}
			w.source().people[1].leave(model.Disabled)
		}, model.GuardLeaversRun, []string{model.GuardLeaversRun, model.GuardLeaversDay, model.GuardLeaversWeek, string(model.WaitApproval)}},
		{"an OU", func(w *world) {
			for n, e := range w.source().people {
				e.comeBack()
				if n < 12 {
					e.ou = "Bonn"
				}
			}
			w.pass(t)
			for _, e := range w.source().people[:12] {
				e.leave(model.Disabled)
			}
			w.policy.LeaversRun, w.policy.LeaversDay = model.Window{Count: 50, Percent: 50}, model.Window{Count: 5, Percent: 5}
			w.policy.LeaversWeek = model.Window{Count: 50, Percent: 50}
		}, model.GuardLeaversDay, []string{model.GuardLeaversDay, model.GuardLeaversOU}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(100)
			w.policy.LeaversWeek = model.Window{Count: 20, Percent: 20}
			w.leaveSome(24)
			row.arrange(w)
			p := w.later(t, time.Hour)
			if !slices.Equal(codes(p), row.codes) || p.Guards[0].Name != row.lead || english.Sentences(p.Guards[0].Check) == "" {
				t.Fatalf("waits %v, guards %+v", codes(p), p.Guards)
			}
			kept := slices.SortedFunc(slices.Values(p.AllWaits()), func(a, b model.Wait) int { return strings.Compare(string(a.Code), string(b.Code)) })
			if diff := cmp.Diff(p.Waits(), plan.StandingWaits(kept)); diff != "" {
				t.Errorf("as a ledger keeps them: %s", diff)
			}
			for _, x := range p.Waits() {
				if x.Code == model.WaitApproval { // of one person, of whom the guard does not speak
					wantParts(t, english.Wait(x), "1 person: threema-dirsync approve "+p.Hash+" --only E-p000001")
					continue
				}
				if !strings.Contains(english.Wait(x), "read first what GUARD "+row.lead+" says; if they really left: threema-dirsync approve "+p.Hash) {
					t.Errorf("%s: %s", x.Code, english.Wait(x))
				}
			}
		})
	}
}

// TestAnotherAnswerIsNotAboutLeavers: only the yes to a hash takes out who is under it.
func TestAnotherAnswerIsNotAboutLeavers(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.leaveSome(5)
	for n := range 9 {
		w.hire(fmt.Sprintf("svc%d", n)).held = "mapping.csi is empty: employeeID"
	}
	p := w.later(t, time.Hour)
	n := slices.IndexFunc(p.Waits(), func(x model.Wait) bool { return x.Code == model.WaitCode(model.GuardHeld) })
	if n < 1 || strings.Contains(english.Wait(p.Waits()[n]), "really left") {
		t.Errorf("%+v", p.Waits())
	}
}

// TestAWaitThatEndedBeginsAfresh: since tells of an unbroken row of passes, and a preview shows it.
func TestAWaitThatEndedBeginsAfresh(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.leaveSome(1)
	w.stop = "the stop file exists"
	w.pass(t)
	w.stop, w.policy.Approval = "", model.ApproveAll
	if got := codes(w.later(t, time.Hour)); !slices.Equal(got, []string{"approval"}) {
		t.Fatalf("waits %v", got)
	}
	began := w.now
	w.now = w.now.Add(time.Hour)
	if x := w.plan().Waits(); len(x) != 1 || !x[0].Since.Equal(began) {
		t.Errorf("a preview tells %+v, want since %s", x, began)
	}
	w.state.Waits[0].Since = w.now.Add(day) // by a clock that was wrong
	if x := w.plan().Waits(); len(x) != 1 || !x[0].Since.Equal(w.now) {
		t.Errorf("waits since the future: %+v", x)
	}
	w.policy.Approval = model.ApproveNone
	if got := codes(w.pass(t)); len(got) != 0 {
		t.Errorf("waits %v, want none", got)
	}
	w.leaveSome(1)
	w.policy.Approval = model.ApproveAll
	if x := w.later(t, time.Hour).Waits(); len(x) != 1 || !x[0].Since.Equal(w.now) {
		t.Errorf("waits %+v, want since %s", x, w.now)
	}
}

// TestALicenceIsWaitedForLongerThanOnePass before somebody is troubled with it.
func TestALicenceIsWaitedForLongerThanOnePass(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.pkg.Subscription.Licences = 100
	w.hire("one")
	w.hire("two")
	if p := w.later(t, time.Hour); len(p.Waits()) != 0 {
		t.Errorf("the first pass: %+v", p.Waits())
	}
	since := w.now
	for range 2 {
		x := w.later(t, time.Hour).Waits()
		if len(x) != 1 || x[0].Code != model.WaitNoLicence || x[0].People != 2 || !x[0].Since.Equal(since) {
			t.Errorf("waits %+v, want two people since %s", x, since)
		}
	}
	w.pkg.Subscription.Licences = 102
	if p := w.later(t, time.Hour); len(p.Waits()) != 0 {
		t.Errorf("with licences: %+v", p.Waits())
	}
}

// TestWhatToTypeIsOneWord: a state_dir with a blank must not become two files.
func TestWhatToTypeIsOneWord(t *testing.T) {
	t.Parallel()
	p := plan.Plan{Guards: []model.Guard{{Name: model.GuardStopFile}}, StopFile: "/srv/it's here/stop"}
	if got, want := p.Waits()[0].Command, `rm '/srv/it'\''s here/stop'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestWhoIsWaitedFor: what waits, and for whom, stands beside the count and the command, in each plan; of many
// the first are named.
func TestWhoIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.policy.Approval = model.ApproveAll
	w.leaveSome(1)
	p := w.later(t, time.Hour)
	if got := p.Waits(); len(got) != 1 || len(got[0].Whom) != 1 || !slices.Equal(got[0].Whom[0].Steps, []model.Op{model.Withdraw}) {
		t.Fatalf("waits %+v", got)
	}
	x := p.Waits()[0]
	wantParts(t, english.Wait(x), "since ", "1 person:", "threema-dirsync approve "+p.Hash)
	wantParts(t, strings.Join(english.Whom(x), "\n"), "withdraw / Zugang entziehen", "E-p000000", x.Whom[0].DN)
	var screen strings.Builder
	if err := view.WritePlan(&screen, p, 0); err != nil {
		t.Fatal(err)
	}
	wantParts(t, screen.String(), "approval", english.Whom(x)[0])
	w.stop = "the stop file exists"
	w.leaveSome(20)
	many := w.later(t, time.Hour).Waits()
	n := slices.IndexFunc(many, func(x model.Wait) bool { return x.People > 10 })
	if n < 0 || len(many[n].Whom) != 10 {
		t.Fatalf("waits %+v", many)
	}
	wantParts(t, strings.Join(english.Whom(many[n]), "\n"), "more: `threema-dirsync plan` names all")
	screen.Reset()
	if err := view.WritePlan(&screen, w.plan(), 0); err != nil || strings.Contains(screen.String(), "threema-dirsync plan") {
		t.Errorf("the plan tells to type itself, %v:\n%s", err, &screen)
	}
	wantParts(t, screen.String(), "more, named above")
}

func wantParts(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not said:\n%s", part, got)
		}
	}
}

// TestAYesIsForWhomItIsAsked: what one person waits for is told with the yes for them, and not with that for the
// OU that a limit will stop. More people than anybody types are told with what the hash covers beside them.
func TestAYesIsForWhomItIsAsked(t *testing.T) {
	t.Parallel()
	for _, protected := range []int{1, 3, 4} {
		w := running(t, 100)
		var only string
		for _, e := range w.source().people[50 : 50+protected] {
			w.policy.Protected = append(w.policy.Protected, e.csi)
			e.leave(model.Disabled)
			only += " --only " + e.csi
		}
		w.later(t, 2*time.Hour)
		w.later(t, 25*time.Hour)
		w.leaveOU(0, model.OutOfScope)
		p := w.later(t, 2*time.Hour)
		waits := p.Waits()
		if !slices.Equal(codes(p), []string{model.GuardAhead, "approval"}) || waits[0].People != 9 || waits[1].People != protected {
			t.Fatalf("waits %+v", waits)
		}
		whole := "this HASH is a yes for all " + fmt.Sprint(9+protected) + " people"
		wantParts(t, english.Wait(waits[0]), "read first what GUARD "+model.GuardAhead+" says; if they really left: threema-dirsync approve "+p.Hash+" (", whole)
		switch words := english.Wait(waits[1]); {
		case protected <= 3 && (!strings.HasSuffix(words, ": threema-dirsync approve "+p.Hash+only) || strings.Contains(words, "GUARD")):
			t.Error(words)
		case protected > 3:
			wantParts(t, words, "read first what GUARD "+model.GuardAhead, "threema-dirsync approve "+p.Hash+" (", whole)
		}
		x, _ := w.mustExplain(t, "E-p000050")
		if !strings.HasSuffix(x.Next.Words, "then type threema-dirsync approve "+p.Hash+" --only E-p000050") {
			t.Error(x.Next.Words)
		}
		moved := w.source().people[0].csi
		x, _ = w.mustExplain(t, moved)
		wantParts(t, x.Next.Words, "read first what the guard says", "if they really left: threema-dirsync approve "+p.Hash+" --only "+moved)
		if theirs, err := lookup.Only(w.input(), p, moved); err != nil || len(theirs) != 1 {
			t.Errorf("what is told does not work: %v, %v", theirs, err)
		}
	}
}

// TestEachWaitCodeIsInThePaper: whoever reads a code at exit 3 finds in README what it means, what ends it and what
// to type, for each code of the closed set, in its order, and for no other.
func TestEachWaitCodeIsInThePaper(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "| Code | What it means | What ends it | What to type |\n|---|---|---|---|\n")
	list, _, _ = strings.Cut(list, "\n\n")
	var told []model.WaitCode
	for row := range strings.Lines(list) {
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(row), `\|`, "/"), "|")
		if len(cells) != 6 || slices.ContainsFunc(cells[1:5], func(cell string) bool { return strings.TrimSpace(cell) == "" }) {
			t.Errorf("not four things: %q", row)
			continue
		}
		told = append(told, model.WaitCode(strings.Trim(cells[1], " `")))
	}
	if !slices.Equal(told, model.WaitCodes()) {
		t.Errorf("README tells %v, the code has %v", told, model.WaitCodes())
	}
}
