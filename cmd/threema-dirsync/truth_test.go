package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// member is one person in the licence package.
type member struct {
	Settings       map[string]any
	Hashed, Locked bool
	Licences       int
	Users          []reported
	Contacts       []contact
}

// reported is what an app says of its user.
type reported struct{ CSI, First, Last, Title, Department string }

type contact struct {
	First, Last string
	Enabled     bool
}

// members reads the package, by username.
func members(state worksim.State) map[string]member {
	users, contacts := map[string]worksim.User{}, map[string]worksim.Contact{}
	for _, u := range state.Users {
		users[u.ID] = u
	}
	for _, c := range state.Contacts {
		contacts[c.ID] = c
	}
	found := map[string]member{}
	for _, c := range state.Credentials {
		m := member{Settings: state.Settings[c.ID], Hashed: c.Hashed, Locked: c.Locked, Licences: c.LicenseCount}
		for _, id := range c.Users {
			u := users[id]
			m.Users = append(m.Users, reported{u.CSI, u.FirstName, u.LastName, u.JobTitle, u.Department})
			if c, ok := contacts[id]; ok {
				m.Contacts = append(m.Contacts, contact{c.FirstName, c.LastName, c.Enabled})
			}
		}
		found[c.Username] = m
	}
	return found
}

// wanted is what the package must hold for people: by the rules of the mapping, worked out
// without the program. With phones, everybody has activated the app and checked in since.
func wanted(people []testdir.Person, phones bool) map[string]member {
	all := map[string]member{}
	for _, p := range testdir.Entitled(people) {
		m := member{
			Settings: map[string]any{
				"th_csi": p.Number, "th_firstname": p.GivenName, "th_lastname": p.Surname,
				"th_job_title": p.Title, "th_department": p.Department,
			},
			Hashed: true, Locked: true, Licences: 1,
		}
		maps.DeleteFunc(m.Settings, func(_ string, value any) bool { return value == "" })
		if phones {
			m.Users = []reported{{p.Number, p.GivenName, p.Surname, p.Title, p.Department}}
			m.Contacts = []contact{{p.GivenName, p.Surname, true}}
		}
		all[strings.ToLower(p.Account)] = m
	}
	return all
}

// holds compares the package with the people, person by person.
func (w *world) holds(t *testing.T, people []testdir.Person, phones bool) {
	t.Helper()
	if diff := cmp.Diff(wanted(people, phones), members(w.sim.state(t))); diff != "" {
		t.Errorf("the licence package (-want +got):\n%s", diff)
	}
}

// gone compares who was taken out so far: the usernames of withdrawn credentials, and the
// number of detached and revoked IDs.
func (w *world) gone(t *testing.T, detached, revoked int, withdrawn ...string) {
	t.Helper()
	state := w.sim.state(t)
	var names []string
	for _, gone := range state.Withdrawn {
		names = append(names, gone.Username)
	}
	slices.Sort(names)
	slices.Sort(withdrawn)
	if !slices.Equal(names, withdrawn) {
		t.Errorf("withdrawn: %q, want %q", names, withdrawn)
	}
	if len(state.Detached) != detached || len(state.Revoked) != revoked {
		t.Errorf("%d detached and %d revoked, want %d and %d", len(state.Detached), len(state.Revoked), detached, revoked)
	}
}

// unchanged fails unless the package is as it was.
func (w *world) unchanged(t *testing.T, before worksim.State) {
	t.Helper()
	if diff := cmp.Diff(before, w.sim.frozen(t)); diff != "" {
		t.Errorf("the licence package changed (-before +after):\n%s", diff)
	}
}
