// Package typo guesses which name somebody meant who mistyped one: [Closest] serves the
// "did you mean" of the configuration, of the directory's schema, and of commands and flags.
package typo

import "strings"

// Closest returns the known name that is at most two slips away from name, the first of the
// nearest ones; "" if none is near. Case, hyphens and underscores are no slips. A short name
// must be nearer: half of its letters make another word.
func Closest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if n := slips(plain(name), plain(k)); n < distance && 2*n <= min(len(k), len(name)) {
			best, distance = k, n
		}
	}
	return best
}

func plain(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// slips counts the letters to insert, delete or replace (Levenshtein).
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal, row[j+1] = row[j+1], min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
