package model

import "slices"

// Tracked names a person whose whereabouts a source is asked for, with the DN where the
// person was seen last.
type Tracked struct {
	ID PersonID
	DN string
}

// Tracked lists the people of a source for whom something is at stake, sorted: those who own a
// credential, those for whom one is being made, those on the way out, or perhaps so again, and those who have the csi of
// one of them. The learned sentinels are chosen among the owners, and dropped with the ownership, so
// they are here too.
func (s State) Tracked(source string) []Tracked {
	dn := map[PersonID]string{}
	for _, o := range s.Owned {
		dn[o.Person] = ""
	}
	for _, op := range s.Open {
		if op.Op == Create {
			dn[op.Person] = op.DN
		}
	}
	for _, departure := range s.Departures {
		dn[departure.Person] = departure.DN
	}
	for _, v := range s.Vanished {
		dn[v.Departure.Person] = v.Departure.DN
	}
	shares := s.Sharing()
	for _, o := range s.Observations {
		if _, stake := dn[o.Person]; stake || shares[o.Person] {
			dn[o.Person] = o.DN
		}
	}
	var people []Tracked
	for id, last := range dn {
		if id.Source == source {
			people = append(people, Tracked{ID: id, DN: last})
		}
	}
	slices.SortFunc(people, func(a, b Tracked) int { return a.ID.Compare(b.ID) })
	return people
}

// Sharing are the observed people whose csi is, or was once, also that of somebody of ours: of a
// credential, or of a departure.
func (s State) Sharing() map[PersonID]bool {
	holder := map[string]PersonID{}
	for _, v := range s.Vanished {
		holder[v.Departure.CSI] = v.Departure.Person
	}
	for _, departure := range s.Departures {
		holder[departure.CSI] = departure.Person
	}
	for _, own := range s.Owned {
		holder[own.CSI] = own.Person
	}
	shares := map[PersonID]bool{}
	share := func(person PersonID, csi string) {
		if owner, held := holder[csi]; held && csi != "" && owner != person {
			shares[person] = true
		}
	}
	for _, o := range s.Observations {
		share(o.Person, o.CSI)
	}
	for _, f := range s.FormerCSIs {
		share(f.Person, f.CSI)
	}
	return shares
}
