package sync_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

const day = 24 * time.Hour

// approve says yes to a hash.
func (w *world) approve(hash string, ttl time.Duration) (dirsync.Report, outcomes.Approval, error) {
	w.Helper()
	a := dirsync.Approver{Planner: w.planner(""), Approvals: w.ledger, By: "anna (uid 1000)"}
	return a.Approve(w.Context(), hash, ttl)
}

// approved says yes to what waits now.
func (w *world) approved(ttl time.Duration) outcomes.Approval {
	w.Helper()
	_, given, err := w.approve(w.preview("").Plan.Hash, ttl)
	w.must(err)
	return given
}

func (w *world) approvals() int {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	return len(state.Approvals)
}

// revoking is a company in which user03 was withdrawn and the revocation waits for a yes.
func revoking(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID, w.policy.Approval = model.RevokeID, model.ApproveIrreversible
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.equal("results", []string{"withdraw user03 done", "disable-contact user03 done"}, results(w.exits(dirsync.ExitWaiting)))
	return w
}

// TestAYesTellsWhatStopsItAllTheSame: the answer promises no next pass while the stop file is there.
func TestAYesTellsWhatStopsItAllTheSame(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	w.stop = func() string { return "the stop file exists" }
	if given := w.approved(day); !strings.HasPrefix(english.Say(given.Stopped), "it waits for stop-file. What ends that: rm ") {
		t.Errorf("%q", english.Say(given.Stopped))
	}
	w.exits(dirsync.ExitWaiting)
	w.stop = func() string { return "" }
	if given := w.preview("").Plan; given.Stopped(given.Changes).Code != "" {
		t.Error(given.Stopped(given.Changes))
	}
	w.equal("results", []string{"revoke user03 done"}, results(w.ok()))
}

func TestApproveARevocation(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	r := w.exits(dirsync.ExitWaiting)
	before := w.document()
	w.sim.ClearRequests()
	_, given, err := w.approve(r.Plan.Hash, day)
	w.must(err)
	w.equal("package after approving", before, w.document())
	w.equal("requests", 5, len(w.sim.Requests()))
	if len(given.Changes) != 1 || given.Changes[0].Op != model.Revoke || !given.Until.Equal(w.sim.Now().Add(day).Truncate(time.Second)) {
		t.Errorf("approved %+v", given)
	}
	w.equal("waiting once approved", 0, len(w.preview("").Plan.AwaitingApproval()))
	w.equal("results", []string{"revoke user03 done"}, results(w.ok()))
	w.equal("revoked", 1, len(w.sim.State().Revoked))
	w.equal("approvals left", 0, w.approvals())
	w.settled()
}

// TestApproveTellsWhatElseWaits: what no hash lifts waits on after the yes to everything else.
func TestApproveTellsWhatElseWaits(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	w.directory.dismiss(t, "id-04")
	w.stop = func() string { return "the stop file exists" }
	w.exits(dirsync.ExitWaiting)
	given := w.approved(day)
	if len(given.Waiting) != 0 || len(given.Waits) != 1 || given.Waits[0].Code != model.GuardStopFile {
		t.Errorf("%+v", given)
	}
}

// TestAnOldHashForTheNext: the hash of before a yes to one person is none for the next. It is refused, and
// what to type is for that person alone.
func TestAnOldHashForTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(8)...)
	w.policy.ID, w.policy.Approval = model.RevokeID, model.ApproveIrreversible
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.directory.dismiss(t, "id-04")
	w.exits(dirsync.ExitWaiting)
	hash := w.exits(dirsync.ExitWaiting).Plan.Hash
	only := func(hash, query string) error {
		a := dirsync.Approver{Planner: w.planner(""), Approvals: w.ledger, By: "anna (uid 1000)", Only: []string{query}}
		_, _, err := a.Approve(w.Context(), hash, day)
		return err
	}
	w.must(only(hash, "E03"))
	err := only(hash, "E04")
	e, ok := errors.AsType[*dirsync.ChangedSetError](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	for _, text := range []string{"nothing was approved anew", "approved: revoke / widerrufen E03", "waits: revoke / widerrufen E04", "if it is right for E04, type: threema-dirsync approve " + e.Now + " --only E04"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q:\n%v", text, err)
		}
	}
	w.equal("approvals", 1, w.approvals())
	w.must(only(e.Now, "E04")) // the hint leads to the end
	w.equal("approvals", 2, w.approvals())
}

func TestApprovalRefused(t *testing.T) {
	t.Parallel()
	t.Run("nothing waits", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{}, employees(5)...)
		w.rollOut()
		if _, _, err := w.approve(w.preview("").Plan.Hash, day); !errors.Is(err, dirsync.ErrNothingWaits) {
			t.Errorf("error %v", err)
		}
		if _, _, err := w.approve("feed", day); err == nil || !strings.Contains(err.Error(), "in which nothing waits for an approval; nothing was approved") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("how long", func(t *testing.T) {
		t.Parallel()
		w := revoking(t)
		hash := w.preview("").Plan.Hash
		w.sim.ClearRequests()
		for _, ttl := range []time.Duration{0, -day, time.Minute - 1, 30*day + 1} {
			if _, _, err := w.approve(hash, ttl); err == nil || !strings.Contains(err.Error(), "an approval lasts from 1m to 30d") {
				t.Errorf("%s: error %v", ttl, err)
			}
		}
		w.equal("requests", 0, len(w.sim.Requests()))
		w.equal("approvals", 0, w.approvals())
		for _, ttl := range []time.Duration{time.Minute, 30 * day} {
			if _, _, err := w.approve(hash, ttl); err != nil && ttl == time.Minute {
				t.Errorf("%s: error %v", ttl, err)
			}
		}
	})
	t.Run("a hash that no pass told", func(t *testing.T) {
		t.Parallel()
		w := revoking(t)
		_, _, err := w.approve("feed", day)
		e, ok := errors.AsType[*dirsync.ChangedSetError](err)
		if !ok || e.Known || len(e.New) != 1 || !strings.Contains(err.Error(), "revoke / widerrufen E03 CN=First03 Last03,OU=Staff,DC=corp,DC=example ID ") {
			t.Errorf("error %v", err)
		}
		w.equal("approvals", 0, w.approvals())
	})
	t.Run("the directory does not answer", func(t *testing.T) {
		t.Parallel()
		w := revoking(t)
		hash := w.preview("").Plan.Hash
		w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadPaging, Err: errors.New("cookie")}
		r, given, err := w.approve(hash, day)
		if err != nil || r.Planned || len(given.Changes) != 0 {
			t.Errorf("%v, %+v", err, given)
		}
		w.wantExit(r, dirsync.ExitIncomplete)
		w.equal("approvals", 0, w.approvals())
	})
}

// TestWhoNeedsNoYesAnyMoreIsTold: where the limits have room by now, as others got a yes or are back, who is left goes
// without one. The ledger keeps whom that concerns until a pass has judged it; to whoever asks for a yes it is told.
func TestWhoNeedsNoYesAnyMoreIsTold(t *testing.T) {
	t.Parallel()
	stopped := func(t *testing.T) (*world, string) {
		t.Helper()
		w := newWorld(t, options{}, employees(8)...)
		w.rollOut()
		w.policy.LeaversRun = model.Window{Count: 2, Percent: 50}
		for _, id := range []string{"id-03", "id-04", "id-05"} {
			w.directory.dismiss(t, id)
		}
		return w, w.exits(dirsync.ExitWaiting).Plan.Hash
	}
	t.Run("others got a yes", func(t *testing.T) {
		t.Parallel()
		w, hash := stopped(t)
		a := dirsync.Approver{Planner: w.planner(""), Approvals: w.ledger, By: "anna (uid 1000)", Only: []string{"E03"}}
		_, given, err := a.Approve(w.Context(), hash, day)
		w.must(err)
		after, err := w.ledger.AskedAfter(w.Context())
		w.must(err)
		if len(given.Freed) == 0 || after == nil || after.FreedPeople != 2 || after.Freed[0].CSI != "E04" || after.Freed[1].CSI != "E05" || after.Freed[0].Steps[0] != model.Withdraw {
			t.Errorf("%+v", after)
		}
		w.ok()
		if after, err = w.ledger.AskedAfter(w.Context()); err != nil || after != nil {
			t.Errorf("a pass judged it: %+v, %v", after, err)
		}
	})
	t.Run("others are back", func(t *testing.T) {
		t.Parallel()
		w, hash := stopped(t)
		w.directory.rehire(t, "id-03")
		_, _, err := w.approve(hash, day)
		if e, ok := errors.AsType[*dirsync.ChangedSetError](err); !ok || len(e.Freed) == 0 {
			t.Fatalf("error %+v", err)
		}
		for _, text := range []string{"gone: withdraw / Zugang entziehen E03", "needs no yes any more, and goes when it is due: withdraw / Zugang entziehen E04", "threema-dirsync hold PERSON"} {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("the error does not say %q:\n%v", text, err)
			}
		}
		if strings.Contains(err.Error(), "gone: withdraw / Zugang entziehen E04") {
			t.Errorf("who goes is told as gone:\n%v", err)
		}
	})
}

// TestApproveAChangedSet: what the last pass told, against what waits now, by operation and DN.
func TestApproveAChangedSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(8)...)
	w.policy.ID, w.policy.Approval = model.RevokeID, model.ApproveIrreversible
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.directory.dismiss(t, "id-04")
	w.exits(dirsync.ExitWaiting)
	read := w.exits(dirsync.ExitWaiting).Plan.Hash
	gone := w.sim.State().Users[3]
	w.put(func(s *worksim.State) { // somebody revoked user04 by hand
		s.Users = append(s.Users[:3], s.Users[4:]...)
	})
	w.directory.dismiss(t, "id-05")
	_, _, err := w.approve(read, day)
	e, ok := errors.AsType[*dirsync.ChangedSetError](err)
	if !ok || !e.Known || e.Cut || len(e.New) != 1 || len(e.Gone) != 1 || e.Gone[0].ThreemaID != gone.ID {
		t.Fatalf("error %+v", err)
	}
	for _, line := range []string{
		"since the pass that told the hash " + read + "; nothing was approved:",
		"\n  new:  revoke / widerrufen E05 CN=First05 Last05,OU=Staff,DC=corp,DC=example ID ",
		"\n  gone: revoke / widerrufen E04 CN=First04 Last04,OU=Staff,DC=corp,DC=example ID " + gone.ID,
		"\nWaiting for an approval now: 2 steps of 2 people.", "Read `threema-dirsync plan` again", "threema-dirsync approve " + e.Now,
	} {
		if !strings.Contains(err.Error(), line) {
			t.Errorf("the error does not say %q:\n%v", line, err)
		}
	}
	w.equal("approvals", 0, w.approvals())
	w.equal("revoked", 0, len(w.sim.State().Revoked))
}

// TestApprovalExpires by the clock, before anything of it began.
func TestApprovalExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.Approval = model.ApproveAll
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.exits(dirsync.ExitWaiting)
	w.approved(time.Hour)
	w.advance(time.Hour)
	w.equal("approvals", 2, w.approvals()) // the contact goes with the withdrawal
	w.exits(dirsync.ExitWaiting)
	w.equal("approvals", 0, w.approvals())
	w.equal("withdrawn", 0, len(w.sim.State().Withdrawn))
	w.approved(time.Hour)
	w.advance(time.Hour - time.Second)
	w.ok()
	w.equal("withdrawn", 1, len(w.sim.State().Withdrawn))
}

// TestAStartedSagaKeepsItsApproval although the directory was down for longer than it was given.
func TestAStartedSagaKeepsItsApproval(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	w.approved(time.Hour)
	w.directory.conditions[0].OK = false
	w.advance(2 * day)
	w.exits(dirsync.ExitIncomplete)
	w.equal("approvals", 1, w.approvals())
	w.directory.conditions[0].OK = true
	w.equal("results", []string{"revoke user03 done"}, results(w.ok()))
}

// TestApprovedLeaversFillNoWindow: more people than a week allows go, and the next one who
// leaves finds the windows empty.
func TestApprovedLeaversFillNoWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(20)...)
	w.rollOut()
	w.policy.LeaversRun, w.policy.LeaversDay, w.policy.LeaversWeek = model.Window{Count: 2, Percent: 2}, model.Window{Count: 3, Percent: 3}, model.Window{Count: 5, Percent: 5}
	for n := range 7 {
		w.directory.change(t, fmt.Sprintf("id-%02d", n+1), func(p *person) { p.OU = fmt.Sprint("Unit", n) })
	}
	w.ok()
	for n := range 6 {
		w.directory.dismiss(t, fmt.Sprintf("id-%02d", n+1))
	}
	r := w.exits(dirsync.ExitWaiting)
	if !r.Plan.Tripped(model.GuardLeaversRun) || len(w.approved(day).Changes) != 12 {
		t.Fatalf("guards %v", r.Plan.Guards)
	}
	w.directory.dismiss(t, "id-07") // does not void what was approved
	w.ok()
	w.equal("withdrawn", 7, len(w.sim.State().Withdrawn))
	state, err := w.ledger.State(t.Context())
	w.must(err)
	if len(state.Taken) != 1 || state.Taken[0].Person.ID != "id-07" {
		t.Errorf("fill the windows: %+v", state.Taken)
	}
	w.settled()
}

// TestApproveBesideAPass: approving takes no lock, and the pass under way, which has read the
// ledger already, is not disturbed.
func TestApproveBesideAPass(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	hash := w.preview("").Plan.Hash
	second, err := ledger.Open(t.Context(), filepath.Join(w.folder, "ledger.db"), ledger.Options{Now: w.sim.Now})
	w.must(err)
	defer func() { w.must(second.Close()) }()
	once := false
	w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI {
		if once {
			return p
		}
		once = true
		return interrupting{p, "inventory", func() {
			a := dirsync.Approver{Planner: w.planner(""), Approvals: second, By: "anna"}
			a.Memory = second
			_, _, err := a.Approve(t.Context(), hash, day)
			w.must(err)
		}}
	}
	w.exits(dirsync.ExitWaiting) // it had loaded the ledger before
	w.equal("approvals", 1, w.approvals())
	w.equal("results", []string{"revoke user03 done"}, results(w.ok()))
}

const stopFile = "the stop file /state/stop exists; remove it to go on"

// TestStopFile between any two steps of two leavers: what was begun is finished, nothing more is
// taken from anybody, joiners go on, and the next pass goes on where it stopped.
func TestStopFile(t *testing.T) {
	t.Parallel()
	all := []string{
		"withdraw user03", "disable-contact user03", "detach user03", "withdraw user04", "disable-contact user04", "detach user04",
	}
	for steps := range len(all) + 1 {
		for look := range 2 {
			if steps == len(all) && look == 1 {
				continue // the last step is done
			}
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(8)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.directory.dismiss(t, "id-04")
			w.directory.put(employee(9))
			n := 0
			w.stop = func() string {
				if n++; n > 1+2*steps+look {
					return stopFile
				}
				return ""
			}
			var want []string
			for i, step := range all {
				outcome := " done"
				if i >= steps {
					outcome = " skipped"
				}
				want = append(want, step+outcome)
			}
			r := w.run()
			w.equal("results", append(want, "create user09 done"), results(r))
			code := dirsync.ExitWaiting
			if steps == len(all) {
				code = dirsync.ExitOK
			}
			w.wantExit(r, code)
			if r.Plan.Tripped(model.GuardStopFile) != (steps < len(all)) {
				t.Errorf("guards %v", r.Plan.Guards)
			}
			for _, x := range r.Results {
				if x.Result == model.NotTried && english.Say(x.Why) != stopFile {
					t.Errorf("skipped: %s", english.Say(x.Why))
				}
			}
			n = -1000
			w.ok()
			w.equal("detached", 2, len(w.sim.State().Detached))
		}
	}
}

// TestStopFileInThePlan: laid before the pass, it blocks by name, and the metric shows it.
func TestStopFileInThePlan(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	w.approved(day)
	w.stop = func() string { return stopFile }
	w.directory.dismiss(t, "id-04")
	before := len(w.sim.State().Withdrawn)
	r := w.exits(dirsync.ExitWaiting)
	w.equal("blocked", []string{"withdraw user04", "disable-contact user04", "revoke user03"}, changes(r, model.Blocked))
	w.equal("guards", []model.Guard{{Name: model.GuardStopFile, Reasons: model.Because("stop-file", stopFile).Some()}}, r.Plan.Guards)
	w.equal("withdrawn", before, len(w.sim.State().Withdrawn))
	w.equal("revoked", 0, len(w.sim.State().Revoked))
	w.equal("approvals", 1, w.approvals())
	w.stop = func() string { return "" }
	w.exits(dirsync.ExitWaiting) // the revocation of user04
	w.equal("revoked", 1, len(w.sim.State().Revoked))
}

// TestAStopFileBeginsNoDeparture: also not of somebody whose credential is gone already, with a Threema ID to take or
// without one. Laid while the pass runs, it is found before the departure is recorded.
func TestAStopFileBeginsNoDeparture(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(8)...)
	w.policy.ID = model.DetachID
	w.rollOut()
	w.directory.put(employee(9)) // who never logs in
	w.ok()
	w.wantOrdered(employee(3).CSI)
	w.wantOrdered(employee(9).CSI)
	w.advance(2 * time.Hour)
	w.ok()
	w.directory.dismiss(t, "id-03")
	w.directory.dismiss(t, "id-09")
	looks := 0
	w.stop = func() string {
		if looks++; looks > 1 { // the plan was made without it
			return stopFile
		}
		return ""
	}
	w.run()
	begun := func() (people []string) {
		state, err := w.ledger.State(t.Context())
		w.must(err)
		for _, d := range state.Departures {
			people = append(people, d.Person.ID)
		}
		return people
	}
	w.equal("begun", []string(nil), begun())
	w.stop = func() string { return "" }
	w.ok()
	w.equal("owned", []bool{false, false}, []bool{w.owns("id-03"), w.owns("id-09")})
}
