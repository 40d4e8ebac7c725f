package status

import (
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Order is an order that is not carried out yet.
type Order struct {
	model.Subject
	CredentialID, Username string
	At                     time.Time
	By                     string
	// Sent tells that it was sent and its answer lost, SettledFrom since when a pass settles that; zero: the
	// last list has the credential.
	Sent        bool
	SettledFrom time.Time
	Typed       string // how to name them in a command
}

func ordersOf(state model.State) []Order {
	var orders []Order
	names := state.Names()
	for _, o := range state.OpenOrders {
		s := Order{Subject: model.Subject{Person: o.Person}, CredentialID: o.CredentialID, At: o.At, By: o.By}
		if n := slices.IndexFunc(state.Owned, func(own model.Ownership) bool { return own.CredentialID == o.CredentialID }); n >= 0 {
			s.Username, s.CSI = state.Owned[n].Username, state.Owned[n].CSI
			s.Sent, s.SettledFrom = state.LostAnswer(state.Owned[n])
		}
		if n := slices.IndexFunc(state.Observations, func(seen model.Observation) bool { return seen.Person == o.Person }); n >= 0 {
			s.DN = state.Observations[n].DN
		}
		s.Typed = names.Typed(s.CSI, o.Person)
		orders = append(orders, s)
	}
	return orders
}

// Leaver is somebody of ours who departed.
type Leaver struct {
	model.Observation
	Stage Stage
	// Suspended tells that no step is done, as the person is on leave.
	Suspended bool
	// Next is the step whose time comes first, as the last plan had it, and NotBefore that time.
	Next      model.Op
	NotBefore time.Time
}

// Stage is how far a departure is. The set is closed: it is part of the JSON.
type Stage string

// The stages.
const (
	Unconfirmed Stage = "unconfirmed"
	Confirmed   Stage = "confirmed"
	Withdrawn   Stage = "withdrawn"
)

func leaversOf(state model.State, planned []model.Change, now time.Time) []Leaver {
	stake := state.AtStake()
	withdrawn := map[model.PersonID]bool{}
	suspended := map[model.PersonID]bool{}
	for _, s := range state.Suspensions {
		suspended[s.Person] = s.Stands(now)
	}
	for _, departure := range state.Departures {
		withdrawn[departure.Person] = !departure.WithdrawnAt.IsZero()
	}
	var leavers []Leaver
	for _, o := range state.Observations {
		if o.State != model.Departed || !stake[o.Person] {
			continue
		}
		l := Leaver{Observation: o, Stage: Unconfirmed, Suspended: suspended[o.Person]}
		if !o.ConfirmedAt.IsZero() {
			l.Stage = Confirmed
		}
		if withdrawn[o.Person] {
			l.Stage = Withdrawn
		}
		leavers = append(leavers, l.awaiting(planned))
	}
	return leavers
}

// awaiting finds the next step of a leaver among what the last pass planned. Since then a leave, or an order that was
// carried out, may have ended what it waited for.
func (l Leaver) awaiting(planned []model.Change) Leaver {
	for _, c := range planned {
		timed := c.Person == l.Person && c.Op.OfDeparture() && c.Status == model.Waiting && !c.NotBefore.IsZero()
		over := l.Suspended || l.Stage == Withdrawn && !c.Op.TakesID()
		if timed && !over && (l.NotBefore.IsZero() || c.NotBefore.Before(l.NotBefore)) {
			l.Next, l.NotBefore = c.Op, c.NotBefore
		}
	}
	return l
}

// underWay are the effects that are not verified yet.
func underWay(state model.State) []model.Effect {
	return slices.DeleteFunc(slices.Clone(state.Effects), func(e model.Effect) bool { return e.State() != model.EffectRequested })
}

// RemovedSource is a source that is not configured any more and has people of ours.
type RemovedSource struct {
	Name        string
	People      int
	ForgottenAt time.Time // zero: nobody said what became of it
	ForgottenBy string
}

// removedSources finds the sources that the ledger has people of, and the configuration lacks.
func removedSources(state model.State, configured []string) []RemovedSource {
	var removed []RemovedSource
	for name, people := range state.CountAtStake() {
		if slices.Contains(configured, name) {
			continue
		}
		r := RemovedSource{Name: name, People: people}
		if n := slices.IndexFunc(state.Forgotten, func(f model.ForgottenSource) bool { return f.Source == name }); n >= 0 {
			r.ForgottenAt, r.ForgottenBy = state.Forgotten[n].At, state.Forgotten[n].By
		}
		removed = append(removed, r)
	}
	slices.SortFunc(removed, func(a, b RemovedSource) int { return strings.Compare(a.Name, b.Name) })
	return removed
}
