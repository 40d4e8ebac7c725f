package plan

import (
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// index is the inventory by its keys.
type index struct {
	credentials map[string]model.Credential // by ID
	byUsername  map[string][]string         // folded username → credential IDs, sorted
	byCSI       map[string][]string         // th_csi setting → credential IDs, sorted
	usersOf     map[string][]model.User     // by credential ID, sorted by Threema ID
	users       map[string]model.User
	contacts    map[string]model.Contact
}

func newIndex(inv model.Inventory) index {
	x := index{
		credentials: map[string]model.Credential{},
		byUsername:  map[string][]string{},
		byCSI:       map[string][]string{},
		usersOf:     map[string][]model.User{},
		users:       map[string]model.User{},
		contacts:    map[string]model.Contact{},
	}
	for _, c := range inv.Credentials {
		x.credentials[c.ID] = c
		folded := FoldUsername(c.Username)
		x.byUsername[folded] = append(x.byUsername[folded], c.ID)
		if csi := inv.Settings[c.ID][model.SettingCSI]; csi != "" {
			x.byCSI[csi] = append(x.byCSI[csi], c.ID)
		}
	}
	for _, ids := range x.byCSI {
		slices.Sort(ids)
	}
	for _, ids := range x.byUsername {
		slices.Sort(ids)
	}
	for _, u := range inv.Users {
		x.users[u.ID] = u
		if u.CredentialID != "" {
			x.usersOf[u.CredentialID] = append(x.usersOf[u.CredentialID], u)
		}
	}
	for _, users := range x.usersOf {
		slices.SortFunc(users, func(a, b model.User) int { return strings.Compare(a.ID, b.ID) })
	}
	for _, c := range inv.Contacts {
		x.contacts[c.ID] = c
	}
	return x
}

// people lists the users of a credential without Gateway and Broadcast IDs, which are never
// an employee (D-05).
func (x index) people(credentialID string) []model.User {
	var users []model.User
	for _, u := range x.usersOf[credentialID] {
		if !u.Special() {
			users = append(users, u)
		}
	}
	return users
}

// credentialNamed finds the credential with a username: the exact one, else one that differs
// in upper and lower case only.
func (x index) credentialNamed(username string) (model.Credential, bool) {
	ids := x.byUsername[FoldUsername(username)]
	for _, id := range ids {
		if x.credentials[id].Username == username {
			return x.credentials[id], true
		}
	}
	if len(ids) == 0 {
		return model.Credential{}, false
	}
	return x.credentials[ids[0]], true
}

// FoldUsername is the form in which usernames collide (D-13): whether the service tells
// upper from lower case is not documented.
func FoldUsername(username string) string { return strings.ToLower(username) }
