package config

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/typo"
)

// suggest says which of the known names was probably meant.
func suggest(name string, known []string) string {
	if meant := typo.Closest(name, known); meant != "" {
		return `did you mean "` + meant + `"?`
	}
	return "known keys here: " + strings.Join(known, ", ")
}
