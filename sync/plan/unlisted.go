package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// goneAfter is how far apart two lists must be that both lack something before that is its end.
// A single list may be cut, or come from a copy that lags (absence is not evidence, design §1). The
// other proof is an answer of the service about the one object: 404.
const goneAfter = time.Hour

// ObjectKind is what kind of thing a list of the package may lack.
type ObjectKind string

// The kinds. A whole list lacks where it is empty and must not be.
const (
	ObjectCredential ObjectKind = "credential"
	ObjectUser       ObjectKind = "user"
	ObjectContact    ObjectKind = "contact"
	ObjectList       ObjectKind = "list"
)

// Object is something that the package should hold.
type Object struct {
	Kind ObjectKind
	ID   string
}

// The lists that are judged as a whole (trust.go).
const (
	listUsers    = "users"
	listSettings = "settings"
)

// Unlisted is an object that the last list lacked, and since when in an unbroken row. A credential
// that is owned remembers that itself.
type Unlisted struct {
	Object
	Since time.Time
	// Accepted, of a list, tells that somebody accepted it as empty.
	Accepted bool
}

// Compare orders by kind, then ID.
func (u Unlisted) Compare(v Unlisted) int {
	return cmp.Or(strings.Compare(string(u.Kind), string(v.Kind)), strings.Compare(u.ID, v.ID))
}

// recallUnlisted indexes what earlier lists of this package lacked. Those of another one say nothing.
func (p *planner) recallUnlisted() {
	if !p.samePackage() {
		return
	}
	for _, o := range p.State.Orders {
		p.answered[o.CredentialID] = true
	}
	for _, o := range p.State.PutOut { // their departure began, so it was proved
		p.answered[o.CredentialID] = true
		p.unlistedAt[Object{ObjectCredential, o.CredentialID}] = o.At
	}
	for _, u := range p.State.Unlisted {
		p.unlistedAt[u.Object] = u.Since
		if u.Accepted && !p.shows(u.Object) {
			p.emptied[u.Object] = true
		}
	}
	for _, own := range p.State.Owned {
		if own.MissingReads > 0 {
			p.unlistedAt[Object{ObjectCredential, own.CredentialID}] = own.MissingSince
		}
	}
}

// samePackage tells whether the ledger is bound to the package that was read.
func (p *planner) samePackage() bool { return p.State.Subscription == p.Inventory.Subscription.ID }

// shows tells whether the lists of this pass have an object.
func (p *planner) shows(o Object) (there bool) {
	switch o.Kind {
	case ObjectCredential:
		_, there = p.credentials[o.ID]
	case ObjectUser:
		_, there = p.users[o.ID]
	case ObjectContact:
		_, there = p.contacts[o.ID]
	case ObjectList:
		there = o.ID == listUsers && len(p.Inventory.Users) > 0 || o.ID == listSettings && len(p.Inventory.Settings) > 0
	}
	return there
}

// unlistedSince is the first of the unbroken row of passes whose list lacked an object, this one if
// none before did, zero if this one has it. A row from the future was timed by a wrong clock, and
// begins again.
func (p *planner) unlistedSince(o Object) time.Time {
	if p.shows(o) {
		return time.Time{}
	}
	since, known := p.unlistedAt[o]
	if !known || since.After(p.Now) {
		return p.Now
	}
	return since
}

// user is a Threema ID as the list shows it; of one that it lacks, only the ID is known.
func (p *planner) user(threemaID string) User {
	u := p.users[threemaID]
	u.ID = threemaID
	return u
}

// gone tells that two lists an hour apart lack an object, or that this one does and the service once
// answered that it is gone. By a clock in doubt no hour is over.
func (p *planner) gone(o Object) bool {
	answered := o.Kind == ObjectCredential && p.answered[o.ID]
	over := p.ServiceClock.Doubt() == "" && !p.Now.Before(p.unlistedSince(o).Add(goneAfter))
	return !p.shows(o) && (answered || over)
}

// unsure tells that this list lacks an object, and that this proves nothing yet.
func (p *planner) unsure(o Object) bool { return !p.shows(o) && !p.gone(o) }

// awaitList lets a change wait whose object this list lacks, until that is settled.
func (p *planner) awaitList(c *Change, o Object) {
	if !p.unsure(o) {
		return
	}
	c.Status, c.NotBefore = Waiting, Later(c.NotBefore, p.unlistedSince(o).Add(goneAfter))
	c.Reason += "; " + p.describeUnsure(o)
}

// describeUnsure says what it means that this list lacks an object.
func (p *planner) describeUnsure(o Object) string {
	return "the package does not list the " + o.words() + " in this pass, which proves nothing: settled when a second list, from " +
		Stamp(p.unlistedSince(o).Add(goneAfter)) + " on, misses it too"
}

func (o Object) words() string {
	switch o.Kind {
	case ObjectUser:
		return "Threema ID " + o.ID
	case ObjectContact:
		return "contact " + o.ID
	case ObjectCredential, ObjectList:
	}
	return string(o.Kind)
}

// unlisted is what the lists of this pass lack of all that matters. What is accepted stays so while
// the list stays empty.
func (p *planner) unlisted() []Unlisted {
	rows := map[Object]Unlisted{}
	for _, o := range p.expectedObjects() {
		if o.ID != "" && !p.shows(o) {
			rows[o] = Unlisted{Object: o, Since: p.unlistedSince(o), Accepted: o.Kind == ObjectList && (p.emptied[o] || p.accepts())}
		}
	}
	for _, own := range p.State.Owned {
		delete(rows, Object{ObjectCredential, own.CredentialID})
	}
	var list []Unlisted
	for _, row := range rows {
		list = append(list, row)
	}
	slices.SortFunc(list, Unlisted.Compare)
	return list
}

// expectedObjects are those whose end matters: of a departure, of a request without an answer, of
// an effect that is not verified, and the lists that must not be empty.
func (p *planner) expectedObjects() []Object {
	var all []Object
	add := func(kind ObjectKind, ids ...string) {
		for _, id := range ids {
			all = append(all, Object{kind, id})
		}
	}
	for _, seen := range p.State.UsersSeen {
		add(ObjectUser, seen.ThreemaID)
	}
	for _, left := range p.State.AbandonedIDs {
		add(ObjectUser, left.ThreemaID)
	}
	for _, departure := range p.State.Departures {
		for _, id := range departure.IDs {
			if id.GoneAt.IsZero() {
				add(ObjectUser, id.ThreemaID)
				add(ObjectContact, id.ThreemaID)
			}
		}
	}
	for _, op := range p.State.Open {
		switch op.Op {
		case Create, Withdraw:
			add(ObjectCredential, op.CredentialID)
		case Detach, Revoke:
			add(ObjectUser, op.ThreemaIDs...)
		case DisableContact:
			add(ObjectContact, op.ThreemaIDs...)
		case Adopt, Transfer, SetSettings, UnsetSetting, PublishContact:
		}
	}
	for _, e := range p.State.Effects {
		if e.VerifiedAt.IsZero() {
			all = append(all, e.object())
		}
	}
	for _, l := range p.losses {
		all = append(all, l.list)
	}
	return slices.AppendSeq(all, maps.Keys(p.emptied))
}

// object is what an effect took away.
func (e Effect) object() Object {
	if e.Op == Withdraw {
		return Object{ObjectCredential, e.CredentialID}
	}
	return Object{ObjectUser, e.ThreemaID}
}
