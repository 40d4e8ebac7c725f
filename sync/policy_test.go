package sync_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestModes: what each policy lets through of a joiner, a mover and a leaver.
func TestModes(t *testing.T) {
	t.Parallel()
	all := []string{
		"withdraw user03", "disable-contact user03", "detach user03", "set-settings user01", "unset-setting user02", "create user05",
	}
	for mode, want := range map[model.Mode][]string{
		model.Observe:    nil,
		model.CreateOnly: {"create user05"},
		model.UpsertOnly: {"set-settings user01", "unset-setting user02", "create user05"},
		model.Sync:       all,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(4)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			w.directory.change(t, "id-01", func(p *person) { p.Last = "Married" })
			w.directory.change(t, "id-02", func(p *person) { p.Title = "" })
			w.directory.dismiss(t, "id-03")
			w.directory.put(employee(5))
			w.policy.Mode = mode
			before := w.document()
			w.equal("preview of sync", all, changes(w.preview(model.Sync), model.Due))
			w.equal("package after a preview", before, w.document())
			r := w.ok()
			w.equal("withheld", len(all)-len(want), len(changes(r, model.Withheld)))
			var done []string
			for _, result := range results(r) {
				done = append(done, result[:len(result)-len(" done")])
			}
			w.equal("done", want, done)
			if mode == model.Observe {
				w.equal("package", before, w.document())
				w.equal("writes", []string(nil), w.writes())
				if code := r.DetailedExitCode(); code != dirsync.ExitOK {
					t.Errorf("withheld changes count: %d", code)
				}
			}
		})
	}
}

// TestObserveOnAnEmptyLedger changes nothing, and what it saw does not shorten the grace.
func TestObserveOnAnEmptyLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.policy.Mode = model.Observe
	before := w.document()
	r := w.ok()
	w.equal("withheld", 4, len(changes(r, model.Withheld)))
	if told := text(r); strings.Count(told, "policy observe does not carry this out") != 4 || !strings.Contains(told, "4 create withheld by policy observe;") {
		t.Error(told)
	}
	w.equal("due under sync", 4, len(changes(w.preview(model.Sync), model.Due)))
	w.equal("package", before, w.document())
	if r.RolledOut {
		t.Error("looking on is no roll-out")
	}
}

// TestGraceBeginsWithSync: observing for a week does not use the grace up.
func TestGraceBeginsWithSync(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.policy.GraceWithdraw = 24 * time.Hour
	w.rollOut()
	w.policy.Mode = model.Observe
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.advance(7 * 24 * time.Hour)
	w.policy.Mode = model.Sync
	w.ok()
	w.advance(23 * time.Hour)
	w.ok()
	w.equal("withdrawn", 0, len(w.sim.State().Withdrawn))
	w.advance(2 * time.Hour)
	w.ok()
	w.equal("withdrawn", 1, len(w.sim.State().Withdrawn))
}

// TestBaseline: another package, directory or scope makes the plan a preview until accepted.
func TestBaseline(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"another package":   func(w *world) { w.put(func(s *worksim.State) { s.Subscription.ID = "ANOTHER001" }) },
		"another scope":     func(w *world) { w.directory.scope = "scope-2" },
		"another directory": func(w *world) { w.directory.context = "S-1-5-21-2" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.rollOut()
			change(w)
			w.directory.remove("id-03")
			w.directory.put(employee(6))
			before := w.document()
			for range 2 {
				r := w.exits(dirsync.ExitWaiting)
				if !r.Plan.Tripped(model.GuardBaseline) || len(w.writes()) > 0 {
					t.Errorf("guards %v, writes %v", r.Plan.Guards, w.writes())
				}
			}
			w.equal("package", before, w.document())
			accepted := w.pass().AcceptBaseline(t.Context(), "anna")
			if accepted.Err != nil || accepted.Plan.Tripped(model.GuardBaseline) {
				t.Errorf("error %v, guards %v", accepted.Err, accepted.Plan.Guards)
			}
			w.equal("package after accepting", before, w.document())
			w.ok()
			w.equal("usernames", []string{"user01", "user02", "user04", "user05", "user06"}, w.usernames())
			w.settled()
		})
	}
}

// TestCost: a pass without a change asks 1 + 3 × ⌈N ÷ 5000⌉ + ⌈N ÷ 500⌉ times.
func TestCost(t *testing.T) {
	t.Parallel()
	for people, want := range map[int]int{3: 5, 5001: 18} {
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{unchecked: people > 100}) // the contract is checked entry by entry
			w.policy.Batch = 6000
			var state worksim.State
			state.Settings = map[string]map[string]any{}
			for n := range people {
				p := person{ID: fmt.Sprint(n), UID: fmt.Sprintf("user%d", n), CSI: fmt.Sprintf("E%d", n), First: "A", Last: "B", OU: "Staff", State: model.Entitled}
				w.directory.put(p)
				id, threemaID := fmt.Sprintf("c%d", n), fmt.Sprintf("%08d", n)
				state.Credentials = append(state.Credentials, worksim.Credential{ID: id, Username: p.UID, Password: "p"})
				state.Users = append(state.Users, worksim.User{ID: threemaID, CredentialID: id, CSI: p.CSI})
				state.Contacts = append(state.Contacts, worksim.Contact{ID: threemaID, Type: worksim.ContactAuto, FirstName: "A", LastName: "B", Enabled: true})
				state.Settings[id] = map[string]any{"th_csi": p.CSI, "th_firstname": "A", "th_lastname": "B"}
			}
			w.must(w.sim.SetState(state))
			r := w.ok()
			w.equal("adopted", people, len(r.Results))
			w.sim.ClearRequests()
			r = w.ok()
			w.equal("requests", want, len(w.sim.Requests()))
			w.equal("writes", []string(nil), w.writes())
			w.equal("planned", 0, len(r.Plan.Changes))
			if r.Plan.Requests != 0 {
				t.Errorf("the plan says that it costs %d", r.Plan.Requests)
			}
		})
	}
}

// TestLimitedCreates: after the roll-out a widened filter is stopped.
func TestLimitedCreates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(6)...)
	w.policy.CreatesRun = model.Window{Count: 10, Percent: 20}
	r := w.ok()
	if !r.RolledOut {
		t.Error("a roll-out that went through is none")
	}
	w.directory.put(employees(9)...)
	r = w.exits(dirsync.ExitWaiting)
	w.equal("credentials", 6, len(w.usernames()))
	if !slices.Contains(changes(r, model.Blocked), "create user09") {
		t.Errorf("blocked: %v", changes(r, model.Blocked))
	}
}

// TestRollOutIsNotOver while a create has an unknown end, or the service has refused a licence:
// the limits must not stop the rest of it.
func TestRollOutIsNotOver(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]worksim.Fault{
		"unknown":     {Method: "POST", Path: "/credentials", Status: 500, Times: 1},
		"no licence":  {Method: "POST", Path: "/credentials", Status: 403, Times: 1},
		"no settings": {Method: "POST", Path: "/mdm-bulk", Status: 500, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(6)...)
			w.policy.CreatesRun = model.Window{Count: 1, Percent: 1}
			w.fault(fault)
			if r := w.run(); r.RolledOut {
				t.Error("the roll-out counts as complete")
			}
			if r := w.ok(); !r.RolledOut {
				t.Error("the roll-out never ends")
			}
			w.everybodyWorks()
		})
	}
}
