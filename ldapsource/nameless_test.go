package ldapsource

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// unnamed is a person of the peer whose ID has these values.
func unnamed(i int, values ...string) *ldap.Entry {
	return one(i, map[string][]string{"entryUUID": values})
}

// TestNameless: an entry without a usable ID, of whatever kind, is told by name and fails one
// condition. Everybody else is read, departs by what an entry says, and is absent by nothing.
func TestNameless(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pages []peer.Step
		want  int
	}{
		"no ID":                  {[]peer.Step{peer.Page("", one(0), unnamed(1), one(2))}, 1},
		"an ID that is none":     {[]peer.Step{peer.Page("", unnamed(1, "1"), one(0), one(2))}, 1},
		"two IDs":                {[]peer.Step{peer.Page("", one(0), one(2), unnamed(1, uuid(7), uuid(8)))}, 1},
		"a page of nothing else": {[]peer.Step{peer.Page("c", one(0)), peer.Page("d", unnamed(1), unnamed(3)), peer.Page("", one(2))}, 2},
		"more than can be shown": {[]peer.Step{peer.Page("", one(0), one(2), unnamed(10), unnamed(11), unnamed(12), unnamed(13), unnamed(14), unnamed(15), unnamed(16))}, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := append(slices.Clone(tt.pages), peer.Page("")) // and nobody is found by ID
			s := mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: pages})))
			snapshot := mustRead(t, s, tracked(9), tracked(0))
			c := condition(t, snapshot.Conditions, model.ConditionIDs)
			if c.OK || !snapshot.Departures() || snapshot.Absences() || len(snapshot.People) != 2 {
				t.Errorf("%+v with %d people", c, len(snapshot.People))
			}
			if shown := strings.Count(english.Say(c.Detail), "uid="); shown != min(tt.want, 5) || !strings.HasPrefix(english.Say(c.Detail), fmt.Sprint(tt.want, " without")) {
				t.Errorf("names %d: %s", shown, english.Say(c.Detail))
			}
			if got := snapshot.Sightings; len(got) != 1 || got[0].State != model.Unknown || got[0].Found {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestNamelessOfOurs: somebody whose ID is hidden from one day on is unknown, also to the last look;
// with the guard in absence gone, they are absent.
func TestNamelessOfOurs(t *testing.T) {
	t.Parallel()
	lost := unnamed(1)
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0), lost), peer.Page("", lost), peer.Page("", lost)}})
	s := mustNew(t, forPeer(t, p))
	if got := mustRead(t, s, tracked(1)).Sightings; len(got) != 1 || got[0].State != model.Unknown {
		t.Errorf("%+v", got)
	}
	p = peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", lost)}})
	got, err := mustNew(t, forPeer(t, p)).Recheck(t.Context(), []model.Tracked{tracked(1)})
	if err != nil || got[0].State != model.Unknown {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestNamelessThatDoNotCount: below exclude_dns an entry without an ID concerns itself alone; what is no
// person concerns nobody.
func TestNamelessThatDoNotCount(t *testing.T) {
	t.Parallel()
	away := unnamed(1)
	away.DN = "uid=u1,ou=test," + peer.Suffix
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0), away), peer.Page("")}})
	s := mustNew(t, forPeer(t, p, func(c *Config) { c.ExcludeDNs = []string{"OU=Test, " + peer.Suffix} }))
	inTest := tracked(1)
	inTest.DN = away.DN
	snapshot := mustRead(t, s, inTest)
	if !snapshot.Absences() || len(snapshot.People) != 1 {
		t.Errorf("%+v", snapshot.Conditions)
	}
	if got := snapshot.Sightings[0]; got.State != model.Unknown {
		t.Errorf("%+v", got)
	}
	staged := unnamed(1)
	staged.DN = "uid=u1,cn=staged users,cn=accounts,cn=provisioning," + peer.Suffix
	v := offline(t, func(c *Config) { c.Profile = FreeIPA })
	if err := v.meetNameless(v.schema.decode(staged), nil); err != nil || len(v.nameless.names) > 0 {
		t.Errorf("%v %v", err, v.nameless)
	}
}

// TestNamelessHolder: who else has a csi is not known while an entry that has it says not who it is.
func TestNamelessHolder(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0), unnamed(1))}})
	if people, err := mustNew(t, forPeer(t, p)).Holders(t.Context(), "uid", "u1"); err == nil {
		t.Errorf("%+v", people)
	}
}

// TestCheckNamesTheNameless: the operator is told who it is, and that the rest goes on.
func TestCheckNamesTheNameless(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0), unnamed(1))}})
	wantFinding(t, mustNew(t, forPeer(t, p)), model.ConditionIDs, Failure, one(1).DN, "everything else goes on")
}
