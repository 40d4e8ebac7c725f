package plan

// Who is not found, where nothing of the place is readable either in which they were seen last, may be
// hidden together with it, or was the only one there; and where an excluded part of the directory lies on another server, they may
// be there. No read will ever tell that from an OU that was deleted, so it must not hold them for ever: it
// counts as absent, and each step out asks for a yes (design §5.2). Such reads prove nothing once the place
// shows itself again: then the row begins afresh, as after an unproved view.

// gone is the sighting as the planner takes it.
func (s Sighting) gone() Sighting {
	if s.Placeless && s.State == Unknown && !s.Found {
		s.State, s.Evidence = Departed, Evidence{Kind: Absent, Detail: s.Evidence.Detail}
	}
	return s
}

// askPlace lets a step out wait for a yes of somebody whose place is not readable in this read.
func (c *Change) askPlace() {
	if c.Placeless {
		c.ask(AskPlace, "they may only be hidden, alone or with their place, or be in a part that nobody reads, so no read can tell whether they are gone: look whether they were deleted on purpose")
	}
}
