package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// exported is a line of audit export, as a program of somebody else reads it.
type exported struct {
	Seq                   int64
	At                    time.Time
	Event, Op             string
	ChangeID              string
	Person                struct{ Source, ID, CSI string }
	CredentialID          string
	ThreemaIDs            []string
	Evidence, By, Message string
	Hash                  string
	Erased                bool
	Tombstone             string
	Erases                []int64
	Salt                  string
}

func (w *world) export(t *testing.T) []exported {
	t.Helper()
	var all []exported
	for text := range strings.Lines(w.must(t, 0, "audit", "export").stdout) {
		var e exported
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if e.Seq != int64(len(all)+1) || len(e.Hash) != 64 || e.At.IsZero() || e.ThreemaIDs == nil {
			t.Errorf("line %d: %+v", len(all)+1, e)
		}
		all = append(all, e)
	}
	return all
}

// inLedger does something to the ledger that no program of ours would. The driver is that of
// package ledger.
func (w *world) inLedger(t *testing.T, script string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(w.stateDir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAudit: what a roll-out, a leaver with an approval and a baseline leave, and how an edit of
// the file shows. It needs neither the directory nor the package, nor their secrets, nor the lock.
func TestAudit(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "approve", "--baseline")
	w.must(t, 0, "run", "--once")
	dir.Close()
	w.sim.Close()
	w.writeSecret(t, "bind-password", "")
	unlock, err := app.LockPass(&config.Config{StateDir: w.stateDir})
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()

	all := w.export(t)
	out := w.must(t, 0, "audit", "verify")
	for _, text := range []string{"as it was written", fmt.Sprintf("%d entries", len(all)), all[len(all)-1].Hash} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("verify does not say %q: %v", text, out)
		}
	}
	creates, leaver := 0, []string{}
	left := dir.people[7]
	for _, e := range all {
		switch {
		case e.Event == "done" && e.Op == "create":
			creates++
		case e.Person.CSI == left.Number && e.Op != "create" && e.Op != "publish-contact":
			leaver = append(leaver, strings.TrimSpace(e.Event+" "+e.Op))
		}
		if e.Event == "intent" && (e.Op == "withdraw" || e.Op == "revoke") && (!strings.Contains(e.Evidence, "disabled") || len(e.ThreemaIDs) != 1) {
			t.Errorf("it does not say why, or whom it concerns: %+v", e)
		}
	}
	if creates != 20 {
		t.Errorf("%d creates are told, want 20", creates)
	}
	want := []string{
		"confirmed", "intent withdraw", "done withdraw", "intent disable-contact", "done disable-contact",
		"approved revoke", "intent revoke", "done revoke", "saga-ended",
	}
	if !slices.Equal(leaver, want) {
		t.Errorf("the leaver's story is %q, want %q", leaver, want)
	}
	for _, event := range []string{"approved", "baseline"} {
		if n := slices.IndexFunc(all, func(e exported) bool { return e.Event == event }); n < 0 || !strings.Contains(all[n].By, "uid") {
			t.Errorf("it does not tell who %s", event)
		}
	}

	w.inLedger(t, `DROP TRIGGER audit_keeps_its_words; UPDATE audit SET person = 'somebody else' WHERE seq = 7`)
	out = w.must(t, 1, "audit", "verify")
	for _, text := range []string{"TAMPERED", "entry 7 was edited", "the first 6", all[5].Hash} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("verify does not say %q: %v", text, out)
		}
	}
}

// TestAuditAfterTheRetention: of who was taken out, export tells a tombstone, verify that all is as
// it should be, and explain that something was done.
func TestAuditAfterTheRetention(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	w.advance(t, 25*time.Hour)
	w.must(t, 0, "run", "--once")
	w.advance(t, 2*time.Hour)
	w.must(t, 0, "run", "--once") // settled and verified by a second list: the retention begins
	left := dir.people[7]
	ofLeaver := func(e exported) bool { return e.Person.CSI == left.Number }
	before := w.export(t)
	if !slices.ContainsFunc(before, ofLeaver) {
		t.Fatal("the audit does not know the leaver")
	}
	w.advance(t, 91*24*time.Hour)
	w.must(t, 0, "run", "--once")
	after := w.export(t)
	if slices.ContainsFunc(after, ofLeaver) {
		t.Error("the audit still knows the leaver")
	}
	stones := map[string]bool{}
	for n, e := range after[:len(before)] {
		if e.Hash != before[n].Hash || e.Event != before[n].Event || e.Erased != (e.Salt == "") {
			t.Errorf("%+v was %+v", e, before[n])
		}
		if ofLeaver(before[n]) != e.Erased {
			t.Errorf("entry %d of %s is erased: %t", e.Seq, before[n].Person.CSI, e.Erased)
		}
		if e.Erased {
			stones[e.Tombstone] = true
		}
	}
	n := slices.IndexFunc(after, func(e exported) bool { return e.Event == "erased" })
	if n < 0 || len(stones) != 1 || !stones[after[n].Tombstone] || len(after[n].Tombstone) != 64 || len(after[n].Erases) < 9 {
		t.Fatalf("tombstones %v", stones)
	}
	if out := w.must(t, 0, "audit", "verify"); !strings.Contains(out.stdout, fmt.Sprintf("of which %d are erased", len(after[n].Erases))) {
		t.Errorf("%v", out)
	}
	out := w.must(t, 0, "explain", left.Number)
	if !strings.Contains(out.stdout, "revoke / widerrufen") || !strings.Contains(out.stdout, "erased since") {
		t.Errorf("explain does not tell that something was done: %v", out)
	}
}

// TestAuditTellsOfAShiftedClock: a test offset in a ledger that counts must show.
func TestAuditTellsOfAShiftedClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 1).site)
	shifted := func() bool {
		return slices.ContainsFunc(w.export(t), func(e exported) bool { return e.Event == "clock-shifted" })
	}
	w.must(t, 0, "run", "--once")
	if shifted() {
		t.Error("the clock was not shifted")
	}
	w.advance(t, 25*time.Hour)
	w.must(t, 0, "run", "--once")
	if !shifted() {
		t.Error("the audit does not tell of the shifted clock")
	}
	w.must(t, 0, "audit", "verify")
}

func TestAuditNeedsALedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 1).site)
	for _, what := range []string{"verify", "export"} {
		if out := w.must(t, 1, "audit", what); !strings.Contains(out.stderr, "there is no ledger in "+w.stateDir) {
			t.Errorf("%v", out)
		}
	}
	if out := w.must(t, 1, "audit"); !strings.Contains(out.stderr, "verify or export") {
		t.Errorf("%v", out)
	}
	if out := w.must(t, 1, "audit", "erase"); out.stdout != "" {
		t.Errorf("%v", out)
	}
}
