package model

import (
	"time"
)

// Observation is the memory of one person's whereabouts.
type Observation struct {
	Subject
	OU       string    // as in [Person]; the unit of the OU rule
	LastSeen time.Time // last complete snapshot that had the person entitled
	// FirstSeen is the first pass of all that knew the person, zero if that was not recorded
	// yet: longer ago than any.
	FirstSeen time.Time
	// State is the latest finding. While it is Departed the fields below count: the first
	// finding of the unbroken row, how many complete reads it has, its latest evidence, and
	// when the row became a confirmation (zero: not yet).
	State       AccountState
	Since       time.Time
	Reads       int
	Evidence    Evidence
	ConfirmedAt time.Time
	// Unproved tells that the person was missed first through a view that had not been proved, or where
	// nothing of their place was readable (sighting.go), and that no proved one has missed them since
	// (sync/plan/views.go). Each step out asks for a yes.
	Unproved bool
	// LastRead is the latest read of the row, as long as that is no confirmation; zero: not recorded.
	LastRead time.Time
	// Restarts is how often the row began afresh because nobody had looked for too long (sync/plan/reads.go).
	Restarts int
	// Protected tells that a group of protect.groups had the person when they were seen last as
	// entitled, or has since: leaving the group, or the directory, on the way out ends nothing.
	Protected bool
	// Departures counts the times that the person was seen as entitled again: it is the number of the
	// departure that may come, or is under way, so that a yes to one is none to the next.
	Departures int
	// Contested tells that at the last pass the same person stood under another ID, and had not left:
	// when that ends, the row of departures begins afresh.
	Contested bool
	// Second tells that another account of this source with the same csi was entitled beside this one,
	// which has no credential.
	Second bool
}

// Claims tells whether somebody may have their csi still, by what is remembered: a departure that is not
// confirmed, or rests on a view that is not proved or on a place that shows nothing (both are marked
// unproved), takes nothing from them.
func (o Observation) Claims() bool {
	return o.State != Departed || o.ConfirmedAt.IsZero() || o.Unproved
}

// SeenAgain is the number of the departure that may come next, of somebody who is entitled: one more
// than before if the last finding was another one. A yes to an earlier departure is none to it.
func (o Observation) SeenAgain(known bool) int {
	if known && o.State != Entitled {
		return o.Departures + 1
	}
	return o.Departures
}

// WayBack is what makes somebody entitled again whom the directory calls departed, by what it shows.
func (o Observation) WayBack() Reason {
	switch o.Evidence.Kind {
	case Expired:
		return Because("move-end-date")
	case Tombstone, Absent:
		return Because("restore-entry")
	case OutOfScope:
		return Because("cover-entry", o.Person.Source)
	case Disabled:
	}
	return Because("enable-account")
}
