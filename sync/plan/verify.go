package plan

import (
	"cmp"
	"slices"
	"time"
)

// Effect is one destructive effect that the service said yes to, and what looking at the package
// has shown of it since.
type Effect struct {
	ID           int64 // given by the ledger, as Departure, the departure that it belongs to
	Departure    int64
	Op           Op // withdraw, detach or revoke
	Person       PersonID
	CSI          string
	DN           string
	CredentialID string // the one that was withdrawn
	Username     string
	FirstName    string // as the departure has it, and LastSeen
	LastSeen     time.Time
	ThreemaID    string   // "" of a withdrawal
	IDs          []string // that the departure persisted
	// Ordered tells of a withdrawal on somebody's word alone: no departure goes with it, and Departure is the
	// number of the order.
	Ordered     bool
	RequestedAt time.Time
	GoneAt      time.Time // first pass that proved that the object is gone (unlisted.go); zero: none yet
	VerifiedAt  time.Time // zero: not yet
	ReturnedAt  time.Time // first pass that found the person entitled again, or the order over; it is judged no more
}

// How long an effect may take before it can be judged (domain §6, D-38): until then the service and
// the apps have every right to show the old state.
const (
	withdrawDelay = 24 * time.Hour // an app asks for its licence once a day
	takeIDDelay   = time.Hour
)

// effectShown is how long a plan goes on to list an effect that is settled.
const effectShown = 7 * 24 * time.Hour

// EffectState is how far an effect is known to hold. The set is closed: it is a metric label and part
// of the JSON.
type EffectState string

// The states.
const (
	EffectRequested EffectState = "requested" // the service said yes
	EffectVerified  EffectState = "verified"  // and looking at the package, after its time, confirmed it
	EffectReturned  EffectState = "returned"  // the person is entitled again, or the order is over: nothing is expected any more
)

// EffectStates lists all states.
func EffectStates() []EffectState {
	return []EffectState{EffectRequested, EffectVerified, EffectReturned}
}

// State is how far the effect is known to hold.
func (e Effect) State() EffectState {
	switch {
	case !e.ReturnedAt.IsZero():
		return EffectReturned
	case !e.VerifiedAt.IsZero():
		return EffectVerified
	}
	return EffectRequested
}

// EffectiveBy is when the effect must have reached everybody.
func (e Effect) EffectiveBy() time.Time {
	if e.Op == Withdraw {
		return e.RequestedAt.Add(withdrawDelay)
	}
	return e.RequestedAt.Add(takeIDDelay)
}

// Title names the effect: "detach / trennen ABCDEFGH".
func (e Effect) Title() string {
	return e.Op.CockpitWord() + " " + cmp.Or(e.ThreemaID, e.Username)
}

// verify looks at the package for what was taken from leavers, and by order. What it finds is recorded and shown,
// and never makes a change (design §5.6). Another package, or a scope that nobody accepted, says
// nothing of these effects, and a clock in doubt nothing of when they are due: then the plan shows
// what was known.
func (p *planner) verify() {
	effects, alarms := p.State.Effects, p.State.Alarms
	if !p.planOnly && !p.clockInDoubt && p.State.Subscription == p.Inventory.Subscription.ID {
		w := newWatch(p)
		effects = w.judgeEffects()
		alarms = w.judgeAlarms(w.causes(effects))
	}
	p.plan.Alarms = sorted(alarms, func(a, b Alarm) int { return cmp.Or(a.Since.Compare(b.Since), a.compare(b)) })
	p.plan.Effects = ShownEffects(effects, p.Now)
}

// ShownEffects are those that a plan lists: not verified yet, or settled within the last week.
func ShownEffects(effects []Effect, now time.Time) []Effect {
	return slices.DeleteFunc(slices.Clone(effects), func(e Effect) bool {
		settled := Later(e.VerifiedAt, e.ReturnedAt)
		return !settled.IsZero() && !now.Before(settled.Add(effectShown))
	})
}

// watch judges effects by the inventory of one pass.
type watch struct {
	*planner
	taken     map[departedID]bool // IDs with an effect of their own
	reporting map[string][]User   // by the csi that they report, of people whose ID was revoked
	ordered   map[int64]bool      // those withdrawals that somebody ordered
	returned  map[int64]string    // departures, and orders, of which nothing is expected any more, and why
}

// departedID is a Threema ID of one departure.
type departedID struct {
	saga      int64
	threemaID string
}

func newWatch(p *planner) *watch {
	w := &watch{planner: p, taken: map[departedID]bool{}, reporting: map[string][]User{}, ordered: map[int64]bool{}, returned: map[int64]string{}}
	for _, e := range p.State.Effects {
		w.taken[departedID{e.Departure, e.ThreemaID}] = true
		w.ordered[e.Departure] = e.Ordered
		if e.Op == Revoke && e.CSI != "" {
			w.reporting[e.CSI] = nil
		}
	}
	for _, u := range p.Inventory.Users {
		if _, asked := w.reporting[u.CSI]; asked {
			w.reporting[u.CSI] = append(w.reporting[u.CSI], u)
		}
	}
	return w
}

// judgeEffects brings all effects up to date, and notes those that this pass has changed.
func (w *watch) judgeEffects() []Effect {
	var effects []Effect
	for _, was := range w.State.Effects {
		e := w.judge(was)
		if !e.GoneAt.Equal(was.GoneAt) || e.State() != was.State() {
			w.plan.Update.Effects = append(w.plan.Update.Effects, e)
		}
		effects = append(effects, e)
	}
	return effects
}

// judge is what this pass adds to an effect.
func (w *watch) judge(e Effect) Effect {
	if !e.ReturnedAt.IsZero() {
		return e
	}
	if why := w.over(e); why != "" {
		e.ReturnedAt = w.Now
		w.returned[e.Departure] = why
		return e
	}
	gone := w.gone(e.object())
	if gone && e.GoneAt.IsZero() {
		e.GoneAt = w.Now
	}
	if gone && e.VerifiedAt.IsZero() && w.isOver(e) && len(w.active(e)) == 0 {
		e.VerifiedAt = w.Now
	}
	return e
}

// Why nothing is expected of an effect any more.
const (
	entitledWords  = "the person is entitled again"
	undoneWords    = "somebody took the withdrawal back"
	activatedWords = "the person uses a new credential"
)

// over says why nothing is expected of an effect any more, "" if something is. Whose credential was
// withdrawn by order may be entitled all along: the word ends it that takes the order back, or a new
// credential as soon as it is used. One that is only made gives nobody the phone back.
func (w *watch) over(e Effect) string {
	if !e.Ordered {
		if w.isBack(w.effectAccount(e)) {
			return entitledWords
		}
		return ""
	}
	own, owned := w.owned[e.Person]
	switch {
	case w.undone(Ownership{Person: e.Person, CredentialID: e.CredentialID}):
		return undoneWords
	case owned && own.CredentialID != e.CredentialID && len(w.people(own.CredentialID)) > 0:
		return activatedWords
	}
	return ""
}

// isOver tells that the time is over which the effect may take.
func (w *watch) isOver(e Effect) bool { return !w.Now.Before(e.EffectiveBy()) }

// active lists the IDs of a withdrawal whose app still reported itself after the time it may take. A
// phone that is off proves nothing, in either direction (D-38). An ID that was detached or revoked
// has an effect of its own.
func (w *watch) active(e Effect) []string {
	if e.Op != Withdraw {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.IDs), func(id string) bool {
		u, there := w.users[id]
		return !there || w.taken[departedID{e.Departure, id}] || !u.LastCheck.After(e.EffectiveBy())
	})
}

// secondIDs lists the IDs, beside those of the departure, that link to the withdrawn credential or
// report the leaver's csi.
func (w *watch) secondIDs(e Effect) []string {
	var ids []string
	for _, u := range slices.Concat(w.usersOf[e.CredentialID], w.reporting[e.CSI]) {
		if !u.Special() && !slices.Contains(e.IDs, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// DescribeEnd says why nothing is expected of an effect any more.
func DescribeEnd(e Effect) string {
	if e.Ordered {
		return "somebody took the withdrawal back, or the person uses a new credential"
	}
	return entitledWords
}

// UnderWay counts the effects that are not verified yet, and says when the last one must be there.
func UnderWay(effects []Effect) (n int, last time.Time) {
	for _, e := range effects {
		if e.State() == EffectRequested {
			n++
			last = Later(last, e.EffectiveBy())
		}
	}
	return n, last
}
