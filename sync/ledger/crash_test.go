package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The operations that the child begins before it is killed.
func crashOps() []model.Operation {
	return []model.Operation{
		{ChangeID: "a1", Op: model.Withdraw, Subject: model.Subject{Person: person("1")}, OU: "ou=x", CredentialID: "c1", Username: "ada", ThreemaIDs: []string{"AAAAAAAA"}, At: start},
		{ChangeID: "b2", Op: model.Create, Subject: model.Subject{Person: person("2")}, Username: "bob", At: start},
		{ChangeID: "c3", Op: model.Adopt, Subject: model.Subject{Person: person("3")}, CredentialID: "c3", At: start},
	}
}

// child is what the test binary does as a child: it works up to a point, says so on stdout,
// and waits to be killed.
func child(part string) int {
	if err := work(context.Background(), part, os.Getenv("LEDGER_TEST_PATH")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stdout, "ready")
	select {}
}

func work(ctx context.Context, part, path string) error {
	l, err := Open(ctx, path, Options{Now: newClock().Now, DailyRequests: 10})
	if err != nil {
		return err
	}
	if part == "erasing" || part == "erased" {
		return eraseAsChild(ctx, l, part, func() { fmt.Fprintln(os.Stdout, "ready") })
	}
	run, err := l.StartRun(ctx, model.Sync)
	for n := 0; part == "passes" && n < 100 && err == nil; n++ {
		run, err = l.StartRun(ctx, model.Sync)
	}
	if err != nil || part == "passes" {
		return err
	}
	if err := l.Take(ctx); err != nil {
		return err
	}
	ops, err := l.Begin(ctx, run, crashOps())
	if err != nil || part == "begun" {
		return err
	}
	if err := l.Created(ctx, ops[1].ID, "c2", nil); err != nil || part == "created" {
		return err
	}
	return l.Settle(ctx, []model.Settlement{{Operation: ops[2].ID, Result: model.Done}, {Operation: ops[1].ID, Result: model.Done}})
}

// killAt starts a child, waits until it has done its part, and kills it with SIGKILL.
func killAt(t *testing.T, part, path string) {
	t.Helper()
	testdir.Starts(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "LEDGER_TEST_CHILD="+part, "LEDGER_TEST_PATH="+path)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if line != "ready\n" {
		t.Fatalf("the child said %q: %s", line, stderr.String())
	}
}

// TestKill9 kills a process at each step of the journal (pitfall D7, matrix 11).
func TestKill9(t *testing.T) {
	t.Parallel()
	departure := model.Departure{
		Subject: model.Subject{Person: person("1")}, CredentialID: "c1", Username: "ada", OU: "ou=x", StartedAt: start,
		IDs: []model.DepartingID{{ThreemaID: "AAAAAAAA"}},
	}
	created := model.Ownership{Person: person("2"), CredentialID: "c2", Username: "bob", Created: true, Since: start}
	adopted := model.Ownership{Person: person("3"), CredentialID: "c3", Since: start}
	tests := []struct {
		part  string
		open  []string // change ids
		owned []model.Ownership
		told  []AuditEvent
	}{
		{"begun", []string{"a1", "b2", "c3"}, nil, []AuditEvent{auditIntent, auditIntent, auditIntent}},
		{"created", []string{"a1", "b2", "c3"}, []model.Ownership{created}, []AuditEvent{auditIntent, auditIntent, auditIntent, auditCreated}},
		{
			"settled", []string{"a1"}, []model.Ownership{created, adopted},
			[]AuditEvent{auditIntent, auditIntent, auditIntent, auditCreated, auditDone, auditDone},
		},
	}
	for _, tt := range tests {
		t.Run(tt.part, func(t *testing.T) {
			t.Parallel()
			path, c := newPath(t), newClock()
			killAt(t, tt.part, path)
			l := open(t, path, Options{Now: c.Now, DailyRequests: 10})
			s := state(t, l)
			var opened []string
			for _, op := range s.Open {
				opened = append(opened, op.ChangeID)
			}
			if diff := cmp.Diff(tt.open, opened); diff != "" {
				t.Errorf("open: %s", diff)
			}
			if diff := cmp.Diff(tt.owned, s.Owned); diff != "" {
				t.Errorf("owned: %s", diff)
			}
			if diff := cmp.Diff([]model.Departure{departure}, s.Departures); diff != "" {
				t.Errorf("sagas: %s", diff)
			}
			if diff := cmp.Diff([]model.PastRemoval{{Op: model.Withdraw, Person: person("1"), OU: "ou=x", At: start}}, s.Taken); diff != "" {
				t.Errorf("taken: %s", diff)
			}
			if got := budget(t, l.Reader).Remaining; got != 9 {
				t.Errorf("%d requests remain, want 9", got)
			}
			var told []AuditEvent
			for _, e := range story(t, l.Reader) {
				told = append(told, e.Event)
			}
			if diff := cmp.Diff(tt.told, told); diff != "" {
				t.Errorf("audit: %s", diff)
			}
			verify(t, l.Reader)
			checkCrashed(t, l)
		})
	}
}

// checkCrashed checks that the pass shows as crashed and that the next one finds its rows unknown.
func checkCrashed(t *testing.T, l *Ledger) {
	t.Helper()
	runs, err := l.LastRuns(t.Context(), 5)
	if err != nil || len(runs) != 1 || !runs[0].Finished.IsZero() {
		t.Errorf("runs %+v, %v, want one without an end", runs, err)
	}
	for _, unknown := range []bool{false, true} {
		rows := openRows(t, l)
		if len(rows) == 0 {
			t.Fatal("the journal has no open row")
		}
		for _, r := range rows {
			if r.unknown != unknown {
				t.Errorf("operation %d: unknown is %t, want %t", r.id, r.unknown, unknown)
			}
		}
		startRun(t, l)
	}
}
