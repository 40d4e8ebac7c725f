package wording

import (
	"strconv"
	"strings"
	"time"
)

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

// Span words how long something lasts, as a configuration would say it: 90s, 24h, 7d.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	if d > day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	text := d.String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if cut, found := strings.CutSuffix(text, nothing); found {
			text = cut + nothing[:1]
		}
	}
	return text
}
