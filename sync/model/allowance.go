package model

// An Allowance is how many people a rule lets through, and how that number comes about: of a percentage of
// so many, rounded down, at least a floor, at most a cap. Every message about a limit tells it
// from here, so that whoever reads it can reckon for themselves (design §5.11).
type Allowance struct {
	Key           string // where the operator finds the rule, "" if it cannot be set
	Percent, Base int
	AtLeast       int
	AtMost        []int // the cap of a rule of the configuration, if it has one, which is stronger than the floor
	Half          bool  // of a rule with a cap: and never more than half of the base
}

// Number is how many are allowed.
func (a Allowance) Number() int {
	n := max(a.AtLeast, a.share())
	for _, most := range a.AtMost {
		n = min(n, most)
	}
	if a.Half {
		n = min(n, a.Base/2)
	}
	return n
}

func (a Allowance) share() int { return a.Percent * a.Base / 100 }

// Reason tells the number, and how it is reckoned.
func (a Allowance) Reason() Reason {
	switch {
	case a.Key == "":
		return Because("allowed", a.Number(), a.Percent, a.Base, a.share(), a.AtLeast)
	case len(a.AtMost) == 0:
		return Because("allowed-by", a.Number(), a.Key, a.Percent, a.Base, a.share(), a.AtLeast)
	case !a.Half:
		return Because("allowed-at-most", a.Number(), a.Key, a.Percent, a.Base, a.share(), a.AtLeast, a.AtMost[0])
	}
	return Because("allowed-to-leave", a.Number(), a.Key, a.Percent, a.Base, a.share(), a.AtLeast, a.AtMost[0], a.Base/2)
}

// few is how many keep a small source or package workable, whatever the share is.
const few = 3

// MassThreshold is how many of so many may change hands in one pass, or be missing (sync/plan/trust.go).
func MassThreshold(base int) Allowance { return Allowance{Percent: 2, Base: base, AtLeast: few} }

// HiddenAttributes is of how many of a source's people an attribute may be unreadable that all should have.
func HiddenAttributes(people int) Allowance { return Allowance{Percent: 1, Base: people, AtLeast: few} }

// MissingAtOnce is how many of so many may be missing in one read that were there in the last one (sync/plan/count.go).
func MissingAtOnce(people int) Allowance { return Allowance{Percent: 50, Base: people, AtLeast: few} }
