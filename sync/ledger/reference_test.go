package ledger

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// reference is what a ledger should remember, in the simplest words: maps, no SQL. Everybody in it
// belongs to source corp.
type reference struct {
	bound     model.StateUpdate // subscription, sources, baseline, sync since
	rolledOut bool
	owned     map[string]model.Ownership   // by person
	seen      map[string]model.Observation // by person
	sentinels []model.Sentinel
	sagas     map[string]*model.Departure // open ones, by person
	effects   []*watched                  // in the order in which they were done
	alarms    []model.Alarm               // that stand
	left      []model.AbandonedID
	journal   map[int64]*row
	bases     []model.Base
	refusals  map[string]model.Refusal // by credential and setting
	published map[string]bool
	users     []model.SeenUser
	links     []model.FormerLink
	csis      []model.FormerCSI
	unlisted  []model.Unlisted
	suspended map[string]model.Suspension // by person
	undone    []model.UndoneOrder
	approvals map[string]model.GivenApproval // by change
}

// watched is an effect with its departure, which may have ended.
type watched struct {
	model.Effect
	saga         *model.Departure
	subscription string
}

type row struct {
	model.Operation
	state string
}

func (r row) open() bool { return r.state == intent || r.state == unknown }

func newReference() *reference {
	return &reference{
		bound: model.StateUpdate{Sources: map[string]model.SourceBinding{}},
		owned: map[string]model.Ownership{}, seen: map[string]model.Observation{}, sagas: map[string]*model.Departure{},
		journal: map[int64]*row{}, refusals: map[string]model.Refusal{}, published: map[string]bool{}, suspended: map[string]model.Suspension{}, approvals: map[string]model.GivenApproval{},
	}
}

// rows returns the journal in order.
func (m *reference) rows() []*row {
	rows := slices.Collect(maps.Values(m.journal))
	slices.SortFunc(rows, func(a, b *row) int { return int(a.ID - b.ID) })
	return rows
}

// mayBegin tells whether nothing open stands in the way.
func (m *reference) mayBegin(op model.Operation) bool {
	for _, r := range m.journal {
		samePerson := r.Person == op.Person && r.Op == op.Op && (op.Op == model.Create || op.Op == model.Withdraw)
		sameID := finalOp(r.Op) && finalOp(op.Op) && slices.Equal(r.ThreemaIDs, op.ThreemaIDs)
		if r.open() && (samePerson || sameID) {
			return false
		}
	}
	departure, leaving := m.sagas[op.Person.ID]
	return op.Op != model.Withdraw || !leaving || departure.CredentialID == op.CredentialID
}

func finalOp(op model.Op) bool { return op == model.Detach || op == model.Revoke }

func (m *reference) begin(op model.Operation) {
	m.journal[op.ID] = &row{op, intent}
	if op.Op != model.Withdraw {
		return
	}
	m.dropUndone(op.Person)
	departure, leaving := m.sagas[op.Person.ID]
	if !leaving {
		departure = &model.Departure{Subject: model.Subject{Person: op.Person}, CredentialID: op.CredentialID, StartedAt: op.At, LastSeen: m.seen[op.Person.ID].LastSeen}
		for _, own := range m.owned {
			if own.CredentialID == op.CredentialID {
				departure.FirstName = own.FirstName
			}
		}
	}
	departure.Username, departure.CSI, departure.DN, departure.OU = op.Username, op.CSI, op.DN, op.OU
	m.sagas[op.Person.ID] = departure
	m.join(op, op.ThreemaIDs)
}

func (m *reference) join(op model.Operation, ids []string) {
	departure, leaving := m.sagas[op.Person.ID]
	if !leaving {
		return
	}
	for _, id := range ids {
		if !slices.ContainsFunc(departure.IDs, func(s model.DepartingID) bool { return s.ThreemaID == id }) {
			departure.IDs = append(slices.Clone(departure.IDs), model.DepartingID{ThreemaID: id})
		}
	}
	slices.SortFunc(departure.IDs, func(a, b model.DepartingID) int { return strings.Compare(a.ThreemaID, b.ThreemaID) })
}

func (m *reference) own(op model.Operation, created bool, firstName string, since time.Time) {
	if was, ours := m.owned[op.Person.ID]; ours {
		since = was.Since
	}
	m.owned[op.Person.ID] = model.Ownership{
		Person: op.Person, CredentialID: op.CredentialID, Username: op.Username, CSI: op.CSI, Created: created, FirstName: firstName, Since: since,
	}
	m.dropUndone(op.Person)
}

func (m *reference) dropUndone(person model.PersonID) {
	m.undone = slices.DeleteFunc(m.undone, func(u model.UndoneOrder) bool { return u.Person == person })
}

// undo records that a withdrawal is taken back.
func (m *reference) undo(u model.UndoneOrder, now time.Time) {
	u.At = now
	m.undone = append(slices.DeleteFunc(m.undone, func(had model.UndoneOrder) bool { return had.CredentialID == u.CredentialID }), u)
	slices.SortFunc(m.undone, func(a, b model.UndoneOrder) int { return strings.Compare(a.CredentialID, b.CredentialID) })
	m.void(u.Person, model.Withdraw)
}

// void drops every yes to such steps of a person.
func (m *reference) void(person model.PersonID, ops ...model.Op) {
	maps.DeleteFunc(m.approvals, func(_ string, a model.GivenApproval) bool { return a.Person == person && slices.Contains(ops, a.Op) })
}

// undoneNow are those of credentials that are still owned.
func (m *reference) undoneNow() []model.UndoneOrder {
	var now []model.UndoneOrder
	for _, u := range m.undone {
		if m.owned[u.Person.ID].CredentialID == u.CredentialID {
			now = append(now, u)
		}
	}
	return now
}

func (m *reference) suspend(s model.Suspension, now time.Time) {
	s.Since, s.Over = now, time.Time{}
	m.suspended[s.Person.ID] = s
	m.void(s.Person, "", model.Withdraw, model.DisableContact, model.Detach, model.Revoke)
}

// passSuspension lets a leave go along with a credential.
func (m *reference) passSuspension(from, to model.PersonID) {
	s, said := m.suspended[from.ID]
	if !said {
		return
	}
	delete(m.suspended, from.ID)
	if had, both := m.suspended[to.ID]; !both || had.Until.Before(s.Until) {
		s.Person = to
		m.suspended[to.ID] = s
	}
}

func (m *reference) disown(op model.Operation) {
	if m.owned[op.Person.ID].CredentialID == op.CredentialID {
		delete(m.owned, op.Person.ID)
	}
}

func (m *reference) done(r *row, now time.Time) {
	r.state = done
	delete(m.approvals, r.ChangeID)
	departure := m.sagas[r.Person.ID]
	switch r.Op {
	case model.Adopt:
		m.own(r.Operation, m.keep(r.Operation), "", now)
	case model.Transfer:
		m.transfer(r.Operation, now)
	case model.Withdraw:
		m.disown(r.Operation)
		m.watch(departure, r.Op, "", now)
		if departure != nil && departure.WithdrawnAt.IsZero() {
			departure.WithdrawnAt = now
		}
	case model.Detach, model.Revoke:
		if departure == nil {
			return
		}
		for _, id := range r.ThreemaIDs {
			m.watch(departure, r.Op, id, now)
		}
		departure.IDs = slices.Clone(departure.IDs)
		for i, s := range departure.IDs {
			if slices.Contains(r.ThreemaIDs, s.ThreemaID) && s.GoneAt.IsZero() {
				departure.IDs[i].GoneAt = now
			}
		}
	case model.PublishContact:
		for _, id := range r.ThreemaIDs {
			m.published[id] = m.published[id] || r.ContactCreated
		}
	case model.DisableContact:
		for _, id := range r.ThreemaIDs {
			delete(m.published, id)
		}
	default:
	}
}

// keep ends the open create that made, or seems to have made, a credential that is adopted. It tells
// whether the create is known to have made it.
func (m *reference) keep(op model.Operation) bool {
	for _, r := range m.journal {
		if r.open() && r.Op == model.Create && r.Person == op.Person && (r.CredentialID == "" || r.CredentialID == op.CredentialID) {
			r.state = done
			return r.CredentialID == op.CredentialID
		}
	}
	return false
}

// watch adds an effect, once.
func (m *reference) watch(departure *model.Departure, op model.Op, threemaID string, now time.Time) {
	known := slices.ContainsFunc(m.effects, func(e *watched) bool { return e.saga == departure && e.Op == op && e.ThreemaID == threemaID })
	if departure != nil && !known {
		m.effects = append(m.effects, &watched{model.Effect{Op: op, ThreemaID: threemaID, RequestedAt: now}, departure, m.bound.Subscription})
	}
}

// looksFor lists the effects that a pass looks for.
func (m *reference) looksFor(now time.Time) []*watched {
	return slices.DeleteFunc(slices.Clone(m.effects), func(w *watched) bool {
		alarmed := slices.ContainsFunc(m.alarms, func(a model.Alarm) bool { return a.Departure == w.Departure })
		fresh := w.VerifiedAt.IsZero() || w.VerifiedAt.After(now.Add(-90*24*time.Hour))
		return w.subscription != m.bound.Subscription || !w.ReturnedAt.IsZero() || !fresh && !alarmed
	})
}

// learn takes over the numbers that the ledger has given.
func (m *reference) learn(effects []model.Effect, now time.Time) {
	for n, w := range m.looksFor(now) {
		if w.ID == 0 && n < len(effects) {
			w.ID, w.Departure = effects[n].ID, effects[n].Departure
		}
	}
}

func (m *reference) effectsNow(now time.Time) []model.Effect {
	var effects []model.Effect
	for _, w := range m.looksFor(now) {
		e := w.Effect
		e.Person, e.CSI, e.DN, e.CredentialID, e.Username = w.saga.Person, w.saga.CSI, w.saga.DN, w.saga.CredentialID, w.saga.Username
		e.FirstName, e.LastSeen = w.saga.FirstName, w.saga.LastSeen
		for _, id := range w.saga.IDs {
			e.IDs = append(e.IDs, id.ThreemaID)
		}
		effects = append(effects, e)
	}
	return effects
}

func (m *reference) alarmsNow() []model.Alarm {
	var alarms []model.Alarm
	for _, a := range m.alarms {
		n := slices.IndexFunc(m.effects, func(w *watched) bool { return w.Departure == a.Departure && w.subscription == m.bound.Subscription })
		if n < 0 {
			continue
		}
		departure := m.effects[n].saga
		a.Person, a.CSI, a.DN, a.CredentialID, a.Username = departure.Person, departure.CSI, departure.DN, departure.CredentialID, departure.Username
		alarms = append(alarms, a)
	}
	return alarms
}

// judge records what a pass found of effects.
func (m *reference) judge(mem model.StateUpdate) {
	for _, e := range mem.Effects {
		w := m.effects[slices.IndexFunc(m.effects, func(w *watched) bool { return w.ID == e.ID })]
		w.GoneAt, w.VerifiedAt, w.ReturnedAt = e.GoneAt, e.VerifiedAt, e.ReturnedAt
	}
	for _, a := range mem.Alarms {
		if n := slices.IndexFunc(m.alarms, sameAlarm(a)); n >= 0 {
			m.alarms[n].QuietSince = a.QuietSince
			continue
		}
		m.alarms = append(m.alarms, a)
	}
	for _, c := range mem.Cleared {
		m.alarms = slices.DeleteFunc(m.alarms, sameAlarm(c.Alarm))
	}
	slices.SortFunc(m.alarms, func(a, b model.Alarm) int {
		return cmp.Or(cmp.Compare(a.Departure, b.Departure), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ThreemaID, b.ThreemaID))
	})
}

func sameAlarm(a model.Alarm) func(model.Alarm) bool {
	return func(b model.Alarm) bool {
		return a.Departure == b.Departure && a.Kind == b.Kind && a.ThreemaID == b.ThreemaID
	}
}

func (m *reference) transfer(op model.Operation, now time.Time) {
	created, firstName, since := false, "", now
	for id, own := range m.owned {
		if own.CredentialID == op.CredentialID {
			created, firstName, since = own.Created, own.FirstName, own.Since
			delete(m.owned, id)
			if id != op.Person.ID {
				delete(m.seen, id)
				m.passLinks(own.Person, op.Person)
				m.passSuspension(own.Person, op.Person)
			}
		}
	}
	for _, departure := range values(m.sagas) {
		if departure.CredentialID == op.CredentialID {
			m.endSaga(model.EndedDeparture{Person: departure.Person, Why: "transferred"})
		}
	}
	m.own(op, created, firstName, since)
}

// passLinks lets the former links of an account be those of the one that follows it.
func (m *reference) passLinks(from, to model.PersonID) {
	all := map[model.FormerLink]time.Time{}
	key := func(l model.FormerLink) model.FormerLink {
		return model.FormerLink{ThreemaID: l.ThreemaID, Person: l.Person}
	}
	for _, l := range m.links {
		if l.Person != from {
			all[key(l)] = l.Until
		}
	}
	for _, l := range m.links {
		if l.Person == from {
			l.Person = to
			all[key(l)] = l.Until
		}
	}
	m.links = nil
	for l, until := range all {
		l.Until = until
		m.links = append(m.links, l)
	}
	slices.SortFunc(m.links, model.FormerLink.Compare)
}

func (m *reference) remember(mem model.StateUpdate, now time.Time) {
	m.bound.Subscription, m.bound.Baseline, m.bound.SyncSince = mem.Subscription, mem.Baseline, mem.SyncSince
	maps.Copy(m.bound.Sources, mem.Sources)
	m.seen = map[string]model.Observation{}
	for _, o := range mem.Observations {
		m.seen[o.Person.ID] = o
	}
	m.sentinels = mem.Sentinels
	for _, o := range mem.Owned {
		if was, ok := m.owned[o.Person.ID]; ok && was.CredentialID == o.CredentialID {
			o.Created, o.Since = was.Created, was.Since
			m.owned[o.Person.ID] = o
		}
	}
	m.suspended = map[string]model.Suspension{}
	for _, s := range mem.Suspensions {
		m.suspended[s.Person.ID] = s
	}
	m.users, m.links, m.csis, m.unlisted = mem.UsersSeen, mem.FormerLinks, mem.FormerCSIs, mem.Unlisted
	m.bases = append(m.bases, mem.Bases...)
	for _, p := range mem.Published {
		m.published[p.ThreemaID] = m.published[p.ThreemaID] || p.Created
	}
	for _, s := range mem.Settled {
		r := m.journal[s.ID]
		if s.Done {
			m.done(r, now)
			continue
		}
		r.state = reverted
		if r.Op == model.Create {
			m.disown(r.Operation)
		}
	}
	for _, change := range mem.ExpiredApprovals {
		if !m.approvals[change].Until.After(now) {
			delete(m.approvals, change)
		}
	}
	m.judge(mem)
	for _, e := range mem.EndedDepartures {
		m.endSaga(e)
	}
	m.undone = slices.DeleteFunc(m.undone, m.restored)
}

// restored tells that nothing was withdrawn after all.
func (m *reference) restored(u model.UndoneOrder) bool {
	for _, r := range m.journal {
		if r.Op == model.Withdraw && r.CredentialID == u.CredentialID && (r.open() || r.state == done) {
			return false
		}
	}
	for _, own := range m.owned {
		if own.CredentialID == u.CredentialID {
			return own.MissingReads == 0
		}
	}
	return false
}

// endDeparture closes a departure. What one who came back leaves behind is remembered.
func (m *reference) endSaga(e model.EndedDeparture) {
	departure, open := m.sagas[e.Person.ID]
	if !open {
		return
	}
	delete(m.sagas, e.Person.ID)
	if e.Why == "settled" || departure.WithdrawnAt.IsZero() {
		return
	}
	for _, id := range departure.IDs {
		left := model.AbandonedID{Person: e.Person, CSI: departure.CSI, ThreemaID: id.ThreemaID}
		if id.GoneAt.IsZero() && !slices.Contains(m.left, left) {
			m.left = append(m.left, left)
		}
	}
	slices.SortFunc(m.left, func(a, b model.AbandonedID) int {
		return cmp.Or(a.Person.Compare(b.Person), strings.Compare(a.ThreemaID, b.ThreemaID), strings.Compare(a.CSI, b.CSI))
	})
}

// state is what the ledger should say.
func (m *reference) state(now time.Time) model.State {
	s := model.State{
		Subscription: m.bound.Subscription, Sources: m.bound.Sources, Baseline: m.bound.Baseline,
		RolledOut: m.rolledOut, SyncSince: m.bound.SyncSince,
		Owned: values(m.owned), Observations: values(m.seen), Sentinels: m.sentinels, Effects: m.effectsNow(now), Alarms: m.alarmsNow(),
		UsersSeen: m.users, FormerLinks: m.links, FormerCSIs: m.csis, Unlisted: m.unlisted, Approvals: values(m.approvals), AbandonedIDs: slices.Clone(m.left),
		Suspensions: values(m.suspended), Undone: m.undoneNow(),
	}
	for _, departure := range values(m.sagas) {
		s.Departures = append(s.Departures, *departure)
	}
	for _, r := range m.rows() {
		if r.open() {
			s.Open = append(s.Open, r.Operation)
		}
		counts := r.open() || r.state == done
		if counts && r.Op.Destructive() && !r.Approved && r.At.After(now.Add(-7*24*time.Hour)) {
			s.Taken = append(s.Taken, model.PastRemoval{Op: r.Op, Person: r.Person, OU: r.OU, At: r.At})
		}
	}
	for _, b := range m.bases {
		if b.At.After(now.Add(-8 * 24 * time.Hour)) {
			s.Bases = append(s.Bases, b)
		}
	}
	for _, r := range values(m.refusals) {
		if r.At.After(now.Add(-24 * time.Hour)) {
			s.Refusals = append(s.Refusals, r)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.published)) {
		s.Published = append(s.Published, model.Publication{ThreemaID: id, Created: m.published[id]})
	}
	return s
}

// values returns the values of a map in the order of its keys.
func values[T any](m map[string]T) []T {
	var list []T
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[key])
	}
	return list
}

func sortSeen(users []model.SeenUser) {
	slices.SortFunc(users, func(a, b model.SeenUser) int { return strings.Compare(a.ThreemaID, b.ThreemaID) })
}
