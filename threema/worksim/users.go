package worksim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// link ties a user to the credential it last activated with.
func (w *world) link(u *User, cred *credential) {
	if before, ok := w.credentials.get(u.CredentialID); ok && before != cred {
		delete(before.users, u.ID)
	}
	u.CredentialID = cred.id
	cred.users[u.ID] = true
}

// removeUser takes an ID out of the package, and its automatic contact with it.
func (w *world) removeUser(u *User) {
	if cred, ok := w.credentials.get(u.CredentialID); ok {
		delete(cred.users, u.ID)
	}
	w.users.remove(u.ID)
	contact, ok := w.contacts.get(u.ID)
	if ok && contact.Type == ContactAuto && !w.quirks[KeepContacts] {
		w.contacts.remove(u.ID)
	}
}

// revoke destroys an ID for ever, or once Options.RevokeAfter is over.
func (w *world) revoke(u *User, now time.Time) {
	w.isRevoked[u.ID] = true
	w.revoking = append(w.revoking, Departure{u.ID, Time{now}})
	w.runUntil(now)
}

// revocationDue is when the oldest revocation that is held back takes effect.
func (w *world) revocationDue() time.Time { return w.revoking[0].At.Add(w.revokeAfter) }

func (w *world) finishRevocation() {
	dead := w.revoking[0]
	w.revoked = append(w.revoked, Departure{dead.ID, Time{w.revocationDue()}})
	w.revoking = slices.Delete(w.revoking, 0, 1)
	if u, ok := w.users.get(dead.ID); ok {
		w.removeUser(u)
	}
	if p, ok := w.phones[dead.ID]; ok {
		w.checks.drop(p)
		delete(w.phones, dead.ID)
	}
}

// userAnswer is how the API shows a user.
type userAnswer struct {
	Links      []link `json:"_links"`
	ID         string `json:"id"`
	Nickname   text   `json:"nickname,omitzero"`
	FirstName  text   `json:"firstName,omitzero"`
	LastName   text   `json:"lastName,omitzero"`
	CSI        text   `json:"csi,omitzero"`
	Category   text   `json:"category,omitzero"`
	JobTitle   text   `json:"jobTitle,omitzero"`
	Department text   `json:"department,omitzero"`
	Version    text   `json:"version,omitzero"`
	LastCheck  any    `json:"lastCheck"` // a Time, or a day by quirk
	CreatedAt  Time   `json:"createdAt"`
}

func (c *call) showUser(u *User) userAnswer {
	links := c.links("detail", "users", u.ID)
	if u.CredentialID != "" {
		links = append(links, c.links("credential", "credentials", u.CredentialID)...)
	}
	shown := userAnswer{
		Links: links, ID: u.ID,
		Nickname: c.text(u.Nickname), FirstName: c.text(u.FirstName), LastName: c.text(u.LastName),
		CSI: c.text(u.CSI), Category: c.text(u.Category), JobTitle: c.text(u.JobTitle),
		Department: c.text(u.Department), Version: c.text(u.Version),
		LastCheck: u.LastCheck, CreatedAt: u.CreatedAt,
	}
	if _, err := strconv.ParseUint(u.CSI, 10, 63); err == nil && c.world.quirks[NumberTexts] {
		c.deviates(NumberTexts)
		shown.CSI.number = true
	}
	if c.world.quirks[OddDates] {
		c.deviates(OddDates)
		shown.LastCheck = u.LastCheck.Format(time.DateOnly)
	}
	return shown
}

func listUsers(c *call) (answer, error) {
	credential := c.query.Get("filterCredential")
	username := strings.ToLower(c.query.Get("filterUsername"))
	query := strings.ToLower(c.query.Get("filterQuery"))
	keep := func(u *User) bool {
		return (credential == "" || u.CredentialID == credential) &&
			(username == "" || c.world.usernameContains(u, username)) && u.matches(query)
	}
	filtered := credential != "" || username != "" || query != ""
	return listPage(c, "users", &c.world.users, filtered, keep, c.showUser)
}

func (w *world) usernameContains(u *User, part string) bool {
	cred, ok := w.credentials.get(u.CredentialID)
	return ok && strings.Contains(strings.ToLower(cred.username), part)
}

// matches is the free-text filter; part is in lower case.
func (u *User) matches(part string) bool {
	return slices.ContainsFunc([]string{u.ID, u.Nickname, u.FirstName, u.LastName, u.CSI}, func(value string) bool {
		return strings.Contains(strings.ToLower(value), part)
	})
}

func getUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	return ok(c.showUser(u)), nil
}

func detachUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	c.world.removeUser(u)
	c.world.detached = append(c.world.detached, Departure{u.ID, Time{c.now}})
	return done(), nil
}

func revokeUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if !c.world.isRevoked[u.ID] {
		c.world.revoke(u, c.now)
	}
	return done(), nil
}

// user is the one that the path names.
func (c *call) user() (*User, error) {
	u, ok := c.world.users.get(c.args[0])
	if !ok {
		return nil, notFound("user")
	}
	return u, nil
}
