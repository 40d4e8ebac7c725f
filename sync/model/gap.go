package model

import "time"

// GapKind is why a ledger does not know all passes that were done here.
type GapKind string

// The kinds. A lost ledger is a new one where an old one has worked: it knows nothing, and takes
// nothing from anybody. An older one was restored: what it knows is out of date.
const (
	LostLedger  GapKind = "lost"
	OlderLedger GapKind = "older"
)

// Gap tells that passes were done here, or words said, which this ledger does not know (design §5.10). It lasts
// until somebody accepts the baseline.
type Gap struct {
	Kind GapKind // "" if there is none
	Own  int64   // the last pass that this ledger knew when the gap was found, 0 for none
	Done int64   // the last pass that was done; the same as Own: only what was said after it is not known
	At   time.Time
}

// Reason says which passes, "" if there is none.
func (g Gap) Reason() Reason {
	switch {
	case g.Kind == OlderLedger && g.Own == g.Done:
		return Because("ledger-lacks-words", g.At)
	case g.Kind == OlderLedger:
		return Because("ledger-older", int(g.Done), g.At, int(g.Own))
	case g.Kind == LostLedger:
		return Because("ledger-lost", int(g.Done), g.At)
	}
	return Reason{}
}

// Doubt takes the row of departures from what an older ledger remembers of a person: they may
// have come back in the passes that it does not know, so it is no unbroken row (design §5.2).
func (g Gap) Doubt(o Observation) Observation {
	if g.Kind != OlderLedger || o.State != Departed {
		return o
	}
	return Observation{
		Subject: o.Subject, OU: o.OU, LastSeen: o.LastSeen, State: Unknown,
		Evidence: Evidence{Detail: "an older ledger saw them as departed"},
	}
}
