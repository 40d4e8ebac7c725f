package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Nobodys is a csi that a list of the configuration names, and that nobody has.
type Nobodys struct {
	List string // the key of the configuration
	CSI  string
	// Was is the person who had it before, and Now the csi that they have; both empty if it was nobody's.
	Was model.PersonID
	Now string
}

// NobodysCSIs finds the csis of the lists that nobody has now, in any source or for the ledger. What
// a person had before still protects them: but whoever reads the list does not know whom it means.
func NobodysCSIs(policy model.Policy, identities []model.Identity, state model.State) []Nobodys {
	has := map[string]bool{}
	for _, i := range identities {
		has[i.CSI] = true
	}
	now := map[model.PersonID]string{}
	for _, o := range state.Observations {
		has[o.CSI], now[o.Person] = true, o.CSI
	}
	for _, own := range state.Owned {
		has[own.CSI] = true
	}
	was := map[string]model.PersonID{}
	for _, f := range state.FormerCSIs {
		was[f.CSI] = f.Person
	}
	var found []Nobodys
	for _, list := range listsOf(policy) {
		for _, csi := range list.csis {
			if !has[csi] {
				found = append(found, Nobodys{List: list.key, CSI: csi, Was: was[csi], Now: now[was[csi]]})
			}
		}
	}
	return found
}

// csiList is one list of the configuration that names people.
type csiList struct {
	key  string
	csis []string
}

func listsOf(p model.Policy) []csiList {
	return []csiList{{"protect.csi", p.Protected}, {"leavers.never_revoke", p.NeverRevoke}}
}

// Reason says what is wrong with the entry, and what to do.
func (n Nobodys) Reason() model.Reason {
	if n.Was != (model.PersonID{}) {
		return model.Because("listed-former-csi", n.List, n.CSI, n.Was.String(), n.Now)
	}
	return model.Because("listed-nobodys-csi", n.List, n.CSI)
}

// NobodysCredentials are the entries of adopt.personal that are neither the ID nor the name of a credential.
func NobodysCredentials(policy model.Policy, credentials []model.Credential) []string {
	has := map[string]bool{}
	for _, c := range credentials {
		has[c.ID], has[c.Username] = true, true
	}
	return slices.DeleteFunc(slices.Clone(policy.AdoptPersonal), func(entry string) bool { return has[entry] })
}

// NobodysCredential says what is wrong with such an entry, and what to do.
func NobodysCredential(entry string) model.Reason {
	return model.Because("listed-no-credential", entry)
}

// noteListed tells of entries of the lists that name nobody, where all sources were read.
func (p *record) noteListed() {
	for _, entry := range NobodysCredentials(p.Policy, p.Inventory.Credentials) {
		p.notice(NoticeNobody, model.Subject{}, NobodysCredential(entry))
	}
	if len(p.unread()) > 0 || len(p.Policy.Protected)+len(p.Policy.NeverRevoke) == 0 {
		return
	}
	var all []model.Identity
	for _, s := range p.Sources {
		all = slices.Concat(all, s.Identities)
	}
	state := model.State{Owned: p.State.Owned, FormerCSIs: p.formerCSIs()}
	for _, o := range p.observations {
		state.Observations = append(state.Observations, o)
	}
	for _, n := range NobodysCSIs(p.Policy, all, state) {
		p.notice(NoticeNobody, model.Subject{Person: n.Was, CSI: n.CSI}, n.Reason())
	}
}
