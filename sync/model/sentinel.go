package model

import (
	"cmp"
	"time"
)

// Sentinel is a person by whom an OU shows that it can be read: one of those of ours who have
// been known there longest (design §5.1, pitfalls D2, B14, C3). While it is one, it is ours,
// so every read looks for it by ID.
type Sentinel struct {
	Person PersonID
	OU     string    // as in [Observation]
	Since  time.Time // when it was learned
}

// Compare orders sentinels by place and person.
func (s Sentinel) Compare(t Sentinel) int {
	return cmp.Or(s.Since.Compare(t.Since), s.Person.Compare(t.Person))
}

// SentinelPlace is an OU of a source.
type SentinelPlace struct{ source, ou string }

// Place is where the sentinel shows something.
func (s Sentinel) Place() SentinelPlace { return SentinelPlace{s.Person.Source, s.OU} }
