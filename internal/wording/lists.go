package wording

import (
	"fmt"
	"strings"
)

// Counted words how many there are of something: of one there is no plural.
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Capped are the first of some lines, and a last one that says how many more there are, see [More]. A limit of 0 shows
// all.
func Capped(lines []string, limit int, hint string) []string {
	more := len(lines) - limit
	if limit == 0 || more <= 0 {
		return lines
	}
	return append(lines[:limit:limit], "  "+More(more, hint))
}

// More is the last line of a list that is cut. hint follows the number, as where all of them are told.
func More(n int, hint string) string { return "… " + AndMore(n) + hint }

// SomeOf names the first of some things in a sentence, and how many more there are.
func SomeOf(names []string, limit int, between string) string {
	words := strings.Join(names[:min(limit, len(names))], between)
	if more := len(names) - limit; more > 0 {
		words += " " + AndMore(more)
	}
	return words
}

// AndMore ends a sentence about a list that is cut.
func AndMore(n int) string { return fmt.Sprintf("and %d more", n) }

// AllInJSON is the hint of answers whose JSON has the whole list.
const AllInJSON = " (--json lists all)"
