package sync_test

import (
	"errors"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// withoutHR is a company whose source hr was forgotten, and whose yes to that was given.
func withoutHR(t *testing.T) *world {
	t.Helper()
	w, _ := newTwoSources(t)
	w.policy.ID, w.policy.Approval = model.DetachID, model.ApproveNone
	w.rollOut()
	w.more = nil
	sources := dirsync.Sources{Configured: []string{"corp"}, Ledger: w.ledger, By: "anna (uid 1000)"}
	forgotten, err := sources.Forget(t.Context(), "hr")
	w.must(err)
	w.equal("people", 6, forgotten.People)
	w.exits(dirsync.ExitWaiting)
	w.equal("withdrawn", 0, len(w.sim.State().Withdrawn))
	w.approved(day)
	return w
}

// TestLastLookOfAForgottenSource: whose csi turns up in another source between the plan and the request
// stays, and so does everybody while that cannot be asked. The others leave, with their IDs.
func TestLastLookOfAForgottenSource(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		meanwhile func(*world)
		withdrawn int
	}{
		"nothing happens":            {func(*world) {}, 6},
		"somebody turns up":          {func(w *world) { w.directory.put(employee(12)) }, 5},
		"nobody can be asked":        {func(w *world) { w.directory.holders = errors.New("connection lost") }, 0},
		"a namesake has another csi": {func(w *world) { p := employee(12); p.CSI, p.UID = "E99", "user99"; w.directory.put(p) }, 6},
		"somebody left there too":    {func(w *world) { w.directory.put(employee(12)); w.directory.dismiss(w.T, "id-12") }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withoutHR(t)
			pass := w.pass()
			pass.Package = editing{w.client, func() { row.meanwhile(w) }}
			pass.Run(t.Context())
			state := w.sim.State()
			w.equal("withdrawn", row.withdrawn, len(state.Withdrawn))
			w.equal("detached", row.withdrawn, len(state.Detached))
			w.directory.holders = nil
			w.ok()
			w.settled()
			if _, there := w.lookup("user12"); there != (row.withdrawn == 5) {
				t.Errorf("user12 is in: %t", there)
			}
		})
	}
}
