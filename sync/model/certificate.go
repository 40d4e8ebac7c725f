package model

import "slices"

// ConditionIDs fails while an entry of the scope has no usable immutable ID. It may be anybody, so
// that somebody was not found proves nothing. What entries that have one say goes on to count: joiners,
// changes, and who is disabled, expired, deleted or moved away.
const ConditionIDs = "ids"

// Absences tells whether it counts in this snapshot that somebody was not found: every condition
// holds, and the snapshot is complete in every respect.
func (s Snapshot) Absences() bool { return s.holds() }

// Proves tells whether the sighting of somebody whom the scope did not show may count.
func (s Snapshot) Proves(seen Sighting) bool {
	if seen.Found {
		return s.Departures()
	}
	return s.Absences()
}

// holds tells whether there is a certificate, all of whose conditions hold but those of these names.
func (s Snapshot) holds(but ...string) bool {
	return len(s.Conditions) > 0 && !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return !c.OK && !slices.Contains(but, c.Name) })
}

// Failed names the conditions that do not hold.
func (s SourceReport) Failed() []string {
	var names []string
	for _, c := range s.Conditions {
		if !c.OK {
			names = append(names, c.Name)
		}
	}
	return names
}

// Failures tell the conditions that do not hold.
func (s Snapshot) Failures() []Reason {
	var failed []Reason
	for _, c := range s.Conditions {
		if !c.OK {
			failed = append(failed, Because("condition-fails", c.Name, c.Detail))
		}
	}
	return failed
}

// Satisfy adds a condition that holds.
func (s *Snapshot) Satisfy(name string, detail Reason) {
	s.Conditions = append(slices.Clip(s.Conditions), Condition{Name: name, OK: true, Detail: detail})
}

// SourceReport is one source as the plan saw it.
type SourceReport struct {
	Name       string
	Complete   bool
	People     int
	Outside    Outside
	Conditions []Condition
}
