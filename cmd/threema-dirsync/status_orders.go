package main

import (
	"io"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// orderStatus is an order that is not carried out yet.
type orderStatus struct {
	Person struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	} `json:"person"`
	CredentialID string    `json:"credentialId"`
	Username     string    `json:"username"`
	OrderedAt    time.Time `json:"orderedAt"`
	OrderedBy    string    `json:"orderedBy"`
}

func ordersOf(state plan.State) []orderStatus {
	orders := []orderStatus{}
	for _, o := range state.OpenOrders {
		s := orderStatus{CredentialID: o.CredentialID, OrderedAt: o.At.UTC(), OrderedBy: o.By}
		s.Person.Source, s.Person.ID = o.Person.Source, o.Person.ID
		if n := slices.IndexFunc(state.Owned, func(own plan.Ownership) bool { return own.CredentialID == o.CredentialID }); n >= 0 {
			s.Username, s.Person.CSI = state.Owned[n].Username, state.Owned[n].CSI
		}
		if n := slices.IndexFunc(state.Observations, func(seen plan.Observation) bool { return seen.Person == o.Person }); n >= 0 {
			s.Person.DN = state.Observations[n].DN
		}
		orders = append(orders, s)
	}
	return orders
}

// printOrders tells of each what became of it, and what to type.
func (s *status) printOrders(w io.Writer) {
	for _, o := range s.Orders {
		person := plan.Typed(o.Person.CSI, plan.PersonID{Source: o.Person.Source, ID: o.Person.ID})
		say(w, "ORDERED, NOT DONE:\twithdraw / Zugang entziehen %s of %s %s, ordered %s by %s: the app goes on", o.Username, o.Person.CSI, o.Person.DN, stamp(o.OrderedAt), o.OrderedBy)
		say(w, "\tthe next pass that may carries it out, by the schedule at %s, or at once: threema-dirsync withdraw %s --reason TEXT", stamp(s.NextPass), person)
		say(w, "\tto take the order back: threema-dirsync withdraw --undo %s --reason TEXT", person)
	}
}
