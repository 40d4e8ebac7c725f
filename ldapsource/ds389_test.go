package ldapsource

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func forDS389(t testing.TB, srv *ds389.Server, edit ...func(*Config)) Config {
	return configFor(t, srv.Endpoint, DS389, []string{"employeenumber", "givenname", "sn", "uid", "mail"}, edit)
}

// TestDS389Read compares each person with what was loaded.
func TestDS389Read(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	snapshot := mustRead(t, mustNew(t, forDS389(t, srv)))
	if !snapshot.Departures() {
		t.Errorf("departures are blocked: %+v", snapshot.Conditions)
	}
	got, want := map[string]string{}, map[string]string{}
	for uid, p := range byAttribute(snapshot.People, "uid") {
		got[uid] = p.State.String() + " " + strings.Join(p.Attributes["mail"], "+")
		if len(p.ID.ID) != 35 {
			t.Errorf("%s has the ID %q", uid, p.ID.ID)
		}
	}
	for _, p := range srv.People {
		state := map[testdir.State]string{testdir.Active: "entitled ", testdir.Disabled: "departed "}
		want[p.Account] = state[p.State] + p.Mail
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(snapshot.NamingContext, srv.BaseDN+" ") {
		t.Errorf("naming context %q", snapshot.NamingContext)
	}
}

// TestDS389HiddenUnit: the people of a unit that an access rule hides are unknown, not absent.
func TestDS389HiddenUnit(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	var tracked []model.Tracked
	for _, p := range mustRead(t, mustNew(t, forDS389(t, srv))).People {
		tracked = append(tracked, trackedAs(p))
	}
	snapshot := mustRead(t, mustNew(t, forDS389(t, srv, func(c *Config) { c.BindDN = srv.BlindDN })), tracked...)
	if len(snapshot.Sightings) != 50 {
		t.Fatalf("%d sightings", len(snapshot.Sightings))
	}
	for _, s := range snapshot.Sightings {
		if s.State != model.Unknown {
			t.Fatalf("%+v", s)
		}
	}
}

// TestC1_DS389Limit: pages beyond the account's limit are an error that names the cure.
func TestC1_DS389Limit(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	limited := func(c *Config) { c.BindDN, c.PageSize = srv.LimitedDN, 140 }
	e := refusedRead(t, mustNew(t, forDS389(t, srv, limited)), model.ReadResult)
	if !strings.Contains(e.Hint, "nsPagedSizeLimit: -1") || !strings.Contains(e.Hint, srv.LimitedDN) {
		t.Error(e.Hint)
	}
}

// TestDS389Whereabouts follows people by ID: switched off, moved, renamed, deleted, the last one of
// a unit.
func TestDS389Whereabouts(t *testing.T) {
	t.Parallel()
	srv := ds389.Start(t, ds389.Options{People: 30})
	s := mustNew(t, forDS389(t, srv, func(c *Config) { c.BaseDN = srv.PeopleDN }))
	people := byAttribute(mustRead(t, s).People, "uid")
	is := func(p model.Person, state model.AccountState, kind model.EvidenceKind) {
		t.Helper()
		sightings, err := s.Recheck(t.Context(), []model.Tracked{trackedAs(p)})
		if err != nil || sightings[0].State != state || sightings[0].Evidence.Kind != kind {
			t.Errorf("%+v, %v; want %v %s", sightings, err, state, kind)
		}
	}
	off, moved, gone := people["u000002"], people["u000004"], people["u000005"]
	is(off, model.Entitled, "")
	srv.Disable(t, off.DN)
	is(off, model.Departed, model.Disabled)
	srv.Enable(t, off.DN)
	is(off, model.Entitled, "")
	srv.Rename(t, off.DN, "uid=renamed")
	is(off, model.Entitled, "")
	srv.Move(t, moved.DN, srv.LeaversDN)
	is(moved, model.Departed, model.OutOfScope)
	srv.Delete(t, gone.DN)
	is(gone, model.Departed, model.Absent)
}
