package main

import (
	"strings"
	"testing"
	"time"
)

func (o outcome) tells(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(o.stdout+o.stderr, text) {
			t.Errorf("does not say %q: %v", text, o)
		}
	}
}

// TestMassDepartureAhead: six of twenty are disabled. The first pass says what the one that is due will do;
// one of them is approved alone and goes then, the others once somebody says yes to them too.
func TestMassDepartureAhead(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers", map[string]any{"id": "keep", "grace": map[string]any{"withdraw": "24h"}})
	dir.disable(t, dir.people[:6]...)
	w.must(t, 3, "run", "--once").tells(t, "GUARD mass-departure-ahead", "6 people under way", "(disabled)", "leavers-run", "enable who did not leave", dir.people[3].DN)
	hash := w.hash(t)
	w.must(t, 0, "status").tells(t, "Why:", "mass-departure-ahead", "Check first:", "Type:", "if they really left: threema-dirsync approve "+hash)
	w.must(t, 0, "explain", dir.people[5].Account).tells(t, "a limit will stop it then", "GUARD mass-departure-ahead")
	w.must(t, 1, "approve", hash, "--only", dir.people[9].Account).tells(t, "nothing was approved", dir.people[0].DN)
	w.must(t, 1, "approve", "--baseline", "--only", dir.people[5].Account).tells(t, "--only belongs to approve HASH")
	w.must(t, 0, "approve", hash, "--only", dir.people[5].Account).tells(t, "withdraw / Zugang entziehen", dir.people[5].DN, "Still waiting", "of 5 people", "when it is due")

	w.advance(t, 25*time.Hour)
	w.must(t, 3, "run", "--once").tells(t, "GUARD leavers-run")
	w.gone(t, 0, 0, dir.people[5].Account)
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	if got := len(w.sim.state(t).Withdrawn); got != 6 {
		t.Errorf("%d are withdrawn", got)
	}
}

// berlin is a company of twenty, six of them in OU=Berlin, which was moved to where the scope does not reach.
func berlin(t *testing.T) (*world, *memory) {
	t.Helper()
	w, dir := rolledOut(t, 20)
	w.set("leavers", map[string]any{"id": "keep", "grace": map[string]any{"withdraw": "24h"}})
	unit := "ou=Berlin," + dir.baseDN
	dir.addUnit(t, unit, "Berlin")
	dir.addUnit(t, "ou=Sold,"+memorySuffix, "Sold")
	for n := range dir.people[:6] {
		dn := "uid=" + dir.people[n].Account + "," + unit
		if err := dir.Move(dir.people[n].DN, dn); err != nil {
			t.Fatal(err)
		}
		dir.people[n].DN = dn
	}
	w.must(t, 0, "run", "--once")
	if err := dir.Move(unit, "ou=Berlin,ou=Sold,"+memorySuffix); err != nil {
		t.Fatal(err)
	}
	return w, dir
}

// TestAMovedOU: what happened and what to check come before any yes, wherever it is told.
func TestAMovedOU(t *testing.T) {
	t.Parallel()
	w, dir := berlin(t)
	run := w.must(t, 3, "run", "--once")
	hash := w.hash(t)
	for _, out := range []outcome{run, w.must(t, 0, "plan"), w.must(t, 0, "status"), w.must(t, 0, "explain", dir.people[2].Account)} {
		out.tells(t, "6 people under way", "6 from ou=berlin,ou=people,dc=example,dc=org",
			"moved to ou=berlin,ou=sold,dc=example,dc=org, which base_dn, filter and groups do not cover", "base_dn, filter and groups of source corp cover ou=berlin,ou=sold", "or move it back")
	}
	for _, out := range []outcome{run, w.must(t, 0, "plan"), w.must(t, 0, "status")} {
		before, _, told := strings.Cut(out.stdout, "threema-dirsync approve "+hash)
		if !told || !strings.Contains(before, "move it back") || !strings.Contains(before, "if they really left: ") {
			t.Errorf("the yes comes first: %v", out)
		}
	}
}

// TestTheScopeIsWidened, as the guard advises for a moved OU: that is another baseline, which is accepted as a whole
// and is no yes to a step. Then nobody leaves.
func TestTheScopeIsWidened(t *testing.T) {
	t.Parallel()
	w, dir := berlin(t)
	dir.disable(t, dir.people[10])
	w.must(t, 3, "run", "--once").tells(t, "another scope, which you accept then", "threema-dirsync approve --baseline")
	w.set("sources.0.base_dn", memorySuffix)
	w.must(t, 3, "run", "--once").tells(t, "GUARD baseline", "Accepting it carries nothing out")
	w.must(t, 0, "status").tells(t, "accepting it is a yes to none of these steps")
	w.must(t, 0, "approve", "--baseline").tells(t, "Baseline accepted", "NOT ACCEPTED WITH IT", "Under way and not due yet: 1 step of 1 person")
	w.advance(t, 50*time.Hour)
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, dir.people[10].Account)
}

// TestTheDayAMovedOUIsDue: several limits stop its people. The one that says what became of them comes first,
// and every yes to it is one if they really left.
func TestTheDayAMovedOUIsDue(t *testing.T) {
	t.Parallel()
	w, _ := berlin(t)
	for range 2 {
		w.must(t, 3, "run", "--once")
		w.advance(t, 25*time.Hour)
	}
	run := w.must(t, 3, "run", "--once")
	run.tells(t, "GUARD leavers-day", "GUARD leavers-run", "GUARD leavers-week")
	hash := w.hash(t)
	status := w.must(t, 0, "status")
	why, _, _ := strings.Cut(status.stdout, "WAITS FOR YOU")
	for _, text := range []string{"leavers-run corp: ", "moved to ou=berlin,ou=sold", "Check first:", "or move it back", "if they really left: threema-dirsync approve " + hash} {
		if !strings.Contains(why, text) {
			t.Errorf("the first lines do not say %q: %s", text, why)
		}
	}
	for _, out := range []outcome{run, status} {
		for line := range strings.Lines(out.stdout) {
			if strings.Contains(line, "leavers-") && strings.Contains(line, "threema-dirsync approve") && !strings.Contains(line, "read first what GUARD leavers-run says; if they really left: ") {
				t.Errorf("not led by the reason: %s", line)
			}
		}
	}
}

// TestAYesToOneOU, typed as a screen shows where they are now: the answer says what is approved, what waits
// on, and the hash of that; the old one is known as approved in part.
func TestAYesToOneOU(t *testing.T) {
	t.Parallel()
	w, dir := berlin(t)
	dir.disable(t, dir.people[10:13]...)
	w.must(t, 3, "run", "--once")
	old := w.hash(t)
	w.must(t, 1, "approve", old, "--only", "OU=Bonn").tells(t, "nothing was approved", "ou=berlin,ou=people,dc=example,dc=org, now in ou=berlin,ou=sold,dc=example,dc=org (people: 6)",
		"ou=people,dc=example,dc=org (people: 3)")
	if technik := w.must(t, 1, "approve", old, "--only", "OU=Technik"); strings.Contains(technik.stderr, "did you mean") || !strings.Contains(technik.stderr, "nobody of OU=Technik waits") {
		t.Errorf("an OU is taken for a person: %v", technik)
	}
	w.must(t, 1, "approve", "--undo", "OU=Sold").tells(t, "nothing was taken back", "HASH", "PERSON", "or all", "approve --undo --only")
	out := w.must(t, 0, "approve", old, "--only", "OU=Sold")
	hash := w.hash(t)
	if !strings.Contains(out.stderr, "for 24h from when the step is due") || strings.Contains(out.stderr+out.stdout, "until 2") {
		t.Errorf("how long a yes to what is not due lasts: %v", out)
	}
	w.must(t, 0, "status").tells(t, "12 given and not used up", "Not due yet:", "12 of them: the time of the yes counts from when the step is due, and for the first pass after that")
	w.must(t, 0, "audit", "export").tells(t, "for 24h from when the step is due")
	out.tells(t, "Approved for when it is due", "12 steps of 6 people", "Still waiting for a yes", "6 steps of 3 people", "threema-dirsync approve "+hash, dir.people[10].DN)
	again := w.must(t, 1, "approve", old)
	again.tells(t, "approved already", "approved: withdraw / Zugang entziehen", "nothing was approved anew", "threema-dirsync approve "+hash)
	if hash == old || strings.Contains(again.stderr, "gone: ") {
		t.Errorf("the old hash: %v", again)
	}
	w.must(t, 3, "run", "--once") // its report tells another hash
	w.must(t, 1, "approve", old).tells(t, "approved already", "threema-dirsync approve "+hash)
	var given struct {
		NextHash       string
		Waiting, Freed []struct{ ID string }
		Changes        []struct{ ID string }
	}
	w.json(t, &given, 0, "approve", hash, "--only", dir.people[10].Account, "--json")
	if len(given.Changes) == 0 || len(given.Waiting)+len(given.Freed) != 2*len(given.Changes) || given.NextHash == hash {
		t.Errorf("%+v", given)
	}
}

// TestAYesIsTakenBack, of one person, of a hash, or all of them: the next plan asks again, and nobody goes.
// What is for somebody who is back, or for a step that is not there any more, stands for nothing.
func TestAYesIsTakenBack(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.approval", "all")
	w.set("leavers.id", "keep")
	dir.disable(t, dir.people[:4]...)
	w.must(t, 3, "run", "--once")
	hash := w.hash(t)
	w.must(t, 0, "approve", "--undo", "all").tells(t, "NOTHING TO TAKE BACK")
	w.must(t, 0, "approve", hash)
	w.must(t, 1, "approve", "--undo", "Nobody").tells(t, "nothing was taken back", "nobody is known as", dir.people[2].DN, "under "+hash)
	w.must(t, 1, "approve", "--undo", hash, "--ttl", "1h").tells(t, "and nothing else")
	w.must(t, 1, "approve", "--undo").tells(t, "HASH", "PERSON", "all")
	w.must(t, 0, "approve", "--undo", dir.people[0].Account).tells(t, "TAKEN BACK", " of 1 person", "withdraw / Zugang entziehen", dir.people[0].DN, "asks for again", "Still given")
	if one := w.must(t, 0, "plan"); !strings.Contains(one.stdout, "Waiting for your yes: ") || w.hash(t) == hash {
		t.Errorf("the plan does not ask again: %v", one)
	}
	dir.enable(t, dir.people[1])
	w.must(t, 3, "run", "--once")
	w.gone(t, 0, 0, dir.people[2].Account, dir.people[3].Account)
	var s approvalsOfStatus
	if w.json(t, &s, 0, "status", "--json"); s.Approvals.Live != 0 || s.Approvals.Expires != nil {
		t.Errorf("of who is back and who is gone: %+v", s)
	}
	hash = w.hash(t)
	w.must(t, 0, "approve", hash)
	var taken struct {
		Outcome   string
		Approvals []struct{ Op, Hash string }
	}
	w.json(t, &taken, 0, "approve", "--undo", hash, "--json")
	if taken.Outcome != "undone" || len(taken.Approvals) == 0 || taken.Approvals[0].Hash != hash || w.hash(t) != hash {
		t.Errorf("%+v", taken)
	}
	w.must(t, 0, "audit", "export").tells(t, `"approval-undone"`)
}

// TestNobodyHasANumber: the first pass is no success, and says why; who is held for good is accepted once.
func TestNobodyHasANumber(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 8)
	w := newWorld(t, dir.site)
	for _, p := range dir.people {
		if err := dir.Modify(p.DN, "employeeNumber"); err != nil {
			t.Fatal(err)
		}
	}
	w.must(t, 3, "run", "--once").tells(t, "GUARD held", "8 of", "mapping.csi is empty", "employeeNumber")
	w.must(t, 0, "status").tells(t, "Why:", "held", "Type:", "threema-dirsync approve --baseline")
	w.must(t, 0, "approve", "--baseline").tells(t, "Accepted:", "held")
	w.must(t, 0, "run", "--once")
}

// TestTheYesToOneOUIsTakenBack, or to one person, of everything or of one hash; the other yes stay.
func TestTheYesToOneOUIsTakenBack(t *testing.T) {
	t.Parallel()
	w, dir := berlin(t)
	dir.disable(t, dir.people[10:13]...)
	w.must(t, 3, "run", "--once")
	hash := w.hash(t)
	w.must(t, 0, "approve", hash)
	w.must(t, 1, "approve", "--undo", "--only", "OU=Bonn").tells(t, "nothing was taken back", "ou=berlin,ou=people,dc=example,dc=org (people: 6)", "ou=people,dc=example,dc=org (people: 3)")
	w.must(t, 1, "approve", "--undo").tells(t, "--only")
	w.must(t, 0, "approve", "--undo", hash, "--only", dir.people[10].Account, "--only", dir.people[11].Account).tells(t, "TAKEN BACK: 4 steps of 2 people", "Still given and not carried out: 14")
	w.must(t, 0, "approve", "--undo", "--only", "OU=Berlin").tells(t, "TAKEN BACK: 12 steps of 6 people", dir.people[0].DN, "Still given and not carried out: 2")
	var s approvalsOfStatus
	if w.json(t, &s, 0, "status", "--json"); s.Approvals.Live != 2 {
		t.Errorf("%+v", s)
	}
	w.must(t, 3, "run", "--once").tells(t, "mass-departure-ahead", "Waiting for your yes: ")
}

// TestAMassIsToldInOneWay: each line tells the time of the announcement, and what is irrevocable is said before
// every yes, also to the rest of it.
func TestAMassIsToldInOneWay(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[:6]...)
	w.set("leavers", map[string]any{"id": "keep", "grace": map[string]any{"withdraw": "24h"}})
	out := w.must(t, 3, "run", "--once")
	_, after, _ := strings.Cut(out.stdout, "comes not before ")
	due, _, _ := strings.Cut(after, ",")
	for line := range strings.Lines(out.stdout) {
		if strings.Contains(line, dir.people[2].DN) && strings.Contains(line, "stopped by a limit") && !strings.Contains(line, "not before "+due+", then") {
			t.Errorf("not before %s: %s", due, line)
		}
	}
	out.tells(t, "waiting, not before "+due, "Waiting for your yes: 12 steps of 6 people")

	w, dir = rolledOut(t, 20)
	w.set("leavers.id", "revoke")
	dir.disable(t, dir.people[7], dir.people[8])
	w.must(t, 3, "run", "--once")
	const forEver = "revoke / widerrufen, which destroys a Threema ID and can never be undone"
	w.must(t, 0, "plan").tells(t, "2 steps of these: "+forEver)
	rest := w.must(t, 0, "approve", w.hash(t), "--only", dir.people[7].Account)
	_, asked, _ := strings.Cut(rest.stdout, "Still waiting for a yes: 1 step of 1 person")
	if !strings.Contains(asked, "1 step of these: "+forEver) {
		t.Errorf("the yes to the rest is asked for without a warning: %v", rest)
	}
}
