package model

import "slices"

// CountOurs counts the people of each source before this pass.
func (s State) CountOurs() map[string]Base {
	count := map[string]Base{}
	for _, own := range s.Owned {
		b := count[own.Person.Source]
		b.Managed++
		count[own.Person.Source] = b
	}
	for _, departure := range s.Withdrawn() {
		b := count[departure.Person.Source]
		b.Leaving++
		count[departure.Person.Source] = b
	}
	return count
}

// Managed are the credentials of ours that the package must list. One that went by an order, or by hand alone, stays
// owned until the departure began or the person has another one, and is none of them; nor is one that we asked to
// withdraw when the answer was lost. One that went with many others is, as long as nobody said that it is so.
func (s State) Managed() []Ownership {
	asked := map[string]bool{}
	for _, o := range s.Orders {
		asked[o.CredentialID] = true
	}
	for _, op := range s.Open {
		if op.Op == Withdraw {
			asked[op.CredentialID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(s.Owned), func(own Ownership) bool {
		settled := own.MissingReads > 0 && own.Loss != LossOpen
		return asked[own.CredentialID] || settled
	})
}

// Withdrawn are the open departures of people without a credential of ours.
func (s State) Withdrawn() []Departure {
	owners := map[PersonID]bool{}
	for _, own := range s.Owned {
		owners[own.Person] = true
	}
	return slices.DeleteFunc(slices.Clone(s.Departures), func(departure Departure) bool { return owners[departure.Person] })
}

// AtStake are the people who own a credential of ours, or lost it by a departure that is under way.
func (s State) AtStake() map[PersonID]bool {
	people := map[PersonID]bool{}
	for _, own := range s.Owned {
		people[own.Person] = true
	}
	for _, departure := range s.Departures {
		people[departure.Person] = true
	}
	return people
}

// CountAtStake counts them by source.
func (s State) CountAtStake() map[string]int {
	count := map[string]int{}
	for person := range s.AtStake() {
		count[person.Source]++
	}
	return count
}
