package worksim_test

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// people makes a state of n people, each with credential, settings, user and contact.
func people(n int) worksim.State {
	state := worksim.State{AutoContacts: true, Settings: map[string]map[string]any{}}
	for i := range n {
		cred, id, name := fmt.Sprintf("c/%d", i), fmt.Sprintf("P%07d", i), fmt.Sprint("Name ", i)
		state.Credentials = append(state.Credentials, worksim.Credential{ID: cred, Username: fmt.Sprint("user", i), Password: "pw", Locked: true})
		state.Users = append(state.Users, worksim.User{ID: id, CredentialID: cred, LastName: name})
		state.Contacts = append(state.Contacts, worksim.Contact{ID: id, Type: worksim.ContactAuto, LastName: name, Enabled: true})
		state.Settings[cred] = map[string]any{"th_lastname": name, "th_csi": fmt.Sprint("E-", i)}
	}
	return state
}

func TestPaging(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	if err := h.sim.SetState(people(45)); err != nil {
		t.Fatal(err)
	}
	for path, member := range map[string]string{
		"/credentials": "credentials", "/users": "users", "/contacts": "contacts", "/mdm-bulk": "credentials",
	} {
		t.Run(path, func(t *testing.T) {
			seen := map[any]bool{}
			for page, want := range []int{20, 20, 5, 0} {
				r := h.ask("GET", fmt.Sprintf("%s?page=%d", path, page), nil, 200)
				for _, record := range r.list(member) {
					seen[record["id"]] = true
				}
				if count, total, got := r.paging(); count != want || total != 45 || got != page {
					t.Errorf("page %d: count %d, total %d, page %d; want %d, 45", page, count, total, got, want)
				}
			}
			if len(seen) != 45 {
				t.Errorf("%d records, want 45", len(seen))
			}
			largest := 5000
			if path == "/mdm-bulk" {
				largest = 500
			}
			for query, want := range map[string]int{
				"pageSize=1": 1, "pageSize=45": 45, fmt.Sprint("pageSize=", largest): 45, "pageSize=15&page=2": 15,
				"pageSize=15&page=3": 0, fmt.Sprint("page=2147483647&pageSize=", largest): 0,
			} {
				if count, _, _ := h.ask("GET", path+"?"+query, nil, 200).paging(); count != want {
					t.Errorf("%s: %d, want %d", query, count, want)
				}
			}
			for _, query := range []string{"pageSize=0", fmt.Sprint("pageSize=", largest+1), "pageSize=x", "page=-1", "page=x", "page=99999999999999999999"} {
				h.ask("GET", path+"?"+query, nil, 400)
			}
		})
	}
}

// TestLargePackage goes through everything that could be quadratic.
func TestLargePackage(t *testing.T) {
	t.Parallel()
	const n = 10_000
	h := serveUnchecked(t, worksim.Options{Quirks: []string{worksim.SettingsPage5000}})
	began := time.Now()
	if err := h.sim.SetState(people(n)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/credentials", "/users", "/contacts", "/mdm-bulk"} {
		collected := 0
		for page := range n / 5000 {
			count, _, _ := h.ask("GET", fmt.Sprintf("%s?pageSize=5000&page=%d", path, page), nil, 200).paging()
			collected += count
		}
		if collected != n {
			t.Errorf("%s: %d records, want %d", path, collected, n)
		}
	}
	h.advance(30 * day)
	for i := range 500 {
		h.ask("DELETE", "/credentials/"+escape(fmt.Sprintf("c/%d", i*7)), nil, 204)
	}
	for _, u := range h.sim.State().Users {
		if ago(h, u.LastCheck) != 0 {
			t.Fatalf("user %s last checked at %v, want %v", u.ID, u.LastCheck, h.sim.Now())
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %v: something is quadratic", took)
	}
}

func BenchmarkPage(b *testing.B) {
	sim := newSim(b)
	if err := sim.SetState(people(100_000)); err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/credentials", "/users", "/contacts", "/mdm-bulk"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				request := httptest.NewRequest("GET", worksim.BasePath+path+"?pageSize=500&page=19", nil)
				request.Header.Set("X-Api-Key", key)
				sim.ServeHTTP(httptest.NewRecorder(), request)
			}
		})
	}
}

func BenchmarkMonth(b *testing.B) {
	sim := newSim(b)
	if err := sim.SetState(people(100_000)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := sim.Advance(30 * day); err != nil {
			b.Fatal(err)
		}
	}
}

// TestConcurrentUse lets everything happen at once; the race detector is the judge.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 10 {
				name := fmt.Sprint("u", worker, "-", i)
				id := h.credential(name, "pw")
				h.set(id, object{"th_csi": name})
				user := h.activate(name, "pw", "")
				h.advance(time.Hour)
				h.ask("GET", "/users/"+user, nil, 200)
				h.control("GET", "/requests", nil, 200)
				h.ask("DELETE", "/credentials/"+escape(id), nil, 204)
			}
		})
	}
	all.Wait()
	if got := len(h.sim.State().Withdrawn); got != 40 {
		t.Errorf("%d withdrawn, want 40", got)
	}
}
