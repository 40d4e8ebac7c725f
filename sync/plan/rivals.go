package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// rival is somebody else who has the csi of an account now, or had it before, or is its entry in another
// source, and did not leave.
type rival struct {
	person model.PersonID
	doubt  model.Reason // why nobody can tell that it is the same person, if nobody can
	shares sharing      // what they have in common with the account
}

// same tells that a rival is the same person, as far as anybody can tell.
func (r rival) same() bool { return r.doubt.Code == "" }

// sharing is what a rival shares with an account.
type sharing int

// What a rival may share.
const (
	sharesCSI   sharing = iota
	sharedCSI           // they have another one by now
	sharesEntry         // in another source
)

// maySame tells of a rival who may be the same person.
func (p *evidence) maySame(r rival) model.Reason {
	switch r.shares {
	case sharedCSI:
		return model.Because("same-csi-once", p.nameOf(r.person))
	case sharesEntry:
		return model.Because("same-entry", p.nameOf(r.person))
	case sharesCSI:
	}
	return model.Because("same-csi", p.nameOf(r.person))
}

// rivals are all who have the csi of an account, may have it by one of several values, or have one that
// folds to the same text and no credential yet; and the same person under another csi: who was seen as one
// stays so when they are numbered anew, and so does the same entry in another source. Those who are the
// same person come first, then those of the earlier source.
func (p *claims) rivals(old account) []rival {
	var all []rival
	add := func(person model.PersonID, doubt model.Reason, shares sharing) {
		if person != old.person && !slices.ContainsFunc(all, func(r rival) bool { return r.person == person }) {
			all = append(all, rival{person, doubt, shares})
		}
	}
	for _, csi := range p.currentCSIs(old.person, old.csi) {
		p.rivalsBy(csi, old, add)
	}
	for _, person := range p.entryElsewhere(old.person) {
		add(person, model.Reason{}, sharesEntry)
	}
	slices.SortStableFunc(all, func(a, b rival) int { return cmp.Compare(min(1, len(a.doubt.Code)), min(1, len(b.doubt.Code))) })
	return all
}

// rivalsBy adds the rivals by one of the csis of an account.
func (p *claims) rivalsBy(csi string, old account, add func(person model.PersonID, doubt model.Reason, shares sharing)) {
	for _, person := range p.lastingCSI[csi] {
		add(person, p.doubtSame(old, person), sharesCSI)
	}
	for _, person := range p.onceCSI[csi] {
		if p.doubtSame(old, person).Code == "" {
			add(person, model.Reason{}, sharedCSI)
		}
	}
	for _, i := range p.newcomersLike(csi) {
		add(i.Person, model.Because("csi-spelled-alike", i.CSI, csi), sharesCSI)
	}
	for _, person := range p.mayHave[csi] {
		if p.identities[person].CSI == "" {
			add(person, model.Because("csi-one-of-several"), sharesCSI)
		}
	}
}

// newcomersLike are those whose csi differs from one in spelling only.
func (p *claims) newcomersLike(csi string) []model.Identity {
	if csi == "" {
		return nil // which folds to the same text as a csi of zeros
	}
	return slices.DeleteFunc(slices.Clone(p.newcomers[model.FoldCSI(csi)]), func(i model.Identity) bool { return i.CSI == csi })
}

// entryElsewhere is the entry of somebody as other sources of its directory show it, where it did not leave.
func (p *claims) entryElsewhere(person model.PersonID) []model.PersonID {
	sources := slices.Collect(maps.Keys(p.State.Sources))
	for _, s := range p.Sources {
		sources = append(sources, s.Snapshot.Source)
	}
	var all []model.PersonID
	for _, source := range sources {
		other := model.PersonID{Source: source, ID: person.ID}
		o, remembered := p.observations[other]
		i, present := p.identities[other]
		if p.sameEntry(person, other) && (remembered && o.Claims() || present && i.Claims()) {
			all = append(all, other)
		}
	}
	slices.SortFunc(all, p.comparePlaces)
	return all
}

// elsewhere is what is known of the person of an account under other IDs.
type elsewhere struct {
	stands bool // no read misses them
	lasts  bool // one does, and their departure there is not confirmed
}

// sameElsewhere looks at the accounts that are the same person without anybody's word.
func (p *claims) sameElsewhere(old account) (e elsewhere) {
	for _, r := range p.rivals(old) {
		switch o := p.observations[r.person]; {
		case !r.same():
		case o.State == model.Departed:
			e.lasts = e.lasts || o.ConfirmedAt.IsZero()
		default:
			e.stands = true
		}
	}
	return e
}

// rivalFacts are the rivals of a leaver as the changes keep them; and those of whom the plan knows that
// of several values another one is their csi, for the last look finds them too.
func (p *claims) rivalFacts(l leaver) []model.Rival {
	var people []model.PersonID
	for _, csi := range p.currentCSIs(l.Person, l.CSI) {
		people = append(people, p.mayHave[csi]...)
	}
	for _, r := range l.rivals {
		people = append(people, r.person)
	}
	slices.SortFunc(people, model.PersonID.Compare)
	var facts []model.Rival
	for _, person := range slices.Compact(people) {
		name, _ := p.firstName(person)
		facts = append(facts, model.Rival{Person: person, FirstName: model.FoldName(name)})
	}
	return facts
}
