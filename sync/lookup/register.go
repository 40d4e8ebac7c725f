package lookup

import (
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Register knows under which keys each person can be asked for.
type Register struct {
	plan     plan.Plan
	byID     map[string]map[model.PersonID]bool // immutable ID, with and without its source
	byName   map[string]map[model.PersonID]bool // csi, username, mail, DN, Threema ID, credential ID
	byPast   map[string]map[model.PersonID]bool // people of the past, by what they were asked for
	called   callings                           // see names.go
	allRead  bool
	names    map[model.PersonID]model.Subject // csi and DN, to show
	idsOf    map[model.PersonID][]string      // Threema IDs of a departure under way, those that they used last, and those that stay
	seenOn   map[string][]string              // credential ID → Threema IDs, now and at the last pass
	csiOf    map[string]string                // credential ID → csi on it
	reports  map[string]string                // Threema ID → csi that the app reports
	ownerOf  map[string]model.PersonID        // by credential ID
	username map[string]string                // by credential ID, folded
}

// foldKey is how keys compare: nobody types the case of a DN right.
func foldKey(key string) string { return strings.ToLower(strings.TrimSpace(key)) }

// NewRegister knows everybody of whom sources, ledger, plan and package know.
func NewRegister(in plan.Input, p plan.Plan) *Register {
	r := &Register{
		plan: p, byID: map[string]map[model.PersonID]bool{}, byName: map[string]map[model.PersonID]bool{},
		byPast: map[string]map[model.PersonID]bool{}, called: newCallings(), allRead: allRead(in), names: map[model.PersonID]model.Subject{},
		idsOf: map[model.PersonID][]string{}, seenOn: map[string][]string{}, csiOf: map[string]string{}, reports: map[string]string{},
		ownerOf: map[string]model.PersonID{}, username: map[string]string{},
	}
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			r.know(i.Subject, i.Username)
		}
		for _, person := range s.Snapshot.People {
			r.know(model.Subject{Person: person.ID, DN: person.DN}, person.Attributes["mail"]...)
		}
		for _, sighting := range s.Snapshot.Sightings {
			r.know(model.Subject{Person: sighting.ID, DN: sighting.DN})
		}
	}
	r.knowLedger(in.State)
	for _, c := range p.Changes {
		if c.Op == model.Transfer && c.Status == model.NeedsApproval {
			continue // until somebody says yes, the credential is that of the former account
		}
		r.know(c.Subject, c.Username, c.ThreemaID)
		if c.CredentialID != "" {
			r.own(c.CredentialID, c.Person)
		}
	}
	r.knowPackage(in)
	r.knowNames(in)
	return r
}

func (r *Register) knowLedger(state model.State) {
	for _, o := range state.Observations {
		r.know(o.Subject)
	}
	for _, own := range state.Owned {
		r.know(own.WithDN(""), own.Username)
		r.own(own.CredentialID, own.Person)
	}
	for _, departure := range state.Departures {
		r.know(departure.Subject, departure.Username, departure.CredentialID)
		for _, id := range departure.IDs {
			r.know(model.Subject{Person: departure.Person}, id.ThreemaID)
			r.idsOf[departure.Person] = append(r.idsOf[departure.Person], id.ThreemaID)
		}
	}
	for _, s := range state.Suspensions {
		r.know(s.Subject)
	}
	for _, op := range state.Open {
		if op.Op == model.Create {
			r.know(op.Subject, op.Username)
		}
	}
}

func (r *Register) knowPackage(in plan.Input) {
	for _, c := range in.Inventory.Credentials {
		r.csiOf[c.ID] = in.Inventory.Settings[c.ID][model.SettingCSI]
		r.username[c.ID] = plan.FoldUsername(c.Username)
		if owner, owned := r.ownerOf[c.ID]; owned {
			r.know(model.Subject{Person: owner}, c.Username)
		}
	}
	for _, u := range in.Inventory.Users {
		r.sees(u.CredentialID, u.ID)
		r.reports[u.ID] = u.CSI
	}
	for _, u := range in.State.UsersSeen {
		r.sees(u.CredentialID, u.ThreemaID)
	}
	last := plan.LastUsers(r.plan.Update.FormerLinks)
	for _, u := range in.Inventory.Users {
		if l, used := last[u.ID]; used && u.CredentialID == "" {
			r.know(model.Subject{Person: l.Person}, u.ID)
			r.idsOf[l.Person] = append(r.idsOf[l.Person], u.ID)
		}
	}
	r.knowKept()
}

// knowKept adds the Threema IDs that stay in the package of people who left.
func (r *Register) knowKept() {
	for _, u := range r.plan.Unmanaged {
		if u.Of != (model.PersonID{}) {
			r.know(model.Subject{Person: u.Of}, u.ID)
			r.idsOf[u.Of] = append(r.idsOf[u.Of], u.ID)
		}
	}
}

// sees notes that a Threema ID uses, or used, a credential.
func (r *Register) sees(credentialID, threemaID string) {
	if credentialID == "" {
		return
	}
	r.seenOn[credentialID] = append(r.seenOn[credentialID], threemaID)
	if owner, owned := r.ownerOf[credentialID]; owned {
		r.know(model.Subject{Person: owner}, threemaID)
	}
}

func (r *Register) own(credentialID string, person model.PersonID) {
	if _, taken := r.ownerOf[credentialID]; !taken {
		r.ownerOf[credentialID] = person
	}
	r.know(model.Subject{Person: person}, credentialID)
}

// know adds a person under their ID and other keys.
func (r *Register) know(whom model.Subject, keys ...string) {
	person := whom.Person
	enter(r.byID, person.ID, person)
	enter(r.byID, person.String(), person)
	for _, key := range append(keys, whom.CSI, whom.DN) {
		enter(r.byName, key, person)
	}
	r.addNames(whom)
	r.entitle(person, whom.DN)
}

// KnowPast adds people of whom perhaps only the history is left. What is a name counts where names do.
func (r *Register) KnowPast(query string, past []model.Subject) {
	for _, h := range past {
		if !model.Named(h.DN, query) || r.allRead && !r.taken(query, h.Person) {
			enter(r.byPast, query, h.Person)
		}
		r.addNames(h)
	}
}

// addNames names a person, unless a better place has done it.
func (r *Register) addNames(whom model.Subject) {
	known := r.names[whom.Person]
	known.Person = whom.Person
	known.Complete(whom)
	r.names[whom.Person] = known
}

// Known is under which csi and DN somebody is known.
func (r *Register) Known(person model.PersonID) model.Subject { return r.names[person] }

func enter(keys map[string]map[model.PersonID]bool, key string, person model.PersonID) {
	key = foldKey(key)
	if key == "" {
		return
	}
	if keys[key] == nil {
		keys[key] = map[model.PersonID]bool{}
	}
	keys[key][person] = true
}

// ThreemaIDs are the IDs of a person: on their credential, those of a departure under way, those that
// nobody used since on another one, and those that stay after they left.
func (r *Register) ThreemaIDs(person model.PersonID, credentialID string) []string {
	ids := slices.Concat(r.seenOn[credentialID], r.idsOf[person])
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Carries tells whether a credential has a csi, or a username.
func (r *Register) Carries(credentialID, csi, username string) bool {
	return csi != "" && r.csiOf[credentialID] == csi || username != "" && r.username[credentialID] == plan.FoldUsername(username)
}
