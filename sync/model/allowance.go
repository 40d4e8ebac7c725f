package model

import (
	"fmt"
	"strings"
)

// An Allowance is how many people a rule lets through, and how that number comes about: of a percentage of
// so many, rounded down, at least a floor, at most a cap. Every message about a limit has its words from
// here, so that whoever reads it can reckon for themselves (design §5.11).
type Allowance struct {
	Key           string // where the operator finds the rule, "" if it cannot be set
	Percent, Base int
	AtLeast       int
	AtMost        []int // the cap, if there is one, which is stronger than the floor
	Half          bool  // and never more than half of the base
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

// Words tell the number, and how it is reckoned.
func (a Allowance) Words() string {
	key := a.Key
	if key != "" {
		key += ": "
	}
	words := []string{fmt.Sprintf("%d allowed (%s%d %% of %d is %d, at least %d", a.Number(), key, a.Percent, a.Base, a.share(), a.AtLeast)}
	for _, most := range a.AtMost {
		words = append(words, fmt.Sprintf("but at most %d", most))
	}
	text := strings.Join(words, ", ")
	if a.Half {
		text += fmt.Sprintf(" and half of them, %d", a.Base/2)
	}
	return text + ")"
}

// few is how many keep a small source or package workable, whatever the share is.
const few = 3

// MassThreshold is how many of so many may change hands in one pass, or be missing (sync/plan/trust.go).
func MassThreshold(base int) Allowance { return Allowance{Percent: 2, Base: base, AtLeast: few} }

// HiddenAttributes is of how many of a source's people an attribute may be unreadable that all should have.
func HiddenAttributes(people int) Allowance { return Allowance{Percent: 1, Base: people, AtLeast: few} }

// MissingAtOnce is how many of so many may be missing in one read that were there in the last one (sync/plan/count.go).
func MissingAtOnce(people int) Allowance { return Allowance{Percent: 50, Base: people, AtLeast: few} }
