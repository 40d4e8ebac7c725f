package sync_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// fullLedger is a ledger that cannot record one thing: by then the disk is full.
type fullLedger struct {
	dirsync.Ledger
	what string
}

func (l fullLedger) record(what string, record func() error) error {
	if l.what == what {
		return errors.New("disk full")
	}
	return record()
}

func (l fullLedger) Settle(ctx context.Context, settlements []model.Settlement) error {
	return l.record("settle", func() error { return l.Ledger.Settle(ctx, settlements) })
}

func (l fullLedger) RecordDecision(ctx context.Context, run int64, d model.Decision) error {
	return l.record("decide", func() error { return l.Ledger.RecordDecision(ctx, run, d) })
}

func (l fullLedger) Remember(ctx context.Context, run int64, u model.StateUpdate) error {
	return l.record("remember", func() error { return l.Ledger.Remember(ctx, run, u) })
}

func (l fullLedger) Order(ctx context.Context, run int64, o model.OpenOrder, csi, reason string) error {
	return l.record("order", func() error { return l.Ledger.Order(ctx, run, o, csi, reason) })
}

func (l fullLedger) RevokeUndo(ctx context.Context, run int64, person model.PersonID, csi, by, reason string) error {
	return l.record("revoke undo", func() error { return l.Ledger.RevokeUndo(ctx, run, person, csi, by, reason) })
}

func (l fullLedger) Erase(ctx context.Context, run int64, retention time.Duration) (int, error) {
	return 0, l.record("erase", func() error { _, err := l.Ledger.Erase(ctx, run, retention); return err })
}

// TestUnrecorded: whatever else ended a pass, that something could not be recorded is told and fails it. That a change
// failed is told with the change, and not once more as the error of the pass.
func TestUnrecorded(t *testing.T) {
	t.Parallel()
	refused := worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Status: 401}
	for name, tt := range map[string]struct {
		what  string
		fault worksim.Fault
		stops int // how often the stop file is not there yet
	}{
		"what became of a step":                    {"settle", worksim.Fault{}, 9},
		"what became of a step that ends the pass": {"settle", refused, 9},
		"why a step was skipped":                   {"decide", worksim.Fault{}, 1},
		"what the pass learned":                    {"remember", worksim.Fault{}, 9},
		"who is erased":                            {"erase", worksim.Fault{}, 9},
		"who is erased, after a failure":           {"erase", refused, 9},
		"nothing is lost, but the pass ends":       {"", refused, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.stop = func() string {
				if tt.stops--; tt.stops < 0 {
					return stopFile
				}
				return ""
			}
			if tt.fault.Status != 0 {
				w.fault(tt.fault)
			}
			pass := w.pass()
			pass.Ledger = fullLedger{pass.Ledger, tt.what}
			r := pass.Run(t.Context())
			w.wantExit(r, dirsync.ExitFailed)
			full := r.Err != nil && r.Failure() == model.PassFailureMachine && strings.HasSuffix(r.Err.Error(), ": disk full")
			if full != (tt.what != "") || !full && r.Err != nil {
				t.Errorf("error: %v (%s)", r.Err, r.Failure())
			}
		})
	}
}

// TestUnrecordedOrder: an order of which something could not be recorded fails, and nothing is sent that relies on it.
func TestUnrecordedOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		what    string
		outcome string
		taken   bool // the credential went all the same
	}{
		"the order":                       {"order", outcomes.OrderFailed, false},
		"what the pass learned":           {"remember", outcomes.OrderFailed, false},
		"the order, the package is down":  {"order, unread", outcomes.OrderFailed, false},
		"that the way back ends":          {"revoke undo", outcomes.OrderFailed, true},
		"that the withdrawal was carried": {"settle", outcomes.OrderWithdrawn, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			if tt.what == "revoke undo" {
				w.wantOrdered("E03")
				w.equal("undone", outcomes.AnswerUndone, w.undo("E03").Outcome)
			}
			what, down := strings.CutSuffix(tt.what, ", unread")
			if down {
				w.fault(worksim.Fault{Status: 503})
			}
			order, err := dirsync.NewOrder("E03", why, "anna (uid 1000)")
			w.must(err)
			pass := w.pass()
			pass.Ledger = fullLedger{pass.Ledger, what}
			r, got, err := pass.Withdraw(t.Context(), order, w.ledger, func(outcomes.Withdrawal) {})
			w.must(err)
			w.equal("outcome", []any{tt.outcome, dirsync.ExitFailed, what == "remember"}, []any{got.Outcome, got.ExitCode, got.Stands})
			if !strings.Contains(english.Say(got.Why), "disk full") || r.Err == nil {
				t.Errorf("does not say so: %s (%v)", english.Say(got.Why), r.Err)
			}
			w.equal("withdrawn", tt.taken, len(w.sim.State().Withdrawn) > 0)
		})
	}
}

// TestAnOrderIsNoWholePass: where a part of the directories was read, an order plans with that, and its record does not
// pass for one of a plan.
func TestAnOrderIsNoWholePass(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	for n, down := range []error{nil, &model.ReadError{Source: sourceName, Reason: model.ReadUnreachable, Err: errors.New("no route to host")}} {
		w.directory.failure = down
		r, got, err := w.order([]string{"E03", "E04"}[n])
		w.must(err)
		w.equal("order", []any{outcomes.OrderWithdrawn, down == nil}, []any{got.Outcome, r.Planned})
	}
}

// TestAStepThatWasNotDone ends the turn of its person, and of nobody else: what comes after it relies on it.
func TestAStepThatWasNotDone(t *testing.T) {
	t.Parallel()
	for outcome, fault := range map[string]worksim.Fault{"failed": {Status: 409}, "unknown": {Status: 500}} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(5)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.directory.dismiss(t, "id-04")
			fault.Method, fault.Path, fault.Times = http.MethodDelete, "/credentials/", 1
			w.fault(fault)
			w.equal("results", []string{
				"withdraw user03 " + outcome, "disable-contact user03 skipped", "detach user03 skipped",
				"withdraw user04 done", "disable-contact user04 done", "detach user04 done",
			}, results(w.exits(dirsync.ExitFailed)))
			w.equal("detached", 1, len(w.sim.State().Detached))
		})
	}
}

// TestRowsOfAnEndedPass: what was sent until a pass ended, and what was not, is settled all the same.
func TestRowsOfAnEndedPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{NoAutoContacts: true}}, employees(4)...)
	w.rollOut()
	w.put(func(s *worksim.State) { s.Contacts = s.Contacts[:1] })
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/contacts", Status: 401})
	r := w.exits(dirsync.ExitFailed)
	w.equal("tried and open", []int{1, 0}, []int{len(r.Results), r.Unsettled})
	w.sim.ClearFaults()
	w.equal("done", 3, len(w.ok().Results))
}
