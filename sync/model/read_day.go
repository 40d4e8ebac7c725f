package model

import (
	"cmp"
	"strings"
	"time"
)

// ReadDay is what is remembered of the complete reads of a source on one day (UTC).
type ReadDay struct {
	Source  string
	Day     time.Time     // its beginning
	Last    time.Time     // the last read of it
	Longest time.Duration // the longest time that a read of this day came after the one before
}

// Compare orders them by source and day.
func (d ReadDay) Compare(e ReadDay) int {
	return cmp.Or(strings.Compare(d.Source, e.Source), d.Day.Compare(e.Day))
}
