package worksim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText is the longest username, password or name that the service takes.
const maxText = 256

// credential is a username and password pair with its individual settings.
type credential struct {
	id, username, password string
	hashed, locked         bool
	licenceCount           int
	users                  map[string]bool // linked Threema IDs
	settings               settings
}

// admits tells whether the lock lets this ID use the credential: a locked one belongs to the first ID
// until that is detached or revoked. The empty ID stands for one that is yet to be made.
func (c *credential) admits(id string) bool {
	return !c.locked || len(c.users) == 0 || c.users[id]
}

func (w *world) addCredential(c *credential) {
	w.credentials.add(c.id, c)
	w.byUsername[c.username] = c
	w.licences += c.licenceCount
}

// withdraw deletes a credential. Its users stay as orphans, its phones notice later.
func (w *world) withdraw(c *credential, now time.Time) {
	for id := range c.users {
		if u, ok := w.users.get(id); ok && !w.quirks[KeepDanglingLink] {
			u.CredentialID = ""
		}
	}
	w.credentials.remove(c.id)
	delete(w.byUsername, c.username)
	w.licences -= c.licenceCount
	w.withdrawn = append(w.withdrawn, Withdrawn{c.id, c.username, Time{now}})
	w.withdrawnAt[c.id] = now
}

// licencesUsed counts what stands against the package's licences.
func (w *world) licencesUsed() int {
	if w.quirks[LicencesByUsers] {
		return w.users.len()
	}
	return w.licences
}

// credentialBody is what POST and PUT take.
type credentialBody struct {
	Username     *string `json:"username"`
	Password     *string `json:"password"`
	Hash         bool    `json:"hash"`
	Lock         *bool   `json:"lock"`
	LicenseCount *int    `json:"licenseCount"`
}

func (b credentialBody) check() error {
	if err := checkText("username", b.Username); err != nil {
		return err
	}
	return checkText("password", b.Password)
}

func checkText(name string, value *string) error {
	if value == nil || *value == "" {
		return badRequest("%s is missing", name)
	}
	if utf8.RuneCountInString(*value) > maxText {
		return badRequest("%s is longer than %d characters", name, maxText)
	}
	return nil
}

// credentialAnswer is how the API shows a credential.
type credentialAnswer struct {
	Links    []link  `json:"_links"`
	ID       string  `json:"id"`
	Username string  `json:"username"`
	Password *string `json:"password"`
	Usage    int     `json:"usage"`
	Hashed   bool    `json:"hashed"`
	Locked   bool    `json:"locked"`
}

func (c *call) showCredential(cred *credential) credentialAnswer {
	shown := credentialAnswer{
		Links: c.links("detail", "credentials", cred.id),
		ID:    cred.id, Username: cred.username, Usage: len(cred.users), Hashed: cred.hashed, Locked: cred.locked,
	}
	if !cred.hashed {
		shown.Password = new(cred.password)
	}
	return shown
}

func listCredentials(c *call) (answer, error) {
	filter := strings.ToLower(c.query.Get("filterUsername"))
	keep := func(cred *credential) bool { return strings.Contains(strings.ToLower(cred.username), filter) }
	return listPage(c, "credentials", &c.world.credentials, filter != "", keep, c.showCredential)
}

func createCredential(c *call) (answer, error) {
	var body credentialBody
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if err := body.check(); err != nil {
		return answer{}, err
	}
	count := 1
	if body.LicenseCount != nil {
		count = *body.LicenseCount
	}
	if count < 1 || count > 1_000_000 {
		return answer{}, badRequest("licenseCount must be from 1 to 1000000")
	}
	if c.world.byUsername[*body.Username] != nil {
		return answer{}, badRequest("username already in use or invalid request values")
	}
	if c.world.licencesUsed()+count > c.world.subscription.LicenseAmount {
		return answer{}, &apiError{http.StatusForbidden, "No more credentials credits left"}
	}
	cred := &credential{
		id: c.world.newCredentialID(), username: *body.Username, password: *body.Password,
		hashed: body.Hash, locked: body.Lock != nil && *body.Lock, licenceCount: count,
		users: map[string]bool{}, settings: settings{},
	}
	c.world.addCredential(cred)
	return answer{status: http.StatusCreated, body: c.showCredential(cred)}, nil
}

func getCredential(c *call) (answer, error) {
	cred, err := c.credential()
	if err != nil {
		return answer{}, err
	}
	return ok(c.showCredential(cred)), nil
}

// updateCredential replaces username and password. A hash that is left out is false; a lock that is left out stays.
func updateCredential(c *call) (answer, error) {
	cred, err := c.credential()
	if err != nil {
		return answer{}, err
	}
	var body credentialBody
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if err := body.check(); err != nil {
		return answer{}, err
	}
	if owner := c.world.byUsername[*body.Username]; owner != nil && owner != cred {
		return answer{}, badRequest("username already in use or invalid request values")
	}
	delete(c.world.byUsername, cred.username)
	cred.username, cred.password, cred.hashed = *body.Username, *body.Password, body.Hash
	c.world.byUsername[cred.username] = cred
	if body.Lock != nil {
		cred.locked = *body.Lock
	}
	return done(), nil
}

func deleteCredential(c *call) (answer, error) {
	cred, err := c.credential()
	if err != nil {
		return answer{}, err
	}
	c.world.withdraw(cred, c.now)
	return done(), nil
}

// credential is the one that the path names first.
func (c *call) credential() (*credential, error) {
	cred, ok := c.world.credentials.get(c.args[0])
	if !ok {
		return nil, notFound("credential")
	}
	return cred, nil
}

// userIDs are the linked Threema IDs, sorted.
func (c *credential) userIDs() []string {
	return slices.Sorted(maps.Keys(c.users))
}
