package config

import "strings"

// suggest says which of the known names was probably meant. bindDN and bind-dn are bind_dn.
func suggest(name string, known []string) string {
	best, distance := "", 3 // two slips are a typo, three another word
	plain := strings.NewReplacer("_", "", "-", "")
	name = plain.Replace(strings.ToLower(name))
	for _, k := range known {
		if n := editDistance(name, plain.Replace(k)); n < distance && 2*n <= len(k) {
			best, distance = k, n
		}
	}
	if best == "" {
		return "known keys here: " + strings.Join(known, ", ")
	}
	return `did you mean "` + best + `"?`
}

// editDistance counts the letters to insert, delete or replace (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
