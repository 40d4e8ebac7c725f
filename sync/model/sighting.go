package model

// Sighting is what a look-up by immutable ID over the whole suffix found (pitfall B13): the
// state with its evidence, and where the entry is now. Unknown carries the reason in
// Evidence.Detail: an unreadable parent, say, which proves nothing.
type Sighting struct {
	ID        PersonID
	DN        string
	OU        string // of that DN, as in [Person]
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

// WhyGone says what a read shows of somebody whom it does not show as entitled.
func (s Sighting) WhyGone(excluded bool) Reason {
	switch {
	case excluded:
		return Because("held-below-excluded")
	case s.Gone().State == Departed:
		return Because("read-shows", s.Gone().Evidence.String())
	case s.Evidence.Detail == "":
		return Because("held-not-found")
	}
	return Because("held-state-unknown", s.Evidence.Detail)
}

// Gone is the sighting as the planner takes it. Who is not found, where nothing of the place is readable either in
// which they were seen last, may be hidden together with it, or was the only one there; and where an excluded part of
// the directory lies on another server, they may be there. No read will ever tell that from an OU that was deleted, so
// it must not hold them for ever: it counts as absent, and each step out asks for a yes, see [Change.AskPlace] (design
// §5.2). Such reads prove nothing once the place shows itself again: then the row begins afresh, as after an unproved view.
func (s Sighting) Gone() Sighting {
	if s.Placeless && s.State == Unknown && !s.Found {
		s.State, s.Evidence = Departed, Evidence{Kind: Absent, Detail: s.Evidence.Detail}
	}
	return s
}
