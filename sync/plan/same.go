package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A csi is not a person: numbers are given anew, and people have second accounts. Whether an account
// is the person who had its csi before is one decision (docs/decisions/0016-same-person.md). The plan
// asks it here; so do the end of a departure, the effects, and `withdraw`. The last look before a
// request holds the answer against the directory, see [Change.Rivals].

// account is what is remembered of an account whose credential, departure or effect may be somebody
// else's by its csi.
type account struct {
	person    PersonID
	csi       string
	firstName string // as we wrote it
	saw       Observation
}

func (p *planner) ownerAccount(own Ownership) account {
	return account{own.Person, own.CSI, own.FirstName, p.observations[own.Person]}
}

func (p *planner) sagaAccount(s Saga) account {
	saw := p.observations[s.Person]
	saw.LastSeen = later(saw.LastSeen, s.LastSeen)
	return account{s.Person, s.CSI, s.FirstName, saw}
}

func (p *planner) effectAccount(e Effect) account {
	return account{e.Person, e.CSI, e.FirstName, Observation{LastSeen: e.LastSeen}}
}

// doubtSame says why nobody but a person can tell whether somebody is the person of a former account
// with the same csi; "" if it is the same person. Of somebody whose first name is not known now the
// name speaks against nothing.
func (p *planner) doubtSame(old account, person PersonID) string {
	name, known := p.firstName(person)
	switch {
	case p.sameEntry(old.person, person):
		return ""
	case p.stoodBeside(old, person):
		return fmt.Sprintf("both accounts were entitled side by side in source %s, so they may be two people, or one with two accounts", person.Source)
	case p.placeless[old.person]:
		return "nothing of the place is readable where the former account stood, so it may be there, hidden"
	case !known:
		return ""
	case old.firstName == "":
		return "nobody knows by which first name the csi was used before"
	case foldName(name) != foldName(old.firstName):
		return fmt.Sprintf("the first name is %q, and was %q", name, old.firstName)
	}
	return ""
}

// sameEntry tells that two sources show one entry of one directory: it moved from the one to the other,
// or stands in both. Who has an ID in one directory has it alone (pitfall B9).
func (p *planner) sameEntry(a, b PersonID) bool {
	in := p.contextOf(a.Source)
	return a.ID == b.ID && a.Source != b.Source && in != "" && in == p.contextOf(b.Source)
}

// contextOf identifies the directory of a source: as it was read, else as the ledger knows it.
func (p *planner) contextOf(source string) string {
	for _, s := range p.Sources {
		if s.Snapshot.Source == source {
			return s.Snapshot.NamingContext
		}
	}
	return p.State.Sources[source].NamingContext
}

// stoodBeside tells whether two accounts of one source were both entitled in one snapshot of it: the
// new one was seen before the old one was seen last.
func (p *planner) stoodBeside(old account, person PersonID) bool {
	o, known := p.observations[person]
	return known && person.Source == old.person.Source && !o.FirstSeen.After(old.saw.LastSeen)
}

// afterAll is the time of a new sighting: now, and in any case after all that are remembered. A clock
// may step back, and which of two accounts was seen before the other must stay as it was.
func (s State) afterAll(now time.Time) time.Time {
	var last time.Time
	for _, o := range s.Observations {
		last = later(last, later(o.FirstSeen, o.LastSeen))
	}
	for _, saga := range s.Sagas {
		last = later(last, saga.LastSeen)
	}
	for _, e := range s.Effects {
		last = later(last, e.LastSeen)
	}
	return later(now, last.Add(time.Millisecond)) // what the ledger keeps of a time
}

// firstName is the first name that the directory gives somebody now, else the one that we wrote.
func (p *planner) firstName(person PersonID) (name string, known bool) {
	if i, present := p.identities[person]; present {
		return i.Setting(SettingFirstName), true
	}
	if own, owned := p.owned[person]; owned && own.FirstName != "" {
		return own.FirstName, true
	}
	return "", false
}

// rival is somebody else who has the csi of an account now, or had it before, or is its entry in another
// source, and did not leave.
type rival struct {
	person PersonID
	doubt  string // why nobody can tell that it is the same person; "": it is
	shares string // what they have in common with the account
}

// What a rival may share.
const (
	sharesCSI   = "the csi is"
	sharedCSI   = "the csi was once" // they have another one by now
	sharesEntry = "the entry is"     // in another source
)

// words tell of a rival who may be the same person.
func (p *planner) words(r rival) string {
	return fmt.Sprintf("%s also that of %s, who did not leave, and may be the same person", r.shares, p.nameOf(r.person))
}

// Rival is a rival as a change knew it: whom the last look may find, and by which first name.
type Rival struct {
	Person    PersonID
	FirstName string
}

// Knows tells whether a change was planned in the knowledge that this person has the csi, or may have
// it.
func (c Change) Knows(i Identity) bool {
	return slices.ContainsFunc(c.Rivals, func(r Rival) bool { return r.Person == i.Person && i.mayBeCalled(r.FirstName) })
}

// rivals are all who have the csi of an account, or may have it by one of several values, or have one
// that folds to the same text and no credential yet, and the same person under another csi: who was seen
// as one stays so when they are numbered anew, and so does the same entry in another source. Those who are the same person come first, then those of
// the earlier source.
func (p *planner) rivals(old account) []rival {
	var all []rival
	for _, person := range p.lastingCSI[old.csi] {
		if person != old.person && old.csi != "" {
			all = append(all, rival{person: person, doubt: p.doubtSame(old, person), shares: sharesCSI})
		}
	}
	for _, person := range p.onceCSI[old.csi] {
		if person != old.person && p.doubtSame(old, person) == "" {
			all = append(all, rival{person: person, shares: sharedCSI})
		}
	}
	for _, person := range p.entries[old.person.ID] {
		if p.sameEntry(old.person, person) && !slices.ContainsFunc(all, func(r rival) bool { return r.person == person }) {
			all = append(all, rival{person: person, shares: sharesEntry})
		}
	}
	for _, i := range p.newcomers[foldCSI(old.csi)] {
		if i.CSI != old.csi && i.Person != old.person && old.csi != "" {
			all = append(all, rival{person: i.Person, doubt: fmt.Sprintf("its csi %s and %s differ in case, blanks or zeros only", i.CSI, old.csi), shares: sharesCSI})
		}
	}
	for _, person := range p.mayHave[old.csi] {
		if p.identities[person].CSI == "" && person != old.person {
			all = append(all, rival{person: person, doubt: "it is one of several values of theirs, and nobody can say which is the csi", shares: sharesCSI})
		}
	}
	slices.SortStableFunc(all, func(a, b rival) int { return cmp.Compare(min(1, len(a.doubt)), min(1, len(b.doubt))) })
	return all
}

// elsewhere is what is known of the person of an account under other IDs.
type elsewhere struct {
	stands bool // no read misses them
	lasts  bool // one does, and their departure there is not confirmed
}

func (p *planner) sameElsewhere(old account) (e elsewhere) {
	for _, r := range p.rivals(old) {
		switch o := p.observations[r.person]; {
		case r.doubt != "":
		case o.State == Departed:
			e.lasts = e.lasts || o.ConfirmedAt.IsZero()
		default:
			e.stands = true
		}
	}
	return e
}

// rivalFacts are the rivals of a leaver as the changes keep them; and those of whom the plan knows that
// of several values another one is their csi, for the last look finds them too.
func (p *planner) rivalFacts(l leaver) []Rival {
	people := slices.Clone(p.mayHave[l.csi])
	for _, r := range l.rivals {
		people = append(people, r.person)
	}
	slices.SortFunc(people, PersonID.Compare)
	var facts []Rival
	for _, person := range slices.Compact(people) {
		name, _ := p.firstName(person)
		facts = append(facts, Rival{person, foldName(name)})
	}
	return facts
}

// claimCSIs notes whose csi it may be, in two ways. claimedCSI names, of each, the first of those whom
// the directory shows or showed last, except those who departed: who is unknown, excluded or hidden in
// an incomplete read is not gone. lastingCSI names all of them, and those whose departure is not
// confirmed, or stands on a view that is not proved: it takes nothing from them.
func (p *planner) claimCSIs() {
	p.eachClaim(func(csi string, person PersonID, lasting bool) {
		p.entries[person.ID] = append(p.entries[person.ID], person)
		if csi == "" {
			return
		}
		if first, taken := p.claimedCSI[csi]; !lasting && (!taken || p.precedes(person, first)) {
			p.claimedCSI[csi] = person
		}
		p.lastingCSI[csi] = append(p.lastingCSI[csi], person)
		for _, once := range p.csis[person] {
			if once != csi {
				p.onceCSI[once] = append(p.onceCSI[once], person)
			}
		}
	})
	p.inPlace(p.lastingCSI)
	p.inPlace(p.onceCSI)
	p.inPlace(p.entries)
	for _, i := range p.entitled {
		if _, owned := p.owned[i.Person]; !owned && i.CSI != "" {
			p.newcomers[foldCSI(i.CSI)] = append(p.newcomers[foldCSI(i.CSI)], i)
		}
	}
}

// inPlace sorts the people of each key by the place of their source, and names each of them once.
func (p *planner) inPlace(index map[string][]PersonID) {
	for key, people := range index {
		slices.SortFunc(people, p.comparePlaces)
		index[key] = slices.Compact(people)
	}
}

// eachClaim tells of each csi whose it may be; lasting, where only the lack of a confirmation, or of a
// proved view or of a place that could be looked at (both are marked unproved), speaks for that.
func (p *planner) eachClaim(claim func(csi string, person PersonID, lasting bool)) {
	for _, o := range p.observations {
		if o.State != Departed || o.ConfirmedAt.IsZero() || o.Unproved {
			claim(o.CSI, o.Person, o.State == Departed)
		}
	}
	for _, i := range p.identities {
		if i.State != Departed || i.Excluded {
			claim(i.CSI, i.Person, false)
		}
	}
}

// contest looks at people of ours who departed, and who stand under another ID, where no read misses
// them: that is a sighting. While it lasts, the departure asks for a yes; when it ends, the row of
// departures begins afresh. From then on both rows go on side by side, and the person left when both are
// full: each account counts for the other by its own row, or two of them would wait in turn for ever.
func (p *planner) contest() {
	for person := range p.atStake() {
		o := p.observations[person]
		if o.State != Departed {
			continue
		}
		same := p.sameElsewhere(p.accountOf(person))
		if o.Contested && !same.stands {
			o.Since, o.Reads, o.ConfirmedAt = p.Now, 0, time.Time{}
			if p.departedNow[person] {
				o = p.count(o)
				o.Unproved = o.Unproved || !p.proved[person.Source] && !o.Evidence.Kind.Positive()
			}
		}
		if !same.stands && same.lasts {
			o.ConfirmedAt = time.Time{}
		}
		o.Contested = same.stands
		p.observations[person] = o
	}
}

// accountOf is the account of somebody of ours.
func (p *planner) accountOf(person PersonID) account {
	if own, owned := p.owned[person]; owned {
		return p.ownerAccount(own)
	}
	return p.sagaAccount(p.sagas[person])
}
