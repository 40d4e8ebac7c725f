package main

import (
	"io"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// orderStatus is an order that is not carried out yet.
type orderStatus struct {
	Person       view.PersonJSON `json:"person"`
	CredentialID string          `json:"credentialId"`
	Username     string          `json:"username"`
	OrderedAt    time.Time       `json:"orderedAt"`
	OrderedBy    string          `json:"orderedBy"`
	// Sent tells that it was sent and its answer lost, SettledFrom since when a pass settles that; null: the
	// last list has the credential.
	Sent        bool       `json:"sent"`
	SettledFrom *time.Time `json:"settledFrom"`

	typed string // how to name them in a command
}

func ordersOf(state model.State) []orderStatus {
	orders, names := []orderStatus{}, state.Names()
	for _, o := range state.OpenOrders {
		s := orderStatus{CredentialID: o.CredentialID, OrderedAt: o.At.UTC(), OrderedBy: o.By}
		s.Person.Source, s.Person.ID = o.Person.Source, o.Person.ID
		if n := slices.IndexFunc(state.Owned, func(own model.Ownership) bool { return own.CredentialID == o.CredentialID }); n >= 0 {
			s.Username, s.Person.CSI = state.Owned[n].Username, state.Owned[n].CSI
			sent, settled := state.LostAnswer(state.Owned[n])
			if s.Sent = sent; !settled.IsZero() {
				s.SettledFrom = new(settled.UTC())
			}
		}
		if n := slices.IndexFunc(state.Observations, func(seen model.Observation) bool { return seen.Person == o.Person }); n >= 0 {
			s.Person.DN = state.Observations[n].DN
		}
		s.typed = names.Typed(s.Person.CSI, o.Person)
		orders = append(orders, s)
	}
	return orders
}

// printOrders tells of each what became of it, and what to type.
func (s *status) printOrders(w io.Writer) {
	for _, o := range s.Orders {
		person := o.typed
		say(w, "ORDERED, NOT DONE:\twithdraw / Zugang entziehen %s of %s %s, ordered %s by %s", o.Username, o.Person.CSI, o.Person.DN, stamp(o.OrderedAt), o.OrderedBy)
		say(w, "\t%s", s.becomes(o, person))
		say(w, "\tto take the order back: threema-dirsync withdraw --undo %s --reason TEXT", person)
	}
}

// becomes says what an order waits for. What is told as waiting for somebody is ended by what is told there alone.
func (s *status) becomes(o orderStatus, person string) string {
	settled := time.Time{}
	if o.SettledFrom != nil {
		settled = *o.SettledFrom
	}
	for _, x := range s.Waits {
		if slices.ContainsFunc(x.Whom, func(who model.WaitingPerson) bool {
			return who.Person == o.Person.PersonID() && slices.Contains(who.Steps, model.Withdraw)
		}) {
			return "the app goes on; it waits for you (" + string(x.Code) + "): " + english.Ask(x)
		}
	}
	switch {
	case !settled.IsZero():
		return plan.LostAnswerWords(settled)
	case o.Sent:
		return plan.LostAnswerWords(settled) + ": " + s.scheduled() + ", or at once: threema-dirsync withdraw " + person + " --reason TEXT"
	}
	return "the app goes on; the next pass that may carries it out, " + s.scheduled() + ", or at once: threema-dirsync withdraw " + person + " --reason TEXT"
}
