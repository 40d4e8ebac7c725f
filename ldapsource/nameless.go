package ldapsource

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

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
	return v.refuse(mandatoryAttributes, model.ReadResult, worded(model.Because("entry-without-id", v.cfg.IDAttribute, why.Error()), why),
		model.Because("let-read-id-of-logged"))
}

// ignoreNameless is for looks that prove nothing, and for those by ID among the deleted.
func ignoreNameless(entry, error) error { return nil }

// certifyIDs fails as long as somebody has no ID. To whoever reads it, an operator, it names a few.
func (v *session) certifyIDs() {
	n := v.nameless
	if len(n.names) == 0 {
		v.certificate.satisfy(model.ConditionIDs, model.Because("ids-usable", v.cfg.IDAttribute))
		return
	}
	names := slices.Sorted(slices.Values(n.names))
	v.certificate.doubt(model.ConditionIDs, model.Because("ids-unusable", len(names), v.cfg.IDAttribute, n.why, names))
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
