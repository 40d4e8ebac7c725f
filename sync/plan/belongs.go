package plan

import (
	"slices"
	"strconv"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// What two people share belongs to neither. One rule says whose a credential, and each Threema ID, may
// be beside the leaver's: the plan, `withdraw` and, by what a change keeps of it, the last look before
// a request follow it. What may be somebody else's asks for a yes. Gateway IDs and shared credentials
// have no such yes: they are withdrawn by hand.

// byHand says why a credential of ours is not this program's to withdraw (D-05, D-11); nothing if it is.
func (p *links) byHand(own model.Ownership) model.Reason {
	switch {
	case p.servesService(own.CredentialID):
		return model.Because("special-id-on-credential", own.Username)
	case p.servesSeveral(own):
		return model.Because("several-csis-on-credential", own.Username)
	case !own.Created && p.shared(own.CredentialID):
		return model.Because("several-ids-on-foreign-credential", own.Username)
	}
	return model.Reason{}
}

// servesSeveral tells whether the users of an owner's credential report csis of several people.
func (p *links) servesSeveral(own model.Ownership) bool {
	whose := map[string]bool{}
	for _, u := range p.people(own.CredentialID) {
		switch {
		case u.CSI == "":
		case p.isTheirs(own.Person, own.CSI, u.CSI):
			whose[own.CSI] = true
		default:
			whose[u.CSI] = true
		}
	}
	return len(whose) > 1
}

// othersUse says who else may use the owner's credential, by what stands in the package: its th_csi is
// not the owner's, or every ID on it reports somebody else's csi; and, where memory counts, was last
// seen with somebody who is entitled. Nothing if nobody.
func (p *links) othersUse(own model.Ownership, memory bool) model.Reason {
	if csi := p.Inventory.Settings[own.CredentialID][model.SettingCSI]; csi != "" && !p.isTheirs(own.Person, own.CSI, csi) {
		return model.Because("others-csi-on-credential", csi, p.whose(csi))
	}
	users := p.people(own.CredentialID)
	var ids []model.Reason
	for _, u := range users {
		other := p.othersByFacts(own.Person, own.CSI, u)
		if other.Code == "" && memory {
			other = p.othersByMemory(own.Person, u)
		}
		if other.Code != "" {
			ids = append(ids, model.Because("id-used-by-others", u.ID, other))
		}
	}
	if len(ids) == 0 || p.someoneOwn(own, users, memory) {
		return model.Reason{}
	}
	return model.Because("others-ids-on-credential", ids)
}

// someoneOwn tells whether one of the users is the owner: the ID reports their csi, and nobody else's
// memory speaks against it.
func (p *links) someoneOwn(own model.Ownership, users []model.User, memory bool) bool {
	return slices.ContainsFunc(users, func(u model.User) bool {
		theirs := u.CSI != "" && p.othersByFacts(own.Person, own.CSI, u).Code == ""
		return theirs && !(memory && p.othersByMemory(own.Person, u).Code != "")
	})
}

// othersByFacts says by which csi a Threema ID may be somebody else's.
func (p *links) othersByFacts(person model.PersonID, csi string, u model.User) model.Reason {
	if u.CSI == "" || p.isTheirs(person, csi, u.CSI) {
		return model.Reason{}
	}
	return model.Because("reports-others-csi", u.CSI, p.whose(u.CSI))
}

// othersByMemory says who used a Threema ID before, and is not known to have left.
func (p *links) othersByMemory(person model.PersonID, u model.User) model.Reason {
	before, now, used := p.usedBefore(u.ID, person)
	switch {
	case !used:
		return model.Reason{}
	case now != before.Person:
		return model.Because("last-seen-with-other-account", before.Until, p.nameOf(before.Person), p.nameOf(now))
	case p.entitledNow(now):
		return model.Because("last-seen-with-entitled", before.Until, p.nameOf(before.Person))
	}
	return model.Because("last-seen-with", before.Until, p.nameOf(before.Person))
}

// whose says whose a csi is.
func (p *links) whose(csi string) model.Reason {
	if person, claimed := p.claimedCSI[csi]; claimed {
		return model.Because("csi-of", p.nameOf(person))
	}
	return model.Because("csi-of-nobody")
}

// othersID says whose a Threema ID that is to be taken may be, beside the leaver's; nothing if nobody's.
func (p *links) othersID(l leaver, u model.User) model.Reason {
	if u.CredentialID != "" && u.CredentialID != l.credentialID {
		return p.onOtherCredential(u)
	}
	other := p.othersByFacts(l.Person, l.CSI, u)
	if other.Code == "" {
		other = p.othersByMemory(l.Person, u)
	}
	if other.Code == "" {
		return model.Reason{}
	}
	return model.Because("id-used-by-others", u.ID, other)
}

// onOtherCredential says which credential a Threema ID uses, and whose that is.
func (p *links) onOtherCredential(u model.User) model.Reason {
	own, owned := p.former[u.CredentialID]
	username := p.credentials[u.CredentialID].Username
	switch {
	case owned:
		return model.Because("id-on-credential-of", u.ID, own.Username, p.nameOf(own.Person))
	case username != "":
		return model.Because("id-on-named-credential", u.ID, username)
	}
	return model.Because("id-on-other-credential", u.ID)
}

// othersState is who else may use what a leaver has, by their credentials and csis and by memory, each with
// the number of the departure that comes next: a yes to take it is none any more when one of them, who had left or
// could not be seen when it was given, is seen again.
func (p *links) othersState(leaves model.PersonID, users []model.User, csis ...string) []string {
	var people []model.PersonID
	for _, u := range users {
		if own, owned := p.former[u.CredentialID]; owned {
			people = append(people, own.Person)
		}
		csis = append(csis, u.CSI)
		if _, now, used := p.usedBefore(u.ID, leaves); used {
			people = append(people, now)
		}
	}
	for _, csi := range csis {
		if person, claimed := p.claimedCSI[csi]; claimed {
			people = append(people, person)
		}
	}
	slices.SortFunc(people, model.PersonID.Compare)
	var state []string
	for _, person := range slices.Compact(people) {
		if person != leaves {
			state = append(state, person.Source, person.ID, strconv.Itoa(p.observations[person].Departures))
		}
	}
	return state
}

// isOthers tells that a Threema ID has been somebody else's for so long that no question is left: they
// are entitled, and it was seen on their credential alone.
func (p *links) isOthers(l leaver, u model.User) bool {
	own, owned := p.former[u.CredentialID]
	since, seen := p.linked[link{u.ID, u.CredentialID}]
	return owned && seen && own.Person != l.Person && p.entitledNow(own.Person) && !p.Now.Before(since.Add(linkFades))
}
