package wording

import "time"

// Stamp words a time. One that is not known has words of its own, where it may come: see [StampOr].
func Stamp(t time.Time) string { return StampOr(t, "a time that nobody knows") }

// StampOr words a time that may not have come: a dash in a sentence says nothing.
func StampOr(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format(time.DateTime) + " UTC"
}

// Day words a time of which the day alone counts.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
