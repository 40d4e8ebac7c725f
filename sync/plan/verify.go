package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// effectShown is how long a plan goes on to list an effect that is settled.
const effectShown = 7 * 24 * time.Hour

// verify looks at the package for what was taken from leavers, and by order. What it finds is recorded and shown,
// and never makes a change (design §5.6). Another package, or a scope that nobody accepted, says
// nothing of these effects, and a clock in doubt nothing of when they are due: then the plan shows
// what was known.
func (p *record) verify() {
	effects, alarms := p.State.Effects, p.State.Alarms
	if !p.planOnly && !p.clockInDoubt && p.State.Subscription == p.Inventory.Subscription.ID {
		w := newWatch(p.known)
		effects = w.judgeEffects()
		alarms = w.judgeAlarms(w.causes(effects))
	}
	p.plan.Alarms = sorted(alarms, func(a, b model.Alarm) int { return cmp.Or(a.Since.Compare(b.Since), a.Compare(b)) })
	p.plan.Effects = ShownEffects(effects, p.Now)
}

// ShownEffects are those that a plan lists: not verified yet, or settled within the last week.
func ShownEffects(effects []model.Effect, now time.Time) []model.Effect {
	return slices.DeleteFunc(slices.Clone(effects), func(e model.Effect) bool {
		settled := model.Later(e.VerifiedAt, e.ReturnedAt)
		return !settled.IsZero() && !now.Before(settled.Add(effectShown))
	})
}

// watch judges effects by the inventory of one pass.
type watch struct {
	*known
	taken     map[departedID]bool     // IDs with an effect of their own
	reporting map[string][]model.User // by the csi that they report, of people whose ID was revoked
	ordered   map[int64]bool          // those withdrawals that somebody ordered
	returned  map[int64]model.Reason  // departures, and orders, of which nothing is expected any more, and why
}

// departedID is a Threema ID of one departure.
type departedID struct {
	saga      int64
	threemaID string
}

func newWatch(p *known) *watch {
	w := &watch{known: p, taken: map[departedID]bool{}, reporting: map[string][]model.User{}, ordered: map[int64]bool{}, returned: map[int64]model.Reason{}}
	for _, e := range p.State.Effects {
		w.taken[departedID{e.Departure, e.ThreemaID}] = true
		w.ordered[e.Departure] = e.Ordered
		if e.Op == model.Revoke && e.CSI != "" {
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
func (w *watch) judgeEffects() []model.Effect {
	var effects []model.Effect
	for _, was := range w.State.Effects {
		e := w.judge(was)
		if !e.GoneAt.Equal(was.GoneAt) || e.State() != was.State() {
			w.update.Effects = append(w.update.Effects, e)
		}
		effects = append(effects, e)
	}
	return effects
}

// judge is what this pass adds to an effect.
func (w *watch) judge(e model.Effect) model.Effect {
	if !e.ReturnedAt.IsZero() {
		return e
	}
	if why := w.over(e); why.Code != "" {
		e.ReturnedAt = w.Now
		w.returned[e.Departure] = why
		return e
	}
	gone := w.gone(e.Object())
	if gone && e.GoneAt.IsZero() {
		e.GoneAt = w.Now
	}
	if gone && e.VerifiedAt.IsZero() && w.isOver(e) && len(w.active(e)) == 0 {
		e.VerifiedAt = w.Now
	}
	return e
}

// over says why nothing is expected of an effect any more, nothing if something is. Whose credential was
// withdrawn by order may be entitled all along: the word ends it that takes the order back, or a new
// credential as soon as it is used. One that is only made gives nobody the phone back.
func (w *watch) over(e model.Effect) model.Reason {
	if !e.Ordered {
		if w.isBack(w.effectAccount(e)) {
			return model.Because("entitled-again")
		}
		return model.Reason{}
	}
	own, owned := w.owned[e.Person]
	switch {
	case w.undone(model.Ownership{Person: e.Person, CredentialID: e.CredentialID}):
		return model.Because("taken-back")
	case owned && own.CredentialID != e.CredentialID && len(w.people(own.CredentialID)) > 0:
		return model.Because("new-credential-used")
	}
	return model.Reason{}
}

// isOver tells that the time is over which the effect may take.
func (w *watch) isOver(e model.Effect) bool { return !w.Now.Before(e.EffectiveBy()) }

// active lists the IDs of a withdrawal whose app still reported itself after the time it may take. A
// phone that is off proves nothing, in either direction (D-38). An ID that was detached or revoked
// has an effect of its own.
func (w *watch) active(e model.Effect) []string {
	if e.Op.TakesID() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.IDs), func(id string) bool {
		u, there := w.users[id]
		return !there || w.taken[departedID{e.Departure, id}] || !u.LastCheck.After(e.EffectiveBy())
	})
}

// secondIDs lists the IDs, beside those of the departure, that link to the withdrawn credential or
// report the leaver's csi.
func (w *watch) secondIDs(e model.Effect) []string {
	var ids []string
	for _, u := range slices.Concat(w.usersOf[e.CredentialID], w.reporting[e.CSI]) {
		if !u.Special() && !slices.Contains(e.IDs, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// DescribeEnd says why nothing is expected of an effect any more.
func DescribeEnd(e model.Effect) model.Reason {
	if e.Ordered {
		return model.Because("taken-back-or-new-credential")
	}
	return model.Because("entitled-again")
}

// UnderWay counts the effects that are not verified yet, and says when the last one must be there.
func UnderWay(effects []model.Effect) (n int, last time.Time) {
	for _, e := range effects {
		if e.State() == model.EffectRequested {
			n++
			last = model.Later(last, e.EffectiveBy())
		}
	}
	return n, last
}
