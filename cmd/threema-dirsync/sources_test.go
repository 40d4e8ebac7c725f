package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

// house is one of two directories: where it is, who is entitled there, and what may change.
type house struct {
	site    site
	people  []testdir.Person
	join    func(t *testing.T, n int) testdir.Person
	disable func(t *testing.T, p testdir.Person)
	enable  func(t *testing.T, p testdir.Person)
}

func inMemory(t *testing.T, first, people int) house {
	t.Helper()
	m := newMemory(t, 0)
	for n := range people {
		m.join(t, first+n)
	}
	return house{
		site: m.site, people: m.people, join: m.join,
		disable: func(t *testing.T, p testdir.Person) { m.disable(t, p) },
		enable: func(t *testing.T, p testdir.Person) {
			t.Helper()
			if err := m.Modify(p.DN, "pwdAccountLockedTime"); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func onOpenLDAP(t *testing.T, people int) house {
	t.Helper()
	srv := openldap.Start(t, openldap.Options{People: people})
	return house{
		site: atOpenLDAP(srv), people: testdir.Entitled(srv.People),
		join: func(t *testing.T, n int) testdir.Person {
			t.Helper()
			p := srv.NewPerson(n)
			srv.AddPerson(t, p)
			return p
		},
		disable: func(t *testing.T, p testdir.Person) { srv.Disable(t, p.DN) },
		enable:  func(t *testing.T, p testdir.Person) { srv.Enable(t, p.DN) },
	}
}

// addSource adds a directory behind those that the configuration has.
func (w *world) addSource(t *testing.T, name string, s site) {
	t.Helper()
	w.writeSecret(t, name+"-password", s.password)
	w.secrets = append(w.secrets, s.password)
	settings := s.settings()
	settings["name"], settings["bind_password_file"] = name, name+"-password"
	w.settings["sources"] = append(w.settings["sources"].([]any), settings)
}

// twoHouses are rolled out to the last phone: corp, which comes first, and hr.
func twoHouses(t *testing.T, corp, hr house) *world {
	t.Helper()
	w := newWorld(t, corp.site)
	w.addSource(t, "hr", hr.site)
	w.set("leavers", map[string]any{
		"id": "detach", "confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	w.must(t, 0, "run", "--once")
	w.holdsPeople(t, slices.Concat(corp.people, hr.people))
	return w
}

// eachPair runs a scenario on two directories in memory, and on OpenLDAP beside one in memory.
func eachPair(t *testing.T, scenario func(t *testing.T, corp, hr house)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		scenario(t, inMemory(t, 0, 20), inMemory(t, 500, 20))
	})
	t.Run("OpenLDAP", func(t *testing.T) {
		t.Parallel()
		scenario(t, onOpenLDAP(t, 30), inMemory(t, 500, 20))
	})
}

// TestOneSourceIsDown: exit 4, its people keep everything and get nothing, and in the other one a
// joiner joins and a leaver leaves.
func TestOneSourceIsDown(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, corp, hr house) {
		w := twoHouses(t, corp, hr)
		urls := w.settings["sources"].([]any)[1].(map[string]any)["urls"]
		w.set("sources.1.urls", []any{"ldaps://127.0.0.1:1"})
		hr.disable(t, hr.people[3])
		hrJoiner := hr.join(t, 600)
		corp.disable(t, corp.people[2])
		joiner := corp.join(t, 300)

		out := w.must(t, 4, "run", "--once")
		for _, words := range []string{"NOT READ read source hr", "Nothing was changed for the people of hr", "source hr could not be read in this pass; nothing is done"} {
			if !strings.Contains(out.stdout, words) {
				t.Errorf("the report does not say %q: %v", words, out)
			}
		}
		w.gone(t, 1, 0, corp.people[2].Account)
		names := members(w.sim.state(t))
		if _, joined := names[joiner.Account]; !joined {
			t.Errorf("%s did not join", joiner.Account)
		}
		if _, joined := names[hrJoiner.Account]; joined {
			t.Errorf("%s joined from a source that was not read", hrJoiner.Account)
		}
		for _, p := range hr.people {
			if len(names[p.Account].Users) != 1 {
				t.Errorf("%s of hr lost something: %+v", p.Account, names[p.Account])
			}
		}
		if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "NOT READ, nothing happened: read source hr: ") {
			t.Errorf("status does not tell of hr: %v", out)
		}
		if out := w.must(t, 4, "explain", hr.people[3].Number); !strings.Contains(out.stdout, "could not be read in this pass") {
			t.Errorf("explain does not say why nothing is done: %v", out)
		}
		w.must(t, 4, "plan", "--detailed-exitcode")
		if out := w.must(t, 4, "approve", "--baseline"); strings.Contains(out.stdout, "Baseline accepted") {
			t.Errorf("a baseline was accepted without hr: %v", out)
		}

		w.set("sources.1.urls", urls)
		w.must(t, 0, "run", "--once")
		w.gone(t, 2, 0, corp.people[2].Account, hr.people[3].Account)
		w.must(t, 0, "plan", "--detailed-exitcode")
	})
}

// TestMoveBetweenTwoSources: forth with an overlap, and back without one: the same credential and
// the same Threema ID all the time.
func TestMoveBetweenTwoSources(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, corp, hr house) {
		w := twoHouses(t, corp, hr)
		mover := corp.people[4]
		credential := w.credentialOf(t, mover.Account)
		number := 0
		for testdir.NewPerson(number).Account != mover.Account {
			number++
		}
		there := hr.join(t, number)

		out := w.must(t, 0, "run", "--once")
		for _, words := range []string{"also in source corp, which comes first, as " + mover.DN + ": that entry counts", "Worth knowing"} {
			if !strings.Contains(out.stdout, words) {
				t.Errorf("the report does not say %q: %v", words, out)
			}
		}
		if out := w.must(t, 0, "plan", "--json"); !strings.Contains(out.stdout, `"kind": "two-sources"`) && !strings.Contains(out.stdout, `"kind":"two-sources"`) {
			t.Errorf("no notice in JSON: %v", out)
		}
		corp.disable(t, mover)
		out = w.must(t, 0, "run", "--once")
		if !strings.Contains(out.stdout, "the person moved from corp to hr") {
			t.Errorf("the report does not tell of the move: %v", out)
		}
		w.must(t, 0, "plan", "--detailed-exitcode")
		w.gone(t, 0, 0)

		hr.disable(t, there)
		corp.enable(t, mover)
		w.must(t, 0, "run", "--once")
		w.must(t, 0, "plan", "--detailed-exitcode")
		w.gone(t, 0, 0)
		if now := w.credentialOf(t, mover.Account); now != credential {
			t.Errorf("credential and Threema ID are %s, were %s", now, credential)
		}

		corp.disable(t, mover)
		w.must(t, 0, "run", "--once")
		w.gone(t, 1, 0, mover.Account)
	})
}

// credentialOf is the id of a credential, and of the Threema ID on it.
func (w *world) credentialOf(t *testing.T, username string) string {
	t.Helper()
	for _, c := range w.sim.state(t).Credentials {
		if c.Username == username {
			return c.ID + " " + strings.Join(c.Users, " ")
		}
	}
	t.Fatalf("no credential is called %s", username)
	return ""
}

// TestAGroupOfNoSource: check says which group of a configuration nobody can answer for.
func TestAGroupOfNoSource(t *testing.T) {
	t.Parallel()
	corp, hr := inMemory(t, 0, 4), inMemory(t, 500, 4)
	w := newWorld(t, corp.site)
	w.addSource(t, "hr", hr.site)
	w.set("protect.groups", []any{"cn=board,dc=elsewhere,dc=org"})
	w.set("mapping.category", `{{ if member "cn=sales,dc=elsewhere,dc=org" }}Sales{{ end }}`)
	out := w.must(t, 1, "check")
	for _, group := range []string{"protect.groups look for the source of cn=board", "mapping.category look for the source of cn=sales"} {
		if !strings.Contains(strings.Join(strings.Fields(out.stdout), " "), group+",dc=elsewhere,dc=org: it lies below the domain of none") {
			t.Errorf("check does not warn of %s: %v", group, out)
		}
	}
}
