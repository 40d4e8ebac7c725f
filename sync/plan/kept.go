package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// formerID is a Threema ID that somebody of ours had.
type formerID struct {
	of  model.PersonID
	why model.Reason // it is not managed
}

// ofLeavers says, of the Threema IDs that leavers of ours had, whose they are and what was done: an ID that
// is kept (leavers.id: keep), or whose end is on its way, is not a stranger's. Of two departures the
// later one counts. Of others the former links tell, and of who is back with a new credential and may go on with theirs:
// then nothing of before counts, but that the ID was to be taken. An ID that is linked to a credential has its place there.
func (p *links) ofLeavers() map[string]formerID {
	effects := slices.Clone(p.State.Effects)
	slices.SortStableFunc(effects, func(a, b model.Effect) int { return a.RequestedAt.Compare(b.RequestedAt) })
	ids, taken := map[string]formerID{}, map[string]bool{}
	for _, left := range p.State.AbandonedIDs {
		ids[left.ThreemaID] = formerID{left.Person, model.Because("id-left-behind", model.Subject{Person: left.Person, CSI: left.CSI, DN: p.nameOf(left.Person)}.Whose())}
	}
	for _, e := range effects {
		name := e.WithDN(cmp.Or(e.DN, p.observations[e.Person].DN)).Whose()
		if e.Op.TakesID() {
			taken[e.ThreemaID] = true
			ids[e.ThreemaID] = formerID{e.Person, model.Because("id-end-requested", name, e.Op.CockpitWord(), e.RequestedAt)}
			continue
		}
		left := model.Because("id-kept", name, e.Username, e.RequestedAt)
		if e.Ordered {
			left = model.Because("id-kept-by-order", name, e.Username, e.RequestedAt)
		}
		for _, id := range e.IDs {
			ids[id] = formerID{e.Person, left}
		}
	}
	for id, l := range LastUsers(p.formerLinks()) {
		if _, known := ids[id]; !known || !taken[id] && p.goesOn(l) {
			ids[id] = formerID{l.Person, p.ofFormerUser(l)}
		}
	}
	maps.DeleteFunc(ids, func(id string, _ formerID) bool { return p.users[id].CredentialID != "" })
	return ids
}

// LastUsers tells of each Threema ID who used it last, of former links.
func LastUsers(links []model.FormerLink) map[string]model.FormerLink {
	last := map[string]model.FormerLink{}
	for _, l := range links {
		if had, known := last[l.ThreemaID]; !known || had.Until.Before(l.Until) {
			last[l.ThreemaID] = l
		}
	}
	return last
}

// goesOn tells that somebody has a credential that nobody uses yet: the Threema ID that they had goes on with it.
func (p *recovered) goesOn(l model.FormerLink) bool {
	own, owned := p.owned[l.Person]
	return owned && p.credentialThere(own) && len(p.people(own.CredentialID)) == 0
}

// ofFormerUser says of a Threema ID whose credential is gone whose it is, and how it goes on: with the new
// credential of a returner, or of somebody whose withdrawal was taken back.
func (p *evidence) ofFormerUser(l model.FormerLink) model.Reason {
	own := p.owned[l.Person]
	name := model.Subject{Person: l.Person, CSI: cmp.Or(p.observations[l.Person].CSI, own.CSI), DN: p.nameOf(l.Person)}.Whose()
	switch {
	case p.goesOn(l):
		return model.Because("id-goes-on", name, own.Username)
	case !p.credentialThere(own):
		return model.Because("id-without-credential", name, l.Until)
	}
	return model.Because("id-replaced", name, l.Until, own.Username)
}
