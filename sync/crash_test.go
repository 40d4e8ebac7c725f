package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// childOrder is the variable that makes this test binary a child: one pass, in JSON.
const childOrder = "DIRSYNC_TEST_CHILD"

// order is what a child does: one pass over these people, killed right before a call.
type order struct {
	BaseURL string
	Folder  string
	Now     time.Time
	People  []person
	Policy  model.Policy
	// Withdraw is the person whose access the pass ends by order, "" for an ordinary pass.
	Withdraw string
	KillAt   int64 // the call before which the process dies, from 1; 0: it lives
}

// TestCrash kills a child process with SIGKILL before every single call of a port: right before
// a call is also right after the one that came before it. Then passes go on in this process.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, story := range []crashStory{
		{name: "roll-out", begin: func(*world) {}, end: (*world).everybodyWorks},
		{name: "an interrupted roll-out", begin: beginInterrupted, end: (*world).everybodyWorks},
		{name: "settings, contacts, adoption", begin: beginChanges, end: (*world).everybodyWorks},
		{name: "settings of others, where a write merges", begin: beginForeign, end: endForeign},
		{name: "settings of others, where a write replaces", begin: beginForeign, end: endForeign, quirk: worksim.BulkReplaces},
		{name: "settings of others, where it is known", begin: beginKnownForeign, end: endForeign, quirk: worksim.BulkReplaces},
		{name: "leaver", begin: beginLeaver, end: endLeaver},
		{name: "order on somebody entitled", withdraw: "E03", begin: (*world).rollOut, end: endOrder},
		{name: "order on somebody in grace", withdraw: "E03", begin: beginGrace, end: endOrderInGrace},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			calls, code := story.prepare(t).child(0)
			if code != dirsync.ExitOK || calls < 10 {
				t.Fatalf("a pass without a crash makes %d calls and exits with %d", calls, code)
			}
			t.Logf("%d crash points", calls)
			for n := range calls {
				t.Run(strconv.FormatInt(n+1, 10), func(t *testing.T) {
					t.Parallel()
					w := story.prepare(t)
					w.child(n + 1)
					w.recover()
					story.end(w)
				})
			}
		})
	}
}

// crashStory is one pass that gets killed.
type crashStory struct {
	name  string
	begin func(*world) // what happened before
	end   func(*world) // what must be true at last

	withdraw string // whom the pass withdraws by order, "" for an ordinary one
	quirk    string // of the service, "" for none
}

func (s crashStory) prepare(t *testing.T) *world {
	t.Helper()
	quirks := []string{worksim.KeepContacts}
	if s.quirk != "" {
		quirks = append(quirks, s.quirk)
	}
	w := newWorld(t, options{sim: worksim.Options{Quirks: quirks, NoAutoContacts: true}}, employees(4)...)
	w.policy.ID, w.policy.Batch, w.orders = model.DetachID, 3, s.withdraw
	s.begin(w)
	return w
}

// beginInterrupted lets a first pass fail at its hand-over, so that the next one resumes.
func beginInterrupted(w *world) {
	w.Helper()
	w.diskFull = true
	w.exits(dirsync.ExitFailed)
	w.diskFull = false
}

// beginChanges has somebody to adopt, names to change, a title to unset, contacts to publish.
func beginChanges(w *world) {
	w.Helper()
	w.put(func(s *worksim.State) {
		s.Credentials = []worksim.Credential{{ID: "c/old=", Username: "other.name", Password: "p"}}
		s.Settings = map[string]map[string]any{"c/old=": {"th_csi": "E05"}}
	})
	w.directory.put(employee(6), employee(7))
	w.ok()
	w.activate("user01")
	w.activate("user02")
	w.directory.change(w.T, "id-01", func(p *person) { p.Last = "Married" })
	w.directory.change(w.T, "id-02", func(p *person) { p.Title = "" })
	w.directory.put(employee(5))
}

func beginLeaver(w *world) {
	w.Helper()
	w.rollOut()
	w.directory.dismiss(w.T, "id-03")
}

// endLeaver: each effect is there, once, and met nobody else.
func endLeaver(w *world) {
	w.Helper()
	state := w.sim.State()
	w.equal("effects", []int{1, 1, 0}, []int{len(state.Withdrawn), len(state.Detached), len(state.Revoked)})
	w.equal("usernames", []string{"user01", "user02", "user04"}, w.usernames())
	w.equal("users", 3, len(state.Users))
	if c, _ := w.contact(state.Detached[0].ID); c.Enabled || c.ID == "" {
		w.Errorf("the contact of the leaver: %+v", c)
	}
	w.equal("withdrawn", "user03", state.Withdrawn[0].Username)
}

// endOrder: somebody types the order once more, for the crash may have come before it. The
// credential is gone, once; everything else is as it was, and no pass wants anything.
func endOrder(w *world) {
	w.Helper()
	w.wantOrdered("E03")
	w.settled()
	state := w.sim.State()
	w.equal("effects", []int{1, 0, 0}, []int{len(state.Withdrawn), len(state.Detached), len(state.Revoked)})
	w.equal("users", 4, len(state.Users))
	w.equal("usernames", []string{"user01", "user02", "user04"}, w.usernames())
	if !w.owns("id-03") {
		w.Error("the ownership is gone")
	}
}

// beginGrace has a leaver whose withdrawal would wait for a day.
func beginGrace(w *world) {
	w.Helper()
	beginLeaver(w)
	w.policy.GraceWithdraw = day
}

// endOrderInGrace: the departure that the order began ends as any other, once.
func endOrderInGrace(w *world) {
	w.Helper()
	w.wantOrdered("E03")
	w.recover()
	endLeaver(w)
}

// everybodyWorks: each person has exactly one credential, the settings, and a password that
// works, and each user is a contact.
func (w *world) everybodyWorks() {
	w.Helper()
	state := w.sim.State()
	w.equal("credentials", len(w.directory.people), len(state.Credentials))
	for _, p := range w.directory.people {
		if _, adopted := w.lookup("other.name"); adopted && p.UID == "user05" {
			p.UID = "other.name" // its password stays where it is
		} else if len(w.credential(p.UID).Users) == 0 {
			w.activate(p.UID)
		}
		w.wantSettings(p)
	}
	w.ok()
	w.settled()
	for _, u := range w.sim.State().Users {
		if c, _ := w.contact(u.ID); !c.Enabled {
			w.Errorf("user %s has the contact %+v", u.ID, c)
		}
	}
	w.equal("withdrawn", 0, len(state.Withdrawn))
}

// recover lets passes follow a crash: the third finds nothing to do.
func (w *world) recover() {
	w.Helper()
	w.ok()
	w.advance(time.Hour) // what one list lacks is settled by a second one
	w.ok()
	w.ok()
	w.settled()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	if len(state.Open) > 0 {
		w.Errorf("still open: %+v", state.Open)
	}
}

// child does one pass in a process of its own, over the parent's package and folder. It returns
// the number of calls and the exit code of the pass.
func (w *world) child(killAt int64) (calls int64, code int) {
	w.Helper()
	testdir.Starts(w)
	var people []person
	for _, p := range w.directory.people {
		people = append(people, p)
	}
	text, err := json.Marshal(order{w.baseURL, w.folder, w.sim.Now(), people, w.policy, w.orders, killAt})
	w.must(err)
	cmd := exec.CommandContext(w.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childOrder+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if killAt > 0 {
		status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if !status.Signaled() || status.Signal() != syscall.SIGKILL {
			w.Fatalf("the child was not killed: %v\n%s", err, out)
		}
		return 0, 0
	}
	w.must(err)
	if _, err := fmt.Sscan(string(out), &calls, &code); err != nil {
		w.Fatalf("the child says %q: %v", out, err)
	}
	return calls, code
}

// child is the other side: it carries the order out and tells calls and exit code.
func child(text string) int {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	c := &counter{killAt: o.KillAt, die: dieBySignal}
	code, err := o.pass(c)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(c.calls.Load(), code)
	return 0
}

func (o order) pass(c *counter) (code int, err error) {
	ctx := context.Background()
	now := func() time.Time { return o.Now }
	l, err := ledger.Open(ctx, filepath.Join(o.Folder, "ledger.db"), ledger.Options{Now: now})
	if err != nil {
		return 0, err
	}
	client, err := buildClient(o.BaseURL, l, nil)
	if err != nil {
		return 0, err
	}
	mapper, err := newMapper()
	if err != nil {
		return 0, err
	}
	memory := mortalLedger{l, c}
	pass := dirsync.Pass{
		Planner: dirsync.Planner{
			Sources: []dirsync.Source{newDirectory(o.People...)}, Mapper: mapper, Package: mortalPackage{client, c}, Memory: memory,
			Policy: o.Policy, Stop: func() string { return "" }, NoHandover: func() string { return "" }, Now: now, Logger: (&logbook{}).logger(),
		},
		Ledger: memory, Handover: mortalHandover{handover.NewFile(filepath.Join(o.Folder, "handover.csv"), link, handover.Layout{}), c},
		NewPassword: (&passwords{}).make, Progress: func(string, int, int) {},
	}
	if o.Withdraw == "" {
		report := pass.Run(ctx)
		return report.ExitCode(), l.Close()
	}
	_, done, err := pass.Withdraw(ctx, dirsync.WithdrawalRequest{Query: o.Withdraw, Reason: "fired", By: "anna"}, l, func(outcomes.Withdrawal) {})
	return done.ExitCode, errors.Join(err, l.Close())
}

// counter counts the calls of the ports, and before one of them it lets the pass die.
type counter struct {
	calls  atomic.Int64
	killAt int64
	die    func()
}

func (c *counter) tick() {
	if c.calls.Add(1) == c.killAt {
		c.die()
	}
}

func dieBySignal() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal is on its way
}

type mortalLedger struct {
	dirsync.Ledger
	c *counter
}

func (l mortalLedger) State(ctx context.Context) (model.State, error) {
	l.c.tick()
	return l.Ledger.State(ctx)
}

func (l mortalLedger) StartRun(ctx context.Context, mode model.Mode) (int64, error) {
	l.c.tick()
	return l.Ledger.StartRun(ctx, mode)
}

func (l mortalLedger) FinishRun(ctx context.Context, run int64, end model.RunEnd) error {
	l.c.tick()
	return l.Ledger.FinishRun(ctx, run, end)
}

func (l mortalLedger) Remember(ctx context.Context, run int64, m model.StateUpdate) error {
	l.c.tick()
	return l.Ledger.Remember(ctx, run, m)
}

func (l mortalLedger) Begin(ctx context.Context, run int64, ops []model.Operation) ([]model.Operation, error) {
	l.c.tick()
	return l.Ledger.Begin(ctx, run, ops)
}

func (l mortalLedger) Created(ctx context.Context, operation int64, credentialID string, settings []model.Setting) error {
	l.c.tick()
	return l.Ledger.Created(ctx, operation, credentialID, settings)
}

func (l mortalLedger) Settle(ctx context.Context, outcomes []model.Settlement) error {
	l.c.tick()
	return l.Ledger.Settle(ctx, outcomes)
}

func (l mortalLedger) BeginTrial(ctx context.Context, t model.Trial) error {
	l.c.tick()
	return l.Ledger.BeginTrial(ctx, t)
}

func (l mortalLedger) EndTrial(ctx context.Context) error {
	l.c.tick()
	return l.Ledger.EndTrial(ctx)
}

func (l mortalLedger) LearnBulk(ctx context.Context, reading model.BulkReading) error {
	l.c.tick()
	return l.Ledger.LearnBulk(ctx, reading)
}

type mortalHandover struct {
	dirsync.Handover
	c *counter
}

func (h mortalHandover) Deliver(ctx context.Context, entries []handover.Entry) (handover.Receipt, error) {
	h.c.tick()
	return h.Handover.Deliver(ctx, entries)
}

// mortalPackage ticks before every call that a pass of these stories makes.
type mortalPackage struct {
	dirsync.WorkAPI
	c *counter
}

func (p mortalPackage) Inventory(ctx context.Context) (model.Inventory, error) {
	p.c.tick()
	return p.WorkAPI.Inventory(ctx)
}

func (p mortalPackage) Credential(ctx context.Context, id string) (model.Credential, error) {
	p.c.tick()
	return p.WorkAPI.Credential(ctx, id)
}

func (p mortalPackage) CreateCredential(ctx context.Context, username string, password secret.Value, hash, lock bool) (model.Credential, error) {
	p.c.tick()
	return p.WorkAPI.CreateCredential(ctx, username, password, hash, lock)
}

func (p mortalPackage) ReplacePassword(ctx context.Context, id, username string, password secret.Value, hash, lock bool) error {
	p.c.tick()
	return p.WorkAPI.ReplacePassword(ctx, id, username, password, hash, lock)
}

func (p mortalPackage) Withdraw(ctx context.Context, id string) error {
	p.c.tick()
	return p.WorkAPI.Withdraw(ctx, id)
}

func (p mortalPackage) UsersOf(ctx context.Context, credentialID string, usage int) ([]model.User, error) {
	p.c.tick()
	return p.WorkAPI.UsersOf(ctx, credentialID, usage)
}

func (p mortalPackage) User(ctx context.Context, threemaID string) (model.User, error) {
	p.c.tick()
	return p.WorkAPI.User(ctx, threemaID)
}

func (p mortalPackage) Detach(ctx context.Context, threemaID string) error {
	p.c.tick()
	return p.WorkAPI.Detach(ctx, threemaID)
}

func (p mortalPackage) Revoke(ctx context.Context, threemaID string) error {
	p.c.tick()
	return p.WorkAPI.Revoke(ctx, threemaID)
}

func (p mortalPackage) CreateContact(ctx context.Context, c model.Contact) error {
	p.c.tick()
	return p.WorkAPI.CreateContact(ctx, c)
}

func (p mortalPackage) UpdateContact(ctx context.Context, c model.Contact) error {
	p.c.tick()
	return p.WorkAPI.UpdateContact(ctx, c)
}

func (p mortalPackage) SetSettings(ctx context.Context, settings []model.CredentialSettings) error {
	p.c.tick()
	return p.WorkAPI.SetSettings(ctx, settings)
}

func (p mortalPackage) Settings(ctx context.Context, credentialID string) ([]model.KeptSetting, error) {
	p.c.tick()
	return p.WorkAPI.Settings(ctx, credentialID)
}

func (p mortalPackage) UnsetSetting(ctx context.Context, credentialID, name string) error {
	p.c.tick()
	return p.WorkAPI.UnsetSetting(ctx, credentialID, name)
}
