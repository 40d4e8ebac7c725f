package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestPageSizes: what only looks learns them too; after 30 days, or with a clock that was wrong, the
// list is asked for a large page again.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	path, c := newPath(t), newClock()
	open(t, path, Options{Now: c.Now})
	m, err := OpenMeter(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	want := func(list string, size int) {
		t.Helper()
		if got, err := m.PageSize(t.Context(), list); err != nil || got != size {
			t.Errorf("%s: %d, %v; want %d", list, got, err, size)
		}
	}
	note := func(list string, size int) {
		t.Helper()
		if err := m.NotePageSize(t.Context(), list, size); err != nil {
			t.Fatal(err)
		}
	}
	want("mdm-bulk", 0)
	note("mdm-bulk", 500)
	note("users", 100)
	note("mdm-bulk", 20)
	want("mdm-bulk", 20)
	want("users", 100)
	want("contacts", 0)
	c.Advance(30 * day)
	want("mdm-bulk", 20)
	c.Advance(time.Second)
	want("mdm-bulk", 0)
	note("mdm-bulk", 500)
	want("mdm-bulk", 500)
	c.Advance(-time.Hour)
	want("mdm-bulk", 0)
	if err := m.NotePageSize(t.Context(), "mdm-bulk", 0); err == nil {
		t.Error("a page of nothing was noted")
	}
}

// TestTrial: what a write may take away is on disk when BeginTrial returns, with its types, and until
// it is ended; and there is one at a time.
func TestTrial(t *testing.T) {
	t.Parallel()
	path, c := newPath(t), newClock()
	l := open(t, path, Options{Now: c.Now})
	trial := model.Trial{
		CredentialID: "c/1=", Username: "jo", At: start.Truncate(time.Millisecond),
		Wanted:  []model.Setting{{Name: "th_csi", Value: "1"}},
		Foreign: []model.KeptSetting{{Name: "th_disable_web", Value: "true", NotText: true}, {Name: "th_nickname", Value: `"Ä"`}},
	}
	if err := l.BeginTrial(t.Context(), trial); err != nil {
		t.Fatal(err)
	}
	if err := l.BeginTrial(t.Context(), trial); err == nil {
		t.Error("a second trial was begun")
	}
	again, err := OpenReader(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.Service{Trial: trial}, state(t, again).Service); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	for _, reading := range []model.BulkReading{model.BulkMerges, model.BulkReplaces} {
		if err := l.LearnBulk(t.Context(), reading); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.EndTrial(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.Service{Bulk: model.BulkReplaces}, state(t, l).Service); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := l.LearnBulk(t.Context(), "shuffles"); err == nil {
		t.Error("another reading was kept")
	}
}

// TestAnotherPackageTeachesAnew: what was learned is forgotten with the licence package, and only then.
func TestAnotherPackageTeachesAnew(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	remember(t, l, model.StateUpdate{Subscription: "A"})
	learn := func() {
		t.Helper()
		for _, err := range []error{
			l.LearnBulk(t.Context(), model.BulkReplaces), l.NotePageSize(t.Context(), "mdm-bulk", 500),
			l.BeginTrial(t.Context(), model.Trial{CredentialID: "c", At: start}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	known := func() (model.BulkReading, int, string) {
		t.Helper()
		size, err := l.PageSize(t.Context(), "mdm-bulk")
		if err != nil {
			t.Fatal(err)
		}
		s := state(t, l).Service
		return s.Bulk, size, s.Trial.CredentialID
	}
	learn()
	remember(t, l, model.StateUpdate{Subscription: "A"})
	if reading, size, trial := known(); reading != model.BulkReplaces || size != 500 || trial != "c" {
		t.Errorf("forgotten by a pass: %q, %d, %q", reading, size, trial)
	}
	remember(t, l, model.StateUpdate{Subscription: "B"})
	if reading, size, trial := known(); reading != model.BulkUnknown || size != 0 || trial != "" {
		t.Errorf("kept from another package: %q, %d, %q", reading, size, trial)
	}
}

// TestTrialIsErased: with the person whose credential it was; that of somebody who stays does not go.
func TestTrialIsErased(t *testing.T) {
	t.Parallel()
	for credential, want := range map[string]string{"cred-gone": "", "cred-here": "cred-here"} {
		l, c := settledLeaver(t)
		if err := l.BeginTrial(t.Context(), model.Trial{CredentialID: credential, At: c.Now()}); err != nil {
			t.Fatal(err)
		}
		c.Advance(91 * day)
		if n := erase(t, l, 90*day); n != 1 {
			t.Errorf("%d erased", n)
		}
		if got := state(t, l).Service.Trial.CredentialID; got != want {
			t.Errorf("the trial of %q is that of %q", credential, got)
		}
	}
}
