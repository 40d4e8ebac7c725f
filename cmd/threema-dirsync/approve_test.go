package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// hash is what plan tells to approve.
func (w *world) hash(t *testing.T) string {
	t.Helper()
	var p struct{ Hash string }
	w.json(t, &p, 0, "plan", "--json")
	if out := w.must(t, 0, "plan"); !strings.Contains(out.stdout, "threema-dirsync approve "+p.Hash+"\n") {
		t.Errorf("the plan does not say how to approve it: %v", out)
	}
	return p.Hash
}

// revoking is a company that revokes at once, of which one person left, was withdrawn, and waits
// to be revoked.
func revoking(t *testing.T) (*world, *memory) {
	t.Helper()
	w, dir := rolledOut(t, 20)
	w.set("leavers.id", "revoke")
	dir.disable(t, dir.people[7])
	w.must(t, 3, "run", "--once")
	w.gone(t, 0, 0, dir.people[7].Account)
	return w, dir
}

type approvalsOfStatus struct {
	Approvals struct {
		Live    int
		Expires *time.Time
	}
	Stop string
}

// TestApproveHash: plan, approve, run. Approving changes nothing in the package; the next pass
// does; and the yes is used up.
func TestApproveHash(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	hash := w.hash(t)
	before := w.sim.frozen(t)
	out := w.must(t, 0, "approve", hash)
	for _, text := range []string{"Approved until ", ": 1 step of 1 person.", "Nothing else waits for you", "revoke / widerrufen", dir.people[7].DN, "can never be undone", "approve --undo " + hash} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("approve does not say %q: %v", text, out)
		}
	}
	w.unchanged(t, before)
	var s approvalsOfStatus
	w.json(t, &s, 0, "status", "--json")
	if s.Approvals.Live != 1 || s.Approvals.Expires == nil || time.Until(*s.Approvals.Expires).Round(time.Hour) != 24*time.Hour || s.Stop != "" {
		t.Errorf("status: %+v", s)
	}
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "1 given and not used up, the next one expires ") {
		t.Errorf("%v", out)
	}
	if out := w.must(t, 2, "plan", "--detailed-exitcode"); !strings.Contains(out.stdout, "due, approved until ") {
		t.Errorf("the plan does not tell of the approval: %v", out)
	}
	if out := w.must(t, 1, "approve", hash); !strings.Contains(out.stderr, "is approved already; nothing was approved anew") {
		t.Errorf("%v", out)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 1, dir.people[7].Account)
	w.json(t, &s, 0, "status", "--json")
	if s.Approvals.Live != 0 {
		t.Errorf("status once it is used up: %+v", s)
	}
	var p struct{ Hash string }
	w.json(t, &p, 0, "plan", "--json")
	if out := w.must(t, 1, "approve", p.Hash); !strings.Contains(out.stderr, "nothing waits for an approval; nothing was approved") {
		t.Errorf("an empty set: %v", out)
	}
}

func TestApproveJSON(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	hash := w.hash(t)
	var given struct {
		Hash    string
		Until   time.Time
		Changes []struct {
			ID, Op string
			Person struct{ DN string }
		}
	}
	w.json(t, &given, 0, "approve", hash, "--ttl", "1m", "--json")
	if given.Hash != hash || len(given.Changes) != 1 || given.Changes[0].Op != "revoke" || given.Changes[0].Person.DN != dir.people[7].DN ||
		given.Until.After(time.Now().Add(time.Minute)) {
		t.Errorf("%+v", given)
	}
}

// TestApproveIsRefused: whatever is wrong, nothing is stored, and a pass takes nobody out.
func TestApproveIsRefused(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	w.must(t, 3, "run", "--once") // told the set that waits
	hash := w.hash(t)
	for _, row := range []struct {
		args []string
		say  string
	}{
		{nil, "either the HASH that `plan` tells, or --baseline"},
		{[]string{hash, "--baseline"}, "either the HASH that `plan` tells, or --baseline"},
		{[]string{"--baseline", "--ttl", "1h"}, "--ttl belongs to approve HASH"},
		{[]string{hash, hash}, "words are too many"},
		{[]string{hash, "--ttl", "59s"}, "an approval lasts from 1m to 30d"},
		{[]string{hash, "--ttl", "60d"}, "an approval lasts from 1m to 30d"},
		{[]string{hash, "--ttl", "soon"}, "invalid argument"},
		{[]string{"0123456789abcdef"}, "is not the hash of the plan now; nothing was approved"},
		{[]string{hash[:15]}, "is not the hash of the plan now; nothing was approved"},
	} {
		if out := w.must(t, 1, append([]string{"approve"}, row.args...)...); !strings.Contains(out.stderr, row.say) || out.stdout != "" {
			t.Errorf("%q does not say %q: %v", row.args, row.say, out)
		}
	}
	dir.disable(t, dir.people[8])
	w.must(t, 3, "run", "--once")
	w.must(t, 3, "run", "--once") // now two wait, and this pass told of both
	both := w.hash(t)
	dir.disable(t, dir.people[9])
	w.set("leavers.approval", "all") // and the withdrawal of a third
	out := w.must(t, 1, "approve", both)
	for _, text := range []string{"has changed since the pass", "new:  withdraw / Zugang entziehen", dir.people[9].DN} {
		if !strings.Contains(out.stderr, text) {
			t.Errorf("the refusal does not say %q: %v", text, out)
		}
	}
	dir.Close()
	w.must(t, 4, "approve", both)
	var s approvalsOfStatus
	w.json(t, &s, 0, "status", "--json")
	if s.Approvals.Live != 0 {
		t.Errorf("refused, and stored: %+v", s)
	}
	w.gone(t, 0, 0, dir.people[7].Account, dir.people[8].Account)
}

// TestApproveALimit: five of twenty leave, two are allowed. The approval is by name: with it they
// go, and it does not outlast its time.
func TestApproveALimit(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[:5]...)
	w.waitsForAHuman(t, "GUARD leavers-run", "threema-dirsync approve ")
	w.must(t, 0, "approve", w.hash(t), "--ttl", "1h")
	w.advance(t, time.Hour+time.Minute)
	w.waitsForAHuman(t, "GUARD leavers-run")
	w.must(t, 0, "approve", w.hash(t), "--ttl", "30d")
	// The withdrawals were approved, not what becomes of the IDs: that waits for its own yes.
	w.must(t, 3, "run", "--once")
	w.gone(t, 0, 0, "u000000", "u000001", "u000002", "u000003", "u000004")
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	w.gone(t, 5, 0, "u000000", "u000001", "u000002", "u000003", "u000004")
}

// TestApproveBesideAPass: it waits for no lock, and the pass after the one under way acts on it.
func TestApproveBesideAPass(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	hash := w.hash(t)
	w.sim.fault(t, worksim.Fault{Method: http.MethodGet, Path: "/credentials", Delay: time.Hour, Times: 1})
	w.sim.requests(t)
	pass := w.start(t, "run", "--once")
	w.sim.awaitRequest(t, 1, "GET /credentials")
	w.must(t, 0, "approve", hash)
	pass.signal(t, syscall.SIGTERM)
	pass.wait(t)
	w.gone(t, 0, 0, dir.people[7].Account)
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 1, dir.people[7].Account)
}

// TestApproveLiftsNoBaseline: only approve --baseline does.
func TestApproveLiftsNoBaseline(t *testing.T) {
	t.Parallel()
	w, _ := revoking(t)
	w.must(t, 0, "approve", w.hash(t))
	w.set("sources.0.filter", "(&(objectClass=inetOrgPerson)(!(uid=u000003)))")
	w.waitsForAHuman(t, "GUARD baseline", "blocked by baseline, approved until ")
	var p struct{ Hash string }
	w.json(t, &p, 0, "plan", "--json")
	if out := w.must(t, 1, "approve", p.Hash); !strings.Contains(out.stderr, "nothing waits for an approval") {
		t.Errorf("%v", out)
	}
}

// TestStopFile halts leavers and nobody else, and everything says so.
func TestStopFile(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	stop := filepath.Join(w.stateDir, "stop")
	if out := w.must(t, 0, "check"); strings.Contains(out.stdout, "stop file") {
		t.Errorf("check tells of a stop file that is not there: %v", out)
	}
	if err := os.WriteFile(stop, []byte("Anna: wait for HR"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "run", "--once") // nobody leaves
	dir.disable(t, dir.people[7])
	dir.join(t, 100)
	says := "the stop file " + stop + " exists; remove it to go on"
	if out := w.must(t, 3, "run", "--once"); !strings.Contains(out.stdout, "GUARD stop-file: "+says) || !strings.Contains(out.stdout, "blocked by stop-file") {
		t.Errorf("the report does not tell of the stop file: %v", out)
	}
	w.gone(t, 0, 0)
	if got := len(w.sim.state(t).Credentials); got != 21 {
		t.Errorf("%d credentials: the joiner was halted too", got)
	}
	w.waitsForAHuman(t, "GUARD stop-file")
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "STOP:") || !strings.Contains(out.stdout, says) {
		t.Errorf("%v", out)
	}
	var s approvalsOfStatus
	w.json(t, &s, 0, "status", "--json")
	if s.Stop != says {
		t.Errorf("status: %+v", s)
	}
	if out := w.must(t, 0, "check"); !strings.Contains(out.stdout, "WARN") || !strings.Contains(out.stdout, says) {
		t.Errorf("check does not warn: %v", out)
	}
	if err := os.Remove(stop); err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, dir.people[7].Account)
}

// TestStopFileBetweenTwoRequests: laid while a withdrawal is on its way. That one is finished and
// recorded; nothing follows.
func TestStopFileBetweenTwoRequests(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[7], dir.people[8])
	w.sim.fault(t, worksim.Fault{Method: http.MethodDelete, Path: "/credentials", Delay: 3 * time.Second, Times: 1})
	w.sim.requests(t)
	pass := w.start(t, "run", "--once")
	w.sim.awaitRequest(t, 1, "DELETE /credentials/")
	stop := filepath.Join(w.stateDir, "stop")
	// What it is does not matter: a link to nowhere stops, too.
	if err := os.Symlink("nowhere", stop); err != nil {
		t.Fatal(err)
	}
	out := pass.wait(t)
	if out.code != 3 || !strings.Contains(out.stdout, "SKIPPED: ") || !strings.Contains(out.stdout, "the stop file "+stop+" exists") {
		t.Errorf("%v", out)
	}
	if got := len(w.sim.state(t).Withdrawn); got != 1 {
		t.Errorf("%d withdrawn, want the one that was on its way", got)
	}
	w.gone(t, 0, 0, dir.people[7].Account)
	if err := os.Remove(stop); err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 2, 0, dir.people[7].Account, dir.people[8].Account)
}
