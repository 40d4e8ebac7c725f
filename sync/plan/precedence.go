package plan

import (
	"cmp"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Of one csi there is one person, and where several sources have it, the one that stands first in
// the configuration says who: its entry counts, and those of the others are held. It goes on to
// say so while it was not read, or cannot tell; only a complete read by which the person left it
// lets the next source have its turn. Credential and Threema ID go with the csi, from entry to
// entry, in either direction.

// place is where a source stands in the configuration. One that is not there comes last.
func (p *given) place(source string) int {
	if n := slices.Index(p.Configured, source); n >= 0 {
		return n
	}
	return len(p.Configured)
}

// comparePlaces orders people by the place of their source.
func (p *given) comparePlaces(a, b model.PersonID) int {
	return cmp.Or(cmp.Compare(p.place(a.Source), p.place(b.Source)), a.Compare(b))
}

// precedes tells whether somebody comes before somebody else.
func (p *given) precedes(a, b model.PersonID) bool { return p.comparePlaces(a, b) < 0 }

// yieldsTo finds the person of an earlier source whose csi it is, or may be, too.
func (p *claims) yieldsTo(i model.Identity) (first model.PersonID, yields bool) {
	first, claimed := p.claimedCSI[i.CSI]
	return first, claimed && i.CSI != "" && p.place(first.Source) < p.place(i.Person.Source)
}

// entitledNow tells whether this pass saw the person, as entitled.
func (p *evidence) entitledNow(person model.PersonID) bool {
	i, present := p.identities[person]
	return present && i.Entitled()
}

// describeSecond says of somebody who yields why nothing is done under this entry.
func (p *evidence) describeSecond(first model.PersonID) model.Reason {
	name := p.nameOf(first)
	switch {
	case p.entitledNow(first):
		return model.Because("second-entry", first.Source, name)
	case !p.sourceRead(first.Source):
		return model.Because("second-entry-unread", first.Source, name, p.notRead(first.Source))
	}
	return model.Because("second-entry-unproved", first.Source, name)
}

// unread are the configured sources that gave no snapshot, in their order.
func (p *directory) unread() []string {
	return slices.DeleteFunc(slices.Clone(p.Configured), p.sourceRead)
}

// notRead says why there is nothing of a source in this pass.
func (p *given) notRead(source string) model.Reason {
	if slices.Contains(p.Configured, source) {
		return model.Because("source-unread", source)
	}
	return model.Because("source-not-configured", source)
}
