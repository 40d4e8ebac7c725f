package main

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// The failure matrix: rows K1 to K14 of pitfalls K, the faults that take a plan-only pass or a guard, and a
// row for each kind of fault that outsiders found: the wrong person (A), who is seen by half (B), the wait
// that is none (C), the contract of the service (D). Each item of a row is a scenario of its own: a company whose
// roll-out is over, under the sharpest settings that are allowed, one true leaver, a fault that
// lasts for several days, and its end. Whoever was taken out is asked of the simulator.
//
//	matrix_front_test.go  a directory behind a scripted peer, for the faults that need one
//	matrix_server_test.go real OpenLDAP servers, and a domain that the scenarios share
//	matrix_k01_test.go    rows 1 to 4: the connection and the answers
//	matrix_k05_test.go    rows 5 and 6: what the account may see, what the program asks for
//	matrix_k07_test.go    rows 7 to 9: people, servers and values that change
//	matrix_k10_test.go    rows 10 and 11: the memory
//	matrix_k12_test.go    rows 12 and 13: the service, and the process
//	matrix_k14_test.go    row 14: a loss that hides in many passes
//	matrix_person_test.go rows A1 to A5: the wrong person
//	matrix_half_test.go   rows B6 to B10: seen by half is not seen
//	matrix_wait_test.go   rows C11 to C14 and D15 to D17: a wait that is none, and the service
func TestFailureMatrix(t *testing.T) {
	t.Parallel()
	m := &matrix{}
	rows := []struct {
		name string
		run  func(*matrix, *testing.T)
	}{
		{"K01_peer_closes", (*matrix).peerCloses},
		{"K02_result_codes", (*matrix).resultCodes},
		{"K03_paging", (*matrix).paging},
		{"K04_stalls", (*matrix).stalls},
		{"K05_rights", (*matrix).rights},
		{"K06_scope", (*matrix).scope},
		{"K07_moves", (*matrix).moves},
		{"K08_servers", (*matrix).servers},
		{"K09_identities", (*matrix).identities},
		{"K10_memory", (*matrix).memory},
		{"K11_kill", (*matrix).kill},
		{"K12_service", (*matrix).service},
		{"K13_process", (*matrix).process},
		{"K14_trickle", (*matrix).trickle},
		{"A01_same_number", (*matrix).sameNumber},
		{"A02_shared_things", (*matrix).sharedThings},
		{"A03_numbers_of_before", (*matrix).numbersOfBefore},
		{"A04_one_departure", (*matrix).oneDeparture},
		{"A05_several_values", (*matrix).severalValues},
		{"B06_groups", (*matrix).halfGroups},
		{"B07_views", (*matrix).otherViews},
		{"B08_lists", (*matrix).lackingLists},
		{"B09_dead_ends", (*matrix).deadEnds},
		{"B10_failover", (*matrix).failover},
		{"C11_clock_and_rows", (*matrix).clockAndRows},
		{"C12_limits", (*matrix).limits},
		{"C13_dates", (*matrix).dates},
		{"C14_after_the_effect", (*matrix).afterTheEffect},
		{"D15_contract", (*matrix).contract},
		{"D16_check", (*matrix).checks},
		{"D17_licences", (*matrix).licences},
	}
	t.Cleanup(func() { t.Logf("failure matrix: %d rows, %d scenarios", len(rows), m.scenarios.Load()) })
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.run(m, t)
		})
	}
}

// matrix counts what was tried, and keeps what the scenarios share.
type matrix struct {
	scenarios atomic.Int64

	turn  sync.Mutex // who holds it has the domain for himself
	staff []testdir.Person
}

// lookedOver are the codes of a pass that cannot know whether it sees a fault or the truth: the
// people are held, or the source is incomplete.
var lookedOver = []int{0, 4}

// scenario runs one item of a row beside the others.
func (m *matrix) scenario(t *testing.T, name string, run func(*testing.T)) {
	t.Helper()
	m.inTurn(t, name, func(t *testing.T) {
		t.Parallel()
		run(t)
	})
}

// inTurn is scenario for those that share a directory: one after the other.
func (m *matrix) inTurn(t *testing.T, name string, run func(*testing.T)) {
	t.Helper()
	m.scenarios.Add(1)
	t.Run(name, run)
}

// trial is a company in trouble. The people are the truth: whoever left is not entitled there.
type trial struct {
	*world
	people []testdir.Person
	phones map[string]string // employee number by Threema ID, of all phones that ever were
	exits  map[string]int    // how often somebody left, by username
	ends   map[string]int    // how many phones may have ended, by employee number
}

// sharpen makes the settings those under which whatever counts as a departure is carried out at once and for
// ever, as far as the program lets itself be told.
func (w *world) sharpen() {
	w.set("leavers", map[string]any{
		"id": "revoke", "approval": "none",
		"confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	widest := map[string]any{"count": 100_000, "percent": 50}
	w.set("limits.leavers", map[string]any{"run": widest, "day": widest, "week": widest})
}

// newTrial rolls a company out: everybody has a phone, and there is nothing left to do.
func newTrial(t *testing.T, w *world, people []testdir.Person) *trial {
	t.Helper()
	w.sharpen()
	x := &trial{world: w, people: slices.Clone(people), phones: map[string]string{}, exits: map[string]int{}, ends: map[string]int{}}
	w.must(t, 0, "run", "--once")
	x.activate(t)
	w.must(t, 0, "run", "--once")
	return x
}

// activate gives everybody who has none a phone, and notes whose it is.
func (x *trial) activate(t *testing.T) {
	t.Helper()
	x.activateAll(t)
	x.notePhones(t)
}

func (x *trial) notePhones(t *testing.T) {
	t.Helper()
	for _, u := range x.sim.state(t).Users {
		x.phones[u.ID] = u.CSI
	}
}

// left notes that somebody is not entitled any more: the credential and the phone may end.
func (x *trial) left(p testdir.Person) {
	i := slices.IndexFunc(x.people, func(q testdir.Person) bool { return q.Account == p.Account })
	x.people[i].State = testdir.Disabled
	x.exits[strings.ToLower(p.Account)]++
	x.ends[p.Number]++
}

// spared asks the package whom it lost: those who left, as often as they did, and nobody else.
func (x *trial) spared(t *testing.T) {
	t.Helper()
	state := x.sim.state(t)
	withdrawn, ended := map[string]int{}, map[string]int{}
	for _, w := range state.Withdrawn {
		withdrawn[strings.ToLower(w.Username)]++
	}
	for _, d := range slices.Concat(state.Detached, state.Revoked) {
		ended[x.phones[d.ID]]++
	}
	for username, n := range withdrawn {
		if n > x.exits[username] {
			t.Errorf("WRONG: %s was withdrawn %d times, and left %d times", username, n, x.exits[username])
		}
	}
	for csi, n := range ended {
		if n > x.ends[csi] {
			t.Errorf("WRONG: %d Threema IDs of %q were detached or revoked, and %d may be", n, csi, x.ends[csi])
		}
	}
}

// lasts lets the trouble last for two passes, which is more than a departure would need. A plan
// tells the same.
func (x *trial) lasts(t *testing.T, codes ...int) outcome {
	t.Helper()
	x.endures(t, codes...)
	out := x.run(t, "plan", "--detailed-exitcode")
	if ahead := out.code == 2 && slices.Contains(codes, 0); !ahead && !slices.Contains(codes, out.code) {
		t.Errorf("plan: want exit %v, got %v", codes, out)
	}
	return x.endures(t, codes...)
}

// endures makes a pass, a day and more after the last one. It ends with one of the codes, and
// nobody who is entitled is lost. It returns what the pass said.
func (x *trial) endures(t *testing.T, codes ...int) outcome {
	t.Helper()
	x.advance(t, 25*time.Hour)
	out := x.run(t, "run", "--once")
	if !slices.Contains(codes, out.code) {
		t.Errorf("want exit %v, got %v", codes, out)
	}
	x.spared(t)
	return out
}

// says wants texts near the top of what a command printed: what happened, and what to do.
func (o outcome) says(t *testing.T, texts ...string) {
	t.Helper()
	const lines = 25
	top := strings.SplitN(cmp.Or(o.stdout, o.stderr), "\n", lines+1)
	for _, text := range texts {
		if !strings.Contains(strings.Join(top[:min(lines, len(top))], "\n"), text) {
			t.Errorf("the first lines do not say %q: %v", text, o)
		}
	}
}

// fixed is the end of a trouble: the true leavers go, and nothing else is to be done.
func (x *trial) fixed(t *testing.T) {
	t.Helper()
	const least, most = 3, 4 // one may still doubt, one is for the leaver, one settles by a second list what was open
	for n := 1; ; n++ {
		x.advance(t, time.Hour)
		x.run(t, "run", "--once")
		x.spared(t)
		out := x.run(t, "plan", "--detailed-exitcode")
		if out.code == 0 && n >= least {
			break
		}
		if n == most {
			t.Fatalf("there is something left to do: %v", out)
		}
	}
	x.ended(t)
}

// ended compares the package with the truth, person by person.
func (x *trial) ended(t *testing.T) {
	t.Helper()
	var leavers []string
	for username, n := range x.exits {
		leavers = append(leavers, slices.Repeat([]string{username}, n)...)
	}
	revoked := 0
	for _, n := range x.ends {
		revoked += n
	}
	x.gone(t, 0, revoked, leavers...)
	x.holds(t, x.people, true)
}
