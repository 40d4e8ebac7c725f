package config

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A gap is a key of the contract, or a value of one, that a later version builds. It is
// refused until then: ignoring it would do something else than the administrator wrote.
type gap struct {
	pattern string // YAML path, indices left out
	refused func(*yaml.Node) bool
	reason  model.Reason
}

// gaps is the list of them. Whoever builds one deletes its row (and adds its field, if it
// has none yet, or its value to the rule in source.go).
func gaps() []gap {
	return []gap{
		{"sources[].bind", isKerberos, model.Because("kerberos-not-built")},
	}
}

// refuseUnbuilt reports the node if it is a gap, and tells so.
func (d *decoder) refuseUnbuilt(at place, n *yaml.Node) bool {
	for _, g := range gaps() {
		if g.pattern == at.pattern && g.refused(n) {
			d.unbuilt = append(d.unbuilt, Problem{at.path, d.line(at.path), Mistake{g.reason}})
			return true
		}
	}
	return false
}

func isKerberos(n *yaml.Node) bool {
	return strings.EqualFold(n.Value, "kerberos") || strings.EqualFold(n.Value, "gssapi")
}
