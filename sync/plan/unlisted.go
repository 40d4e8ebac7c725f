package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The lists that are judged as a whole (trust.go).
const (
	listUsers    = "users"
	listSettings = "settings"
)

// recallUnlisted indexes what earlier lists of this package lacked. Those of another one say nothing.
func (p *lists) recallUnlisted() {
	if !p.samePackage() {
		return
	}
	for _, o := range p.State.Orders {
		p.answered[o.CredentialID] = true
	}
	for _, o := range p.State.PutOut { // their departure began, so it was proved
		p.answered[o.CredentialID] = true
		p.unlistedAt[model.Object{Kind: model.ObjectCredential, ID: o.CredentialID}] = o.At
	}
	for _, u := range p.State.Unlisted {
		p.unlistedAt[u.Object] = u.Since
		if u.Accepted && !p.shows(u.Object) {
			p.emptied[u.Object] = true
		}
	}
	for _, own := range p.State.Owned {
		if own.MissingReads > 0 {
			p.unlistedAt[model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}] = own.MissingSince
		}
	}
}

// samePackage tells whether the ledger is bound to the package that was read.
func (p *lists) samePackage() bool { return p.State.Subscription == p.Inventory.Subscription.ID }

// shows tells whether the lists of this pass have an object.
func (p *lists) shows(o model.Object) (there bool) {
	switch o.Kind {
	case model.ObjectCredential:
		_, there = p.credentials[o.ID]
	case model.ObjectUser:
		_, there = p.users[o.ID]
	case model.ObjectContact:
		_, there = p.contacts[o.ID]
	case model.ObjectList:
		there = o.ID == listUsers && len(p.Inventory.Users) > 0 || o.ID == listSettings && len(p.Inventory.Settings) > 0
	}
	return there
}

// unlistedSince is the first of the unbroken row of passes whose list lacked an object, this one if
// none before did, zero if this one has it. A row from the future was timed by a wrong clock, and
// begins again.
func (p *lists) unlistedSince(o model.Object) time.Time {
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
func (p *lists) user(threemaID string) model.User {
	u := p.users[threemaID]
	u.ID = threemaID
	return u
}

// gone tells that two lists an hour apart lack an object, or that this one does and the service once
// answered that it is gone. By a clock in doubt no hour is over.
func (p *lists) gone(o model.Object) bool {
	answered := o.Kind == model.ObjectCredential && p.answered[o.ID]
	over := len(p.ServiceClock.Doubt()) == 0 && !p.Now.Before(p.unlistedSince(o).Add(model.GoneAfter))
	return !p.shows(o) && (answered || over)
}

// unsure tells that this list lacks an object, and that this proves nothing yet.
func (p *lists) unsure(o model.Object) bool { return !p.shows(o) && !p.gone(o) }

// awaitList lets a change wait whose object this list lacks, until that is settled.
func (p *lists) awaitList(c *model.Change, o model.Object) {
	if !p.unsure(o) {
		return
	}
	c.Status, c.NotBefore = model.Waiting, model.Later(c.NotBefore, p.unlistedSince(o).Add(model.GoneAfter))
	c.Because(p.describeUnsure(o))
}

// describeUnsure says what it means that this list lacks an object.
func (p *lists) describeUnsure(o model.Object) model.Reason {
	settled := p.unlistedSince(o).Add(model.GoneAfter)
	switch o.Kind {
	case model.ObjectUser:
		return model.Because("threema-id-unlisted", o.ID, settled)
	case model.ObjectContact:
		return model.Because("contact-unlisted", o.ID, settled)
	case model.ObjectCredential, model.ObjectList:
	}
	return model.Because("credential-unlisted", settled)
}

// unlisted is what the lists of this pass lack of all that matters. What is accepted stays so while
// the list stays empty.
func (p *trust) unlisted() []model.Unlisted {
	rows := map[model.Object]model.Unlisted{}
	for _, o := range p.expectedObjects() {
		if o.ID != "" && !p.shows(o) {
			rows[o] = model.Unlisted{Object: o, Since: p.unlistedSince(o), Accepted: o.Kind == model.ObjectList && (p.emptied[o] || p.accepts())}
		}
	}
	for _, own := range p.State.Owned {
		delete(rows, model.Object{Kind: model.ObjectCredential, ID: own.CredentialID})
	}
	var list []model.Unlisted
	for _, row := range rows {
		list = append(list, row)
	}
	slices.SortFunc(list, model.Unlisted.Compare)
	return list
}

// expectedObjects are those whose end matters: of a departure, of a request without an answer, of
// an effect that is not verified, and the lists that must not be empty.
func (p *trust) expectedObjects() []model.Object {
	var all []model.Object
	add := func(kind model.ObjectKind, ids ...string) {
		for _, id := range ids {
			all = append(all, model.Object{Kind: kind, ID: id})
		}
	}
	for _, seen := range p.State.UsersSeen {
		add(model.ObjectUser, seen.ThreemaID)
	}
	for _, left := range p.State.AbandonedIDs {
		add(model.ObjectUser, left.ThreemaID)
	}
	for _, departure := range p.State.Departures {
		for _, id := range departure.IDs {
			if id.GoneAt.IsZero() {
				add(model.ObjectUser, id.ThreemaID)
				add(model.ObjectContact, id.ThreemaID)
			}
		}
	}
	for _, op := range p.State.Open {
		all = append(all, op.Objects()...)
	}
	for _, e := range p.State.Effects {
		if e.VerifiedAt.IsZero() {
			all = append(all, e.Object())
		}
	}
	for _, l := range p.losses {
		all = append(all, l.list)
	}
	return slices.AppendSeq(all, maps.Keys(p.emptied))
}
