package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

const why = "a secret reason"

// order types an order, and announces nothing.
func (w *world) order(query string) (dirsync.Report, outcomes.Withdrawal, error) {
	w.Helper()
	return w.orderWith(w.Context(), query, func(outcomes.Withdrawal) {})
}

func (w *world) orderWith(ctx context.Context, query string, announce func(outcomes.Withdrawal)) (dirsync.Report, outcomes.Withdrawal, error) {
	w.Helper()
	order, err := dirsync.NewOrder(query, " "+why+" ", "anna (uid 1000)")
	w.must(err)
	return w.pass().Withdraw(ctx, order, w.ledger, announce)
}

// wants types an order that must end with an outcome and an exit code, and say something.
func (w *world) wants(query, outcome string, code int, says string) outcomes.Withdrawal {
	w.Helper()
	r, got, err := w.order(query)
	w.must(err)
	if view.NewWithdrawalJSON(got).Code == "" {
		w.Errorf("no code for: %s", english.Say(got.Why))
	}
	if got.Outcome != outcome || got.ExitCode != code || !strings.Contains(english.Say(got.Why), says) {
		w.Fatalf("%s (%d): %s\nwant %s (%d): %s\n%s", got.Outcome, got.ExitCode, english.Say(got.Why), outcome, code, says, text(r))
	}
	return got
}

// wantOrdered types an order after which the access has ended, by it or before.
func (w *world) wantOrdered(query string) {
	w.Helper()
	_, got, err := w.order(query)
	w.must(err)
	if got.ExitCode != dirsync.ExitOK {
		w.Fatalf("%s (%d): %s", got.Outcome, got.ExitCode, english.Say(got.Why))
	}
}

func (w *world) owns(id string) bool {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	return slices.ContainsFunc(state.Owned, func(o model.Ownership) bool { return o.Person.ID == id })
}

// effects counts withdrawals, detaches and revocations.
func (w *world) effects() []int {
	state := w.sim.State()
	return []int{len(state.Withdrawn), len(state.Detached), len(state.Revoked)}
}

// orderWorld is a company of five in which leavers wait for a day, and their IDs for two more.
func orderWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID, w.policy.ConfirmReads, w.policy.ConfirmOver = model.DetachID, 2, day
	w.policy.GraceWithdraw, w.policy.GraceID = day, 2*day
	w.rollOut()
	return w
}

func announcement(t *testing.T, w outcomes.Withdrawal) string {
	t.Helper()
	var out strings.Builder
	if err := view.WriteAnnouncement(&out, w); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestWithdrawTheEntitled: the credential goes, and nothing else; it stays gone, and no pass wants
// anything.
func TestWithdrawTheEntitled(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	id := w.userID("user03")
	announced := false
	_, got, err := w.orderWith(w.Context(), id, func(before outcomes.Withdrawal) {
		announced = true
		w.equal("withdrawn before it is announced", []int{0, 0, 0}, w.effects())
		said := announcement(t, before)
		for _, part := range []string{"credential user03, used by the Threema ID " + id + ", of E03 CN=First03", "says: entitled", "IF THEY LEFT: disable the account", "IF THEY STAY and a phone is lost or stolen: do NOT disable the account", "credentials.recreate: true"} {
			if !strings.Contains(said, part) {
				t.Errorf("not said: %q\n%s", part, said)
			}
		}
	})
	w.must(err)
	if !announced || got.Outcome != outcomes.OrderWithdrawn || got.ExitCode != dirsync.ExitOK || got.Departed {
		t.Fatalf("%+v", got)
	}
	w.equal("effects", []int{1, 0, 0}, w.effects())
	w.equal("usernames", []string{"user01", "user02", "user04", "user05"}, w.usernames())
	if c, _ := w.contact(id); !c.Enabled {
		t.Error("the contact was disabled: nobody said that they left")
	}
	if !w.owns("id-03") {
		t.Error("the ownership is gone")
	}
	before := w.document()
	for range 3 {
		w.wants("E03", outcomes.OrderAlready, dirsync.ExitOK, "credential user03 is not in the package any more")
		r := w.ok()
		if reason := held(r, "E03"); !strings.Contains(reason, "credential user03 was withdrawn by order of 2026-03-") {
			t.Errorf("held: %s", reason)
		}
		w.settled()
	}
	w.equal("package", before, w.document())
	w.equal("fills the windows", 0, w.counted())
}

// counted is how many effects the windows of the limits count.
func (w *world) counted() int {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	return len(state.Taken)
}

// TestWithdrawThenDeparture: when the directory shows later that they left, the ordinary way goes
// on with the ID, which the link to the credential no longer tells.
func TestWithdrawThenDeparture(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	id := w.userID("user03")
	w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	w.ok()
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.advance(25 * time.Hour)
	r := w.ok()
	if said := text(r); slices.ContainsFunc(r.Plan.Changes, func(c model.Change) bool { return c.Op == model.Withdraw }) || !strings.Contains(said, "the credential was withdrawn by order of 2026-") {
		t.Error(said)
	}
	w.equal("fills the windows", 0, w.counted())
	w.equal("effects in grace.id", []int{1, 0, 0}, w.effects())
	w.advance(2*day + time.Hour)
	w.ok()
	w.equal("effects", []int{1, 1, 0}, w.effects())
	w.equal("detached", id, w.sim.State().Detached[0].ID)
	w.settled()
}

// TestWithdrawThenRecreate: with credentials.recreate two passes an hour apart give access again, and
// the announcement warned of it.
func TestWithdrawThenRecreate(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.policy.Recreate = true
	got := w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	if said := strings.Join(view.WithdrawalMeaning(got), "\n"); !strings.Contains(said, "CAUTION: credentials.recreate is true") {
		t.Error(said)
	}
	for range 3 {
		w.wants("E03", outcomes.OrderAlready, dirsync.ExitOK, "")
	}
	w.equal("first pass", []string(nil), results(w.ok()))
	w.advance(time.Hour)
	w.equal("second pass", []string{"create user03 done"}, results(w.ok()))
	w.activate("user03")
	w.ok()
	w.settled()
	w.equal("effects", []int{1, 0, 0}, w.effects())
}

// TestWithdrawTheDeparted: an unconfirmed departure begins now, with the contact. The ID waits for
// the confirmation and for its grace.
func TestWithdrawTheDeparted(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	id := w.userID("user03")
	w.directory.remove("id-03")
	w.ok()
	w.equal("effects", []int{0, 0, 0}, w.effects())
	got := w.wants("user03", outcomes.OrderWithdrawn, dirsync.ExitOK, "credential user03 is withdrawn (Zugang entzogen)")
	if said := announcement(t, got); !got.Departed || !strings.Contains(said, "says: departed: absent") || !strings.Contains(said, "leavers.id: detach") {
		t.Error(said)
	}
	w.equal("effects", []int{1, 0, 0}, w.effects())
	if c, _ := w.contact(id); c.Enabled {
		t.Error("the contact is still enabled")
	}
	if w.owns("id-03") {
		t.Error("the credential is gone, and still theirs")
	}
	w.settled()
	for _, step := range []struct {
		wait     time.Duration
		detached int
	}{{time.Hour, 0}, {day, 0}, {day - 2*time.Hour, 0}, {2 * time.Hour, 1}, {day, 1}} {
		w.advance(step.wait)
		w.wants("user03", outcomes.OrderAlready, dirsync.ExitOK, "credential user03 was withdrawn on 2026-03-")
		w.ok()
		w.equal("effects", []int{1, step.detached, 0}, w.effects())
	}
	w.settled()
	w.wants("E03", outcomes.OrderAlready, dirsync.ExitOK, "credential user03 was withdrawn on 2026-03-") // from the history
	w.equal("fills the windows", []string(nil), w.takenOps(model.Withdraw))
}

func (w *world) takenOps(op model.Op) []string {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	var people []string
	for _, t := range state.Taken {
		if t.Op == op {
			people = append(people, t.Person.ID)
		}
	}
	return people
}

// TestWithdrawWithoutProof: nothing that the directory fails to say stops an order, and nothing of
// it reaches the ID, however often passes follow.
func TestWithdrawWithoutProof(t *testing.T) {
	t.Parallel()
	for name, blind := range map[string]func(*world){
		"unknown": func(w *world) {
			w.directory.change(w.T, "id-03", func(p *person) { p.State, p.Evidence = model.Unknown, model.Evidence{Detail: "unreadable"} })
		},
		"excluded": func(w *world) { w.directory.change(w.T, "id-03", func(p *person) { p.Excluded = true }) },
		"incomplete": func(w *world) {
			w.directory.remove("id-03")
			w.directory.conditions = []model.Condition{{Name: "sentinels"}}
		},
		"down": func(w *world) {
			w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadUnreachable, Err: errors.New("no route to host")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			blind(w)
			got := w.wants("user03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
			if got.Departed || !w.owns("id-03") {
				t.Errorf("%+v", got)
			}
			for range 3 {
				w.advance(2 * day)
				w.run()
				w.equal("effects", []int{1, 0, 0}, w.effects())
			}
		})
	}
}

// TestWithdrawWithoutDirectory: the ledger knows its people by csi, username, Threema ID,
// credential and directory ID; afterwards the directory is read as if nothing had been.
func TestWithdrawWithoutDirectory(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	down := &model.ReadError{Source: sourceName, Reason: model.ReadUnreachable, Err: errors.New("no route to host")}
	w.directory.failure = down
	keys := []string{"E01", "user02", w.userID("user03"), w.credential("user04").ID, "id-05"}
	_, _, err := w.order("mail@corp.example")
	if e, ok := errors.AsType[*lookup.UnclearPersonError](err); !ok || !strings.Contains(err.Error(), "no route to host") || e.Several {
		t.Errorf("error %v", err)
	}
	for _, key := range keys {
		w.wants(key, outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	}
	w.equal("effects", []int{5, 0, 0}, w.effects())
	w.directory.failure = nil
	w.settled() // the package is empty, and trusted: all that is missing went by order
	w.equal("effects", []int{5, 0, 0}, w.effects())
}

// TestWithdrawOnANewLedger binds it to nothing that it could not read.
func TestWithdrawOnANewLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadUnreachable, Err: errors.New("no route to host")}
	w.wants("E03", outcomes.OrderFailed, dirsync.ExitIncomplete, "no route to host")
	w.directory.failure = nil
	w.wants("E03", outcomes.OrderRefused, dirsync.ExitFailed, "they are entitled, and a pass makes one")
	w.rollOut()
}

// TestWithdrawRefused: the rules that no order lifts, with their exit codes. Nothing is sent.
func TestWithdrawRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		setup   func(*world)
		outcome string
		code    int
		says    string
	}{
		{"policy", func(w *world) { w.policy.Mode = model.CreateOnly }, outcomes.OrderRefused, dirsync.ExitFailed, "policy: create-only lets nobody's access end"},
		{"app_access: keep", func(w *world) { w.policy.Withdraw = false }, outcomes.OrderRefused, dirsync.ExitFailed, "leavers.app_access: keep"},
		{"stop file", func(w *world) { w.stop = func() string { return "the stop file exists" } }, outcomes.OrderBlocked, dirsync.ExitWaiting, "the stop file exists"},
		{"scope", func(w *world) { w.directory.scope = "scope-2" }, outcomes.OrderBlocked, dirsync.ExitWaiting, "approve --baseline"},
		{"protected", func(w *world) { w.policy.Protected = []string{"E03"} }, outcomes.OrderApproval, dirsync.ExitWaiting, "protect asks for somebody's yes before this: type `threema-dirsync approve "},
		{"approval", func(w *world) { w.policy.Approval = model.ApproveAll }, outcomes.OrderApproval, dirsync.ExitWaiting, "leavers.approval: all asks for somebody's yes"},
		{"used by somebody else", func(w *world) {
			w.put(func(s *worksim.State) { s.Settings[w.credential("user03").ID]["th_csi"] = "EXT" })
		}, outcomes.OrderApproval, dirsync.ExitWaiting, "its th_csi is EXT, which is nobody's here. That asks for somebody's yes before this: type `threema-dirsync approve "},
		{"shared", func(w *world) {
			w.put(func(s *worksim.State) {
				third, fourth := &s.Credentials[2], &s.Credentials[3]
				for n := range s.Users {
					if s.Users[n].CredentialID == fourth.ID {
						s.Users[n].CredentialID = third.ID
					}
				}
				third.Users, fourth.Users = slices.Sorted(slices.Values(slices.Concat(third.Users, fourth.Users))), nil
			})
		}, outcomes.OrderRefused, dirsync.ExitFailed, "report different csis"},
		{"untrusted package", func(w *world) { w.put(func(s *worksim.State) { s.Credentials, s.Users, s.Settings = nil, nil, nil }) }, outcomes.OrderFailed, dirsync.ExitFailed, "not trusted"},
		{"package down", func(w *world) {
			w.fault(worksim.Fault{Method: http.MethodGet, Path: "/credentials", Status: http.StatusInternalServerError})
		}, outcomes.OrderFailed, dirsync.ExitFailed, "read the licence package"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{unchecked: true}, employees(5)...)
			w.rollOut()
			row.setup(w)
			before := w.document()
			w.wants("E03", row.outcome, row.code, row.says)
			w.equal("package", before, w.document())
			w.equal("writes", []string(nil), w.writes())
		})
	}
}

// TestWithdrawOfTheProtected: a yes to the hash that the order tells, and the order once more.
func TestWithdrawOfTheProtected(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.policy.Protected = []string{"E03", "E04"}
	got := w.wants("E03", outcomes.OrderApproval, dirsync.ExitWaiting, "--withdraw corp/id-03`")
	other := w.wants("E04", outcomes.OrderApproval, dirsync.ExitWaiting, "")
	if !strings.Contains(english.Say(got.Why), "approve "+got.Hash+" ") || got.Hash == other.Hash {
		t.Errorf("hash %s, of another %s: %s", got.Hash, other.Hash, english.Say(got.Why))
	}
	a := dirsync.Approver{Planner: w.planner(""), Approvals: w.ledger, By: "bert (uid 1001)"}
	say := func(hash, query string) error {
		_, _, err := a.ApproveOrder(w.Context(), hash, day, query, w.ledger)
		return err
	}
	if _, ok := errors.AsType[*dirsync.ChangedSetError](say(other.Hash, "E03")); !ok {
		t.Error("the hash of somebody else's withdrawal was approved")
	}
	if err := say(got.Hash, "E05"); !errors.Is(err, dirsync.ErrNothingWaits) {
		t.Errorf("error %v", err)
	}
	w.must(say(got.Hash, "corp/id-03"))
	w.equal("effects", []int{0, 0, 0}, w.effects())
	w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	w.wants("E04", outcomes.OrderApproval, dirsync.ExitWaiting, "")
	w.equal("approvals left", 0, w.approvals())
}

// TestWithdrawLooksOnceMore right before its request: at the person if the departure is proven, and
// at the credential always.
func TestWithdrawLooksOnceMore(t *testing.T) {
	t.Parallel()
	t.Run("the person is back", func(t *testing.T) {
		t.Parallel()
		w := orderWorld(t)
		w.directory.dismiss(t, "id-03")
		w.directory.recheck = func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: employee(3).id(), State: model.Entitled}}, nil
		}
		w.wants("E03", outcomes.OrderRefused, dirsync.ExitFailed, "the directory now says: entitled")
		w.equal("effects", []int{0, 0, 0}, w.effects())
	})
	t.Run("the credential has another name", func(t *testing.T) {
		t.Parallel()
		w := orderWorld(t)
		_, got, err := w.orderWith(w.Context(), "E03", func(outcomes.Withdrawal) {
			w.put(func(s *worksim.State) {
				for n := range s.Credentials {
					if s.Credentials[n].Username == "user03" {
						s.Credentials[n].Username = "somebody"
					}
				}
			})
		})
		w.must(err)
		w.equal("outcome", outcomes.OrderRefused, got.Outcome)
		w.equal("effects", []int{0, 0, 0}, w.effects())
	})
	t.Run("stop file", func(t *testing.T) {
		t.Parallel()
		w := orderWorld(t)
		laid := ""
		w.stop = func() string { return laid }
		_, got, err := w.orderWith(w.Context(), "E03", func(outcomes.Withdrawal) { laid = "the stop file exists" })
		w.must(err)
		w.equal("outcome", []any{outcomes.OrderBlocked, dirsync.ExitWaiting}, []any{got.Outcome, got.ExitCode})
		w.equal("effects", []int{0, 0, 0}, w.effects())
	})
	t.Run("SIGTERM", func(t *testing.T) {
		t.Parallel()
		w := orderWorld(t)
		ctx, cancel := context.WithCancel(w.Context())
		_, got, err := w.orderWith(ctx, "E03", func(outcomes.Withdrawal) { cancel() })
		w.must(err)
		w.equal("outcome", []any{outcomes.OrderFailed, dirsync.ExitFailed}, []any{got.Outcome, got.ExitCode})
		w.equal("effects", []int{0, 0, 0}, w.effects())
	})
}

// TestWithdrawALostAnswer: the next order looks before it sends anything.
func TestWithdrawALostAnswer(t *testing.T) {
	t.Parallel()
	for drop, outcome := range map[string]string{worksim.DropBefore: outcomes.OrderWithdrawn, worksim.DropAfter: outcomes.OrderAlready} {
		w := orderWorld(t)
		w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Drop: drop, Times: 1})
		w.wants("E03", outcomes.OrderUnknown, dirsync.ExitFailed, "order it again, or let the next pass do it: both look first")
		w.wants("E03", outcome, dirsync.ExitOK, "")
		w.ok()
		w.settled()
		w.equal("effects", []int{1, 0, 0}, w.effects())
		if !w.owns("id-03") {
			t.Errorf("%s: the ownership is gone", drop)
		}
	}
}

// TestWithdrawALateID: a phone that activates between the inventory and the withdrawal is taken
// out with the departure that follows.
func TestWithdrawALateID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID = model.DetachID
	w.ok()
	late := ""
	_, _, err := w.orderWith(w.Context(), "E03", func(outcomes.Withdrawal) { late = w.activate("user03") })
	w.must(err)
	w.ok()
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.ok()
	w.equal("effects", []int{1, 1, 0}, w.effects())
	w.equal("detached", late, w.sim.State().Detached[0].ID)
}

// TestWithdrawIsUnclear: the same words as explain, and nothing done.
func TestWithdrawIsUnclear(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	for _, query := range []string{"nobody", "", "First0"} {
		_, _, err := w.order(query)
		if _, ok := errors.AsType[*lookup.UnclearPersonError](err); !ok {
			t.Errorf("%q: error %v", query, err)
		}
	}
	w.equal("writes", []string(nil), w.writes())
}

// TestWithdrawIsRecorded: the audit tells who and why; the log does not.
func TestWithdrawIsRecorded(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	got := w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	var named []ledger.AuditEntry
	w.must(w.ledger.Audit(w.Context(), func(e ledger.AuditEntry) error {
		if e.By != "" {
			named = append(named, e)
		}
		return nil
	}))
	if len(named) != 2 || named[0].Event != "ordered" || named[0].Message != why {
		t.Fatalf("%+v", named)
	}
	named = named[1:]
	if named[0].Event != "intent" || named[0].Op != model.Withdraw || named[0].CSI != "E03" || named[0].By != "anna (uid 1000)" ||
		named[0].Message != "ordered: "+why || named[0].EvidenceText != "the word of anna (uid 1000); the directory: entitled" {
		t.Errorf("%+v", named)
	}
	document, err := json.Marshal(view.NewWithdrawalJSON(got))
	w.must(err)
	var doc map[string]any
	w.must(json.Unmarshal(document, &doc))
	w.equal("JSON", []any{"withdrawn", 0.0, "user03", false, "entitled"},
		[]any{doc["outcome"], doc["exitCode"], doc["username"], doc["departed"], doc["directory"]})
	if strings.Contains(w.logs.text(), why) {
		t.Error("the reason is in the log")
	}
}

func TestReasonOfAnOrder(t *testing.T) {
	t.Parallel()
	for reason, ok := range map[string]bool{
		"": false, "  a  ": false, "why": true, "Kündigung": true, "two\nlines": false, "\x1b[31m red": false, "\xff\xff\xff\xff": false,
		strings.Repeat("x", 500): true, strings.Repeat("x", 501): false,
	} {
		if _, err := dirsync.NewOrder("E03", reason, "anna"); (err == nil) != ok {
			t.Errorf("%q: error %v", reason, err)
		}
	}
}
