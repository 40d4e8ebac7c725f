package typo_test

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/typo"
)

func TestClosest(t *testing.T) {
	t.Parallel()
	known := []string{"bind_dn", "base_dn", "mail", "sn", "employeeid", "employeetype"}
	for name, want := range map[string]string{
		"bind_dn":     "bind_dn",
		"bindDN":      "bind_dn",
		"bind-dn":     "bind_dn",
		"bnd_dn":      "bind_dn",
		"employeid":   "employeeid",
		"employeTyp":  "employeetype",
		"mial":        "mail", // two letters changed places: two slips
		"sm":          "sn",
		"xy":          "",
		"givenname":   "",
		"":            "",
		"employeeabc": "",
	} {
		if got := typo.Closest(name, known); got != want {
			t.Errorf("Closest(%q) = %q, want %q", name, got, want)
		}
	}
}
