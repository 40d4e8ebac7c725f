package ldapsource

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestApplicationGroups: a domain may let a query say who is in a group, or is not. Nobody departs by such
// a group, nor by one that has it in it, and check names what is not followed.
func TestApplicationGroups(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	people := addTo(t, srv, unit, 6300, 3)
	at := func(name string) string { return "CN=" + name + "," + unit }
	query := adGroup(unit, "ga-query", people[0].DN)
	query.Attributes["msDS-AzLDAPQuery"] = []string{"(title=x)"}
	srv.Add(t, query, adGroup(unit, "ga-outer", at("ga-query"), people[1].DN), adGroup(unit, "ga-plain", people[1].DN))
	for name, want := range map[string][]model.AccountState{
		"ga-query": {model.Entitled, model.Unknown, model.Unknown},
		"ga-outer": {model.Entitled, model.Entitled, model.Unknown},
		"ga-plain": {model.Departed, model.Entitled, model.Departed},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.Groups = []string{at(name)} }))
			snapshot := mustRead(t, s)
			for n, p := range people {
				if got := byAttribute(snapshot.People, "samaccountname")[p.Account]; got.State != want[n] {
					t.Errorf("%+v, want %v", got, want[n])
				}
			}
			c := condition(t, snapshot.Conditions, groups)
			if plain := name == "ga-plain"; c.OK != plain || strings.Contains(english.Say(c.Detail), "its msDS-AzLDAPQuery is not followed") == plain {
				t.Errorf("%+v", c)
			}
			wantSameFromBelow(t, s, snapshot)
		})
	}
}
