package model

import "fmt"

// Capped are the first of some lines, and a last one that says how many more there are. hint follows the
// number, as where all of them are told; a limit of 0 shows all.
func Capped(lines []string, limit int, hint string) []string {
	more := len(lines) - limit
	if limit == 0 || more <= 0 {
		return lines
	}
	return append(lines[:limit:limit], fmt.Sprintf("  … and %d more%s", more, hint))
}

// AllInJSON is the hint of answers whose JSON has the whole list.
const AllInJSON = " (--json lists all)"
