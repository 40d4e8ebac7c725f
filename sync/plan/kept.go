package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ofLeavers says, of the Threema IDs that leavers of ours had, whose they are and what was done: an ID that
// is kept (leavers.id: keep), or whose end is on its way, is not a stranger's. Of two departures the
// later one counts. Of others the former links tell, and of who is back with a new credential and may go on with theirs:
// then nothing of before counts, but that the ID was to be taken. An ID that is linked to a credential has its place there.
func (p *links) ofLeavers() map[string]string {
	effects := slices.Clone(p.State.Effects)
	slices.SortStableFunc(effects, func(a, b model.Effect) int { return a.RequestedAt.Compare(b.RequestedAt) })
	words, taken := map[string]string{}, map[string]bool{}
	for _, left := range p.State.AbandonedIDs {
		words[left.ThreemaID] = fmt.Sprintf("left behind: of %s, from an earlier departure", model.DescribePerson(left.CSI, p.nameOf(left.Person), left.Person))
	}
	for _, e := range effects {
		name, day := model.DescribePerson(e.CSI, cmp.Or(e.DN, p.observations[e.Person].DN), e.Person), wording.Day(e.RequestedAt)
		if e.Op.TakesID() {
			taken[e.ThreemaID] = true
			words[e.ThreemaID] = fmt.Sprintf("of %s, who left; %s was requested on %s", name, e.Op.CockpitWord(), day)
			continue
		}
		left := "of " + name + ", who left; credential " + e.Username + " was withdrawn on " + day
		if e.Ordered {
			left = "of " + name + "; credential " + e.Username + " was withdrawn by order on " + day
		}
		for _, id := range e.IDs {
			words[id] = "kept: " + left
		}
	}
	for id, l := range LastUsers(p.formerLinks()) {
		if words[id] == "" || !taken[id] && p.goesOn(l) {
			words[id] = p.ofFormerUser(l)
		}
	}
	maps.DeleteFunc(words, func(id, _ string) bool { return p.users[id].CredentialID != "" })
	return words
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
func (p *evidence) ofFormerUser(l model.FormerLink) string {
	own := p.owned[l.Person]
	name := model.DescribePerson(cmp.Or(p.observations[l.Person].CSI, own.CSI), p.nameOf(l.Person), l.Person)
	switch {
	case p.goesOn(l):
		return fmt.Sprintf("of %s: it goes on when they log in with their credential %s", name, own.Username)
	case !p.credentialThere(own):
		return fmt.Sprintf("of %s, who was seen with it last on %s; its credential is gone", name, wording.Day(l.Until))
	}
	return fmt.Sprintf("of %s, who was seen with it last on %s, and has another one on credential %s now", name, wording.Day(l.Until), own.Username)
}
