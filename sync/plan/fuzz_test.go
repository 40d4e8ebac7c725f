package plan_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// dice deals decisions from bytes; when they are used up it deals zeros.
type dice struct{ data []byte }

func (d *dice) roll(sides int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % sides
}

func (d *dice) one(in int) bool { return d.roll(in) == 1 }

func pick[T any](d *dice, list ...T) T { return list[d.roll(len(list))] }

// FuzzCompute lets a small world live: people come and go, administrators meddle, requests are
// lost, clocks step. After every event a pass plans and applies; what must hold of every plan
// is in world.check, and here: the order of the input does not show, the plan can be shown,
// and a world left alone settles. Fuzzing begins with worlds that [TestFuzzReachesEverything] lives
// in every test run.
func FuzzCompute(f *testing.F) {
	if fuzzing := flag.Lookup("test.fuzz"); fuzzing != nil && fuzzing.Value.String() != "" {
		for seed := range uint64(firstWorlds) {
			f.Add(seedBytes(seed))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { live(t, data, func(plan.Input, plan.Plan) {}) })
}

const firstWorlds = 150 // which fuzzing begins with, and every test run too

func seedBytes(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	data := make([]byte, 300)
	for n := range data {
		data[n] = byte(r.Uint32())
	}
	return data
}

// TestFuzzReachesEverything keeps the fuzzing from being vacuous: such worlds produce every
// operation, done and in every status, every guard, and every doubt of the memory. Beyond the first
// it lives no more of them than that takes.
func TestFuzzReachesEverything(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("lives hundreds of worlds: not in a short run")
	}
	const most = 3000
	reached := reach{}
	for seed := range uint64(most) {
		if seed >= firstWorlds && len(reached.lacks()) == 0 {
			t.Logf("everything is reached after %d worlds", seed)
			return
		}
		if !t.Run(fmt.Sprint("world ", seed), func(t *testing.T) {
			for op := range live(t, seedBytes(seed), reached.plan).done {
				reached.note("done", op)
			}
		}) {
			return
		}
	}
	t.Errorf("never seen in %d worlds: %q", most, reached.lacks())
}

// reach is what worlds have come to.
type reach map[string]bool

func (r reach) note(words ...any) { r[strings.TrimSpace(fmt.Sprintln(words...))] = true }

// plan notes everything that a plan has.
func (r reach) plan(_ plan.Input, p plan.Plan) {
	for _, c := range p.Changes {
		r.note(c.Op, c.Status)
		r.note("status", c.Status)
		if c.By != "" {
			r.note("ordered", c.Ordered, c.Status)
		}
		for _, a := range c.Asks {
			r.note("ask", a)
		}
		if c.Approved && c.Status == model.Due {
			r.note("approved", c.Op)
		}
	}
	for _, g := range p.Guards {
		r.note("guard", g.Name)
	}
	for _, s := range p.Sources {
		for _, c := range s.Conditions {
			if !c.OK {
				r.note("doubt", c.Name)
			}
		}
	}
	if b := p.Baseline; b != nil {
		for list, people := range map[string][]model.BaselinePerson{"enters": b.Enters, "leaves": b.Leaves, "rekeyed": b.Rekeyed} {
			if len(people) > 0 {
				r.note(list)
			}
		}
	}
	r.memory(p.Update)
}

func (r reach) memory(m model.StateUpdate) {
	for list, n := range map[string]int{"expired approvals": len(m.ExpiredApprovals), "accepted masses": len(m.Accepted), "cleared alarms": len(m.Cleared)} {
		if n > 0 {
			r.note(list)
		}
	}
	for _, e := range m.EndedDepartures {
		r.note("saga", e.Why)
	}
	for _, e := range m.Effects {
		r.note("effect", e.State())
	}
	for _, a := range m.Alarms {
		r.note("alarm", a.Kind)
	}
	for _, s := range m.Settled {
		r.note("settled", s.Done)
	}
}

// lacks lists what was not seen yet.
func (r reach) lacks() []string {
	want := reach{}
	for _, op := range model.Ops() {
		want.note("done", op)
		for _, status := range []model.Status{model.Due, model.Withheld, model.Blocked} {
			want.note(op, status)
		}
	}
	for _, status := range []model.Status{model.Waiting, model.NeedsApproval, model.Deferred, model.Suspended} {
		want.note("status", status)
	}
	for _, guard := range model.Guards() {
		want.note("guard", guard)
	}
	want.note("ask", model.AskView)
	want.note("ask", model.AskPlace)
	for _, name := range []string{"bind-account", "learned-sentinels", "count", "mapped-attributes"} {
		want.note("doubt", name)
	}
	for _, op := range []model.Op{model.Withdraw, model.Detach, model.Revoke, model.Create, model.SetSettings} {
		want.note("approved", op)
	}
	for _, state := range model.EffectStates() {
		want.note("effect", state)
	}
	for _, kind := range model.AlarmKinds() {
		want.note("alarm", kind)
	}
	for _, words := range []string{
		"ordered true due", "ordered false due", "saga settled", "saga returned", "saga transferred", "settled true", "settled false", "enters", "leaves", "rekeyed",
		"accepted masses", "expired approvals", "cleared alarms",
	} {
		want.note(words)
	}
	delete(want, "effect requested") // every effect begins so, and only what changes is recorded
	return slices.DeleteFunc(slices.Sorted(maps.Keys(want)), func(key string) bool { return r[key] })
}

// live runs a world from bytes. Every plan goes to look.
func live(t testing.TB, data []byte, look func(plan.Input, plan.Plan)) *world {
	t.Helper()
	d, ghosts, orders := &dice{data}, &dice{data}, &dice{data}
	w := newWorld()
	w.deal(d)
	w.calm(t)
	for n := range w.pkg.Credentials {
		if d.one(2) {
			w.activate(w.pkg.Credentials[n].Username)
		}
	}
	for steps := 0; len(d.data) > 0 && steps < 60; steps++ {
		w.event(d)
		if d.one(3) {
			w.event(d)
		}
		if ghosts.one(8) {
			w.haunt(ghosts)
		}
		if ghosts.one(12) {
			w.say(ghosts)
		}
		if orders.one(10) {
			w.ordering(w.someone(orders))
		}
		w.livePass(t, d, look)
		w.accept = false
		w.now = w.now.Add(pick(d, 0, time.Hour, day))
		if d.one(6) {
			w.calm(t)
		}
	}
	w.calm(t)
	return w
}

// deal makes the policy and the first people.
func (w *world) deal(d *dice) {
	p := &w.policy
	p.Mode = pick(d, model.Sync, model.Sync, model.Sync, model.UpsertOnly, model.CreateOnly, model.Observe)
	p.ID = pick(d, model.KeepID, model.DetachID, model.RevokeID)
	p.Withdraw = p.ID != model.KeepID || !d.one(4)
	p.ConfirmReads, p.ConfirmOver = pick(d, 1, 2, 3), pick(d, 0, time.Hour, day)
	p.GraceWithdraw, p.GraceID = pick(d, 0, 0, day), pick(d, 0, 0, 7*day)
	p.Approval = pick(d, model.ApproveNone, model.ApproveNone, model.ApproveIrreversible, model.ApproveRecoverable, model.ApproveAll)
	p.AdoptUsername, p.Recreate, p.PublishContacts = d.one(2), d.one(2), !d.one(4)
	if d.one(3) {
		defaultLimits(p)
	}
	p.ChunkSize, p.Batch = 1+d.roll(4), 1+d.roll(4)
	w.keepsLinks = d.one(2)
	w.budget = model.Budget{Remaining: 10_000, Reserve: 100, Unlimited: d.one(4), FreeAt: w.now.Add(time.Hour)}
	for n := range 2 + d.roll(24) {
		w.hire(fmt.Sprintf("%s%d", w.name(d), n)).extra = map[string]string{"th_nickname": pick(d, "", "N", "N")}
	}
	for range d.roll(3) {
		w.meddle(d)
	}
}

func (w *world) name(d *dice) string {
	return pick(d, "anna", "bert", "carl", "dora", "emil", "fritz", "gabi", "hans", "ida", "jan", "kurt", "lea") + pick(d, "", "", "1", "2")
}

func (w *world) someone(d *dice) *entry {
	people := w.sources[d.roll(len(w.sources))].people
	if len(people) == 0 {
		return w.hire(w.name(d))
	}
	return people[d.roll(len(people))]
}

// event is one thing that happens between two passes.
func (w *world) event(d *dice) {
	e := w.someone(d)
	switch d.roll(24) {
	case 22:
		w.many(d)
	case 23:
		if n := len(w.state.Departures); n > 0 { // somebody under way returns
			for _, e := range w.source().people {
				if e.id == w.state.Departures[d.roll(n)].Person {
					e.comeBack()
				}
			}
		}
	case 0, 1:
		w.hire(w.name(d))
	case 2, 3, 4:
		e.leave(pick(d, model.Disabled, model.Expired, model.Tombstone, model.OutOfScope, model.Absent))
	case 5:
		e.comeBack()
		e.held, e.excluded = "", false
	case 6:
		switch d.roll(5) {
		case 4:
			e.vanish()
		case 0:
			e.hide("referral")
		case 1:
			e.excluded = !e.excluded
		case 2:
			e.held = pick(d, "", "no sn")
		case 3:
			e.state, e.outside = model.Unknown, false
		}
	case 7:
		e.last = pick(d, "Muster", "Neu", "Ändert\x1b[2J")
		e.extra = map[string]string{"th_nickname": pick(d, "", "N", "M")}
		e.ou = pick(d, "Berlin", "Paris")
	case 8:
		e.csi = "E-" + w.name(d)
	case 9:
		e.username = w.name(d)
	case 10: // the account is created anew
		young := w.hireAt(w.source(), e.username)
		young.csi, young.last = e.csi, e.last
		e.leave(pick(d, model.Absent, model.Disabled, model.OutOfScope))
	case 11, 12, 13:
		if n := len(w.pkg.Credentials); n > 0 {
			w.activate(w.pkg.Credentials[d.roll(n)].Username)
		}
	case 14, 15:
		w.meddle(d)
	case 16:
		s := pick(d, w.sources...)
		s.incomplete = d.one(3)
		switch d.roll(6) {
		case 1:
			s.unread = true
		case 2:
			s.server, s.unread = "dc2", false
			s.reader.ID = pick(d, "reader-1", "reader-2")
		case 3:
			s.account = ""
		default:
			s.server, s.account, s.unread = "dc1", "cn=reader", false
			s.reader.ID = "reader-1"
		}
	case 17, 18:
		w.now = w.now.Add(pick(d, time.Minute, time.Hour, 13*time.Hour, day, 3*day, 8*day, -time.Hour, -30*day))
	case 19:
		w.decide(d)
	case 20:
		w.strain(d, e)
	case 21:
		w.rescope(d)
	}
}

// many is something that happens to a whole OU.
func (w *world) many(d *dice) {
	kind, ou := d.roll(5), pick(d, "Berlin", "Paris")
	for _, e := range slices.Clone(w.source().people) {
		switch {
		case e.ou != ou:
		case kind == 0:
			e.leave(pick(d, model.Disabled, model.OutOfScope))
		case kind == 1:
			e.comeBack()
		case kind == 2:
			e.last, e.extra = "Neu", map[string]string{"th_nickname": ""}
		case kind == 4:
			e.cleared = !e.cleared
		case kind == 3 && e.state == model.Entitled: // the directory is loaded anew
			e.leave(model.Absent)
			young := w.hireAt(w.source(), e.username)
			young.csi, young.ou, young.last = e.csi, e.ou, e.last
		}
	}
}

// meddle is an administrator in the cockpit, or a phone.
func (w *world) meddle(d *dice) {
	w.pkg.Credentials, w.pkg.Users, w.pkg.Contacts = slices.Clone(w.pkg.Credentials), slices.Clone(w.pkg.Users), slices.Clone(w.pkg.Contacts)
	credentials, users, contacts := w.pkg.Credentials, w.pkg.Users, w.pkg.Contacts
	switch what := d.roll(8); {
	case what <= 1:
		name := w.name(d)
		if w.credential(name) == nil {
			w.foreignCredential(name, pick(d, "", "E-"+name, "E-"+w.name(d)))
		}
	case what == 2 && len(credentials) > 0:
		w.dropCredential(credentials[d.roll(len(credentials))].ID)
	case what == 3 && len(credentials) > 0:
		c := &credentials[d.roll(len(credentials))]
		if name := w.name(d); w.credential(name) == nil {
			c.Username = name
		}
	case what == 4 && len(users) > 0:
		u := &users[d.roll(len(users))]
		switch d.roll(4) {
		case 0:
			u.CSI = pick(d, "", "E-"+w.name(d))
		case 1:
			u.CredentialID = ""
		case 2:
			w.dropUser(u.ID)
		case 3:
			if len(credentials) > 0 {
				u.CredentialID = credentials[d.roll(len(credentials))].ID
			}
		}
	case what == 5:
		u := model.User{ID: fmt.Sprintf("*GW%05d", w.next()), CSI: pick(d, "", "E-"+w.name(d))}
		if len(credentials) > 0 && d.one(2) {
			u.CredentialID = credentials[d.roll(len(credentials))].ID
		}
		w.pkg.Users = append(users, u)
	case what == 6 && len(contacts) > 0:
		c := &contacts[d.roll(len(contacts))]
		c.Enabled, c.LastName = d.one(2), pick(d, c.LastName, "", "Taxi")
	case what == 7:
		w.pkg.Contacts = append(contacts, model.Contact{ID: fmt.Sprintf("X%07d", w.next()), FirstName: "Taxi", Enabled: d.one(2)})
	}
}

// haunt lets what was taken from somebody show itself again, or an app go on.
func (w *world) haunt(d *dice) {
	if len(w.state.Effects) == 0 {
		return
	}
	e := w.state.Effects[d.roll(len(w.state.Effects))]
	w.pkg.Credentials, w.pkg.Users = slices.Clone(w.pkg.Credentials), slices.Clone(w.pkg.Users)
	switch d.roll(4) {
	case 0:
		if w.credentialByID(e.CredentialID) == nil && w.credential(e.Username) == nil {
			w.pkg.Credentials = append(w.pkg.Credentials, model.Credential{ID: e.CredentialID, Username: e.Username, Usage: w.linked(e.CredentialID)})
		}
	case 1:
		if e.ThreemaID != "" && w.user(e.ThreemaID) == nil {
			w.pkg.Users = append(w.pkg.Users, model.User{ID: e.ThreemaID, CSI: e.CSI})
		}
	case 2:
		w.pkg.Users = append(w.pkg.Users, model.User{ID: fmt.Sprintf("ID%06d", w.next()), CSI: e.CSI})
	case 3:
		for _, id := range e.IDs {
			if u := w.user(id); u != nil {
				u.LastCheck = w.now
			}
		}
	}
}

// say is somebody who says that a person is on leave, or that a withdrawal is taken back.
func (w *world) say(d *dice) {
	e := w.someone(d)
	switch d.roll(5) {
	case 0:
		w.endHold(e)
	case 1:
		switch u := w.undo(e); {
		case u.Open:
			w.endOrder(u.CredentialID)
		case u.Already.Code == "" && u.Refused.Code == "":
			w.endOrder(u.CredentialID)
			w.takeBack(u)
		}
	default:
		w.hold(e, pick(d, day, 4*day, 40*day))
	}
}

// decide is the operator.
func (w *world) decide(d *dice) {
	w.policy.Mode = pick(d, model.Sync, model.Sync, model.UpsertOnly, model.CreateOnly, model.Observe)
	w.policy.AdoptUsername = d.one(2)
	w.policy.PublishContacts = !d.one(4)
	w.policy.Approval = pick(d, model.ApproveNone, model.ApproveIrreversible, model.ApproveAll)
	if w.policy.Withdraw {
		w.policy.ID = pick(d, model.KeepID, model.DetachID, model.RevokeID)
	}
	if n := len(w.pkg.Credentials); n > 0 && d.one(2) {
		w.policy.AdoptPersonal = []string{w.pkg.Credentials[d.roll(n)].Username}
	}
}

// strain makes something scarce, or requests get lost.
func (w *world) strain(d *dice, e *entry) {
	switch d.roll(6) {
	case 5:
		w.stop = pick(d, "the stop file is there", "", "the stop file is there", "")
		w.policy.Evidence = pick(d, model.EvidenceKinds(), model.EvidenceKinds(), []model.EvidenceKind{model.Disabled, model.Expired})
		w.policy.Protected = []string{e.csi}
	case 0:
		w.budget.Remaining, w.budget.Unlimited = d.roll(120), false
	case 1:
		w.pkg.Subscription.Licences = d.roll(10)
	case 2:
		w.state.RolledOut = true
	case 3, 4:
		every, fate := 1+d.roll(3), pick(d, lostBefore, lostAfter, crashed)
		n := 0
		w.lost = func(c model.Change) loss {
			n++
			if n%every != 0 || fate == crashed && c.Op != model.Create {
				return arrives
			}
			return fate
		}
	}
}

func (w *world) rescope(d *dice) {
	switch d.roll(5) {
	case 4:
		w.state.Gap = model.Gap{Kind: pick(d, model.OlderLedger, model.LostLedger), Own: 1, Done: 2, At: w.now}
	case 0:
		w.source().scope = pick(d, "s1", "s9")
	case 1, 2:
		w.accept = true
	case 3:
		if len(w.sources) == 1 {
			w.sources = append(w.sources, &directory{name: "north", scope: "s2", context: "n2"})
			w.configured = [][]string{nil, {"corp", "north"}, {"north", "corp"}}[w.next()%3]
		}
		w.hireAt(w.sources[1], w.name(d))
	}
}

// livePass is one pass with everything that must hold of its plan.
func (w *world) livePass(t testing.TB, d *dice, look func(plan.Input, plan.Plan)) {
	t.Helper()
	in := w.input()
	p := plan.Compute(in)
	if p.Untrusted != nil { // sync records what is missing, and stops here
		w.remember(p.Update)
		return
	}
	if again := plan.Compute(shuffled(in, uint64(d.roll(256)))); !reflect.DeepEqual(p, again) {
		t.Fatalf("the order of the input shows (-one +other):\n%s", gocmp.Diff(p, again))
	}
	doc, err := json.Marshal(view.NewPlanJSON(p))
	if err != nil {
		t.Fatal(err)
	}
	var screen strings.Builder
	if err := view.WritePlan(&screen, p, 3); err != nil {
		t.Fatal(err)
	}
	if view := screen.String() + string(doc); strings.Contains(view, "threema-dirsync plan") {
		t.Fatalf("the plan tells to type itself:\n%s", view)
	}
	w.nobodyForgotten(t, in, p)
	checkOrder(t, in, uint64(len(in.State.Observations)))
	look(in, p)
	w.passOn(t, in, p)
	if len(p.AwaitingApproval()) > 0 && d.one(3) { // somebody reads the plan and says yes
		w.approve(p, pick(d, time.Hour, day, 30*day))
	}
}

// nobodyForgotten wants a word about everybody: who is entitled has a credential, a change or a
// reason; who of ours is not has a change or a reason.
func (w *world) nobodyForgotten(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	told := map[model.PersonID]bool{}
	for _, c := range p.Changes {
		told[c.Person] = true
		if c.Op == model.Transfer {
			for _, own := range in.State.Owned {
				told[own.Person] = told[own.Person] || own.CredentialID == c.CredentialID
			}
		}
	}
	for _, h := range p.Held {
		told[h.Person] = true
	}
	settled := map[model.PersonID]bool{}
	for _, own := range in.State.Owned {
		settled[own.Person] = w.credentialByID(own.CredentialID) != nil
	}
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			if i.State == model.Entitled && !told[i.Person] && !settled[i.Person] {
				t.Fatalf("nobody speaks of %s (%s), who is entitled and has nothing: %v", i.Person, i.CSI, summary(p))
			}
		}
	}
	if slices.ContainsFunc(p.Guards, func(g model.Guard) bool { return g.Name == model.GuardBaseline }) {
		return // a preview keeps the old memory
	}
	for _, o := range p.Update.Observations {
		_, ours := settled[o.Person]
		if ours && o.State != model.Entitled && !told[o.Person] && !w.settledWithdrawal(o.Person) && !undone(p, in, o.Person) {
			t.Fatalf("nobody speaks of %s (%s), who is %s: %v", o.Person, o.CSI, o.State, summary(p))
		}
	}
}

// undone tells whether the only thing that was a person's is a create that never happened.
func undone(p plan.Plan, in plan.Input, person model.PersonID) bool {
	for _, op := range in.State.Open {
		if op.Op == model.Create && op.Person == person && slices.Contains(p.Update.Settled, model.SettledOperation{ID: op.ID}) {
			return true
		}
	}
	return false
}

// calm stops all faults and wants the world to settle.
func (w *world) calm(t testing.TB) {
	t.Helper()
	w.lost, w.stop = nil, ""
	w.budget = model.Budget{Unlimited: true}
	if w.plan().Untrusted == nil {
		w.settle(t)
	}
}

// shuffled is the same input in another order.
func shuffled(in plan.Input, seed uint64) plan.Input {
	r := rand.New(rand.NewPCG(seed, 2))
	mix(r, &in.Sources)
	for n := range in.Sources {
		mix(r, &in.Sources[n].Identities)
		mix(r, &in.Sources[n].Snapshot.People)
		mix(r, &in.Sources[n].Snapshot.Sightings)
	}
	mix(r, &in.Inventory.Credentials)
	mix(r, &in.Inventory.Users)
	mix(r, &in.Inventory.Contacts)
	s := &in.State
	mix(r, &s.Owned)
	mix(r, &s.Observations)
	mix(r, &s.Sentinels)
	mix(r, &s.Departures)
	for n := range s.Departures {
		mix(r, &s.Departures[n].IDs)
	}
	mix(r, &s.AbandonedIDs)
	mix(r, &s.Open)
	mix(r, &s.Taken)
	mix(r, &s.Bases)
	mix(r, &s.Refusals)
	mix(r, &s.Published)
	mix(r, &s.UsersSeen)
	mix(r, &s.Approvals)
	mix(r, &s.Orders)
	mix(r, &s.Undone)
	mix(r, &s.PutOut)
	mix(r, &s.OpenOrders)
	mix(r, &s.Suspensions)
	mix(r, &s.Effects)
	for n := range s.Effects {
		mix(r, &s.Effects[n].IDs)
	}
	mix(r, &s.Alarms)
	mix(r, &s.Waits)
	mix(r, &s.Unlisted)
	mix(r, &s.Vanished)
	return in
}

func mix[T any](r *rand.Rand, list *[]T) {
	*list = slices.Clone(*list)
	r.Shuffle(len(*list), func(i, j int) { (*list)[i], (*list)[j] = (*list)[j], (*list)[i] })
}
