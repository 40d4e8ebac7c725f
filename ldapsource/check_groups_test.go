package ldapsource

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestGroupTypo: check fails at a group that is not there, and says of how many people what becomes of
// them, which is what a read makes of them.
func TestGroupTypo(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 9})
	srv.Add(t, groupIn(srv.LeaversDN, "groupOfNames", "team", srv.People[0].DN))
	team, typo := "cn=team,"+srv.LeaversDN, "cn=taem,"+srv.LeaversDN
	base := func(c *Config) { c.BaseDN = srv.PeopleDN }
	whole := []string{team}
	for _, p := range srv.People {
		whole = append(whole, p.DN)
	}
	everybody := "cn=everybody," + srv.LeaversDN
	srv.Add(t, groupIn(srv.LeaversDN, "groupOfNames", "everybody", whole...))
	for name, row := range map[string]struct {
		groups []string
		says   []string
	}{
		"alone":          {[]string{typo}, []string{typo, "it is not there", "fix the DN in groups", "people in scope are held: nobody gets a credential"}},
		"beside another": {[]string{team, typo}, []string{"people in scope, whom no group that could be read shows, are held", "nobody departs"}},
		"all in another": {[]string{everybody, typo}, []string{typo, "nobody departs; all 9 people in scope are seen in a group"}},
		"no group":       {[]string{srv.People[1].DN}, []string{"it is no group", "people in scope are held"}},
	} {
		s := mustNew(t, forOpenLDAP(t, srv, base, func(c *Config) { c.Groups = row.groups }))
		wantFinding(t, s, "groups", Failure, row.says...)
		if again := findingsOf(s.Check(t.Context(), nil), "groups", Warning); len(again) > 0 {
			t.Errorf("%s: it is told twice: %+v", name, again)
		}
		for _, p := range mustRead(t, s).People {
			in := row.groups[0] == everybody || len(row.groups) == 2 && p.DN == srv.People[0].DN
			if p.State != model.Departed && (p.State == model.Entitled) != in {
				t.Errorf("%s: %s is %v, %v", name, p.DN, p.State, p.Evidence)
			}
		}
	}
	protected := mustNew(t, forOpenLDAP(t, srv, base, func(c *Config) { c.ProtectGroups = []string{typo} }))
	wantFinding(t, protected, "protect.groups", Failure, typo, "everybody of this source counts as protected", "waits for a yes")
	sound := mustNew(t, forOpenLDAP(t, srv, base, func(c *Config) { c.Groups, c.ProtectGroups = []string{team}, []string{team} }))
	wantFinding(t, sound, "groups", Pass, team)
	wantFinding(t, sound, "protect.groups", Pass, team)
	wantFinding(t, sound, "people", Pass, " 1 entitled, ", " in none of the groups, ")
}
