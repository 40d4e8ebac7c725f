package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// listUnmanaged names everything in the package that is not ours. It stays untouched
// (design §5.5).
func (p *record) listUnmanaged() {
	ours := map[string]bool{}
	for _, own := range p.owned {
		ours[own.CredentialID] = true
	}
	for _, op := range p.openCreates {
		if c, found := p.createdCredential(op); found {
			ours[c.ID] = true
		}
	}
	leaving := map[string]bool{}
	for _, departure := range p.State.Departures {
		for _, id := range departure.IDs {
			leaving[id.ThreemaID] = true
		}
	}
	for _, c := range p.plan.Changes {
		leaving[c.ThreemaID] = leaving[c.ThreemaID] || c.Op.OfDeparture() && c.ThreemaID != ""
	}
	departed := p.departedCSI()
	for _, c := range p.Inventory.Credentials {
		if !ours[c.ID] {
			p.unmanaged(model.Unmanaged{Kind: "credential", ID: c.ID, Name: c.Username, Reason: p.whyUnmanaged(c, departed)})
		}
	}
	ofLeavers := p.ofLeavers()
	managedUser := maps.Clone(leaving) // whether or not this list has them
	for _, u := range p.Inventory.Users {
		if ours[u.CredentialID] || managedUser[u.ID] {
			managedUser[u.ID] = true
			continue
		}
		left := ofLeavers[u.ID]
		p.unmanaged(model.Unmanaged{Kind: "user", ID: u.ID, Name: model.FullName(u.FirstName, u.LastName), Reason: whyUserUnmanaged(u, left.why), Of: left.of})
	}
	for _, c := range p.Inventory.Contacts {
		if !managedUser[c.ID] {
			left := ofLeavers[c.ID]
			p.unmanaged(model.Unmanaged{Kind: "contact", ID: c.ID, Name: model.FullName(c.FirstName, c.LastName), Reason: whyContactUnmanaged(left.why), Of: left.of})
		}
	}
	slices.SortFunc(p.plan.Unmanaged, func(a, b model.Unmanaged) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
	})
}

func (p *record) unmanaged(u model.Unmanaged) { p.plan.Unmanaged = append(p.plan.Unmanaged, u) }

// departedCSI are the csis of people in a snapshot who left: a credential with one of them
// most likely belongs to somebody who left before the first pass.
func (p *record) departedCSI() map[string]model.Identity {
	csis := map[string]model.Identity{}
	for _, i := range p.identities {
		first, known := csis[i.CSI]
		if i.State == model.Departed && i.CSI != "" && (!known || i.Person.Compare(first.Person) < 0) {
			csis[i.CSI] = i
		}
	}
	return csis
}

func (p *record) whyUnmanaged(c model.Credential, departed map[string]model.Identity) model.Reason {
	csi := p.Inventory.Settings[c.ID][model.SettingCSI]
	unread := p.unread()
	switch i, left := departed[csi]; {
	case p.shared(c.ID):
		return model.Because("shared", max(c.Usage, len(p.people(c.ID))))
	case csi != "" && len(unread) > 0:
		return model.Because("owner-of-csi-unread", csi, p.notRead(unread[0]))
	case csi != "" && left:
		return model.Because("csi-of-unmanaged-leaver", i.DN, string(i.Evidence.Kind))
	case csi != "" && len(p.newcomersLike(csi)) > 0:
		like := p.newcomersLike(csi)[0]
		return model.Because("csi-of-nobody-but-for-spelling", csi, like.DN, like.CSI)
	case csi != "":
		return model.Because("csi-of-nobody-entitled", csi)
	}
	return model.Because("no-csi")
}

func whyUserUnmanaged(u model.User, ofLeaver model.Reason) model.Reason {
	switch {
	case u.Special():
		return model.Because("service-id")
	case ofLeaver.Code != "":
		return ofLeaver
	case u.CredentialID == "":
		return model.Because("orphan")
	}
	return model.Because("credential-not-managed")
}

func whyContactUnmanaged(ofLeaver model.Reason) model.Reason {
	if ofLeaver.Code != "" {
		return ofLeaver
	}
	return model.Because("no-user-of-ours")
}
