package sync_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// waits words the waits of a report.
func waits(r dirsync.Report) []string {
	list := []string{}
	for _, x := range r.Plan.Waits() {
		list = append(list, fmt.Sprintf("%s %d since %s", x.Code, x.People, x.Since.UTC().Format(time.DateTime)))
	}
	return list
}

// untold is a package that does not tell how many licences it has.
type untold struct{ dirsync.WorkAPI }

func (u untold) Inventory(ctx context.Context) (model.Inventory, error) {
	inventory, err := u.WorkAPI.Inventory(ctx)
	inventory.Subscription.Licences = 0
	return inventory, err
}

// TestALicenceThatTheServiceRefuses: a package that tells no number of licences says with 403 that none
// is left. Who waits is told from the second pass on, in a preview too, until a create has succeeded.
func TestALicenceThatTheServiceRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	pass := w.pass()
	pass.Package = untold{pass.Package}
	exits := func(code int) []string {
		t.Helper()
		r := pass.Run(t.Context())
		w.wantExit(r, code)
		return waits(r)
	}
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: http.StatusForbidden, Times: 3})
	since := w.sim.Now().UTC().Format(time.DateTime)
	w.equal("the first pass", []string{}, exits(dirsync.ExitOK))
	for range 2 {
		w.advance(time.Hour)
		w.equal("a preview", []string{"no-licence 3 since " + since}, waits(pass.Preview(t.Context())))
		w.equal("a later pass", []string{"no-licence 3 since " + since}, exits(dirsync.ExitWaiting))
	}
	if log := w.logs.text(); strings.Contains(log, "nothing was sent") {
		t.Errorf("the log says of a request that was sent that nothing was: %s", log)
	}
	w.advance(time.Hour)
	w.equal("with licences", []string{}, exits(dirsync.ExitOK))
	w.equal("a preview after that", []string{}, waits(pass.Preview(t.Context())))
}

// TestSeatsAreThoseAfterThePass: status tells what is left, not what was.
func TestSeatsAreThoseAfterThePass(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(6)...)
	w.put(func(s *worksim.State) { s.Subscription.LicenseAmount = 4 })
	w.equal("after the roll-out", model.Seats{Licences: 4, Used: 4}, w.exits(dirsync.ExitOK).Plan.Seats)
	w.policy.GraceWithdraw = 0
	w.directory.dismiss(t, "id-01")
	w.advance(time.Hour)
	w.exits(dirsync.ExitWaiting)
	w.put(func(s *worksim.State) { s.Subscription.LicenseAmount = 6 })
	w.advance(time.Hour)
	r := w.exits(dirsync.ExitOK)
	credentials := len(w.sim.State().Credentials)
	w.equal("after who left and who came", model.Seats{Licences: 6, Used: credentials, Free: 6 - credentials}, r.Plan.Seats)
}

// TestWaitsThroughAReadThatFailed: what could not be looked at has not ended, and begins no new row.
func TestWaitsThroughAReadThatFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(6)...)
	w.rollOut()
	w.policy.GraceWithdraw, w.policy.Approval = 0, model.ApproveAll
	w.directory.dismiss(t, "id-01")
	w.advance(time.Hour)
	since := w.sim.Now().UTC().Format(time.DateTime)
	w.equal("asked", []string{"approval 1 since " + since}, waits(w.exits(dirsync.ExitWaiting)))
	w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadPaging}
	w.advance(time.Hour)
	w.exits(dirsync.ExitIncomplete)
	w.directory.failure = nil
	whole := w.directory.conditions
	w.directory.conditions = []model.Condition{{Name: "sentinels", Detail: model.Told("", "missing")}}
	w.advance(time.Hour)
	w.exits(dirsync.ExitIncomplete)
	w.directory.conditions = whole
	w.advance(time.Hour)
	w.equal("asked again", []string{"approval 1 since " + since}, waits(w.exits(dirsync.ExitWaiting)))
}
