package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// What two people share belongs to neither. One rule says whose a credential, and each Threema ID, may
// be beside the leaver's: the plan, `withdraw` and, by what a change keeps of it, the last look before
// a request follow it. What may be somebody else's asks for a yes. Gateway IDs and shared credentials
// have no such yes: they are withdrawn by hand.

// byHand says why a credential of ours is not this program's to withdraw (D-05, D-11); "" if it is.
func (p *links) byHand(own model.Ownership) string {
	switch {
	case p.servesService(own.CredentialID):
		return fmt.Sprintf("a Gateway, Broadcast or support ID uses credential %s: withdraw it by hand", own.Username)
	case p.servesSeveral(own):
		return fmt.Sprintf("the Threema IDs on credential %s report different csis, so others use it too: withdraw it by hand", own.Username)
	case !own.Created && p.shared(own.CredentialID):
		return fmt.Sprintf("several Threema IDs use the credential %s, which we did not create: "+
			"withdraw it by hand, or list it under adopt.personal", own.Username)
	}
	return ""
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
// seen with somebody who is entitled. "" if nobody.
func (p *links) othersUse(own model.Ownership, memory bool) string {
	if csi := p.Inventory.Settings[own.CredentialID][model.SettingCSI]; csi != "" && !p.isTheirs(own.Person, own.CSI, csi) {
		return fmt.Sprintf("its th_csi is %s, %s", csi, p.whose(csi))
	}
	users := p.people(own.CredentialID)
	var words []string
	for _, u := range users {
		other := p.othersByFacts(own.Person, own.CSI, u)
		if other == "" && memory {
			other = p.othersByMemory(own.Person, u)
		}
		if other != "" {
			words = append(words, fmt.Sprintf("the Threema ID %s %s", u.ID, other))
		}
	}
	if len(words) == 0 || p.someoneOwn(own, users, memory) {
		return ""
	}
	return strings.Join(words, ", ")
}

// someoneOwn tells whether one of the users is the owner: the ID reports their csi, and nobody else's
// memory speaks against it.
func (p *links) someoneOwn(own model.Ownership, users []model.User, memory bool) bool {
	return slices.ContainsFunc(users, func(u model.User) bool {
		theirs := u.CSI != "" && p.othersByFacts(own.Person, own.CSI, u) == ""
		return theirs && !(memory && p.othersByMemory(own.Person, u) != "")
	})
}

// othersByFacts says by which csi a Threema ID may be somebody else's.
func (p *links) othersByFacts(person model.PersonID, csi string, u model.User) string {
	if u.CSI == "" || p.isTheirs(person, csi, u.CSI) {
		return ""
	}
	return fmt.Sprintf("reports the csi %s, %s", u.CSI, p.whose(u.CSI))
}

// othersByMemory says who used a Threema ID before, and is not known to have left.
func (p *links) othersByMemory(person model.PersonID, u model.User) string {
	before, now, used := p.usedBefore(u.ID, person)
	stands := "and no complete read confirms that they left"
	switch {
	case !used:
		return ""
	case now != before.Person:
		stands = "who may be " + p.nameOf(now) + " by now"
	case p.entitledNow(now):
		stands = "who is entitled"
	}
	return fmt.Sprintf("was last seen on %s with %s, %s", wording.Day(before.Until), p.nameOf(before.Person), stands)
}

// whose says whose a csi is.
func (p *links) whose(csi string) string {
	if person, claimed := p.claimedCSI[csi]; claimed {
		return "which is that of " + p.nameOf(person)
	}
	return "which is nobody's here"
}

// othersID says whose a Threema ID that is to be taken may be, beside the leaver's; "" if nobody's.
func (p *links) othersID(l leaver, u model.User) string {
	switch {
	case u.CredentialID != "" && u.CredentialID != l.credentialID:
		return fmt.Sprintf("the Threema ID %s uses another credential by now%s", u.ID, p.whoseCredential(u.CredentialID))
	case p.othersByFacts(l.person, l.csi, u) != "":
		return fmt.Sprintf("the Threema ID %s %s", u.ID, p.othersByFacts(l.person, l.csi, u))
	case p.othersByMemory(l.person, u) != "":
		return fmt.Sprintf("the Threema ID %s %s", u.ID, p.othersByMemory(l.person, u))
	}
	return ""
}

func (p *links) whoseCredential(id string) string {
	own, owned := p.former[id]
	switch {
	case owned:
		return fmt.Sprintf(" (%s, of %s)", own.Username, p.nameOf(own.Person))
	case p.credentials[id].Username != "":
		return fmt.Sprintf(" (%s)", p.credentials[id].Username)
	}
	return ""
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
	return owned && seen && own.Person != l.person && p.entitledNow(own.Person) && !p.Now.Before(since.Add(linkFades))
}
