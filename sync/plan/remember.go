package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// record is what stays of a pass: in the ledger, and in the plan for its readers.
type record struct{ *gates }

// remember collects what the pass records whatever becomes of its changes.
func (p *record) remember() {
	m := &p.update
	m.Timeless = p.clockInDoubt
	m.SyncSince, m.Forgotten, m.AcceptedHeld = p.syncSince(), p.stillForgotten(), p.acceptedHeld()
	slices.SortFunc(m.Published, func(a, b model.Publication) int { return strings.Compare(a.ThreemaID, b.ThreemaID) })
	if p.planOnly {
		p.rememberUnchanged()
		return
	}
	if p.clockInDoubt {
		p.rememberTimeless()
		return
	}
	p.bind()
	m.Observations = make([]model.Observation, 0, len(p.observations))
	m.Owned = make([]model.Ownership, 0, len(p.State.Owned))
	for _, o := range p.observations {
		m.Observations = append(m.Observations, o)
	}
	slices.SortFunc(m.Observations, func(a, b model.Observation) int { return a.Person.Compare(b.Person) })
	for _, own := range p.State.Owned {
		m.Owned = append(m.Owned, p.countMissing(own))
		for _, id := range p.idsOf(own) {
			m.UsersSeen = append(m.UsersSeen, model.SeenUser{ThreemaID: id, CredentialID: own.CredentialID, Since: p.linkedSince(id, own.CredentialID)})
		}
	}
	slices.SortFunc(m.UsersSeen, model.SeenUser.Compare)
	m.FormerLinks, m.FormerCSIs = p.formerLinks(), p.formerCSIs()
	m.Suspensions = p.suspensions()
	m.Unlisted = p.unlisted()
	m.Sentinels = p.sentinels()
	m.Servers = p.servers()
	m.Bases = p.bases()
	m.Reads = p.reads()
	m.ExpiredApprovals, m.VoidApprovals = p.expiredApprovals(), p.voidApprovals()
}

// rememberUnchanged keeps the old memory: what was read is not comparable with it.
func (p *trust) rememberUnchanged() {
	p.keepMemory()
	m := &p.update
	m.EndedDepartures, m.EndedOrders, m.Settled, m.Published, m.Vanished, m.Reopened = nil, nil, nil, nil, nil, nil
}

// keepMemory makes the old memory the new one. Only that somebody did not depart is worth knowing
// whatever the scope and the clock: it resets, and harms nobody.
func (p *trust) keepMemory() {
	m := &p.update
	for n, o := range p.State.Observations {
		if now := p.observations[o.Person]; o.State == model.Departed && now.Person == o.Person && now.State != model.Departed {
			if p.clockInDoubt {
				now.LastSeen = o.LastSeen
			}
			p.State.Observations[n] = now
		}
	}
	m.Unlisted = p.State.Unlisted
	if p.samePackage() && !p.clockInDoubt { // what its lists lack is a fact all the same
		m.Unlisted = p.unlisted()
		for n, own := range p.State.Owned {
			p.State.Owned[n] = p.countMissing(own)
		}
	}
	m.Observations, m.Owned, m.UsersSeen = p.State.Observations, p.State.Owned, p.State.UsersSeen
	m.FormerLinks, m.FormerCSIs, m.Suspensions = p.State.FormerLinks, p.State.FormerCSIs, p.State.Suspensions
	m.Sentinels, m.Servers, m.Reads = p.State.Sentinels, p.State.Servers, p.State.Reads
}

func (p *trust) countMissing(own model.Ownership) model.Ownership {
	if _, there := p.credentials[own.CredentialID]; there {
		own.MissingSince, own.MissingReads, own.Loss = time.Time{}, 0, ""
		return own
	}
	own.MissingSince = p.unlistedSince(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID})
	own.MissingReads++
	own.Loss = p.lossOf(own)
	return own
}
