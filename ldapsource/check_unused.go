package ldapsource

import (
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkUnused has a line for each entry of a list of the configuration that fits nothing in the directory:
// most are typos, or were left behind by a move.
func (v *session) checkUnused() []Finding {
	var findings []Finding
	for n, dn := range v.excluded {
		below := func(p model.Person) bool {
			at, err := parseDN(p.DN)
			return err == nil && within(dn, composed(at))
		}
		away := func(r reference) bool { return within(dn, r.dn) }
		if !slices.ContainsFunc(v.people, below) && !slices.ContainsFunc(v.references, away) {
			findings = append(findings, Finding{"exclude_dns", Warning, "look for people below " + v.cfg.ExcludeDNs[n], model.Because("nobody-below"), model.Because("correct-or-remove")})
		}
	}
	rules := v.cfg.Account
	for _, list := range []struct {
		key    string
		values []string
	}{{"account.disabled.values", rules.DisabledValues}, {"account.disabled.enabled", rules.EnabledValues}} {
		for _, value := range list.values {
			if v.cfg.Profile == Custom && v.tally.states[strings.ToLower(value)] == 0 {
				findings = append(findings, Finding{list.key, Warning, "look for " + rules.DisabledAttribute + ": " + value, model.Because("value-of-nobody"), model.Because("correct-or-leave")})
			}
		}
	}
	return findings
}

// checkFilter warns of a filter that decides by itself who is switched off.
func (v *session) checkFilter() []Finding {
	names := v.stateInFilter()
	if len(names) == 0 {
		return nil
	}
	ends := strings.Join(names, " and ")
	return []Finding{{"filter", Warning, "look which attributes the filter names",
		model.Because("filter-ends-accounts", ends), model.Because("take-out-of-filter", ends)}}
}

// stateInFilter are the attributes of the filter by which an account ends.
func (v *session) stateInFilter() []string {
	var names []string
	for _, name := range v.profile.lifecycle() {
		same := func(other string) bool { return v.schema.canonical(other) == v.schema.canonical(name) }
		if slices.ContainsFunc(v.filterAttributes, same) {
			names = append(names, name)
		}
	}
	return names
}
