package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// passes opens the ledger at path, does so many passes that learn something, and closes it.
func passes(t *testing.T, path string, c *clock, n int) {
	t.Helper()
	l, err := Open(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		c.Advance(time.Hour)
		remember(t, l, model.StateUpdate{Subscription: "sub"})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// says says a word to the ledger at path, and closes it.
func says(t *testing.T, path string, c *clock) {
	t.Helper()
	l, err := Open(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.ForgetSource(t.Context(), "branch", "anna"), l.Close()); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, string(content))
}

// gapOf reads the gap as the next command would find it.
func gapOf(t *testing.T, path string, c *clock) model.Gap {
	t.Helper()
	l, err := Open(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	gap := state(t, l).Gap
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return gap
}

// TestGap is what the high-water file shows of a ledger that is not the one of the last pass
// (pitfall K10).
func TestGap(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(t *testing.T, path string, c *clock) // after five passes
		want model.Gap
		next int64 // the number of the next pass
	}{
		{"the same ledger", func(*testing.T, string, *clock) {}, model.Gap{}, 6},
		{"no file", func(t *testing.T, path string, _ *clock) { remove(t, highWaterPath(path)) }, model.Gap{}, 6},
		{"killed before the file was written", func(t *testing.T, path string, c *clock) {
			copyFile(t, highWaterPath(path), path+".aside")
			passes(t, path, c, 1)
			copyFile(t, path+".aside", highWaterPath(path))
		}, model.Gap{}, 7},
		{"killed before the file got its name", func(t *testing.T, path string, _ *clock) {
			writeFile(t, highWaterPath(path)+".new", `{"ledger":"abc","pa`)
		}, model.Gap{}, 6},
		{"an older one put back", func(t *testing.T, path string, c *clock) {
			copyFile(t, path, path+".aside")
			passes(t, path, c, 7)
			copyFile(t, path+".aside", path)
		}, model.Gap{Kind: model.OlderLedger, Own: 5, Done: 12}, 13},
		{"an older one put back, of the same pass: a word was said since", func(t *testing.T, path string, c *clock) {
			copyFile(t, path, path+".aside")
			says(t, path, c)
			copyFile(t, path+".aside", path)
		}, model.Gap{Kind: model.OlderLedger, Own: 5, Done: 5}, 6},
		{"and another word was said to it", func(t *testing.T, path string, c *clock) {
			copyFile(t, path, path+".aside")
			says(t, path, c)
			copyFile(t, path+".aside", path)
			says(t, path, c)
		}, model.Gap{Kind: model.OlderLedger, Own: 5, Done: 5}, 6},
		{"a word was said", says, model.Gap{}, 6},
		{"a word was said, and then a pass was killed before the file was written", func(t *testing.T, path string, c *clock) {
			says(t, path, c)
			copyFile(t, highWaterPath(path), path+".aside")
			passes(t, path, c, 1)
			copyFile(t, path+".aside", highWaterPath(path))
		}, model.Gap{}, 7},
		{"an older one put back, where a pass followed the word", func(t *testing.T, path string, c *clock) {
			copyFile(t, path, path+".aside")
			says(t, path, c)
			passes(t, path, c, 1)
			copyFile(t, path+".aside", path)
		}, model.Gap{Kind: model.OlderLedger, Own: 5, Done: 6}, 7},
		{"deleted", func(t *testing.T, path string, _ *clock) { remove(t, path) }, model.Gap{Kind: model.LostLedger, Done: 5}, 6},
		{"another one put back", func(t *testing.T, path string, c *clock) {
			other := newPath(t)
			passes(t, other, c, 9)
			copyFile(t, other, path)
		}, model.Gap{Kind: model.OlderLedger, Own: 9, Done: 5}, 10},
		{"an older one that never learned anything", func(t *testing.T, path string, _ *clock) {
			change(t, path, `UPDATE ledger SET subscription = ''; UPDATE sqlite_sequence SET seq = 2 WHERE name = 'runs'; DELETE FROM runs WHERE id > 2`)
		}, model.Gap{Kind: model.LostLedger, Own: 2, Done: 5}, 6},
		{"both put back", func(t *testing.T, path string, c *clock) {
			copyFile(t, path, path+".aside")
			copyFile(t, highWaterPath(path), path+".aside2")
			passes(t, path, c, 7)
			copyFile(t, path+".aside", path)
			copyFile(t, path+".aside2", highWaterPath(path))
		}, model.Gap{}, 6}, // what the package says must show it
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			path, c := newPath(t), newClock()
			passes(t, path, c, 5)
			row.do(t, path, c)
			for range 3 { // it stays, though the file is this ledger's with the first pass
				gap := gapOf(t, path, c)
				if gap.Kind != "" && gap.At.IsZero() {
					t.Error("when is not told")
				}
				gap.At = time.Time{}
				if diff := cmp.Diff(row.want, gap); diff != "" {
					t.Fatal(diff)
				}
				l, err := Open(t.Context(), path, Options{Now: c.Now})
				if err != nil {
					t.Fatal(err)
				}
				run := startRun(t, l)
				if run != row.next {
					t.Errorf("the next pass is %d, want %d", run, row.next)
				}
				row.next = run + 1
				if err := errors.Join(l.Remember(t.Context(), run, model.StateUpdate{Subscription: "sub"}), l.Close()); err != nil {
					t.Fatal(err)
				}
			}
			accepted(t, path, c, row.want.Kind)
		})
	}
}

// accepted accepts the gap, if there is one, and looks at what is left and at what the audit tells.
func accepted(t *testing.T, path string, c *clock, kind model.GapKind) {
	t.Helper()
	l := open(t, path, Options{Now: c.Now})
	until := c.Now().Add(time.Hour).Truncate(time.Second)
	old, fresh := model.GivenApproval{ChangeID: "old", Person: person("p1"), Until: until}, model.GivenApproval{ChangeID: "new", Person: person("p2"), Until: until}
	if err := l.Approve(t.Context(), "cafe", "anna", []model.GivenApproval{old}); err != nil {
		t.Fatal(err)
	}
	remember(t, l, model.StateUpdate{Subscription: "sub", AcceptedBy: "anna", Accepted: []model.GivenApproval{fresh}})
	want := []model.GivenApproval{fresh, old}
	if kind == model.OlderLedger {
		want = want[:1]
	}
	s := state(t, l)
	if s.Gap != (model.Gap{}) || !cmp.Equal(want, s.Approvals, cmpopts.IgnoreFields(model.GivenApproval{}, "Hash", "By", "At")) {
		t.Errorf("accepted: gap %+v, approvals %+v", s.Gap, s.Approvals)
	}
	found := 0
	for _, e := range story(t, l.Reader) {
		if e.Event == auditBound && strings.Contains(e.Message, "this ledger") {
			found++
		}
	}
	if want := map[bool]int{true: 1, false: 0}[kind != ""]; found != want {
		t.Errorf("the audit tells of %d gaps, want %d", found, want)
	}
	verify(t, l.Reader)
}

// TestHighWaterFile: it is there before a pass sends anything, whole and private.
func TestHighWaterFile(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	for n := int64(1); n < 3; n++ {
		startRun(t, l)
		high, err := readHighWater(l.path)
		if err != nil || high.Pass != n || len(high.Ledger) != 32 || !high.At.Equal(c.Now()) {
			t.Errorf("%+v, %v", high, err)
		}
	}
	if err := checkPrivate(highWaterPath(l.path)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(highWaterPath(l.path) + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

// TestNoPassWithoutTheHighWaterFile: what cannot be read or written is never passed over.
func TestNoPassWithoutTheHighWaterFile(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string // "": a folder lies there
		want       string
	}{
		{"empty", "\n", "is damaged"},
		{"cut", `{"ledger":"a1b2","pass":4`, "is damaged"},
		{"without a pass", `{"ledger":"a1b2"}`, "it names no ledger or no pass"},
		{"without a ledger", `{"pass":7}`, "it names no ledger or no pass"},
		{"another kind of file", "\x00\x01", "is damaged"},
		{"a folder", "", "nothing was done: the user of this process must be able to read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			if row.text == "" {
				mkdir(t, highWaterPath(l.path))
			} else {
				writeFile(t, highWaterPath(l.path), row.text)
			}
			_, started := l.StartRun(t.Context(), model.Sync)
			_, read := l.State(t.Context())
			for _, err := range []error{started, read} {
				if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "nothing was done") {
					t.Errorf("error %v, want %q", err, row.want)
				}
			}
			if runs, err := l.LastRuns(t.Context(), 1); err != nil || len(runs) > 0 {
				t.Errorf("a pass began: %v, %v", runs, err)
			}
		})
	}
	t.Run("not writable", func(t *testing.T) {
		t.Parallel()
		l, _ := openNew(t)
		startRun(t, l)
		mkdir(t, highWaterPath(l.path)+".new")
		if _, err := l.StartRun(t.Context(), model.Sync); err == nil || !strings.Contains(err.Error(), "write the high-water file") {
			t.Errorf("error %v", err)
		}
		if high, err := readHighWater(l.path); err != nil || high.Pass != 1 {
			t.Errorf("%+v, %v", high, err)
		}
	})
}

// TestNoGapBesideAPass: a process that looks while others begin passes finds no gap.
func TestNoGapBesideAPass(t *testing.T) {
	t.Parallel()
	testdir.Starts(t)
	path := newPath(t)
	l := open(t, path, Options{Now: newClock().Now})
	startRun(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	looked := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			if s, err := l.State(context.WithoutCancel(ctx)); err != nil || s.Gap.Kind != "" {
				t.Errorf("look %d: %+v, %v", n, s.Gap, err)
				break
			}
		}
		looked <- n
	}()
	killAt(t, "passes", path)
	cancel()
	t.Logf("looked %d times", <-looked)
	if run := startRun(t, l); run != 103 {
		t.Errorf("pass %d, want 103", run)
	}
	if left, err := filepath.Glob(path + ".high-water.*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestHighWaterFileThatIsAPipe: a command says so, and does not wait for somebody to write to it.
func TestHighWaterFileThatIsAPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := syscall.Mkfifo(highWaterPath(path), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readHighWater(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

// TestWordBesideAPassThatBegins: what is said after a pass stands in the ledger, and before the file tells of it, is not lost
// from the file.
func TestWordBesideAPassThatBegins(t *testing.T) {
	t.Parallel()
	path, c := newPath(t), newClock()
	passes(t, path, c, 1)
	copyFile(t, highWaterPath(path), path+".aside")
	passes(t, path, c, 1)
	began, err := readHighWater(path)
	if err != nil {
		t.Fatal(err)
	}
	copyFile(t, path+".aside", highWaterPath(path)) // pass 2 is about to write it
	copyFile(t, path, path+".older")
	says(t, path, c)
	l := open(t, path, Options{Now: c.Now})
	if err := l.raiseTo(t.Context(), began); err != nil {
		t.Fatal(err)
	}
	if gap := state(t, l).Gap; gap.Kind != "" {
		t.Errorf("a gap: %+v", gap)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	copyFile(t, path+".older", path)
	if gap := gapOf(t, path, c); gap.Kind != model.OlderLedger || gap.Done != 2 {
		t.Errorf("the ledger does not know the word, and the gap is %+v", gap)
	}
}

// TestWordThatChangesNothing: a yes is taken back that nobody gave, before anything is recorded. No later ledger lacks it.
func TestWordThatChangesNothing(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	startRun(t, l)
	if err := l.EndApprovals(t.Context(), "anna", []string{"w1"}); err != nil {
		t.Fatal(err)
	}
	if gap := state(t, l).Gap; gap.Kind != "" {
		t.Errorf("%+v", gap)
	}
}
