package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// TestGroupsOf: each group goes to the source of its own domain; one that has none goes to all.
func TestGroupsOf(t *testing.T) {
	t.Parallel()
	const corp, emea, acme = "OU=Staff,DC=corp,DC=example", "DC=emea,DC=corp,DC=example", "ou=people,ou=hr,o=Acme"
	for _, row := range []struct {
		name  string
		group string
		bases []string
		want  []int // the sources that are asked
		lost  bool
	}{
		{"in the domain", "CN=Board,OU=Groups,DC=corp,DC=example", []string{corp, emea, acme}, []int{0}, false},
		{"in the child domain", "cn=board,dc=EMEA,dc=corp,dc=example", []string{corp, emea, acme}, []int{1}, false},
		{"by organisation", "cn=board,ou=groups,o=acme", []string{corp, emea, acme}, []int{2}, false},
		{"two bases of one directory", "CN=Board,DC=corp,DC=example", []string{corp, "OU=Lab,DC=corp,DC=example"}, []int{0, 1}, false},
		{"elsewhere", "CN=Board,DC=other,DC=example", []string{corp, acme}, []int{0, 1}, true},
		{"elsewhere, and one source", "CN=Board,DC=other,DC=example", []string{corp}, []int{0}, false},
		{"the root itself", "o=acme", []string{acme, corp}, []int{0, 1}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := &config.Config{}
			for _, base := range row.bases {
				c.Sources = append(c.Sources, config.Source{BaseDN: base})
			}
			var asked []int
			for n := range c.Sources {
				own, others := c.GroupsOf(n, []string{row.group})
				if len(own) > 0 {
					asked = append(asked, n)
				}
				if len(own)+len(others) != 1 {
					t.Errorf("source %d: %q and %q", n, own, others)
				}
			}
			if diff := cmp.Diff(row.want, asked, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if lost := len(c.LostGroups([]string{row.group})) > 0; lost != row.lost {
				t.Errorf("lost: %t", lost)
			}
		})
	}
}
