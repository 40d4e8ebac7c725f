package plan

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A csi is not a person: numbers are given anew, and people have second accounts. Whether an account
// is the person who had its csi before is one decision (docs/decisions/0016-same-person.md). The plan
// asks it here; so do the end of a departure, the effects, and `withdraw`. The last look before a
// request holds the answer against the directory, see [model.Change.Rivals].

// account is what is remembered of an account whose credential, departure or effect may be somebody
// else's by its csi.
type account struct {
	person    model.PersonID
	csi       string
	firstName string // as we wrote it
	saw       model.Observation
}

func (p *recovered) ownerAccount(own model.Ownership) account {
	return account{own.Person, own.CSI, own.FirstName, p.observations[own.Person]}
}

func (p *recovered) departureAccount(s model.Departure) account {
	saw := p.observations[s.Person]
	saw.LastSeen = model.Later(saw.LastSeen, s.LastSeen)
	return account{s.Person, s.CSI, s.FirstName, saw}
}

func (p *directory) effectAccount(e model.Effect) account {
	return account{e.Person, e.CSI, e.FirstName, model.Observation{LastSeen: e.LastSeen}}
}

// doubtSame says why nobody but a person can tell whether somebody is the person of a former account
// with the same csi; nothing if it is the same person. Of somebody whose first name is not known now the
// name speaks against nothing.
func (p *evidence) doubtSame(old account, person model.PersonID) model.Reason {
	name, known := p.firstName(person)
	switch {
	case p.sameEntry(old.person, person):
		return model.Reason{}
	case p.stoodBeside(old, person):
		return model.Because("side-by-side", person.Source)
	case p.placeless[old.person]:
		return model.Because("former-account-hidden")
	case !known:
		return model.Reason{}
	case old.firstName == "":
		return model.Because("former-first-name-unknown")
	case model.FoldName(name) != model.FoldName(old.firstName):
		return model.Because("other-first-name", name, old.firstName)
	}
	return model.Reason{}
}

// sameEntry tells that two sources show one entry of one directory: it moved from the one to the other,
// or stands in both. Who has an ID in one directory has it alone (pitfall B9).
func (p *directory) sameEntry(a, b model.PersonID) bool {
	in := p.contextOf(a.Source)
	return a.ID == b.ID && a.Source != b.Source && in != "" && in == p.contextOf(b.Source)
}

// contextOf identifies the directory of a source: as it was read, else as the ledger knows it.
func (p *directory) contextOf(source string) string {
	for _, s := range p.Sources {
		if s.Snapshot.Source == source {
			return s.Snapshot.NamingContext
		}
	}
	return p.State.Sources[source].NamingContext
}

// stoodBeside tells whether two accounts of one source were both entitled in one snapshot of it: the
// new one was seen before the old one was seen last.
func (p *recovered) stoodBeside(old account, person model.PersonID) bool {
	o, known := p.observations[person]
	return known && person.Source == old.person.Source && !o.FirstSeen.After(old.saw.LastSeen)
}

// firstName is the first name that the directory gives somebody now, else the one that we wrote.
func (p *evidence) firstName(person model.PersonID) (name string, known bool) {
	if i, present := p.identities[person]; present {
		return i.Setting(model.SettingFirstName), true
	}
	if own, owned := p.owned[person]; owned && own.FirstName != "" {
		return own.FirstName, true
	}
	return "", false
}

// contest looks at people of ours who departed, and who stand under another ID, where no read misses
// them: that is a sighting. While it lasts, the departure asks for a yes; when it ends, the row of
// departures begins afresh. From then on both rows go on side by side, and the person left when both are
// full: each account counts for the other by its own row, or two of them would wait in turn for ever.
func (p *claims) contest() {
	found := map[model.PersonID]elsewhere{} // all of it first: what is found of one account changes another
	for person := range p.atStake() {
		if p.observations[person].State == model.Departed {
			found[person] = p.sameElsewhere(p.accountOf(person))
		}
	}
	for person, same := range found {
		o := p.observations[person]
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
func (p *recovered) accountOf(person model.PersonID) account {
	if own, owned := p.owned[person]; owned {
		return p.ownerAccount(own)
	}
	return p.departureAccount(p.departures[person])
}
