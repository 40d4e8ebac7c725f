package model

import "cmp"

// Sighting is what a look-up by immutable ID over the whole suffix found (pitfall B13): the
// state with its evidence, and where the entry is now. Unknown carries the reason in
// Evidence.Detail: an unreadable parent, say, which proves nothing.
type Sighting struct {
	ID        PersonID
	DN        string
	State     AccountState
	Evidence  Evidence
	Dated     bool // as in [Person]
	Protected bool // as in [Person]; false where nothing was found
	// Found tells that there is an entry, or its tombstone. Where State is Unknown this tells
	// an entry that cannot be judged from a silence.
	Found bool
	// Placeless tells of somebody who was not found that their place shows nothing either, though
	// everything else that the account may read is there: it was deleted with them, or hides them.
	Placeless bool
}

// WhyGone words what a read shows of somebody whom it does not show as entitled.
func (s Sighting) WhyGone(excluded bool) string {
	switch {
	case excluded:
		return "lies below exclude_dns: held"
	case s.Gone().State == Departed:
		return s.Gone().Evidence.String()
	}
	return "account state unknown: " + cmp.Or(s.Evidence.Detail, "not found in this read") + ": held"
}

// Gone is the sighting as the planner takes it.
func (s Sighting) Gone() Sighting {
	if s.Placeless && s.State == Unknown && !s.Found {
		s.State, s.Evidence = Departed, Evidence{Kind: Absent, Detail: s.Evidence.Detail}
	}
	return s
}
