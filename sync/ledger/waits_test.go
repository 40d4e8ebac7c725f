package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestWaitsOfTheLastPlan stay through passes that had none: what could not be looked at has not ended.
func TestWaitsOfTheLastPlan(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	since := c.Now()
	waits := []model.Wait{
		{Code: model.WaitApproval, Since: since, Seen: since, People: 2, Command: "threema-dirsync approve abc"},
		{Code: model.WaitNoLicence, Since: since, Seen: since, People: 7, Command: "buy licences"},
	}
	finish(t, l, startRun(t, l), model.RunEnd{Result: "waiting", Planned: true, Waits: waits})
	want := func(want []model.Wait) {
		t.Helper()
		if diff := cmp.Diff(want, state(t, l).Waits); diff != "" {
			t.Error(diff)
		}
	}
	want(waits)
	c.Advance(time.Hour)
	finish(t, l, startRun(t, l), model.RunEnd{Result: "failed"})
	want(waits)
	waits = []model.Wait{{Code: model.WaitApproval, Since: since, Seen: c.Now(), People: 1, Command: "threema-dirsync approve def"}}
	finish(t, l, startRun(t, l), model.RunEnd{Result: "waiting", Planned: true, Waits: waits})
	want(waits)
	finish(t, l, startRun(t, l), model.RunEnd{Result: "ok", Planned: true})
	want(nil)
}

// TestSinceWhenSomebodyIsManaged goes with the credential to another ID of the person, and stays with
// the person who gets another credential: neither makes them a newcomer.
func TestSinceWhenSomebodyIsManaged(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	since := c.Now()
	run := startRun(t, l)
	carry := func(op model.Operation) {
		t.Helper()
		settleOne(t, l, model.Settlement{Operation: beginOne(t, l, run, op).ID, Result: model.Done})
		c.Advance(time.Hour)
	}
	carry(model.Operation{Op: model.Adopt, Subject: model.Subject{Person: person("old")}, CredentialID: "c1"})
	carry(model.Operation{Op: model.Transfer, Subject: model.Subject{Person: person("new")}, CredentialID: "c1"})
	carry(model.Operation{Op: model.Adopt, Subject: model.Subject{Person: person("new")}, CredentialID: "c2"})
	if owned := state(t, l).Owned; len(owned) != 1 || owned[0].CredentialID != "c2" || !owned[0].Since.Equal(since) {
		t.Errorf("owned %+v, want one since %s", owned, since)
	}
}
