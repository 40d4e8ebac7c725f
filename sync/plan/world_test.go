package plan_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// world is a small model of everything around Compute: a directory, a licence package and a
// ledger, all in memory and without a rule of their own. apply does what sync's applier and
// the ledger do with a due change.
type world struct {
	now     time.Time
	policy  model.Policy
	budget  model.Budget
	sources []*directory
	// configured is the order of the configured sources; none: as if nobody had written it down.
	configured []string
	pkg        model.Inventory
	state      model.State
	accept     bool
	serial     int
	// linked users keep their link to a credential that was withdrawn; the contract leaves it open.
	keepsLinks bool
	// lost decides what becomes of a request: see [loss].
	lost func(model.Change) loss
	// clock is what the service tells of its own.
	clock model.ServiceClock
	// stop is why nothing may be taken from anybody, "" if it may.
	stop string
	// history is what each person was reported as, pass by pass.
	history map[model.PersonID][]report
	passes  int // that history tells of
	// synced is the first of the current row of passes under sync.
	synced time.Time
	// done counts what was carried out, by op.
	done map[model.Op]int
	// departures and effects count the departures and effects so far; departure is the number of each open one.
	sagas     int64
	effects   int64
	departure map[model.PersonID]int64
	// settled are the departures that ended with nothing left to do, by number.
	settled map[int64]model.Departure
}

// loss is how a request fails.
type loss int

const (
	arrives    loss = iota
	lostBefore      // nothing happened, the row stays open
	lostAfter       // it happened, the row stays open
	crashed         // a create: the credential is recorded, its hand-over is not
)

// report is what one pass was told of a person.
type report struct {
	pass     int // counted, as a clock may go back
	at       time.Time
	state    model.AccountState
	kind     model.EvidenceKind
	complete bool
	switched bool // from another server than the pass before

	placeless bool // not found, and nothing of the place was readable either
}

type directory struct {
	name       string
	scope      string
	context    string
	server     string
	replica    model.Replica
	account    string
	reader     model.Reader
	incomplete bool
	nameless   bool // an entry has no ID
	slow       bool // its server tells another time than our clock
	unread     bool
	protectAll string // why it is not known who is protected
	entitledBy []string
	people     []*entry
}

// entry is one directory object. A gone one is answered for by a sighting.
type entry struct {
	id       model.PersonID
	ou       string
	csi      string
	username string
	first    string
	last     string
	extra    map[string]string // opt-in settings
	unsaid   []model.Undecided // those that nobody can say
	several  []model.Several   // those that could be one of several
	state    model.AccountState
	evidence model.Evidence
	held     string
	cleared  bool // the directory has no csi of theirs any more
	excluded bool
	board    bool // in a group that protects
	dated    bool // a begin or end date decides
	outside  bool // not among the people of the snapshot: a sighting, if tracked, tells the state
	trace    bool // of one outside: the look-up finds an entry or a tombstone

	placeless bool // of one outside: nothing of the place is readable either
}

func (e *entry) dn() string { return "CN=" + e.first + " " + e.last + ",OU=" + e.ou + ",DC=corp" }

// unit is the OU as the source names it.
func (e *entry) unit() string { return strings.ToLower("OU=" + e.ou + ",DC=corp") }

func newWorld() *world {
	w := &world{
		now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		policy: model.Policy{
			Mode: model.Sync, Withdraw: true, ID: model.KeepID,
			Evidence: model.EvidenceKinds(), ConfirmReads: 2, ConfirmOver: 24 * time.Hour, GraceWithdraw: 24 * time.Hour, GraceID: 168 * time.Hour,
			Approval:        model.ApproveNone,
			LeaversRun:      model.Window{Count: 10, Percent: 50},
			LeaversDay:      model.Window{Count: 20, Percent: 50},
			LeaversWeek:     model.Window{Count: 50, Percent: 50},
			CreatesRun:      model.Window{Count: 500, Percent: 50},
			ChangesRun:      model.Window{Count: 1000, Percent: 50},
			Held:            model.HeldLimit{Count: 3, Percent: 5},
			PublishContacts: true, ChunkSize: 100, Batch: 25,
		},
		budget: model.Budget{Remaining: 9000, Reserve: 500},
		pkg: model.Inventory{
			Subscription: model.Subscription{ID: "SUB1", Name: "Corp", Type: "professional", Licences: 1000,
				ValidUntil: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)},
			Settings: map[string]map[string]string{},
		},
		history: map[model.PersonID][]report{},
		done:    map[model.Op]int{},

		departure: map[model.PersonID]int64{},
	}
	w.sources = []*directory{{name: "corp", scope: "s1", context: "n1", server: "dc1"}}
	return w
}

func (w *world) source() *directory { return w.sources[0] }

func (w *world) next() int { w.serial++; return w.serial }

// hire adds an entitled person; name is their username, "E-name" their csi.
func (w *world) hire(name string) *entry { return w.hireAt(w.source(), name) }

func (w *world) hireAt(d *directory, name string) *entry {
	e := &entry{
		id: model.PersonID{Source: d.name, ID: fmt.Sprintf("guid-%03d", w.next())}, ou: "Berlin",
		csi: "E-" + name, username: name, first: strings.ToUpper(name[:1]) + name[1:], last: "Muster", state: model.Entitled,
	}
	d.people = append(d.people, e)
	return e
}

// lastHired is who was hired last, into the first source.
func (w *world) lastHired() *entry { return w.source().people[len(w.source().people)-1] }

// staff hires so many people beside those that a test is about, so that limits let one go.
func (w *world) staff(n int) {
	for i := range n {
		w.hire(fmt.Sprintf("staff%03d", i)).ou = fmt.Sprintf("Staff%d", i%7)
	}
}

func (e *entry) leave(kind model.EvidenceKind) {
	e.state, e.evidence = model.Departed, model.Evidence{Kind: kind, Detail: "test"}
	e.outside, e.trace, e.placeless = !kind.Positive(), kind != model.Absent, false
}

func (e *entry) comeBack() {
	e.state, e.evidence, e.outside, e.placeless = model.Entitled, model.Evidence{}, false, false
}

func (e *entry) hide(why string) {
	e.state, e.evidence, e.outside, e.trace = model.Unknown, model.Evidence{Detail: why}, true, false
	e.placeless = false
}

func (e *entry) identity() model.Identity {
	settings := []model.Setting{
		{Name: model.SettingCSI, Value: e.csi}, {Name: model.SettingFirstName, Value: e.first}, {Name: model.SettingLastName, Value: e.last},
	}
	for _, name := range slices.Sorted(maps.Keys(e.extra)) {
		settings = append(settings, model.Setting{Name: name, Value: e.extra[name]})
	}
	csi, held := e.csi, e.held
	if e.cleared {
		csi, held = "", "no csi"
	}
	return model.Identity{
		Subject: model.Subject{Person: e.id, CSI: csi, DN: e.dn()}, OU: e.unit(), State: e.state, Evidence: e.evidence, Dated: e.dated, Excluded: e.excluded, Protected: e.board,
		Username: e.username, Settings: settings, Several: e.several, Undecided: e.unsaid, Held: model.Told("", held).Some(),
	}
}

// view reads a directory as ldapsource does: the people of the scope, and a sighting for each
// tracked person who is not among them.
func (w *world) view(d *directory) model.SourceView {
	v := model.SourceView{Snapshot: model.Snapshot{
		Source: d.name, Server: d.server, Replica: d.replica, NamingContext: d.context, Scope: d.scope, Account: d.account, Reader: d.reader, ProtectAll: model.Told("", d.protectAll).Some(), EntitledBy: d.entitledBy,
		Conditions: []model.Condition{{Name: "paging", OK: true}, {Name: "sentinels", OK: !d.incomplete, Detail: model.Told("", "CN=Always,DC=corp")}},
	}}
	if d.nameless {
		v.Snapshot.Conditions = append(v.Snapshot.Conditions, model.Condition{Name: "ids", Detail: model.Told("", "CN=New,DC=corp")})
	}
	if d.slow {
		v.Snapshot.Conditions = append(v.Snapshot.Conditions, model.Condition{Name: model.ConditionClock, Detail: model.Told("", "the server's clock is 8m0s from ours")})
	}
	tracked := map[model.PersonID]bool{}
	for _, person := range w.state.Tracked(d.name) {
		tracked[person.ID] = true
	}
	for _, v := range w.state.Vanished {
		tracked[v.Departure.Person] = true
	}
	for _, e := range d.people {
		switch {
		case !e.outside:
			v.Snapshot.People = append(v.Snapshot.People, model.Person{ID: e.id, DN: e.dn(), OU: e.unit(), State: e.state, Evidence: e.evidence})
			v.Identities = append(v.Identities, e.identity())
		case tracked[e.id]:
			v.Snapshot.Sightings = append(v.Snapshot.Sightings, model.Sighting{
				ID: e.id, DN: e.dn(), OU: e.unit(), State: e.state, Evidence: e.evidence, Dated: e.dated, Protected: e.board, Found: e.trace, Placeless: e.placeless,
			})
		}
	}
	return v
}

func (w *world) input() plan.Input {
	in := plan.Input{
		Inventory: w.pkg, State: w.recent(), Policy: w.policy, Budget: w.budget, Now: w.now, ServiceClock: w.clock, AcceptBaseline: w.accept,
		Stop: w.stop, StopFile: "/state/stop",
	}
	in.Configured = w.configured
	for _, d := range w.sources {
		if !d.unread {
			in.Sources = append(in.Sources, w.view(d))
		}
	}
	return in
}

// recent is the state without what no window covers any more.
func (w *world) recent() model.State {
	s := w.state
	s.Bases = slices.DeleteFunc(slices.Clone(s.Bases), func(b model.Base) bool { return !b.At.After(w.now.Add(-8 * 24 * time.Hour)) })
	s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), func(t model.PastRemoval) bool { return !t.At.After(w.now.Add(-7 * 24 * time.Hour)) })
	s.Effects = slices.DeleteFunc(slices.Clone(s.Effects), func(e model.Effect) bool {
		old := !e.VerifiedAt.IsZero() && !e.VerifiedAt.After(w.now.Add(-90*24*time.Hour))
		alarmed := slices.ContainsFunc(s.Alarms, func(a model.Alarm) bool { return a.Departure == e.Departure })
		return !e.ReturnedAt.IsZero() || old && !alarmed
	})
	s.Refusals = slices.DeleteFunc(slices.Clone(s.Refusals), func(r model.Refusal) bool { return !r.At.After(w.now.Add(-24 * time.Hour)) })
	return s
}

func (w *world) plan() plan.Plan { return plan.Compute(w.input()) }

// pass plans, checks what must hold of every plan, records and applies.
func (w *world) pass(t testing.TB) plan.Plan {
	t.Helper()
	in := w.input()
	p := plan.Compute(in)
	w.passOn(t, in, p)
	return p
}

// passOn is what follows in a pass when there is a plan.
func (w *world) passOn(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	w.note(in, p)
	w.check(t, in, p)
	w.checkWaits(t, in, p)
	before := w.foreign(p)
	w.remember(p.Update)
	if p.Untrusted == nil {
		w.state.Waits = p.AllWaits()
	}
	if !w.accept {
		w.apply(p)
	}
	if after := w.foreignAgain(before); !reflect.DeepEqual(before, after) {
		t.Fatalf("a foreign object was touched (-before +after):\n%s", gocmp.Diff(before, after))
	}
}

// settle passes at one moment until nothing is due, which must come soon: whatever a pass
// frees, a name or a licence, only the next one sees.
func (w *world) settle(t testing.TB) plan.Plan {
	t.Helper()
	var p plan.Plan
	for range 8 {
		p = w.pass(t)
		if !slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Status == model.Due }) {
			return p
		}
	}
	t.Fatalf("does not settle: %v", summary(p))
	return p
}

// later moves the clock and passes.
func (w *world) later(t testing.TB, d time.Duration) plan.Plan {
	t.Helper()
	w.now = w.now.Add(d)
	return w.pass(t)
}

func (w *world) credential(username string) *model.Credential {
	n := slices.IndexFunc(w.pkg.Credentials, func(c model.Credential) bool { return c.Username == username })
	if n < 0 {
		return nil
	}
	return &w.pkg.Credentials[n]
}

func (w *world) credentialByID(id string) *model.Credential {
	n := slices.IndexFunc(w.pkg.Credentials, func(c model.Credential) bool { return c.ID == id })
	if n < 0 {
		return nil
	}
	return &w.pkg.Credentials[n]
}

func (w *world) user(id string) *model.User {
	n := slices.IndexFunc(w.pkg.Users, func(u model.User) bool { return u.ID == id })
	if n < 0 {
		return nil
	}
	return &w.pkg.Users[n]
}

func (w *world) contact(id string) *model.Contact {
	n := slices.IndexFunc(w.pkg.Contacts, func(c model.Contact) bool { return c.ID == id })
	if n < 0 {
		return nil
	}
	return &w.pkg.Contacts[n]
}

func (w *world) owner(person model.PersonID) *model.Ownership {
	n := slices.IndexFunc(w.state.Owned, func(o model.Ownership) bool { return o.Person == person })
	if n < 0 {
		return nil
	}
	return &w.state.Owned[n]
}

// foreignCredential is one that an administrator made by hand.
func (w *world) foreignCredential(username, csi string) *model.Credential {
	id := fmt.Sprintf("c%03d", w.next())
	w.pkg.Credentials = append(w.pkg.Credentials, model.Credential{ID: id, Username: username})
	if csi != "" {
		w.pkg.Settings[id] = map[string]string{model.SettingCSI: csi, "th_other": "theirs"}
	}
	return w.credentialByID(id)
}

// activate lets a phone start with a credential: a user appears, who reports what its
// settings say.
func (w *world) activate(username string) string {
	c := w.credential(username)
	id := fmt.Sprintf("ID%06d", w.next())
	settings := w.pkg.Settings[c.ID]
	w.pkg.Users = append(w.pkg.Users, model.User{
		ID: id, CredentialID: c.ID, CSI: settings[model.SettingCSI],
		FirstName: settings[model.SettingFirstName], LastName: settings[model.SettingLastName],
	})
	c.Usage++
	return id
}

// withdrawByHand is the cockpit: the credential goes, its users stay behind.
func (w *world) withdrawByHand(username string) { w.dropCredential(w.credential(username).ID) }

func (w *world) dropCredential(id string) {
	w.pkg.Credentials = slices.DeleteFunc(slices.Clone(w.pkg.Credentials), func(c model.Credential) bool { return c.ID == id })
	w.pkg.Settings = maps.Clone(w.pkg.Settings)
	delete(w.pkg.Settings, id)
	w.pkg.Users = slices.Clone(w.pkg.Users)
	for n := range w.pkg.Users {
		if w.pkg.Users[n].CredentialID == id && !w.keepsLinks {
			w.pkg.Users[n].CredentialID = ""
		}
	}
}

// linked counts the users with a link to a credential, which may be gone.
func (w *world) linked(credentialID string) (n int) {
	for _, u := range w.pkg.Users {
		if u.CredentialID == credentialID {
			n++
		}
	}
	return n
}

func (w *world) dropUser(id string) {
	if u := w.user(id); u != nil {
		if c := w.credentialByID(u.CredentialID); c != nil {
			c.Usage--
		}
	}
	w.pkg.Users = slices.DeleteFunc(slices.Clone(w.pkg.Users), func(u model.User) bool { return u.ID == id })
}

func (w *world) set(credentialID string, settings []model.Setting) {
	w.pkg.Settings = maps.Clone(w.pkg.Settings)
	values := maps.Clone(w.pkg.Settings[credentialID])
	if values == nil {
		values = map[string]string{}
	}
	for _, s := range settings {
		values[s.Name] = s.Value
	}
	w.pkg.Settings[credentialID] = values
}

// remember is what the ledger does with a Memory.
func (w *world) remember(m model.StateUpdate) {
	s := &w.state
	s.Subscription, s.Baseline, s.SyncSince = m.Subscription, m.Baseline, m.SyncSince
	if w.accept {
		w.closeGap(m)
	}
	if s.Sources == nil {
		s.Sources = map[string]model.SourceBinding{}
	}
	maps.Copy(s.Sources, m.Sources)
	s.Observations, s.Sentinels, s.UsersSeen, s.Servers, s.Reads = m.Observations, m.Sentinels, m.UsersSeen, m.Servers, m.Reads
	s.FormerLinks, s.FormerCSIs, s.Forgotten = m.FormerLinks, m.FormerCSIs, m.Forgotten
	s.Suspensions, s.AcceptedHeld = m.Suspensions, m.AcceptedHeld
	for _, own := range m.Owned {
		if o := w.owner(own.Person); o != nil && o.CredentialID == own.CredentialID {
			created := o.Created
			*o = own
			o.Created = created
		}
	}
	for _, p := range m.Published {
		w.published(p)
	}
	s.Unlisted = m.Unlisted
	w.reopen(m.Reopened)
	for _, settled := range m.Settled {
		n := slices.IndexFunc(s.Open, func(op model.Operation) bool { return op.ID == settled.ID })
		op := s.Open[n]
		s.Open = slices.Delete(s.Open, n, n+1)
		switch {
		case settled.Done:
			w.effect(op)
		case op.Op == model.Create:
			w.disown(op.Person, op.CredentialID)
		}
	}
	s.OpenOrders = slices.DeleteFunc(slices.Clone(s.OpenOrders), func(o model.OpenOrder) bool {
		return m.EndsOrder(o.CredentialID) || !slices.ContainsFunc(s.Owned, func(own model.Ownership) bool { return own.CredentialID == o.CredentialID })
	})
	w.vanish(m.Vanished)
	for _, e := range m.EndedDepartures {
		w.leaveBehind(e)
		w.endSaga(e.Person)
	}
	s.Approvals = slices.DeleteFunc(slices.Clone(s.Approvals), func(a model.GivenApproval) bool {
		return slices.Contains(slices.Concat(m.ExpiredApprovals, m.VoidApprovals), a.ChangeID)
	})
	w.rememberEffects(m)
	for _, base := range m.Bases {
		s.Bases = slices.DeleteFunc(s.Bases, func(b model.Base) bool { return b.Source == base.Source && b.At.Equal(base.At) })
	}
	s.Bases = append(s.Bases, m.Bases...)
}

// closeGap is what the ledger does when somebody accepts the baseline.
func (w *world) closeGap(m model.StateUpdate) {
	s := &w.state
	if s.Gap.Kind == model.OlderLedger {
		s.Approvals, s.OpenOrders = nil, nil
	}
	s.Gap = model.Gap{}
	for _, a := range m.Accepted {
		w.give(a)
	}
}

func (w *world) rememberEffects(m model.StateUpdate) {
	s := &w.state
	s.Effects = slices.Clone(s.Effects)
	for _, e := range m.Effects {
		s.Effects[slices.IndexFunc(s.Effects, func(was model.Effect) bool { return was.ID == e.ID })] = e
	}
	stands := func(a model.Alarm) func(model.Alarm) bool {
		return func(b model.Alarm) bool {
			return a.Departure == b.Departure && a.Kind == b.Kind && a.ThreemaID == b.ThreemaID
		}
	}
	for _, a := range m.Alarms {
		s.Alarms = append(slices.DeleteFunc(slices.Clone(s.Alarms), stands(a)), a)
	}
	for _, c := range m.Cleared {
		s.Alarms = slices.DeleteFunc(slices.Clone(s.Alarms), stands(c.Alarm))
	}
}

func (w *world) published(p model.Publication) {
	for n := range w.state.Published {
		if have := &w.state.Published[n]; have.ThreemaID == p.ThreemaID {
			have.Created = have.Created || p.Created
			return
		}
	}
	w.state.Published = append(w.state.Published, p)
}

func (w *world) disown(person model.PersonID, credentialID string) {
	w.state.Owned = slices.DeleteFunc(w.state.Owned, func(o model.Ownership) bool { return o.Person == person && o.CredentialID == credentialID })
}

func (w *world) own(o model.Ownership) {
	o.Since = w.now
	for _, have := range w.state.Owned {
		if have.CredentialID == o.CredentialID || have.Person == o.Person {
			o.Since = have.Since
		}
	}
	w.state.Owned = slices.DeleteFunc(w.state.Owned, func(have model.Ownership) bool {
		return have.Person == o.Person || have.CredentialID == o.CredentialID
	})
	w.state.Owned = append(w.state.Owned, o)
	w.state.PutOut = slices.DeleteFunc(slices.Clone(w.state.PutOut), func(out model.PutOut) bool { return out.Person == o.Person || out.CSI == o.CSI })
	w.dropUndone(o.Person)
}

// dropUndone forgets what was taken back of somebody who has another credential, or none any more.
func (w *world) dropUndone(person model.PersonID) {
	w.state.Undone = slices.DeleteFunc(slices.Clone(w.state.Undone), func(u model.UndoneOrder) bool { return u.Person == person })
}

func (w *world) saga(person model.PersonID) *model.Departure {
	n := slices.IndexFunc(w.state.Departures, func(s model.Departure) bool { return s.Person == person })
	if n < 0 {
		return nil
	}
	return &w.state.Departures[n]
}

func (w *world) endSaga(person model.PersonID) {
	w.state.Departures = slices.DeleteFunc(w.state.Departures, func(s model.Departure) bool { return s.Person == person })
}

// leaveBehind remembers the IDs of a departure of somebody who came back.
func (w *world) leaveBehind(e model.EndedDeparture) {
	departure := w.saga(e.Person)
	if departure == nil || departure.WithdrawnAt.IsZero() {
		return
	}
	if e.Why == "settled" {
		w.leaveVanished(*departure)
		return
	}
	for _, id := range departure.IDs {
		if id.GoneAt.IsZero() {
			w.state.AbandonedIDs = append(slices.Clone(w.state.AbandonedIDs), model.AbandonedID{Person: e.Person, CSI: departure.CSI, ThreemaID: id.ThreemaID})
		}
	}
}

// leaveVanished keeps the departure that was settled, for the time when an ID that vanished is back.
func (w *world) leaveVanished(departure model.Departure) {
	number := w.departure[departure.Person]
	for n, v := range w.state.Vanished {
		if v.Number == number {
			w.state.Vanished[n].Ended = true
			w.state.AbandonedIDs = append(slices.Clone(w.state.AbandonedIDs), model.AbandonedID{Person: departure.Person, CSI: departure.CSI, ThreemaID: v.ThreemaID})
		}
	}
	if w.settled == nil {
		w.settled = map[int64]model.Departure{}
	}
	w.settled[number] = departure
}

// vanish notes IDs of open departures that went by themselves.
func (w *world) vanish(ids []model.Vanished) {
	w.state.Vanished = slices.Clone(w.state.Vanished)
	for _, v := range ids {
		departure := w.saga(v.Departure.Person)
		v.Number, v.Departure = w.departure[departure.Person], *departure
		v.Departure.IDs = nil
		if !slices.ContainsFunc(w.state.Vanished, func(had model.Vanished) bool { return had.Number == v.Number && had.ThreemaID == v.ThreemaID }) {
			w.state.Vanished = append(w.state.Vanished, v)
		}
	}
}

// reopen lets settled departures go on.
func (w *world) reopen(numbers []int64) {
	w.state.Vanished, w.state.Departures = slices.Clone(w.state.Vanished), slices.Clone(w.state.Departures)
	for _, number := range numbers {
		departure := w.settled[number]
		w.state.Departures = append(w.state.Departures, departure)
		w.departure[departure.Person] = number
		for n := range w.state.Vanished {
			if w.state.Vanished[n].Number == number {
				w.state.Vanished[n].Ended = false
			}
		}
	}
}

// apply carries out the due changes in the order of the plan.
func (w *world) apply(p plan.Plan) {
	w.state.Owned, w.state.Departures = slices.Clone(w.state.Owned), slices.Clone(w.state.Departures)
	failed := map[model.PersonID]bool{}
	for _, d := range p.Begun {
		w.begin(d)
	}
	for _, c := range p.Changes {
		if c.Status != model.Due || failed[c.Person] {
			continue
		}
		fate := arrives
		if w.lost != nil {
			fate = w.lost(c)
		}
		failed[c.Person] = !w.carryOut(c, fate)
	}
}

// begin is what the ledger does with a departure whose credential was gone before.
func (w *world) begin(d model.Departure) {
	op := model.Operation{Op: model.Withdraw, Subject: d.Subject, OU: d.OU, CredentialID: d.CredentialID, Username: d.Username, At: d.StartedAt}
	for _, id := range d.IDs {
		op.ThreemaIDs = append(op.ThreemaIDs, id.ThreemaID)
	}
	w.dropUndone(d.Person)
	w.startSaga(op)
	w.endOrder(op.CredentialID)
	w.disown(op.Person, op.CredentialID)
	w.passOrdered(op)
	w.taken(op, "")
	w.saga(d.Person).WithdrawnAt = d.WithdrawnAt
	w.putOut(*w.saga(d.Person), d.Word)
}

// putOut is what the ledger keeps of a word that outlives the ownership.
func (w *world) putOut(d model.Departure, word model.Word) {
	if word != "" {
		w.state.PutOut = append(slices.Clone(w.state.PutOut), model.PutOut{
			Person: d.Person, CredentialID: d.CredentialID, Username: d.Username, CSI: d.CSI, Word: word, At: d.WithdrawnAt, FirstName: d.FirstName, LastSeen: d.LastSeen,
		})
	}
}

// carryOut journals, sends and settles one change; it tells whether it is known to be done.
func (w *world) carryOut(c model.Change, fate loss) bool {
	op := model.Operation{
		ID: int64(w.next()), ChangeID: c.ID, Op: c.Op, Subject: c.Subject, OU: c.OU,
		CredentialID: c.CredentialID, Username: c.Username, Approved: c.Approved || c.By != "", Ordered: c.Ordered, By: c.By, At: w.now,
	}
	if c.ThreemaID != "" {
		op.ThreemaIDs = []string{c.ThreemaID}
	}
	if open := slices.IndexFunc(w.state.Open, func(o model.Operation) bool { return o.Op == model.Create && o.Person == c.Person }); c.Op == model.Create && open >= 0 {
		op = w.state.Open[open]
		w.state.Open = slices.Delete(w.state.Open, open, open+1)
		op.CredentialID = c.CredentialID
	}
	if c.Op == model.Withdraw {
		op.ThreemaIDs = strings.Fields(c.Before["threema_ids"])
		w.dropUndone(op.Person)
		if c.Ordered {
			w.seeUsers(op)
		} else {
			w.startSaga(op)
		}
	}
	if c.Op == model.PublishContact {
		op.ContactCreated = w.contact(c.ThreemaID) == nil
	}
	if fate != lostBefore {
		w.send(c, &op)
	}
	if fate == crashed && c.Op == model.Create {
		op.Sent = append(slices.Clone(op.Sent), c.Settings...)
		w.own(model.Ownership{Person: op.Person, CredentialID: op.CredentialID, Username: op.Username, CSI: op.CSI, Created: true})
	}
	if fate != arrives {
		if fate == lostAfter && c.CredentialID == "" {
			op.CredentialID = "" // nobody read the answer
		}
		w.state.Open = append(w.state.Open, op)
		return false
	}
	if c.Op == model.Create {
		w.set(op.CredentialID, c.Settings)
		w.own(model.Ownership{Person: op.Person, CredentialID: op.CredentialID, Username: op.Username, CSI: op.CSI, Created: true})
	}
	w.effect(op)
	w.done[c.Op]++
	return true
}

func (w *world) startSaga(op model.Operation) {
	s := w.saga(op.Person)
	if s == nil {
		w.state.Departures = append(w.state.Departures, model.Departure{
			Subject: op.Subject, CredentialID: op.CredentialID, Username: op.Username, OU: op.OU, StartedAt: op.At,
		})
		s = w.saga(op.Person)
		if own := w.owner(op.Person); own != nil {
			s.FirstName = own.FirstName
		}
		for _, o := range w.state.Observations {
			if o.Person == op.Person {
				s.LastSeen = o.LastSeen
			}
		}
		w.sagas++
		w.departure[op.Person] = w.sagas
	}
	for _, id := range op.ThreemaIDs {
		if !slices.ContainsFunc(s.IDs, func(have model.DepartingID) bool { return have.ThreemaID == id }) {
			s.IDs = append(s.IDs, model.DepartingID{ThreemaID: id})
		}
	}
}

// send is the licence package at work.
func (w *world) send(c model.Change, op *model.Operation) {
	switch c.Op {
	case model.Create:
		if c.CredentialID == "" {
			op.CredentialID = fmt.Sprintf("c%03d", w.next())
			w.pkg.Credentials = append(slices.Clone(w.pkg.Credentials), model.Credential{ID: op.CredentialID, Username: c.Username})
		}
	case model.Withdraw:
		w.dropCredential(c.CredentialID)
	case model.Detach, model.Revoke:
		w.dropUser(c.ThreemaID)
	case model.SetSettings:
		w.set(c.CredentialID, c.Settings)
	case model.UnsetSetting:
		for name := range c.Before {
			w.set(c.CredentialID, []model.Setting{{Name: name}})
		}
	case model.PublishContact:
		w.pkg.Contacts = slices.Clone(w.pkg.Contacts)
		if w.contact(c.ThreemaID) == nil {
			w.pkg.Contacts = append(w.pkg.Contacts, model.Contact{ID: c.ThreemaID})
		}
		contact := w.contact(c.ThreemaID)
		contact.FirstName, contact.LastName, contact.Enabled = c.After["first_name"], c.After["last_name"], true
	case model.DisableContact:
		w.pkg.Contacts = slices.Clone(w.pkg.Contacts)
		if contact := w.contact(c.ThreemaID); contact != nil {
			contact.Enabled = false
		}
	case model.Adopt, model.Transfer:
	}
}

// effect is what the ledger records of an operation that is done.
func (w *world) effect(op model.Operation) {
	w.state.Approvals = slices.DeleteFunc(slices.Clone(w.state.Approvals), func(a model.GivenApproval) bool { return a.ChangeID == op.ChangeID })
	if op.Op.Destructive() && !op.Approved {
		w.state.Taken = append(w.state.Taken, model.PastRemoval{Op: op.Op, Person: op.Person, OU: op.OU, At: w.now})
	}
	switch op.Op {
	case model.Adopt:
		w.own(model.Ownership{Person: op.Person, CredentialID: op.CredentialID, Username: op.Username, CSI: op.CSI})
		w.state.Open = slices.DeleteFunc(slices.Clone(w.state.Open), func(o model.Operation) bool {
			return o.Op == model.Create && o.Person == op.Person && (o.CredentialID == "" || o.CredentialID == op.CredentialID)
		})
	case model.Transfer:
		w.transfer(op)
	case model.Withdraw:
		w.endOrder(op.CredentialID)
		if op.Ordered {
			w.obeyed(model.Ownership{Person: op.Person, CSI: op.CSI, CredentialID: op.CredentialID, Username: op.Username}, op.ThreemaIDs...)
			return
		}
		w.disown(op.Person, op.CredentialID)
		w.passOrdered(op)
		w.taken(op, "")
		if s := w.saga(op.Person); s != nil && s.WithdrawnAt.IsZero() {
			s.WithdrawnAt = w.now
			if op.By != "" {
				w.putOut(*s, model.WordOrder)
			}
		}
	case model.Detach, model.Revoke:
		w.taken(op, op.ThreemaIDs[0])
		if s := w.saga(op.Person); s != nil {
			for n := range s.IDs {
				if slices.Contains(op.ThreemaIDs, s.IDs[n].ThreemaID) && s.IDs[n].GoneAt.IsZero() {
					s.IDs[n].GoneAt = w.now
				}
			}
			w.state.Vanished = slices.DeleteFunc(slices.Clone(w.state.Vanished), func(v model.Vanished) bool {
				return v.Number == w.departure[op.Person] && slices.Contains(op.ThreemaIDs, v.ThreemaID)
			})
		}
	case model.PublishContact:
		for _, id := range op.ThreemaIDs {
			w.published(model.Publication{ThreemaID: id, Created: op.ContactCreated})
		}
	case model.DisableContact:
		// Ours to enable again, should the person return.
		w.state.Published = slices.DeleteFunc(w.state.Published, func(p model.Publication) bool { return slices.Contains(op.ThreemaIDs, p.ThreemaID) })
	case model.Create, model.SetSettings, model.UnsetSetting:
	}
}

// taken is what the ledger records of a destructive effect.
func (w *world) taken(op model.Operation, threemaID string) {
	s := w.saga(op.Person)
	if s == nil {
		return
	}
	w.effects++
	e := model.Effect{
		ID: w.effects, Departure: w.departure[op.Person], Op: op.Op, Subject: model.Subject{Person: op.Person, CSI: s.CSI, DN: s.DN},
		CredentialID: s.CredentialID, Username: s.Username, ThreemaID: threemaID, RequestedAt: w.now, FirstName: s.FirstName, LastSeen: s.LastSeen,
	}
	for _, id := range s.IDs {
		e.IDs = append(e.IDs, id.ThreemaID)
	}
	w.state.Effects = append(slices.Clone(w.state.Effects), e)
}

func (w *world) transfer(op model.Operation) {
	created, firstName := false, ""
	for _, o := range w.state.Owned {
		if o.CredentialID != op.CredentialID {
			continue
		}
		created, firstName = o.Created, o.FirstName
		w.state.FormerLinks = slices.Clone(w.state.FormerLinks)
		for n := range w.state.FormerLinks {
			if w.state.FormerLinks[n].Person == o.Person {
				w.state.FormerLinks[n].Person = op.Person
			}
		}
		w.passSuspension(o.Person, op.Person)
		w.endSaga(o.Person)
		w.state.Observations = slices.DeleteFunc(slices.Clone(w.state.Observations), func(have model.Observation) bool {
			return have.Person == o.Person && o.Person != op.Person
		})
	}
	w.own(model.Ownership{Person: op.Person, CredentialID: op.CredentialID, Username: op.Username, CSI: op.CSI, Created: created, FirstName: firstName})
}

// foreignObjects is everything that a plan may not touch, as it was.
type foreignObjects struct {
	Credentials []model.Credential
	Users       []model.User
	Contacts    []model.Contact
	Settings    map[string]map[string]string
}

// foreign copies what is neither ours nor becomes ours by the plan: credentials, their users
// and settings, and everybody's contacts but ours.
func (w *world) foreign(p plan.Plan) foreignObjects {
	ours, ids := map[string]bool{}, map[string]bool{}
	for _, o := range w.state.Owned {
		ours[o.CredentialID] = true
	}
	for _, op := range w.state.Open {
		for _, c := range w.pkg.Credentials {
			ours[c.ID] = ours[c.ID] || op.Op == model.Create && (c.ID == op.CredentialID || c.Username == op.Username)
		}
	}
	for _, c := range p.Changes {
		if c.Op == model.Adopt && c.Status == model.Due {
			ours[c.CredentialID] = true
		}
	}
	for _, s := range w.state.Departures {
		for _, id := range s.IDs {
			ids[id.ThreemaID] = true
		}
	}
	for _, seen := range w.state.UsersSeen {
		ids[seen.ThreemaID] = ids[seen.ThreemaID] || ours[seen.CredentialID]
	}
	for _, l := range w.state.FormerLinks {
		ids[l.ThreemaID] = ids[l.ThreemaID] || w.free(l) && leave(p, l.Person)
	}
	for _, u := range w.pkg.Users {
		ids[u.ID] = (ids[u.ID] || ours[u.CredentialID]) && !u.Special()
	}
	f := foreignObjects{Settings: map[string]map[string]string{}}
	for _, c := range w.pkg.Credentials {
		if !ours[c.ID] {
			c.Usage = 0 // follows the IDs, which are looked at themselves: one of a departure may link here
			f.Credentials = append(f.Credentials, c)
			f.Settings[c.ID] = maps.Clone(w.pkg.Settings[c.ID])
		}
	}
	f.Users = slices.DeleteFunc(slices.Clone(w.pkg.Users), func(u model.User) bool { return ids[u.ID] })
	f.Contacts = slices.DeleteFunc(slices.Clone(w.pkg.Contacts), func(c model.Contact) bool { return ids[c.ID] })
	return f
}

// free tells that no credential has a Threema ID since somebody used it who was the last.
func (w *world) free(l model.FormerLink) bool {
	u := w.user(l.ThreemaID)
	return u != nil && u.CredentialID == "" && !slices.ContainsFunc(w.state.FormerLinks, func(m model.FormerLink) bool {
		return m.ThreemaID == l.ThreemaID && m.Person != l.Person && !m.Until.Before(l.Until)
	})
}

// leave tells of somebody whose access the plan takes out.
func leave(p plan.Plan, person model.PersonID) bool {
	return slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Op.OfDeparture() && c.Person == person })
}

// foreignAgain looks the same objects up after a pass.
func (w *world) foreignAgain(before foreignObjects) foreignObjects {
	f := foreignObjects{Settings: map[string]map[string]string{}}
	for _, c := range before.Credentials {
		if now := w.credentialByID(c.ID); now != nil {
			is := *now
			is.Usage = 0
			f.Credentials = append(f.Credentials, is)
			f.Settings[c.ID] = maps.Clone(w.pkg.Settings[c.ID])
		}
	}
	for _, u := range before.Users {
		if now := w.user(u.ID); now != nil {
			f.Users = append(f.Users, *now)
		}
	}
	for _, c := range before.Contacts {
		if now := w.contact(c.ID); now != nil {
			f.Contacts = append(f.Contacts, *now)
		}
	}
	if len(before.Users) == 0 {
		f.Users = before.Users
	}
	if len(before.Contacts) == 0 {
		f.Contacts = before.Contacts
	}
	return f
}

// note keeps what this pass was told, for the oracle of leavers. What the memory doubts is not
// complete; sentinels_test.go and count_test.go hold when it must doubt.
func (w *world) note(in plan.Input, p plan.Plan) {
	w.passes++
	switch {
	case in.Policy.Mode != model.Sync:
		w.synced = time.Time{}
	case w.synced.IsZero() || w.synced.After(w.now):
		w.synced = w.now
	}
	doubted := map[string]bool{}
	for _, s := range p.Sources {
		doubted[s.Name] = slices.ContainsFunc(s.Conditions, func(c model.Condition) bool { return !c.OK && c.Name != "ids" })
	}
	for _, s := range in.Sources {
		was := in.State.Sources[s.Snapshot.Source].Server
		switched := was != "" && was != s.Snapshot.Server
		complete := s.Snapshot.Departures() && !doubted[s.Snapshot.Source]
		for _, i := range s.Identities {
			state := i.State
			if i.Excluded || !slices.Contains(in.Policy.Evidence, i.Evidence.Kind) && state == model.Departed {
				state = model.Unknown
			}
			w.history[i.Person] = append(w.history[i.Person], report{w.passes, w.now, state, i.Evidence.Kind, complete, switched, false})
		}
		for _, x := range s.Snapshot.Sightings {
			state, kind := x.State, x.Evidence.Kind
			if x.Placeless {
				state, kind = model.Departed, model.Absent
			}
			if state == model.Departed && !slices.Contains(in.Policy.Evidence, kind) {
				state = model.Unknown
			}
			seen := x.Found || !slices.ContainsFunc(s.Snapshot.Conditions, func(c model.Condition) bool { return c.Name == model.ConditionIDs && !c.OK })
			w.history[x.ID] = append(w.history[x.ID], report{w.passes, w.now, state, kind, complete && seen, switched, x.Placeless})
		}
	}
	w.noteForgotten(in, doubted)
}

// noteForgotten reports the people of sources that were given up: absent, where all that is configured
// was read completely.
func (w *world) noteForgotten(in plan.Input, doubted map[string]bool) {
	whole := true
	for _, s := range in.Sources {
		whole = whole && s.Snapshot.Departures() && !doubted[s.Snapshot.Source]
	}
	for _, name := range in.Configured {
		whole = whole && slices.ContainsFunc(in.Sources, func(s model.SourceView) bool { return s.Snapshot.Source == name })
	}
	for _, o := range in.State.Observations {
		if _, given := forgottenIn(in, o.Person.Source); given {
			w.history[o.Person] = append(w.history[o.Person], report{w.passes, w.now, model.Departed, model.Absent, whole, false, false})
		}
	}
}

// forgottenIn finds a source that was given up and is not configured.
func forgottenIn(in plan.Input, source string) (model.ForgottenSource, bool) {
	there := slices.Contains(in.Configured, source) ||
		slices.ContainsFunc(in.Sources, func(s model.SourceView) bool { return s.Snapshot.Source == source })
	n := slices.IndexFunc(in.State.Forgotten, func(f model.ForgottenSource) bool { return f.Source == source })
	if n < 0 || there {
		return model.ForgottenSource{}, false
	}
	return in.State.Forgotten[n], true
}

// mayWithdraw decides from the bare history whether a person may lose the access now: an
// unbroken row of complete reads that confirms, the latest of them now, and the grace.
func (w *world) mayWithdraw(person model.PersonID) error {
	reads, placeless := 0, false
	var since, confirmed time.Time
	last := report{}
	for _, r := range w.history[person] {
		last = r
		if r.state != model.Departed {
			reads, since, confirmed = 0, time.Time{}, time.Time{}
			continue
		}
		if !r.complete {
			continue
		}
		showsItself := placeless && !r.placeless && !r.kind.Positive()
		placeless = r.placeless
		if reads == 0 || r.at.Before(since) || r.at.Before(confirmed) || showsItself {
			reads, since, confirmed = 0, r.at, time.Time{}
		}
		reads++
		if confirmed.IsZero() && (!r.switched || reads > 1) && (r.kind.Positive() || reads >= w.policy.ConfirmReads && !r.at.Before(since.Add(w.policy.ConfirmOver))) {
			confirmed = r.at
		}
	}
	switch {
	case last.state != model.Departed || !last.complete || !last.at.Equal(w.now):
		return fmt.Errorf("this pass has no complete evidence: %+v", last)
	case confirmed.IsZero():
		return fmt.Errorf("not confirmed: %d reads since %s", reads, since)
	case w.now.Before(confirmed.Add(w.policy.GraceWithdraw)) || w.now.Before(w.synced.Add(w.policy.GraceWithdraw)):
		return fmt.Errorf("grace is not over: confirmed %s, sync since %s", confirmed, w.synced)
	}
	return nil
}

// check holds what must be true of every plan.
func (w *world) check(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	w.checkSuspended(t, in, p)
	ids := map[string]model.Change{}
	rank := map[model.Op]int{}
	for n, op := range model.Ops() {
		rank[op] = n
	}
	present := map[string]model.PersonID{}
	holders := map[model.PersonID]bool{}
	read := map[string]bool{}
	for _, s := range in.Sources {
		read[s.Snapshot.Source] = true
		for _, i := range s.Identities {
			if i.State == model.Entitled && !i.Excluded && (!i.Dated || len(in.ServiceClock.Doubt()) == 0) { // else a wrong clock says so
				present[i.CSI] = i.Person
				holders[i.Person] = true
			}
		}
	}
	total := 0
	for n, c := range p.Changes {
		if other, twice := ids[c.ID]; twice {
			t.Fatalf("id %s twice:\n%+v\n%+v", c.ID, c, other)
		}
		ids[c.ID] = c
		from, _, _ := strings.Cut(c.Before["person"], "/")
		_, given := forgottenIn(in, c.Person.Source)
		if !read[c.Person.Source] && !given && !c.Ordered || c.Op == model.Transfer && !read[from] && slices.Contains(in.Configured, from) {
			t.Fatalf("%s of somebody whose source was not read: %+v", c.Op, c)
		}
		if n > 0 && rank[p.Changes[n-1].Op] > rank[c.Op] {
			t.Fatalf("changes are not sorted: %s after %s", c.Op, p.Changes[n-1].Op)
		}
		stopped := c.Status == model.Blocked || c.Status == model.Waiting && c.Guard == model.GuardAhead
		if c.Requests < 0 || c.Status == "" || c.Class == "" || english.Join(c.Reasons) == "" || (c.Guard != "") != stopped {
			t.Fatalf("malformed change %+v", c)
		}
		if c.Status == model.Due && !in.Policy.Mode.Allows(c.Op) {
			t.Fatalf("policy %s lets %s through", in.Policy.Mode, c.Op)
		}
		if c.Status == model.Due {
			total += c.Requests
		}
		if given && c.Op.Destructive() && !c.Ordered && !slices.Contains(c.Asks, model.AskForgotten) {
			t.Fatalf("%s of somebody whose source was forgotten asks nobody: %+v", c.Op, c)
		}
		if c.Op.Destructive() || c.Op == model.DisableContact {
			if holders[c.Person] && !c.Ordered {
				t.Fatalf("%s of an entitled person: %+v", c.Op, c)
			}
			if c.By != "" {
				checkOrdered(t, in, c)
				continue
			}
			if other, taken := present[c.CSI]; taken && c.CSI != "" {
				w.checkShared(t, c, other)
			}
			if c.Status == model.Due {
				w.checkLeaver(t, c)
			}
		}
	}
	for _, c := range p.Changes {
		w.checkApproval(t, in, c)
	}
	w.checkLimits(t, in, p)
	checkOrdersTold(t, in, p)
	checkEffects(t, in, p)
	if p.Requests < total {
		t.Fatalf("plan costs %d requests, its due changes alone %d", p.Requests, total)
	}
	if !in.Budget.Unlimited && p.Requests > max(0, in.Budget.Remaining) {
		t.Fatalf("plan costs %d requests, %d are left", p.Requests, in.Budget.Remaining)
	}
}

// checkShared holds what a change may take from somebody whose csi an entitled person has: nothing
// without a yes if they may be one person, and of two people the credential alone.
func (w *world) checkShared(t testing.TB, c model.Change, other model.PersonID) {
	t.Helper()
	takesID := c.Op == model.Detach || c.Op == model.Revoke
	hidden := w.history[c.Person][len(w.history[c.Person])-1].placeless // then nobody can tell, and another question is asked
	if (takesID || c.Op == model.Withdraw && !hidden && w.looksSame(c.Person, other)) && !slices.Contains(c.Asks, model.AskSamePerson) {
		t.Fatalf("%s of a csi that %s holds, who is entitled, asks nobody: %+v", c.Op, other, c)
	}
}

// looksSame tells that two accounts with one csi may be the same person, by what the passes were told:
// the young one has the first name that stands on the credential, or stood, and they never stood side
// by side in one source. A clock that was set back makes nobody sure.
func (w *world) looksSame(old, young model.PersonID) bool {
	entitled := func(r report) bool { return r.state == model.Entitled }
	ours, theirs := w.history[old], w.history[young]
	first := slices.IndexFunc(theirs, entitled)
	beside := first >= 0 && old.Source == young.Source &&
		(slices.ContainsFunc(ours, func(r report) bool { return entitled(r) && r.pass >= theirs[first].pass }) ||
			slices.ContainsFunc(w.state.Observations, func(o model.Observation) bool { return o.Person == old && o.LastSeen.After(w.now) }))
	written := ""
	if own := w.owner(old); own != nil {
		written = cmp.Or(w.pkg.Settings[own.CredentialID][model.SettingFirstName], own.FirstName)
	} else if departure := w.saga(old); departure != nil {
		written = departure.FirstName
	}
	return !beside && written == w.entry(young).first
}

func (w *world) entry(person model.PersonID) *entry {
	for _, d := range w.sources {
		for _, e := range d.people {
			if e.id == person {
				return e
			}
		}
	}
	return &entry{}
}

// checkEffects holds what must be true of effects and alarms in every plan: nothing is verified
// before its time, and a plan that may do nothing learns nothing of them either.
func checkEffects(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	m := p.Update
	planOnly := len(in.Sources) > 0 && len(m.Bases) == 0
	if planOnly && len(m.Effects)+len(m.Alarms)+len(m.Cleared) > 0 {
		t.Fatalf("a plan-only pass judges effects: %+v", m)
	}
	for _, e := range m.Effects {
		wait := time.Hour
		if e.Op == model.Withdraw {
			wait = 24 * time.Hour
		}
		if e.State() == model.EffectVerified && in.Now.Before(e.RequestedAt.Add(wait)) {
			t.Fatalf("verified before its time: %+v", e)
		}
	}
	for _, a := range p.Alarms {
		if a.Kind == "" || a.Since.IsZero() || english.Alarm(a) == "" {
			t.Fatalf("malformed alarm %+v", a)
		}
	}
}

// checkApproval holds that a yes was given where one is needed, by the bare list of approvals,
// and that none does more than it may.
func (w *world) checkApproval(t testing.TB, in plan.Input, c model.Change) {
	t.Helper()
	given := in.AcceptBaseline && (c.Op == model.Adopt || c.Op == model.Transfer) // it is the yes to whom it lists
	for _, a := range in.State.Approvals {
		departure := w.saga(c.Person)
		longest := a.At.Add(in.Policy.ConfirmOver + in.Policy.GraceWithdraw + model.MaxApproval) // of a step that is not due yet
		kept := departure != nil && (departure.StartedAt.Before(a.Until) || departure.StartedAt.Before(longest))
		waits := c.NotBefore.IsZero() && w.now.Before(longest) || // for a complete read, or goes with the withdrawal
			c.NotBefore.After(a.At) && w.now.Before(c.NotBefore.Add(model.MaxApproval))
		given = given || a.ChangeID == c.ID && (w.now.Before(a.Until) || kept || waits)
	}
	switch takes := c.Op.Destructive() || c.Op == model.DisableContact; {
	case c.Approved && !given:
		t.Fatalf("nobody approved %+v", c)
	case c.Op == model.Withdraw && w.credentialByID(c.CredentialID) == nil && slices.ContainsFunc(in.State.Orders, func(o model.PastOrder) bool { return o.CredentialID == c.CredentialID }):
		t.Fatalf("an ordered withdrawal that is done is planned again: %+v", c)
	case c.Status == model.Due && c.Op.Destructive() && !given && (in.Policy.Approval.Asks(c.Class) || slices.Contains(in.Policy.Protected, c.CSI)):
		t.Fatalf("%s needs an approval, and has none: %+v", c.Op, c)
	case c.Status == model.Due && takes && in.Stop != "":
		t.Fatalf("%s although the stop file is there: %+v", c.Op, c)
	case c.Approved && (c.Status == model.NeedsApproval || c.Status == model.Blocked && c.Op.Destructive() && c.AwaitsApproval()):
		t.Fatalf("approved, and waits for an approval: %+v", c)
	}
}

// checkLimits holds that no more people than one pass may take out go without an approval.
func (w *world) checkLimits(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	managed := map[string]int{}
	for _, o := range in.State.Owned {
		managed[o.Person.Source]++
	}
	gone := map[model.Op]map[string]map[model.PersonID]bool{}
	for _, c := range p.Changes {
		if !c.Op.Destructive() || c.Status != model.Due || c.Approved || c.By != "" {
			continue
		}
		if gone[c.Op] == nil {
			gone[c.Op] = map[string]map[model.PersonID]bool{}
		}
		if gone[c.Op][c.Person.Source] == nil {
			gone[c.Op][c.Person.Source] = map[model.PersonID]bool{}
		}
		gone[c.Op][c.Person.Source][c.Person] = true
	}
	for op, bySource := range gone {
		for source, people := range bySource {
			base := managed[source]
			for _, departure := range in.State.Departures {
				if op != model.Withdraw && departure.Person.Source == source {
					base++
				}
			}
			if allowed := in.Policy.LeaversRun.AllowsToLeave("", 2, base).Number(); len(people) > allowed {
				t.Fatalf("%s of %d people of %s without an approval, %d allowed", op, len(people), source, allowed)
			}
		}
	}
}

// approve says yes to everything that a plan asks for.
func (w *world) approve(p plan.Plan, ttl time.Duration) {
	for _, c := range p.AwaitingApproval() {
		w.give(model.GivenApproval{ChangeID: c.ID, Person: c.Person, Until: w.now.Add(ttl)})
	}
}

func (w *world) give(given model.GivenApproval) {
	given.At = w.now
	w.state.Approvals = slices.DeleteFunc(slices.Clone(w.state.Approvals), func(a model.GivenApproval) bool { return a.ChangeID == given.ChangeID })
	w.state.Approvals = append(w.state.Approvals, given)
}

func (w *world) checkLeaver(t testing.TB, c model.Change) {
	t.Helper()
	departure := w.saga(c.Person)
	begun := departure != nil && !departure.WithdrawnAt.IsZero()
	if settled := w.settledWithdrawal(c.Person); settled {
		begun = true
	}
	if !begun {
		if err := w.mayWithdraw(c.Person); err != nil {
			t.Fatalf("%s of %s comes too early: %v", c.Op, c.CSI, err)
		}
	}
	last := w.history[c.Person][len(w.history[c.Person])-1]
	if last.state != model.Departed || !last.complete {
		t.Fatalf("%s without evidence in this pass: %+v", c.Op, last)
	}
	if last.placeless && c.Op.Destructive() && !slices.Contains(c.Asks, model.AskPlace) {
		t.Fatalf("%s of somebody who may be hidden with their place asks nobody: %+v", c.Op, c)
	}
	if u := w.user(c.ThreemaID); c.ThreemaID != "" {
		theirs := u != nil && (u.CSI == "" || u.CSI == c.CSI || slices.Contains(w.state.FormerCSIs, model.FormerCSI{Person: c.Person, CSI: u.CSI}))
		asked := slices.Contains(c.Asks, model.AskOthersUse) && c.Op != model.DisableContact
		if u == nil || u.Special() || !asked && (u.CredentialID != "" && u.CredentialID != c.CredentialID || !theirs) {
			t.Fatalf("%s of a wrong ID %+v: %+v", c.Op, u, c)
		}
	}
	if (c.Op == model.Detach || c.Op == model.Revoke) && begun && departure != nil && !departure.WithdrawnAt.IsZero() {
		if w.now.Before(departure.WithdrawnAt.Add(w.policy.GraceID)) || w.now.Before(departure.StartedAt.Add(w.policy.GraceID)) {
			t.Fatalf("%s before the grace of the ID is over", c.Op)
		}
	}
}

// settledWithdrawal tells whether a withdrawal whose answer was lost has happened.
func (w *world) settledWithdrawal(person model.PersonID) bool {
	return slices.ContainsFunc(w.state.Open, func(op model.Operation) bool {
		return op.Op == model.Withdraw && op.Person == person && w.credentialByID(op.CredentialID) == nil
	})
}

// summary is a plan in lines: "op csi status", "held csi".
func summary(p plan.Plan) []string {
	lines := []string{}
	for _, c := range p.Changes {
		line := fmt.Sprintf("%s %s %s", c.Op, c.CSI, c.Status)
		if c.Guard != "" {
			line += " by " + c.Guard
		}
		lines = append(lines, line)
	}
	for _, h := range p.Held {
		lines = append(lines, "held "+h.CSI)
	}
	return lines
}

// of keeps the lines of a summary about the named people.
func of(p plan.Plan, names ...string) []string {
	return slices.DeleteFunc(summary(p), func(line string) bool {
		fields := strings.Fields(line)
		return !slices.ContainsFunc(names, func(name string) bool { return fields[1] == "E-"+name })
	})
}

// condition finds a line of the certificate of the first source.
func condition(t testing.TB, p plan.Plan, name string) model.Condition {
	t.Helper()
	for _, c := range p.Sources[0].Conditions {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no condition %s in %+v", name, p.Sources[0].Conditions)
	return model.Condition{}
}

func find(t testing.TB, p plan.Plan, op model.Op, name string) model.Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.Op == op && c.CSI == "E-"+name {
			return c
		}
	}
	t.Fatalf("no %s of %s in %v", op, name, summary(p))
	return model.Change{}
}

// words are all reasons of a plan, for tests that look for one.
func words(p plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintln(&b, english.Join(c.Reasons))
	}
	for _, h := range p.Held {
		fmt.Fprintln(&b, english.Join(h.Reasons))
	}
	for _, u := range p.Unmanaged {
		fmt.Fprintln(&b, u.Kind, u.Name, english.Say(u.Reason))
	}
	for _, g := range p.Guards {
		fmt.Fprintln(&b, g.Name, english.Join(g.Reasons))
	}
	return b.String()
}

func wantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("plan differs (-want +got):\n%s", diff)
	}
}

func wantWords(t testing.TB, p plan.Plan, text string) {
	t.Helper()
	if !strings.Contains(words(p), text) {
		t.Fatalf("no reason says %q:\n%s", text, words(p))
	}
}
