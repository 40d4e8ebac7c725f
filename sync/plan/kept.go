package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ofLeavers says, of the Threema IDs that leavers of ours had, whose they are and what was done: an ID that
// is kept (leavers.id: keep), or whose end is on its way, is not a stranger's. Of two departures the
// later one counts. Of others the former links tell, and of who is back with a new credential and may go on with theirs:
// then nothing of before counts, but that the ID was to be taken. An ID that is linked to a credential has its place there.
func (p *links) ofLeavers() map[string]model.Reason {
	effects := slices.Clone(p.State.Effects)
	slices.SortStableFunc(effects, func(a, b model.Effect) int { return a.RequestedAt.Compare(b.RequestedAt) })
	why, taken := map[string]model.Reason{}, map[string]bool{}
	for _, left := range p.State.AbandonedIDs {
		why[left.ThreemaID] = model.Because("id-left-behind", model.Subject{Person: left.Person, CSI: left.CSI, DN: p.nameOf(left.Person)}.Whose())
	}
	for _, e := range effects {
		name := e.WithDN(cmp.Or(e.DN, p.observations[e.Person].DN)).Whose()
		if e.Op.TakesID() {
			taken[e.ThreemaID] = true
			why[e.ThreemaID] = model.Because("id-end-requested", name, e.Op.CockpitWord(), e.RequestedAt)
			continue
		}
		left := model.Because("id-kept", name, e.Username, e.RequestedAt)
		if e.Ordered {
			left = model.Because("id-kept-by-order", name, e.Username, e.RequestedAt)
		}
		for _, id := range e.IDs {
			why[id] = left
		}
	}
	for id, l := range LastUsers(p.formerLinks()) {
		if why[id].Code == "" || !taken[id] && p.goesOn(l) {
			why[id] = p.ofFormerUser(l)
		}
	}
	maps.DeleteFunc(why, func(id string, _ model.Reason) bool { return p.users[id].CredentialID != "" })
	return why
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
