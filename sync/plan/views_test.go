package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// reader is a bind account whose entry is readable.
func reader(name string) model.Reader {
	return model.Reader{ID: "id-of-" + name, Name: "cn=" + name}
}

// readBy lets another bind account read from now on.
func (w *world) readBy(r model.Reader) *world {
	w.source().reader = r
	return w
}

// readForDays is a directory that was read by one account from dc1 for some days.
func readForDays(t *testing.T) (*world, map[string]*entry) {
	t.Helper()
	w, people := rolledOut(t, "anna", "bert", "carl")
	w.policy.ID, w.policy.GraceID = model.DetachID, 0
	w.activate("anna")
	w.readBy(reader("old"))
	for _, e := range people {
		e.ou = "Staff0" // among many, so that no sentinel is missed with them
	}
	for range 3 {
		w.later(t, day)
	}
	return w, people
}

// exchanges are the ways in which the view of a directory changes.
func exchanges() map[string]func(*world) {
	return map[string]func(*world){
		"another bind account":          func(w *world) { w.readBy(reader("new")) },
		"another one under the name":    func(w *world) { w.readBy(model.Reader{ID: "id-of-new", Name: "cn=old"}) },
		"one whose entry is not shown":  func(w *world) { w.readBy(model.Reader{Name: "cn=new"}) },
		"another server":                func(w *world) { w.from("dc2") },
		"another copy under the name":   func(w *world) { w.source().replica.ID = "b" },
		"both":                          func(w *world) { w.from("dc2").readBy(reader("new")) },
		"the account, after the server": func(w *world) { w.state.Servers[0].LastRead = w.now; w.readBy(reader("new")) },
	}
}

// waitsForYes fails unless the withdrawal of anna waits for a yes, because of the view.
func waitsForYes(t *testing.T, p plan.Plan) {
	t.Helper()
	c := change(t, p, model.Withdraw, "anna")
	if c.Status != model.NeedsApproval || len(c.Asks) != 1 || c.Asks[0] != model.AskView || !strings.Contains(english.Join(c.Reasons), "may only be hidden") {
		t.Errorf("%s %v: %s", c.Status, c.Asks, english.Join(c.Reasons))
	}
}

func change(t *testing.T, p plan.Plan, op model.Op, name string) model.Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.Op == op && c.CSI == "E-"+name {
			return c
		}
	}
	t.Fatalf("no %s of %s: %v %+v", op, name, summary(p), p.Held)
	return model.Change{}
}

// approveAll says yes to what the plan waits for.
func (w *world) approveAll(p plan.Plan) {
	for _, c := range p.AwaitingApproval() {
		w.state.Approvals = append(w.state.Approvals, model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, Until: w.now.Add(30 * day)})
	}
}

// TestWhomAnotherViewHides: people who are missed first through another view stay, for as long as
// nobody says yes, and nobody else does. What the directory states counts as ever.
func TestWhomAnotherViewHides(t *testing.T) {
	t.Parallel()
	for name, exchange := range exchanges() {
		for _, kind := range []model.EvidenceKind{model.Absent, model.OutOfScope} {
			t.Run(name+", "+string(kind), func(t *testing.T) {
				t.Parallel()
				w, people := readForDays(t)
				exchange(w)
				people["anna"].leave(kind)
				people["bert"].leave(model.Disabled)
				for range 8 {
					p := w.later(t, day)
					if !p.Sources[0].Complete {
						t.Errorf("%+v", p.Sources[0].Conditions)
					}
				}
				if w.credential("anna") == nil || w.credential("bert") != nil {
					t.Fatalf("anna is hidden and must stay, bert is disabled and must go: %+v", w.pkg.Credentials)
				}
				p := w.later(t, day)
				waitsForYes(t, p)
				if c := condition(t, p, "view"); !c.OK || !strings.Contains(english.Say(c.Detail), "misses 1 who were seen before") {
					t.Errorf("%+v", c)
				}
			})
		}
	}
}

// TestASecondAccountThatAnotherViewHides: nobody of ours is missed but an account beside a leaver's, which
// may be somebody else who uses the Threema ID. As long as no proved view misses it, the ID asks.
func TestASecondAccountThatAnotherViewHides(t *testing.T) {
	t.Parallel()
	for name, exchange := range exchanges() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			second := w.hire("anna2")
			second.csi, second.ou = "E-anna", "Staff0"
			w.later(t, day)
			exchange(w)
			second.leave(model.Absent)
			w.later(t, day)
			people["anna"].leave(model.Disabled)
			var p plan.Plan
			for range 8 {
				p = w.later(t, day)
			}
			if c := change(t, p, model.Detach, "anna"); c.Status != model.NeedsApproval || !slices.Contains(c.Asks, model.AskSamePerson) {
				t.Errorf("%s %v: %s", c.Status, c.Asks, english.Join(c.Reasons))
			}
			if c := condition(t, p, "view"); !strings.Contains(english.Say(c.Detail), "misses 1 who were seen before") {
				t.Errorf("%+v", c)
			}
			w.acceptBaseline(t) // who left in truth
			for range 4 {
				p = w.later(t, day)
			}
			wantLines(t, of(p, "anna"))
		})
	}
}

// TestASecondAccountThatIsMissedAgain: the account of before misses it too, and its row begins with that.
func TestASecondAccountThatIsMissedAgain(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	second := w.hire("anna2")
	second.csi, second.ou = "E-anna", "Staff0"
	w.later(t, day)
	w.readBy(reader("new"))
	second.leave(model.Absent)
	people["anna"].leave(model.Disabled)
	for range 4 {
		w.later(t, day)
	}
	w.readBy(reader("old"))
	for _, want := range []model.Status{model.NeedsApproval, model.Due} {
		if c := change(t, w.later(t, day), model.Detach, "anna"); c.Status != want {
			t.Errorf("%s: %s", c.Status, english.Join(c.Reasons))
		}
	}
}

// TestWhoeverIsOutStandsInTheWayOfNoProof, though somebody has their csi by now, and the Threema ID
// waits for a yes because of that.
func TestWhoeverIsOutStandsInTheWayOfNoProof(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.readBy(reader("new"))
	people["anna"].leave(model.Absent)
	people["bert"].leave(model.Absent)
	for range 4 {
		w.later(t, day)
	}
	approve := func(name string) {
		c := change(t, w.plan(), model.Withdraw, name)
		w.give(model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, Until: w.now.Add(day)})
	}
	approve("anna")
	w.later(t, time.Hour)
	young := w.successor("Petra")
	young.ou, young.username = "Staff0", "petra"
	w.later(t, time.Hour)
	w.later(t, time.Hour)
	approve("bert")
	w.later(t, time.Hour)
	c := condition(t, w.later(t, time.Hour), "view")
	if w.owner(young.id) == nil || w.saga(people["anna"].id) == nil || strings.Contains(english.Say(c.Detail), "misses") && !strings.Contains(english.Say(c.Detail), "misses nobody") {
		t.Errorf("%+v", c)
	}
}

// TestRoutineExchange: where the new view misses nobody, nothing waits, and who leaves afterwards is
// out on time.
func TestRoutineExchange(t *testing.T) {
	t.Parallel()
	for name, exchange := range exchanges() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			people["bert"].leave(model.Absent) // before the exchange: its way goes on
			w.later(t, time.Hour)
			exchange(w)
			for n := range 3 {
				if n == 1 {
					people["anna"].leave(model.Absent)
				}
				p := w.later(t, day)
				if c := condition(t, p, "view"); !p.Sources[0].Complete || strings.Contains(english.Say(c.Detail), "misses 1") {
					t.Errorf("%+v", p.Sources[0].Conditions)
				}
			}
			if w.credential("bert") != nil {
				t.Error("bert is not out on time")
			}
			w.later(t, day)
			if w.credential("anna") != nil {
				t.Error("anna is not out on time")
			}
		})
	}
}

// TestSameView: what is no change of view.
func TestSameView(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*world){
		"an account with another name":     func(w *world) { w.readBy(model.Reader{ID: "id-of-old", Name: "cn=renamed"}) },
		"its entry is not shown any more":  func(w *world) { w.readBy(model.Reader{Name: "cn=old"}) },
		"another address of the same copy": func(w *world) { w.source().replica.Address = "dc1:3269" },
		"a ledger that knows no account":   func(w *world) { w.forgetReader(); w.readBy(reader("new")) },
		"and was read from another server": func(w *world) { w.forgetReader(); w.from("dc2").readBy(reader("new")) },
		"a ledger that knows no server":    func(w *world) { w.state.Servers = nil; w.from("dc2") },
		"a copy that was read, for a moment": func(w *world) {
			w.state.Servers = append(w.state.Servers, model.KnownServer{Source: "corp", Server: "dc2", Proved: true})
			w.from("dc2")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			edit(w)
			people["anna"].leave(model.Absent)
			for range 3 {
				w.later(t, day)
			}
			if w.credential("anna") != nil {
				t.Error("anna is not out on time")
			}
		})
	}
}

func (w *world) forgetReader() {
	b := w.state.Sources["corp"]
	b.Reader = model.Reader{}
	w.state.Sources["corp"] = b
}

// TestADomainControllerOfAnotherName: the copy tells, not the name.
func TestADomainControllerOfAnotherName(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.source().replica.ID = "a"
	w.later(t, day)
	w.from("dc1-renamed")
	people["anna"].leave(model.Absent)
	for range 3 {
		w.later(t, day)
	}
	if w.credential("anna") != nil {
		t.Error("anna is not out on time")
	}
}

// TestEndsOfAStop: whom an unproved view misses comes back, gets a yes, or stands in the accepted
// baseline; so the view is proved in the end, and whoever leaves then is out on time.
func TestEndsOfAStop(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		end  func(*testing.T, *world, map[string]*entry, plan.Plan)
		gone bool
	}{
		"they come back": {func(_ *testing.T, _ *world, people map[string]*entry, _ plan.Plan) { people["anna"].comeBack() }, false},
		"they are disabled": {func(_ *testing.T, _ *world, people map[string]*entry, _ plan.Plan) {
			people["anna"].leave(model.Disabled)
		}, true},
		"somebody says yes": {func(_ *testing.T, w *world, _ map[string]*entry, p plan.Plan) { w.approveAll(p) }, true},
		"the baseline": {func(t *testing.T, w *world, _ map[string]*entry, _ plan.Plan) {
			if p := w.acceptBaseline(t); len(p.Baseline.Leaves) != 1 || p.Baseline.Leaves[0].CSI != "E-anna" {
				t.Errorf("it lists %+v", p.Baseline.Leaves)
			}
		}, true},
		"the old account, which misses them too": {func(_ *testing.T, w *world, _ map[string]*entry, _ plan.Plan) { w.readBy(reader("old")) }, true},
		"the old account, which shows them": {func(_ *testing.T, w *world, people map[string]*entry, _ plan.Plan) {
			w.readBy(reader("old"))
			people["anna"].comeBack()
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			w.readBy(reader("new"))
			people["anna"].leave(model.Absent)
			var p plan.Plan
			for range 3 {
				p = w.later(t, day)
			}
			waitsForYes(t, p)
			row.end(t, w, people, p)
			for range 3 {
				w.later(t, day)
			}
			if (w.credential("anna") == nil) != row.gone {
				t.Errorf("anna: %+v", w.pkg.Credentials)
			}
			people["carl"].leave(model.Absent)
			for range 3 {
				p = w.later(t, day)
			}
			if w.credential("carl") != nil {
				t.Errorf("the view is not proved: %+v, %v", condition(t, p, "view"), summary(p))
			}
			if row.gone && len(w.pkg.Users) > 0 {
				t.Errorf("the ID waits for ever: %+v, %v", w.pkg.Users, summary(p))
			}
		})
	}
}

// TestTheIDAsksToo: a yes is for one step, and as long as the view is not proved, because somebody else
// is still missed without a yes, the Threema ID takes one of its own.
func TestTheIDAsksToo(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.readBy(reader("new"))
	people["anna"].leave(model.Absent)
	people["bert"].leave(model.OutOfScope)
	var p plan.Plan
	for range 3 {
		p = w.later(t, day)
	}
	c := change(t, p, model.Withdraw, "anna")
	w.state.Approvals = []model.GivenApproval{{ChangeID: c.ID, Op: c.Op, Person: c.Person, Until: w.now.Add(day)}}
	w.later(t, time.Hour)
	if c := change(t, w.later(t, time.Hour), model.Detach, "anna"); c.Status != model.NeedsApproval {
		t.Errorf("%s %v", c.Status, c.Asks)
	}
	people["bert"].comeBack()
	w.later(t, time.Hour)
	if len(w.pkg.Users) > 0 {
		t.Errorf("the view is proved, and anna's departure decided: %v", summary(w.plan()))
	}
}

// TestWhileTheViewIsUnproved: whoever is missed meanwhile waits too, also somebody whom the new view
// showed; and so does a person of whom it showed nothing at all before it showed them to be gone.
func TestWhileTheViewIsUnproved(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.readBy(reader("new"))
	people["bert"].leave(model.Absent)
	people["anna"].hide("nothing of its unit is readable")
	w.later(t, day)
	people["bert"].comeBack() // now only silence hides anna
	p := w.later(t, day)
	if c := condition(t, p, "view"); !strings.Contains(english.Say(c.Detail), "misses 1 who were seen before") {
		t.Errorf("a silence proves the view: %+v", c)
	}
	people["anna"].leave(model.Absent)
	people["carl"].leave(model.Absent)
	for range 5 {
		p = w.later(t, day)
	}
	waitsForYes(t, p)
	if c := change(t, p, model.Withdraw, "carl"); c.Status != model.NeedsApproval {
		t.Errorf("carl, missed meanwhile: %s", c.Status)
	}
}

// TestAnExchangeOfAccountsReachesEachServer: through the new account, what the other server shows is
// another view again, for its rights may be its own; a server that agrees ends the question.
func TestAnExchangeOfAccountsReachesEachServer(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.acquaint(t)
	w.readBy(reader("new")).later(t, day)
	w.from("dc2")
	people["anna"].leave(model.Absent)
	for range 4 {
		w.later(t, day)
	}
	waitsForYes(t, w.plan())
	if got := w.state.LastServer("corp").Server; got != "dc1" {
		t.Errorf("%s is asked first, though it is not proved", got)
	}
	w.from("dc1")
	for range 3 {
		w.later(t, day)
	}
	if w.credential("anna") != nil {
		t.Error("both miss anna, and she is still in")
	}
}

// TestIncompleteReadProvesNothing: neither the account nor the copy.
func TestIncompleteReadProvesNothing(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.source().incomplete = true
	w.readBy(reader("new")).later(t, day)
	w.source().incomplete = false
	people["anna"].leave(model.Absent)
	for range 4 {
		w.later(t, day)
	}
	waitsForYes(t, w.plan())
}

// TestAReadWithNamelessEntriesProvesNoNewView, for it does not say who is absent; the one of before
// needs no proof.
func TestAReadWithNamelessEntriesProvesNoNewView(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]bool{"old": false, "new": true} {
		w, people := readForDays(t)
		w.source().nameless = true
		w.readBy(reader(name)).later(t, day)
		people["anna"].leave(model.OutOfScope)
		for range 4 {
			w.later(t, day)
		}
		if waits {
			waitsForYes(t, w.plan())
		} else if w.credential("anna") != nil {
			t.Errorf("%s: anna is not out on time", name)
		}
	}
}

// TestARowThatBeginsAfresh in a view that is not proved is missed first through it, whatever was seen
// of the person before: the last look found them entitled, or they stood under another ID.
func TestARowThatBeginsAfresh(t *testing.T) {
	t.Parallel()
	another := func(w *world, people map[string]*entry) {
		people["young"] = w.hire("young")
		people["young"].csi, people["young"].first = people["anna"].csi, "Somebody"
	}
	bothHidden := func(_ *world, people map[string]*entry) {
		people["young"].leave(model.Absent)
		people["bert"].leave(model.Absent)
	}
	for name, row := range map[string]struct {
		before, with func(*world, map[string]*entry)
		then         model.EvidenceKind // of the other account
		ask          model.Ask          // "": out without a yes
	}{
		"seen by the last look": {func(*world, map[string]*entry) {}, func(w *world, people map[string]*entry) {
			for n := range w.state.Observations {
				if o := &w.state.Observations[n]; o.Person == people["anna"].id {
					o.Reads, o.ConfirmedAt = 0, time.Time{}
				}
			}
		}, model.Absent, model.AskView},
		"after a hole": {func(*world, map[string]*entry) {}, func(w *world, _ map[string]*entry) {
			w.now = w.now.Add(30 * day)
		}, model.Absent, model.AskView},
		"hidden under another ID":             {another, bothHidden, model.Absent, model.AskSamePerson},
		"hidden and deleted under another ID": {another, bothHidden, model.Tombstone, ""}, // the row from before the exchange is full
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			people["anna"].leave(model.Absent)
			row.before(w, people)
			w.later(t, time.Hour)
			row.with(w, people)
			w.readBy(reader("new"))
			for n := range 6 {
				if young := people["young"]; n == 2 && young != nil {
					young.leave(row.then)
				}
				w.later(t, day)
			}
			if row.ask == "" {
				if w.credential("anna") != nil {
					t.Errorf("anna is in: %v", summary(w.plan()))
				}
				return
			}
			c := change(t, w.plan(), model.Withdraw, "anna")
			if c.Status != model.NeedsApproval || !slices.Contains(c.Asks, row.ask) {
				t.Errorf("%s %v", c.Status, c.Asks)
			}
		})
	}
}

// TestAHalfReadTakesNoMarkBack, though it came through the account of before: it may lack anybody, and so
// may one with an entry that has no ID.
func TestAHalfReadTakesNoMarkBack(t *testing.T) {
	t.Parallel()
	for name, half := range map[string]func(d *directory, so bool){
		"incomplete":           func(d *directory, so bool) { d.incomplete = so },
		"with nameless people": func(d *directory, so bool) { d.nameless = so },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			w.readBy(reader("new"))
			people["anna"].leave(model.Absent)
			for range 4 {
				w.later(t, day)
			}
			half(w.source(), true)
			w.readBy(reader("old")).later(t, day)
			half(w.source(), false)
			waitsForYes(t, w.readBy(reader("new")).later(t, day))
		})
	}
}

// TestAccountsThatLookAlike: an ID that was known once tells two accounts of one name apart, and belongs
// to no account of another name.
func TestAccountsThatLookAlike(t *testing.T) {
	t.Parallel()
	for name, readers := range map[string][2]model.Reader{
		"made anew while its entry was hidden": {{Name: "cn=old"}, {ID: "id-of-new", Name: "cn=old"}},
		"back after one that hides its entry":  {{Name: "cn=new"}, reader("old")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			w.readBy(readers[0]).later(t, day)
			w.readBy(readers[1])
			people["anna"].leave(model.Absent)
			for range 4 {
				w.later(t, day)
			}
			waitsForYes(t, w.plan())
		})
	}
}

// TestWhoIsThereIsNotMissed by a new view, though nothing can be said about them: somebody who was moved
// below exclude_dns, say.
func TestWhoIsThereIsNotMissed(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.readBy(reader("new"))
	people["anna"].excluded = true
	if c := condition(t, w.later(t, day), "view"); !strings.Contains(english.Say(c.Detail), "misses nobody") {
		t.Errorf("%+v", c)
	}
}

// TestViewOfAnotherScope: the accepted baseline of a changed scope lists whom it misses, and is the
// yes for them, whoever reads.
func TestViewOfAnotherScope(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.source().scope = "s2"
	w.readBy(reader("new"))
	people["anna"].leave(model.OutOfScope)
	p := w.later(t, day)
	if c := change(t, p, model.Withdraw, "anna"); c.Guard != model.GuardBaseline {
		t.Errorf("not a preview: %s", c.Status)
	}
	if c := condition(t, p, "view"); !strings.HasPrefix(english.Say(c.Detail), "not judged") {
		t.Errorf("the ledger knows another scope, and nothing can be compared: %+v", c)
	}
	if p = w.acceptBaseline(t); len(p.Baseline.Leaves) != 1 {
		t.Errorf("it lists %+v", p.Baseline.Leaves)
	}
	for range 3 {
		w.later(t, day)
	}
	if w.credential("anna") != nil {
		t.Error("anna is listed and accepted, and still in")
	}
}

// TestAnotherAccountThatDoesNotSeeItself is no loss of rights: nobody knows that it ever did.
func TestAnotherAccountThatDoesNotSeeItself(t *testing.T) {
	t.Parallel()
	w, _ := readForDays(t)
	w.source().account = "CN=old"
	w.later(t, day)
	w.source().account = ""
	for range 2 {
		p := w.readBy(reader("new")).later(t, day)
		if !p.Sources[0].Complete || w.state.Sources["corp"].AccountSeen {
			t.Errorf("%+v, %+v", p.Sources[0].Conditions, w.state.Sources)
		}
	}
	w.source().account = "CN=new"
	w.later(t, day)
	w.source().account = ""
	if p := w.later(t, day); p.Sources[0].Complete {
		t.Error("this account saw itself, and does no more")
	}
}

// TestOrderOfSomebodyHidden: somebody's word ends the access, and proves no departure.
func TestOrderOfSomebodyHidden(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.readBy(reader("new"))
	people["anna"].leave(model.Absent)
	for range 3 {
		w.later(t, day)
	}
	answer := plan.ComputeOrder(w.input(), plan.Order{Person: people["anna"].id, Reason: "phone stolen", By: "ada"})
	if c := answer.Withdrawal(); answer.Departed || !c.Ordered || c.Status != model.Due {
		t.Errorf("departed %t: %+v", answer.Departed, c)
	}
}

// TestOneReadOfAProvedView: the reads in which an unproved view hid somebody prove nothing once a proved
// view misses them too. Their row begins with that read.
func TestOneReadOfAProvedView(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.readBy(reader("new"))
	people["anna"].leave(model.Absent)
	for range 4 {
		w.later(t, day)
	}
	waitsForYes(t, w.plan())
	w.readBy(reader("old"))
	p := w.later(t, time.Hour)
	if c := change(t, p, model.Withdraw, "anna"); c.Status != model.Waiting || len(c.Asks) != 0 {
		t.Errorf("one read of the account that sees her made it %s %v: %s", c.Status, c.Asks, english.Join(c.Reasons))
	}
	people["anna"].comeBack()
	w.later(t, time.Hour)
	if w.done[model.Withdraw] != 0 {
		t.Error("withdrawn")
	}
}

// TestHiddenThenDisabled: the directory states the departure of somebody whom an unproved view, or a place
// that shows nothing, had hidden for days. It takes no yes, and its grace begins with the statement.
func TestHiddenThenDisabled(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(*world, *entry){
		"by the view":  func(w *world, anna *entry) { w.readBy(reader("new")); anna.leave(model.Absent) },
		"by the place": func(_ *world, anna *entry) { anna.vanish() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			hide(w, people["anna"])
			for range 5 {
				w.later(t, day)
			}
			people["anna"].leave(model.Disabled)
			c := change(t, w.later(t, time.Hour), model.Withdraw, "anna")
			if c.Status != model.Waiting || len(c.Asks) != 0 {
				t.Errorf("%s %v", c.Status, c.Asks)
			}
			w.later(t, 25*time.Hour)
			if w.credential("anna") != nil {
				t.Errorf("anna is in: %v", summary(w.plan()))
			}
		})
	}
}

// TestWhatChangedIsNamed: whoever is missed first waits because of something that changed, and the step says what.
func TestWhatChangedIsNamed(t *testing.T) {
	t.Parallel()
	for says, edit := range map[string]func(*world){
		"the scope of source corp has changed (one of base_dn, filter, groups": func(w *world) { w.source().scope = "s9" },
		"source corp is another directory":                                     func(w *world) { w.source().context = "n9" },
		"another bind account reads (":                                         func(w *world) { w.readBy(reader("new")) },
		"holds a copy of the directory that no proved read":                    func(w *world) { w.from("dc2") },
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			edit(w)
			people["anna"].leave(model.Absent)
			w.later(t, day)
			p := w.later(t, day)
			n := slices.IndexFunc(p.Changes, func(c model.Change) bool { return c.Op == model.Withdraw && c.Person == people["anna"].id })
			if n < 0 || !slices.Contains(p.Changes[n].Asks, model.AskView) {
				t.Fatalf("nobody is asked: %v", summary(p))
			}
			if reason := english.Join(p.Changes[n].Reasons); !strings.Contains(reason, "missed first when "+says) && !strings.Contains(reason, "missed first when "+w.source().server+" "+says) {
				t.Errorf("it does not say %q: %s", says, reason)
			}
		})
	}
}
