package model

import "strings"

// Delta is what changed in a source since a version of its copy: a hint, and never more. It lacks
// whoever was deleted, left the scope, or moved with the unit around them, and what it says of
// anybody becomes true only with the complete read that it brings forward (pitfalls B10, B11, C8).
type Delta struct {
	// Version is from where to look next time.
	Version Version
	// Lost says why it is not known what changed meanwhile, "" if it is.
	Lost string
	// People are those who changed, as far as they were asked for.
	People []Person
	// Groups are those that entitle, directly or through others, and changed.
	Groups []ChangedGroup
}

// ChangedGroup is a group with a value that is another one after each change.
type ChangedGroup struct{ DN, Stamp string }

// Hint is why the next pass should not wait for its time. The set is closed; it is a metric label.
type Hint string

// The hints. Absence is none of them, and neither is anything else that a silence could look like.
const (
	HintJoined   Hint = "joined"   // entitled, and was not at the last pass
	HintMoved    Hint = "moved"    // the entry is somewhere else, or has another name or csi
	HintDisabled Hint = "disabled" // the directory states that the account is switched off, or at its end
	HintGroup    Hint = "group"    // a group that entitles has changed
	HintLost     Hint = "lost"     // what changed is not known: another copy of the directory answers
)

// Hints lists all hints.
func Hints() []Hint { return []Hint{HintJoined, HintMoved, HintDisabled, HintGroup, HintLost} }

// Hint tells what a pass would find new about somebody, "" if nothing that matters now. had is what the
// passes saw last, known whether they saw anybody. Weak evidence is nothing: who left a group looks the
// same to a poll as who is hidden from it.
func (p Policy) Hint(had Observation, known bool, now Identity) Hint {
	switch {
	case now.Excluded:
	case now.State == Departed && now.Evidence.Kind.Positive() && p.Counts(now.Evidence.Kind):
		if known && had.State != Departed {
			return HintDisabled
		}
	case now.State != Entitled:
	case known && had.State != Entitled, !known && len(now.Held) == 0:
		return HintJoined
	case known && (!strings.EqualFold(had.DN, now.DN) || now.CSI != "" && now.CSI != had.CSI):
		return HintMoved
	}
	return ""
}
