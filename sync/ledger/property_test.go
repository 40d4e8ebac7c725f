package ledger

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestStateEqualsTheModel does anything in any order to a ledger and to a model made of
// maps, and compares what they remember after each step.
func TestStateEqualsTheModel(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		w := &world{path: filepath.Join(dir, fmt.Sprint(n)), clock: newClock(), reference: newReference()}
		w.open(t)
		defer func() { must(t, w.ledger.Close()) }()
		w.startRun(t)
		t.Repeat(map[string]func(*rapid.T){
			"":         w.compare,
			"reopen":   w.reopen,
			"wait":     func(t *rapid.T) { w.clock.Advance(time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour) },
			"startRun": w.startRun,
			"finish":   w.finish,
			"begin":    w.begin,
			"created":  w.created,
			"settle":   w.settle,
			"remember": w.remember,
			"approve":  w.approve,
			"hold":     w.hold,
			"end hold": w.endHold,
			"undo":     w.undo,
		})
	})
}

// world is a ledger, the model beside it, and the pass under way.
type world struct {
	path        string
	clock       *clock
	reference   *reference
	ledger      *Ledger
	run         int64
	credentials int
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) open(t *rapid.T) {
	l, err := Open(context.Background(), w.path, Options{Now: w.clock.Now})
	must(t, err)
	w.ledger = l
}

func (w *world) reopen(t *rapid.T) {
	must(t, w.ledger.Close())
	w.open(t)
}

func (w *world) compare(t *rapid.T) {
	got, err := w.ledger.State(context.Background())
	must(t, err)
	w.reference.learn(got.Effects, w.clock.Now())
	if diff := cmp.Diff(w.reference.state(w.clock.Now()), got); diff != "" {
		t.Fatalf("the ledger (+) differs from the model (-):\n%s", diff)
	}
	report, err := w.ledger.VerifyAudit(context.Background())
	must(t, err)
	if report.Fault != "" {
		t.Fatalf("the audit does not verify: %+v", report)
	}
	var intents, settled int
	must(t, w.ledger.reads.QueryRow(`SELECT count(*) FILTER (WHERE event = 'intent'),
		count(*) FILTER (WHERE event IN ('done', 'failed', 'settled', 'reverted')) FROM audit`).Scan(&intents, &settled))
	if closed := len(w.reference.journal) - len(got.Open); intents != len(w.reference.journal) || settled != closed {
		t.Fatalf("the audit tells of %d intents and %d ends, the journal of %d and %d", intents, settled, len(w.reference.journal), closed)
	}
}

func (w *world) startRun(t *rapid.T) {
	run, err := w.ledger.StartRun(context.Background(), model.Sync)
	must(t, err)
	w.run = run
	for _, r := range w.reference.journal {
		if r.state == intent {
			r.state = unknown
		}
	}
}

func (w *world) finish(t *rapid.T) {
	rolledOut := rapid.Bool().Draw(t, "rolled out")
	must(t, w.ledger.FinishRun(context.Background(), w.run, model.RunEnd{Result: "ok", RolledOut: rolledOut}))
	w.reference.rolledOut = w.reference.rolledOut || rolledOut
	w.startRun(t)
}

var (
	people      = rapid.Custom(func(t *rapid.T) model.PersonID { return person(rapid.StringMatching(`[1-4]`).Draw(t, "person")) })
	threemaIDs  = rapid.SliceOfNDistinct(rapid.StringMatching(`[A-D]{1}`), 1, 2, rapid.ID)
	credentials = rapid.StringMatching(`c[1-4]`)
	words       = rapid.StringMatching(`[xyzü"' ]{0,2}`)
)

// begin begins one operation, which the ledger must refuse exactly if the model does.
func (w *world) begin(t *rapid.T) {
	op := model.Operation{
		ChangeID: words.Draw(t, "change"), Op: rapid.SampledFrom(model.Ops()).Draw(t, "op"), Subject: model.Subject{Person: people.Draw(t, "person"), CSI: words.Draw(t, "csi"), DN: words.Draw(t, "dn")},
		OU: words.Draw(t, "ou"), Username: words.Draw(t, "username"),
		ThreemaIDs: threemaIDs.Draw(t, "ids"), ContactCreated: rapid.Bool().Draw(t, "made"), Approved: rapid.Bool().Draw(t, "approved"),
	}
	if op.Op != model.Create {
		op.CredentialID = credentials.Draw(t, "credential")
	}
	begun, err := w.ledger.Begin(context.Background(), w.run, []model.Operation{op})
	if (err == nil) != w.reference.mayBegin(op) {
		t.Fatalf("Begin = %v, the model says %t", err, w.reference.mayBegin(op))
	}
	if err == nil {
		w.reference.begin(begun[0])
	}
}

// pick draws an open operation, and skips the step if there is none.
func (w *world) pick(t *rapid.T, fits func(*row) bool) *row {
	var rows []*row
	for _, r := range w.reference.rows() {
		if r.open() && fits(r) {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		t.Skip("no such operation is open")
	}
	return rapid.SampledFrom(rows).Draw(t, "operation")
}

func (w *world) created(t *rapid.T) {
	r := w.pick(t, func(r *row) bool { return r.Op == model.Create })
	w.credentials++
	r.CredentialID = fmt.Sprint("new", w.credentials)
	sent := []model.Setting{{Name: "s", Value: words.Draw(t, "sent")}, {Name: "t", Value: words.Draw(t, "sent too")}}
	must(t, w.ledger.Created(context.Background(), r.ID, r.CredentialID, sent))
	for _, s := range sent {
		if !slices.Contains(r.Sent, s) {
			r.Sent = append(r.Sent, s)
		}
	}
	slices.SortFunc(r.Sent, func(a, b model.Setting) int { return strings.Compare(a.Name+" "+a.Value, b.Name+" "+b.Value) })
	w.reference.own(r.Operation, true, "", w.clock.Now())
}

// mayBeDone leaves out what no pass does: a create without a credential, and the adoption of
// one that somebody else owns.
func (w *world) mayBeDone(r *row) bool {
	if r.Op == model.Create {
		return r.CredentialID != ""
	}
	for id, own := range w.reference.owned {
		if r.Op == model.Adopt && own.CredentialID == r.CredentialID && id != r.Person.ID {
			return false
		}
	}
	return true
}

func (w *world) settle(t *rapid.T) {
	r := w.pick(t, w.mayBeDone)
	o := model.Settlement{
		Operation: r.ID, Result: rapid.SampledFrom([]model.Result{model.Done, model.Failed, model.Uncertain}).Draw(t, "result"),
		ThreemaIDs: threemaIDs.Draw(t, "further ids"), Refused: rapid.Bool().Draw(t, "answered with a refusal"),
	}
	if rapid.Bool().Draw(t, "refused") {
		o.Refusals = []model.Refusal{{CredentialID: credentials.Draw(t, "credential"), Setting: "s", Value: words.Draw(t, "value"), At: w.clock.Now()}}
		w.reference.refusals[o.Refusals[0].CredentialID] = o.Refusals[0]
	}
	must(t, w.ledger.Settle(context.Background(), []model.Settlement{o}))
	if r.Op == model.Withdraw {
		w.reference.join(r.Operation, o.ThreemaIDs)
	}
	switch o.Result {
	case model.Done:
		w.reference.done(r, w.clock.Now())
	case model.Failed:
		r.state = failed
	case model.Uncertain:
		r.state, r.Refused = unknown, o.Refused
	}
}

func (w *world) remember(t *rapid.T) {
	w.clock.Advance(time.Second)
	now := w.clock.Now()
	m := model.StateUpdate{
		Subscription: words.Draw(t, "subscription"), Baseline: rapid.Bool().Draw(t, "baseline"),
		SyncSince: w.moment(t), Sources: map[string]model.SourceBinding{"s" + words.Draw(t, "source"): {
			Scope: words.Draw(t, "scope"), AccountSeen: rapid.Bool().Draw(t, "account"), Reader: model.Reader{ID: words.Draw(t, "reader ID"), Name: words.Draw(t, "reader")},
		}},
		Bases:     []model.Base{{Source: "corp", Managed: 1, At: now}},
		Published: []model.Publication{{ThreemaID: "A", Created: rapid.Bool().Draw(t, "made")}},
	}
	for _, id := range threemaIDs.Draw(t, "users") {
		m.UsersSeen = append(m.UsersSeen, model.SeenUser{ThreemaID: id, CredentialID: "c1", Since: w.moment(t)})
	}
	sortSeen(m.UsersSeen)
	for _, id := range []string{"A", "B", "C"} {
		if rapid.Bool().Draw(t, "unlisted") {
			m.Unlisted = append(m.Unlisted, model.Unlisted{
				Object: model.Object{Kind: model.ObjectUser, ID: id}, Since: now.Add(-time.Duration(rapid.IntRange(0, 2).Draw(t, "hours")) * time.Hour), Accepted: rapid.Bool().Draw(t, "accepted"),
			})
		}
	}
	for id := range 4 {
		if rapid.Bool().Draw(t, "observed") {
			m.Observations = append(m.Observations, w.observation(t, fmt.Sprint(id+1)))
		}
		if rapid.Bool().Draw(t, "used before") {
			m.FormerLinks = append(m.FormerLinks, model.FormerLink{ThreemaID: "A", Person: person(fmt.Sprint(id + 1)), Until: w.moment(t)})
		}
		if rapid.Bool().Draw(t, "had another csi") {
			m.FormerCSIs = append(m.FormerCSIs, model.FormerCSI{Person: person(fmt.Sprint(id + 1)), CSI: "old"})
		}
		if rapid.Bool().Draw(t, "sentinel") {
			m.Sentinels = append(m.Sentinels, model.Sentinel{Person: person(fmt.Sprint(id + 1)), OU: words.Draw(t, "ou"), Since: w.moment(t)})
		}
	}
	for _, s := range values(w.reference.suspended) {
		if rapid.Bool().Draw(t, "still suspended") {
			s.Over = w.moment(t)
			m.Suspensions = append(m.Suspensions, s)
		}
	}
	for _, own := range values(w.reference.owned) {
		own.MissingSince, own.MissingReads, own.CSI = w.moment(t), rapid.IntRange(0, 2).Draw(t, "missing"), words.Draw(t, "csi")
		own.FirstName = words.Draw(t, "first name")
		own.Loss = rapid.SampledFrom([]model.LossState{"", model.LossOpen, model.LossAccepted}).Draw(t, "loss")
		m.Owned = append(m.Owned, own)
	}
	if rapid.Bool().Draw(t, "settle") {
		if r := w.firstOpen(); r != nil {
			m.Settled = []model.SettledOperation{{ID: r.ID, Done: w.mayBeDone(r) && rapid.Bool().Draw(t, "done")}}
		}
	}
	if rapid.Bool().Draw(t, "end") {
		m.EndedDepartures = []model.EndedDeparture{{Person: people.Draw(t, "ended"), Why: "returned"}}
	}
	for _, a := range values(w.reference.approvals) {
		if rapid.Bool().Draw(t, "expired") { // of one that was renewed beside the pass, too
			m.ExpiredApprovals = append(m.ExpiredApprovals, a.ChangeID)
		}
	}
	w.look(t, &m)
	must(t, w.ledger.Remember(context.Background(), w.run, m))
	w.reference.remember(m, now)
}

// look is what a pass may find of the effects that the ledger knows.
func (w *world) look(t *rapid.T, m *model.StateUpdate) {
	now := w.clock.Now()
	for _, e := range w.reference.effectsNow(now) {
		switch rapid.IntRange(0, 5).Draw(t, "found") {
		case 0:
			e.GoneAt = now
		case 1:
			e.VerifiedAt = now.AddDate(0, 0, -rapid.SampledFrom([]int{0, 89, 90, 91}).Draw(t, "days"))
		case 2:
			e.ReturnedAt = now
		case 3:
			m.Alarms = append(m.Alarms, model.Alarm{
				Departure: e.Departure, Kind: rapid.SampledFrom(model.AlarmKinds()).Draw(t, "kind"), Op: e.Op, ThreemaID: e.ThreemaID, Since: now,
			})
			continue
		default:
			continue
		}
		m.Effects = append(m.Effects, e)
	}
	for _, a := range w.reference.alarmsNow() {
		switch rapid.IntRange(0, 2).Draw(t, "alarm") {
		case 0:
			m.Cleared = append(m.Cleared, model.ClearedAlarm{Alarm: a, Words: "quiet"})
		case 1:
			a.QuietSince = now
			m.Alarms = append(m.Alarms, a)
		}
	}
}

// approve says yes to changes, some of which somebody begins.
func (w *world) approve(t *rapid.T) {
	var approvals []model.GivenApproval
	for _, change := range rapid.SliceOfNDistinct(rapid.StringMatching(`[xyz]`), 1, 3, rapid.ID).Draw(t, "changes") {
		a := model.GivenApproval{
			ChangeID: change, Person: people.Draw(t, "person"), Op: rapid.SampledFrom([]model.Op{"", model.Withdraw, model.Create}).Draw(t, "op"),
			Until: w.clock.Now().Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour),
		}
		approvals = append(approvals, a)
		a.Hash, a.By, a.At = "cafe", "anna", w.clock.Now()
		w.reference.approvals[a.ChangeID] = a
	}
	must(t, w.ledger.Approve(context.Background(), "cafe", "anna", approvals))
}

func (w *world) firstOpen() *row {
	for _, r := range w.reference.rows() {
		if r.open() {
			return r
		}
	}
	return nil
}

// moment is no time, the present, or a time in the past.
func (w *world) moment(t *rapid.T) time.Time {
	hours := rapid.IntRange(-1, 2).Draw(t, "hours ago")
	if hours < 0 {
		return time.Time{}
	}
	return w.clock.Now().Add(-time.Duration(hours) * time.Hour)
}

func (w *world) observation(t *rapid.T, id string) model.Observation {
	return model.Observation{
		Subject: model.Subject{Person: person(id), CSI: words.Draw(t, "csi"), DN: words.Draw(t, "dn")}, OU: words.Draw(t, "ou"),
		LastSeen: w.moment(t), FirstSeen: w.moment(t), Since: w.moment(t), ConfirmedAt: w.moment(t), Reads: rapid.IntRange(0, 2).Draw(t, "reads"),
		State:     rapid.SampledFrom([]model.AccountState{model.Unknown, model.Entitled, model.Departed}).Draw(t, "state"),
		Evidence:  model.Evidence{Kind: rapid.SampledFrom([]model.EvidenceKind{"", model.Disabled, model.Absent}).Draw(t, "kind")},
		Protected: rapid.Bool().Draw(t, "protected"), Departures: rapid.IntRange(0, 2).Draw(t, "departures"),
		Contested: rapid.Bool().Draw(t, "contested"), Second: rapid.Bool().Draw(t, "second"), Unproved: rapid.Bool().Draw(t, "unproved"),
	}
}
