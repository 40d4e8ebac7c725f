package model

import "strings"

// StateInFilter says what a filter does that names the attributes by which an account ends, and what to do.
func StateInFilter(attributes []string) (what, todo string) {
	names := strings.Join(attributes, " and ")
	return "the filter names " + names + ", by which an account ends: who is switched off falls out of the scope, so that only a second look by ID sees it, in a scheduled pass and never in a poll; " +
			"and whether the bind account may read " + names + " at all, nobody can tell",
		"take " + names + " out of filter: who is switched off gets no credential without it either"
}
