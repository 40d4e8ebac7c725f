package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// linkFades is how long a Threema ID must be seen on one person's credential alone before it counts
// for nobody that somebody else used it before.
const linkFades = 30 * 24 * time.Hour

// link is a Threema ID on a credential.
type link struct{ threemaID, credentialID string }

// links are who uses a Threema ID, and who used it before.
type links struct {
	*claims
	linked   map[link]time.Time            // since when a Threema ID is seen on a credential
	formerly map[string][]model.FormerLink // by Threema ID: who used it before
}

func newLinks(c *claims) *links {
	p := &links{claims: c, linked: map[link]time.Time{}, formerly: map[string][]model.FormerLink{}}
	p.rememberLinks()
	return p
}

// rememberLinks collects who used which Threema ID before: what is remembered, and the links of the
// last pass that stand no more.
func (p *links) rememberLinks() {
	owners := map[string]model.PersonID{}
	for _, departure := range p.State.Departures {
		owners[departure.CredentialID] = departure.Person
	}
	for _, own := range p.State.Owned {
		owners[own.CredentialID] = own.Person
	}
	for _, seen := range p.State.UsersSeen {
		p.linked[link{seen.ThreemaID, seen.CredentialID}] = seen.Since
	}
	for _, former := range p.State.FormerLinks {
		p.noteLink(former)
	}
	p.rememberRemovals()
	lastPass := p.lastPass()
	for _, seen := range p.State.UsersSeen {
		owner, known := owners[seen.CredentialID]
		if known && p.users[seen.ThreemaID].CredentialID != seen.CredentialID && !p.endNoted(seen, owner) {
			p.noteLink(model.FormerLink{ThreemaID: seen.ThreemaID, Person: owner, Until: lastPass})
		}
	}
}

// endNoted tells that an earlier pass missed the same link already: a list alone proves no end, so what it lacks is
// remembered as seen for a while.
func (p *given) endNoted(seen model.SeenUser, owner model.PersonID) bool {
	return slices.ContainsFunc(p.State.FormerLinks, func(l model.FormerLink) bool {
		return l.ThreemaID == seen.ThreemaID && l.Person == owner && !l.Until.Before(seen.Since)
	})
}

// lastPass is when the directory was read last before this pass: the last time, as far as is known, that the
// package showed what it did. It is the same for each look until the next pass.
func (p *directory) lastPass() (at time.Time) {
	for _, d := range p.readDays {
		at = model.Later(at, d.Last)
	}
	if at.IsZero() {
		return p.Now
	}
	return at
}

// rememberRemovals notes who had an ID that was taken, once they are back: they may use it again before any
// pass has seen them with it.
func (p *links) rememberRemovals() {
	for _, e := range p.State.Effects {
		for _, id := range append(slices.Clone(e.IDs), e.ThreemaID) {
			if id != "" && p.observations[e.Person].Claims() {
				p.noteLink(model.FormerLink{ThreemaID: id, Person: e.Person, Until: e.RequestedAt})
			}
		}
	}
}

// noteLink keeps a former link, but one that has faded, or of somebody of whom nothing is known.
func (p *links) noteLink(l model.FormerLink) {
	if _, observed := p.observations[l.Person]; !observed && !p.isOurs(l.Person) || p.faded(l) {
		return
	}
	had := slices.IndexFunc(p.formerly[l.ThreemaID], func(m model.FormerLink) bool { return m.Person == l.Person })
	if had >= 0 {
		p.formerly[l.ThreemaID][had].Until = model.Later(p.formerly[l.ThreemaID][had].Until, l.Until)
		return
	}
	p.formerly[l.ThreemaID] = append(p.formerly[l.ThreemaID], l)
}

// faded tells that the ID was seen on the credential of somebody else alone for so long that it is theirs.
func (p *links) faded(l model.FormerLink) bool {
	user, listed := p.users[l.ThreemaID]
	since, seen := p.linked[link{user.ID, user.CredentialID}]
	return listed && seen && p.former[user.CredentialID].Person != l.Person && !p.Now.Before(since.Add(linkFades))
}

// formerLinks are all former links, sorted.
func (p *links) formerLinks() []model.FormerLink {
	var all []model.FormerLink
	for _, links := range p.formerly {
		all = append(all, links...)
	}
	slices.SortFunc(all, model.FormerLink.Compare)
	return all
}

// linkedSince is the first pass of the unbroken row that saw an ID on a credential.
func (p *links) linkedSince(threemaID, credentialID string) time.Time {
	if since, seen := p.linked[link{threemaID, credentialID}]; seen {
		return since
	}
	return p.Now
}

// usedBefore finds somebody else who used a Threema ID before, and is not known to have left: who cannot
// be seen may be at work. now is under which ID they are at work, if they are.
func (p *links) usedBefore(threemaID string, than model.PersonID) (before model.FormerLink, now model.PersonID, used bool) {
	for _, l := range sorted(p.formerly[threemaID], model.FormerLink.Compare) {
		if l.Person == than {
			continue
		}
		if now, stays := p.staysAs(l.Person, than); stays {
			return l, now, true
		}
	}
	return model.FormerLink{}, model.PersonID{}, false
}

// staysAs finds under which ID somebody is who is not known to have left: their own, or that of an account
// that may be theirs. The leaver's own is none.
func (p *links) staysAs(person, leaver model.PersonID) (model.PersonID, bool) {
	o := p.observations[person]
	if o.Claims() {
		return person, true
	}
	name, _ := p.firstName(person)
	for _, r := range p.rivals(account{person: person, csi: o.CSI, firstName: name, saw: o}) {
		if r.person != leaver {
			return r.person, true
		}
	}
	return model.PersonID{}, false
}
