package plan

import (
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// back tells whether the ID is in the package again, and on no other credential. Whether it may be
// somebody else's by what it reports is a question of its end (belongs.go).
func (p *lists) back(v model.Vanished) bool {
	u, listed := p.users[v.ThreemaID]
	return listed && !u.Special() && (u.CredentialID == "" || u.CredentialID == v.Departure.CredentialID)
}

// reopen lets settled departures go on whose ID is back, through all gates. Somebody who has a credential
// again, or leaves with another one, takes the ID along when that goes (leftBehind).
func (p *recovered) reopen() {
	again := map[int64]model.Departure{}
	for _, v := range p.State.Vanished {
		_, owned := p.owned[v.Departure.Person]
		if !v.Ended || owned || !p.back(v) {
			continue
		}
		departure, begun := again[v.Number]
		if !begun {
			departure = v.Departure
		}
		departure.IDs = append(departure.IDs, model.DepartingID{ThreemaID: v.ThreemaID})
		again[v.Number] = departure
	}
	for _, number := range slices.Sorted(maps.Keys(again)) {
		departure := again[number]
		if _, leaving := p.departures[departure.Person]; !leaving { // of two departures of one person, one after the other
			p.departures[departure.Person] = departure
			p.State.Departures = append(p.State.Departures, departure)
			p.update.Reopened = append(p.update.Reopened, number)
		}
	}
	p.State.Departures = sorted(p.State.Departures, func(a, b model.Departure) int { return a.Person.Compare(b.Person) })
}

// noteVanished records the IDs of a departure that went by themselves, while something was to be done
// with them.
func (p *recovered) noteVanished(person model.PersonID) {
	departure := p.departures[person]
	if departure.WithdrawnAt.IsZero() || p.Policy.ID == model.KeepID {
		return
	}
	for _, id := range departure.IDs {
		if id.GoneAt.IsZero() && p.gone(model.Object{Kind: model.ObjectUser, ID: id.ThreemaID}) {
			p.update.Vanished = append(p.update.Vanished, model.Vanished{Departure: model.Departure{Subject: model.Subject{Person: person}}, ThreemaID: id.ThreemaID})
		}
	}
}

// vanishedAndBack are the alarms for IDs that had gone by themselves, and are in the package again.
func (w *watch) vanishedAndBack() []model.Alarm {
	var alarms []model.Alarm
	for _, v := range w.State.Vanished {
		if _, listed := w.users[v.ThreemaID]; !listed || w.isBack(w.departureAccount(v.Departure)) {
			continue
		}
		s := v.Departure
		alarms = append(alarms, model.Alarm{
			Departure: v.Number, Kind: model.IDReturned, Op: model.Withdraw, Subject: s.Subject,
			CredentialID: s.CredentialID, Username: s.Username, ThreemaID: v.ThreemaID, Since: w.Now,
		})
	}
	return alarms
}

// seenEarlier lists the IDs that earlier passes saw on a credential of ours, and that no list shows
// elsewhere now: those that this list lacks, for it may be cut; and, where the credential itself is
// gone and with it the link, those without one. They stay with the credential as long as it is owned: an
// ID that vanishes together with it would otherwise be forgotten.
func (p *lists) seenEarlier(own model.Ownership) []string {
	there := p.credentialThere(own)
	var ids []string
	for _, id := range p.seenOn[own.CredentialID] {
		u, listed := p.users[id]
		if !listed {
			u = model.User{ID: id, CredentialID: own.CredentialID}
		}
		linked := u.CredentialID == own.CredentialID || u.CredentialID == "" && !there
		if !u.Special() && linked {
			ids = append(ids, id)
		}
	}
	return ids
}
