package plan_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// order decides on an order to withdraw somebody.
func (w *world) order(e *entry) plan.Ordered {
	return plan.ComputeOrder(w.input(), plan.Order{Person: e.id, Reason: "stolen phone", By: "anna (uid 1000)"})
}

// answer puts what comes of an order into a line.
func answer(o plan.Ordered) string {
	var lines []string
	for _, c := range o.Changes {
		line := fmt.Sprintf("%s %s", c.Op, c.Status)
		if c.Guard != "" {
			line += " by " + c.Guard
		}
		if c.Ordered {
			line += " on word"
		}
		lines = append(lines, line)
	}
	for word, text := range map[string]string{"already: ": english.Say(o.Already), "refused: ": english.Say(o.Refused)} {
		if text != "" {
			lines = append(lines, word+text)
		}
	}
	return strings.Join(lines, ", ")
}

// TestOrder: what an order lifts, and what it does not. Anna has one Threema ID, which is
// published; leavers wait 24 h and IDs a week more.
func TestOrder(t *testing.T) {
	t.Parallel()
	const (
		onWord = "withdraw due on word"
		begun  = "withdraw due, disable-contact due"
	)
	gone := func(_ *world, e *entry) { e.leave(model.Absent) }
	for _, row := range []struct {
		name  string
		setup func(*world, *entry)
		want  string // begins with
	}{
		{"entitled", func(*world, *entry) {}, onWord},
		{"departed, not confirmed", gone, begun},
		{"departed, in grace", func(_ *world, e *entry) { e.leave(model.Disabled) }, begun},
		{"unknown", func(_ *world, e *entry) { e.hide("parent not readable") }, onWord},
		{"excluded", func(_ *world, e *entry) { e.leave(model.Disabled); e.excluded = true }, onWord},
		{"held by a fault of the entry", func(_ *world, e *entry) { e.held = "no name" }, onWord},
		{"departed by evidence that does not count", func(w *world, e *entry) {
			gone(w, e)
			w.policy.Evidence = []model.EvidenceKind{model.Disabled}
		}, onWord},
		{"departed in an incomplete read", func(w *world, e *entry) {
			e.leave(model.Disabled)
			w.source().incomplete = true
		}, onWord},
		{"the directory is down", func(w *world, e *entry) {
			gone(w, e)
			w.source().unread = true
		}, onWord},
		{"known as departed, but the directory is down now", func(w *world, e *entry) {
			e.leave(model.Disabled)
			w.remember(w.plan().Update)
			w.source().unread = true
		}, onWord},
		{"known as departed, but this read is incomplete", func(w *world, e *entry) {
			e.leave(model.Disabled)
			w.remember(w.plan().Update)
			w.source().incomplete = true
		}, onWord},
		{"limits do not count", func(w *world, e *entry) {
			gone(w, e)
			w.policy.LeaversRun.Count, w.policy.LeaversDay.Count = 0, 0
		}, begun},
		{"no contact is disabled whose user reports another csi", func(w *world, e *entry) {
			gone(w, e)
			w.pkg.Users[0].CSI = "E-other"
		}, "withdraw needs-approval"},
		{"renamed by hand", func(w *world, _ *entry) { w.credential("anna").Username = "anna-x" }, onWord},

		{"already gone, by two lists", func(w *world, e *entry) {
			w.withdrawByHand("anna")
			w.owner(e.id).MissingSince, w.owner(e.id).MissingReads = w.now.Add(-time.Hour), 1
		}, "already: credential anna is not in the package any more"},
		{"gone in one list", func(w *world, _ *entry) { w.withdrawByHand("anna") }, onWord},
		{"gone in one list, and its withdrawal had no answer", func(w *world, e *entry) {
			w.state.Open = []model.Operation{{ID: 9, Op: model.Withdraw, Subject: model.Subject{Person: e.id, CSI: "E-anna"}, CredentialID: w.credential("anna").ID, Username: "anna", Ordered: true}}
			w.withdrawByHand("anna")
		}, "already: the withdrawal of credential anna: it was sent, and no answer says whether it was done; the last list lacks the credential, so it is most likely gone: a pass from"},
		{"policy", func(w *world, _ *entry) { w.policy.Mode = model.UpsertOnly }, "withdraw withheld on word"},
		{"app_access: keep", func(w *world, _ *entry) { w.policy.Withdraw = false }, "refused: leavers.app_access: keep"},
		{"another scope", func(w *world, _ *entry) { w.source().scope = "s2" }, "withdraw blocked by baseline on word"},
		{"no baseline", func(w *world, _ *entry) { w.state.Baseline = false }, "withdraw blocked by baseline on word"},
		{"another package", func(w *world, _ *entry) { w.pkg.Subscription.ID = "SUB2" }, "withdraw blocked by baseline on word"},
		{"stop file", func(w *world, e *entry) {
			gone(w, e)
			w.stop = "the stop file exists"
		}, "withdraw blocked by stop-file, disable-contact blocked by stop-file"},
		{"protected", func(w *world, _ *entry) { w.policy.Protected = []string{"E-anna"} }, "withdraw needs-approval on word"},
		{"protected, departed", func(w *world, e *entry) {
			gone(w, e)
			w.policy.Protected = []string{"E-anna"}
		}, "withdraw needs-approval, disable-contact needs-approval"},
		{"approval of the class", func(w *world, _ *entry) { w.policy.Approval = model.ApproveRecoverable }, "withdraw needs-approval on word"},
		{"approval of irreversible steps only", func(w *world, _ *entry) { w.policy.Approval = model.ApproveIrreversible }, onWord},
		{"no requests left", func(w *world, _ *entry) { w.budget.Remaining = 4 }, "withdraw deferred on word"},
		{"the last five requests", func(w *world, _ *entry) { w.budget.Remaining = 5 }, onWord},
		{"a Gateway ID uses the credential", func(w *world, _ *entry) { w.pkg.Users[0].ID = "*GATEWAY" }, "refused: a Gateway"},
		{"several csis", func(w *world, _ *entry) {
			w.user(w.activate("anna")).CSI = "E-other"
		}, "refused: the Threema IDs on credential anna report different csis"},
		{"shared, and not made by us", func(w *world, e *entry) {
			w.owner(e.id).Created = false
			w.activate("anna")
		}, "refused: several Threema IDs use the credential anna, which we did not create"},
		{"a second ID on a credential that we made", func(w *world, _ *entry) { w.activate("anna") }, onWord},
		{"under another directory ID by now", func(w *world, e *entry) {
			w.now = w.now.Add(time.Hour)
			gone(w, e)
			w.hire("anna")
		}, "withdraw needs-approval, disable-contact needs-approval"},
		{"the csi of a second person", func(w *world, _ *entry) { w.hire("zoe").csi = "E-anna" }, onWord},
		{"the th_csi of somebody else", func(w *world, e *entry) {
			w.set(w.owner(e.id).CredentialID, []model.Setting{{Name: model.SettingCSI, Value: "E-other"}})
		}, "withdraw needs-approval on word"},
		{"memory alone stops nothing", func(w *world, e *entry) {
			zoe := w.hire("zoe")
			w.state.FormerLinks = []model.FormerLink{{ThreemaID: w.pkg.Users[0].ID, Person: zoe.id, Until: w.now}}
			w.state.Observations = append(w.state.Observations, model.Observation{Subject: model.Subject{Person: zoe.id, CSI: "E-zoe"}, State: model.Entitled})
			w.pkg.Users[0].CSI = ""
		}, onWord},
		{"a create that nobody finished", func(w *world, e *entry) {
			w.state.Open = []model.Operation{{ID: 9, Op: model.Create, Subject: model.Subject{Person: e.id, CSI: "E-anna"}, CredentialID: w.credential("anna").ID, Username: "anna"}}
		}, "refused: an interrupted pass has not finished making their credential"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.activate("anna")
			w.settle(t)
			row.setup(w, people["anna"])
			o := w.order(people["anna"])
			if got := answer(o); got != row.want && (!strings.Contains(row.want, ": ") || !strings.HasPrefix(got, row.want)) {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
			for _, c := range o.Changes {
				if c.By != "anna (uid 1000)" || !strings.HasPrefix(english.Join(c.Reasons), "ordered: stolen phone") || !strings.Contains(english.Say(c.Evidence), english.Say(o.Directory)) {
					t.Errorf("the record of %s: by %q, reason %q, evidence %q", c.Op, c.By, english.Join(c.Reasons), english.Say(c.Evidence))
				}
			}
		})
	}
}

// TestOrderForNobodyOfOurs: who has no managed credential has nothing to withdraw, and the answer
// says what there is instead.
func TestOrderForNobodyOfOurs(t *testing.T) {
	t.Parallel()
	past := []model.PastDeparture{{Username: "zoe", WithdrawnAt: time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)}, {Username: "zoe"}}
	for _, row := range []struct {
		name  string
		setup func(*world, *entry)
		want  string
	}{
		{"a joiner", func(*world, *entry) {}, "refused: no credential of theirs is managed, so there is nothing to withdraw; but they are entitled"},
		{"a stranger", func(_ *world, e *entry) { e.leave(model.Disabled) }, "already: credential zoe was withdrawn on 2026-02-03"},
		{"unmanaged", func(w *world, e *entry) {
			e.held = "no name"
			w.foreignCredential("z.old", "E-zoe")
		}, "refused: the credential z.old carries their csi, but it is not managed: withdraw it by hand"},
		{"on the way out", func(w *world, e *entry) {
			e.leave(model.Disabled)
			w.pkg.Users = []model.User{{ID: "ID000001"}}
			w.policy.ID = model.DetachID
			w.state.Departures = []model.Departure{{Subject: model.Subject{Person: e.id, CSI: "E-zoe"}, Username: "zoe", CredentialID: "c", WithdrawnAt: w.now, IDs: []model.DepartingID{{ThreemaID: "ID000001"}}}}
		}, "already: credential zoe was withdrawn on 2026-03-0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, _ := rolledOut(t, "anna")
			e := w.hire("zoe")
			row.setup(w, e)
			got := answer(plan.ComputeOrder(w.input(), plan.Order{Person: e.id, Departures: past}))
			if !strings.HasPrefix(got, row.want) {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// TestApprovedOrder: the yes is to this one step of this person, whoever else waits, and it is the
// id that the ordinary plan has for it.
func TestApprovedOrder(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.Protected, w.policy.GraceWithdraw = []string{"E-anna", "E-bert"}, 0
	people["anna"].leave(model.Disabled)
	people["bert"].leave(model.Disabled)
	o := w.order(people["anna"])
	if id := find(t, w.plan(), model.Withdraw, "anna").ID; o.Withdrawal().ID != id {
		t.Errorf("the order calls it %s, the plan %s", o.Withdrawal().ID, id)
	}
	if o.Hash == w.order(people["bert"]).Hash || o.Hash == w.plan().Hash {
		t.Error("the hash covers somebody else")
	}
	w.approve(plan.Plan{Changes: o.Changes}, day)
	if got := answer(w.order(people["anna"])); got != "withdraw due" {
		t.Error(got)
	}
	if got := answer(w.order(people["bert"])); got != "withdraw needs-approval" {
		t.Error(got)
	}
}

// TestIDWaitsForTheConfirmation: a departure whose withdrawal came first, by order, goes on with
// the ID only when it is confirmed, and a sighting in between ends it.
func TestIDWaitsForTheConfirmation(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		grace   time.Duration
		detach  int // hour of the detach
		comesAt int // hour at which the person is back, -1: never
	}{
		{"no grace", 0, 24, -1},
		{"grace within the confirmation", 12 * time.Hour, 24, -1},
		{"grace beyond it", 36 * time.Hour, 36, -1},
		{"back before it is confirmed", 0, -1, 20},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.GraceID = model.DetachID, row.grace
			w.activate("anna")
			w.settle(t)
			people["anna"].leave(model.Absent)
			w.obey(t, w.order(people["anna"]))
			detached := -1
			for hour := range 48 {
				if hour == row.comesAt {
					people["anna"].comeBack()
				}
				if w.pass(t); detached < 0 && w.done[model.Detach] == 1 {
					detached = hour
				}
				w.now = w.now.Add(time.Hour)
			}
			if detached != row.detach {
				t.Errorf("detached at hour %d, want %d", detached, row.detach)
			}
		})
	}
}

// obey carries an order out, as the applier does.
func (w *world) obey(t *testing.T, o plan.Ordered) {
	t.Helper()
	w.remember(w.plan().Update)
	w.apply(plan.Plan{Changes: o.Changes})
	if w.credential(o.Username) != nil {
		t.Fatalf("nothing was withdrawn: %s", answer(o))
	}
}

// TestOrderSettledByLooking: what a crash left of an order is settled by the package, and keeps the
// person's ownership.
func TestOrderSettledByLooking(t *testing.T) {
	t.Parallel()
	for _, there := range []bool{true, false} {
		w, people := rolledOut(t, "anna")
		own := *w.owner(people["anna"].id)
		w.state.Open = []model.Operation{{ID: 9, Op: model.Withdraw, Ordered: true, Subject: model.Subject{Person: own.Person}, CredentialID: own.CredentialID, Username: "anna"}}
		if !there {
			w.withdrawByHand("anna")
			w.state.Orders = []model.PastOrder{{CredentialID: own.CredentialID, At: w.now}}
		}
		p := w.plan()
		if diff := cmp.Diff([]model.SettledOperation{{ID: 9, Done: !there}}, p.Update.Settled); diff != "" {
			t.Error(diff)
		}
		if there {
			wantLines(t, of(p, "anna"))
		} else {
			wantLines(t, of(p, "anna"), "held E-anna")
			wantWords(t, p, "credential anna was withdrawn by order of 2026-03-")
		}
	}
}

// checkOrder orders the withdrawal of somebody of any world, and wants what holds of every order:
// it reaches one person, no ID, and without a proof of this read nothing but the credential.
func checkOrder(t testing.TB, in plan.Input, seed uint64) {
	t.Helper()
	if len(in.State.Owned) == 0 {
		return
	}
	own := in.State.Owned[seed%uint64(len(in.State.Owned))]
	order := plan.Order{Person: own.Person, Reason: "why", By: "anna"}
	o := plan.ComputeOrder(in, order)
	if again := plan.ComputeOrder(shuffled(in, seed), order); !reflect.DeepEqual(o, again) {
		t.Fatalf("the order of the input shows (-one +other):\n%s", cmp.Diff(o, again))
	}
	answers := 0
	for _, there := range []bool{o.Already.Code != "", o.Refused.Code != "", len(o.Changes) > 0} {
		if there {
			answers++
		}
	}
	if answers != 1 || o.Departed && !provenNow(in, own.Person) {
		t.Fatalf("%d answers: %+v", answers, o)
	}
	for n, c := range o.Changes {
		withdrawal := c.Op == model.Withdraw && c.CredentialID == own.CredentialID && c.Ordered != o.Departed
		contact := c.Op == model.DisableContact && o.Departed && !c.Ordered
		if c.Person != own.Person || c.By != "anna" || n == 0 && !withdrawal || n > 0 && !contact {
			t.Fatalf("change %d of the order on %s: %+v", n, own.Person, c)
		}
		halted := in.Stop != "" || in.Policy.Mode != model.Sync || !in.Policy.Withdraw
		if c.Status == model.Due && halted {
			t.Fatalf("due, though halted: %+v", c)
		}
	}
}

// provenNow tells whether a complete read of the input shows a person as departed.
func provenNow(in plan.Input, person model.PersonID) bool {
	for _, s := range in.Sources {
		gone := slices.ContainsFunc(s.Identities, func(i model.Identity) bool { return i.Person == person && i.State == model.Departed }) ||
			slices.ContainsFunc(s.Snapshot.Sightings, func(x model.Sighting) bool { return x.ID == person && x.State == model.Departed })
		if gone && s.Snapshot.Departures() {
			return true
		}
	}
	return false
}
