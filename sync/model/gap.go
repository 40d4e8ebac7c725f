package model

import (
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// GapKind is why a ledger does not know all passes that were done here.
type GapKind string

// The kinds. A lost ledger is a new one where an old one has worked: it knows nothing, and takes
// nothing from anybody. An older one was restored: what it knows is out of date.
const (
	LostLedger  GapKind = "lost"
	OlderLedger GapKind = "older"
)

// Gap tells that passes were done here which this ledger does not know (design §5.10). It lasts
// until somebody accepts the baseline.
type Gap struct {
	Kind GapKind // "" if there is none
	Own  int64   // the last pass that this ledger knew when the gap was found, 0 for none
	Done int64   // the last pass that was done
	At   time.Time
}

func (g Gap) String() string {
	day := wording.Stamp(g.At)
	switch g.Kind {
	case OlderLedger:
		return fmt.Sprintf("pass %d of %s was done here, and this ledger, which ended with pass %d, does not know it: most likely an older ledger.db "+
			"was put back, and it knows nothing of what was done since; if you have the newer one, stop the service and put that back", g.Done, day, g.Own)
	case LostLedger:
		return fmt.Sprintf("pass %d of %s was done here, and this ledger is new: the old one was lost; adoption and changes go ahead, but nobody gets a new credential, nobody's "+
			"access is withdrawn (Zugang entzogen) and no Threema ID detached (getrennt) or revoked (widerrufen)", g.Done, day)
	}
	return ""
}

// Doubt takes the row of departures from what an older ledger remembers of a person: they may
// have come back in the passes that it does not know, so it is no unbroken row (design §5.2).
func (g Gap) Doubt(o Observation) Observation {
	if g.Kind != OlderLedger || o.State != Departed {
		return o
	}
	return Observation{
		Person: o.Person, DN: o.DN, OU: o.OU, CSI: o.CSI, LastSeen: o.LastSeen, State: Unknown,
		Evidence: Evidence{Detail: "an older ledger saw them as departed"},
	}
}
