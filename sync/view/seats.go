package view

import (
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// CountedSeats are the licences as a pass counted them, in JSON and read back from it.
type CountedSeats struct {
	Licences int `json:"licences"`
	Used     int `json:"used"`
	Free     int `json:"free"`
	// AsOf is when they were counted. A pass that counted none keeps in its record what the last one counted.
	AsOf time.Time `json:"asOf"`
}

// Words tells them to a person.
func (s CountedSeats) Words() string {
	words := fmt.Sprintf("%d of %d used, %d free", s.Used, s.Licences, s.Free)
	if s.AsOf.IsZero() { // the record of an earlier version
		return words
	}
	return words + ", as of the pass of " + wording.Stamp(s.AsOf) + "; used is the larger of credentials and users, ours or not"
}
