package ldapsource

import (
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// shownNameless keeps a message readable where a whole OU is concerned.
const shownNameless = 5

// nameless are the entries of the scope without a usable immutable ID: people whose ID another tool
// is still to write, or somebody whose ID is hidden by now, who may be any of ours. They get nothing,
// and as long as there is one, that somebody is not found proves nothing (design §5.1).
type nameless struct {
	names []string
	why   string          // of the first of them
	held  map[string]bool // DN keys of those below exclude_dns, which concern themselves alone
}

// meetNameless takes one in, unless it is no person.
func (v *session) meetNameless(e entry, why error) error {
	if v.profile.skip(e) {
		return nil
	}
	v.logger.Debug("entry without a usable id", "source", v.cfg.Name, "dn", e.dn)
	n := &v.nameless
	if dn, err := parseDN(e.dn); err == nil && v.excludes(dn) {
		if n.held == nil {
			n.held = map[string]bool{}
		}
		n.held[dnKey(e.dn)] = true
		return nil
	}
	if len(n.names) == 0 {
		n.why = why.Error()
	}
	if !slices.Contains(n.names, e.dn) {
		n.names = append(n.names, e.dn)
	}
	v.certifyIDs()
	return nil
}

// refuseNameless is for small looks whose answer would not be whole without the entry.
func (v *session) refuseNameless(e entry, why error) error {
	v.logger.Debug("entry without a usable id", "source", v.cfg.Name, "dn", e.dn)
	return v.refuse(mandatoryAttributes, model.ReadResult, "let the bind account read that attribute of everybody in scope; the log at level debug names the entry",
		fmt.Errorf("an entry has no usable %s, so nobody knows whose it is: %w", v.cfg.IDAttribute, why))
}

// ignoreNameless is for looks that prove nothing, and for those by ID among the deleted.
func ignoreNameless(entry, error) error { return nil }

// certifyIDs fails as long as somebody has no ID. To whoever reads it, an operator, it names a few.
func (v *session) certifyIDs() {
	n := v.nameless
	if len(n.names) == 0 {
		v.certificate.satisfy(model.ConditionIDs, "everybody has a usable %s", v.cfg.IDAttribute)
		return
	}
	names := slices.Sorted(slices.Values(n.names))
	v.certificate.doubt(model.ConditionIDs, "%d without a usable %s (%s): %s. They get nothing, and as each may be anybody, nobody counts as absent; all else goes on. "+
		"Write the attribute, let the bind account read it, or hold them by exclude_dns", len(names), v.cfg.IDAttribute, n.why, wording.SomeOf(names, shownNameless, "; "))
}

// mayBe says why somebody who is not found by ID may be there all the same, "" if nothing speaks for it.
func (n nameless) mayBe(t model.Tracked) string {
	switch {
	case len(n.names) > 0:
		return "there are entries without a usable ID, and each may be this person"
	case n.held[dnKey(t.DN)]:
		return "an entry of that name is there, below exclude_dns, without a usable ID"
	}
	return ""
}
