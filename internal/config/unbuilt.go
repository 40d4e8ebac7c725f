package config

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// A gap is a key of the contract, or a value of one, that a later version builds. It is
// refused until then: ignoring it would do something else than the administrator wrote.
type gap struct {
	pattern string // YAML path, indices left out
	refused func(*yaml.Node) bool
	message string
}

// gaps is the list of them. Whoever builds one deletes its row (and adds its field, if it
// has none yet, or its value to the rule in source.go).
func gaps() []gap {
	return []gap{
		{"sources[].bind", isKerberos, "Kerberos is not built: its library signs nothing, and a domain controller that demands signing refuses it " +
			"(docs/decisions/0011-no-kerberos.md); write simple, with ldaps://, or external"},
	}
}

// refuseUnbuilt reports the node if it is a gap, and tells so.
func (d *decoder) refuseUnbuilt(at place, n *yaml.Node) bool {
	for _, g := range gaps() {
		if g.pattern == at.pattern && g.refused(n) {
			d.unbuilt = append(d.unbuilt, Problem{at.path, d.line(at.path), g.message})
			return true
		}
	}
	return false
}

func isKerberos(n *yaml.Node) bool {
	return strings.EqualFold(n.Value, "kerberos") || strings.EqualFold(n.Value, "gssapi")
}
