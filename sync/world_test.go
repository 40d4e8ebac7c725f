package sync_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
	"github.com/threema-dirsync/threema-dirsync/threema"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim/apicontract"
)

const (
	apiKey = "canary-api-key-7c41"
	link   = "https://work.example/license"
)

// world is a directory, a licence package behind real HTTP, and everything between them. All
// parts are the real ones but the directory.
type world struct {
	*testing.T

	directory *directory
	more      []dirsync.Source // beside it, in their order
	sim       *worksim.Server
	baseURL   string
	folder    string // ledger and hand-over file
	ledger    *ledger.Ledger
	client    *threema.Client
	policy    model.Policy
	retention time.Duration
	logs      *logbook
	passwords *passwords
	metrics   *dirsync.Metrics

	diskFull bool // the hand-over file takes no line, though it looks well

	stop    func() string                         // why nothing may be taken from anybody
	refused string                                // values that the service refuses, "" for none
	pack    func(dirsync.WorkAPI) dirsync.WorkAPI // what a test puts between, or nil
	orders  string                                // whom a child process withdraws by order, "" for an ordinary pass
}

// options are what tests want otherwise. The zero value is a package with automatic contacts.
type options struct {
	sim       worksim.Options
	daily     int // requests of the rolling day by our own count; 0: no limit
	unchecked bool
	metrics   *dirsync.Metrics
}

// newWorld makes a world with these people. The traffic is held to the contract.
func newWorld(t *testing.T, o options, people ...person) *world {
	t.Helper()
	w := &world{T: t, directory: newDirectory(people...), folder: t.TempDir(), policy: syncPolicy(), retention: 90 * 24 * time.Hour, logs: &logbook{}, passwords: &passwords{}, metrics: o.metrics, stop: func() string { return "" }}
	o.sim.APIKey, o.sim.Seed = apiKey, 11
	o.sim.Now = func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) }
	var err error
	w.sim, err = worksim.New(o.sim)
	w.must(err)
	var handler http.Handler = refuser{w.sim, &w.refused}
	if !o.unchecked {
		handler = apicontract.Check(t, handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.baseURL = server.URL + worksim.BasePath
	w.ledger, err = ledger.Open(t.Context(), filepath.Join(w.folder, "ledger.db"), ledger.Options{Now: w.sim.Now, DailyRequests: o.daily, Logger: w.logs.logger()})
	w.must(err)
	t.Cleanup(func() { w.must(w.ledger.Close()) })
	var onRequest func(string, int, time.Duration)
	if o.metrics != nil {
		onRequest = o.metrics.Request
	}
	w.client = newClient(t, w.baseURL, w.ledger, onRequest)
	return w
}

// newClient makes a client that waits for nothing between two attempts.
func newClient(t *testing.T, baseURL string, memory clientMemory, onRequest func(string, int, time.Duration)) *threema.Client {
	t.Helper()
	client, err := buildClient(baseURL, memory, onRequest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// clientMemory is what a client needs of the ledger.
type clientMemory interface {
	threema.Quota
	threema.PageSizes
}

func buildClient(baseURL string, memory clientMemory, onRequest func(string, int, time.Duration)) (*threema.Client, error) {
	base, err := url.Parse(baseURL)
	if err != nil {
		return nil, err
	}
	return threema.New(threema.Config{BaseURL: base, APIKey: secret.New(apiKey)}, threema.Options{
		Quota: memory, PageSizes: memory, OnRequest: onRequest,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
}

// syncPolicy takes people out at once, so that tests say what they make slower.
func syncPolicy() model.Policy {
	wide := model.Window{Count: 1000, Percent: 50}
	return model.Policy{
		Mode: model.Sync, Withdraw: true, ID: model.KeepID, Evidence: model.EvidenceKinds(), ConfirmReads: 1, Approval: model.ApproveNone,
		LeaversRun: wide, LeaversDay: wide, LeaversWeek: wide,
		CreatesRun: model.Window{Count: 1000, Percent: 100}, ChangesRun: model.Window{Count: 1000, Percent: 100}, Held: model.HeldLimit{Count: 3, Percent: 5},
		PublishContacts: true, Hash: true, Lock: true, ChunkSize: 500, Batch: 100,
	}
}

func newMapper() (*mapping.Mapper, error) {
	return mapping.New(mapping.Templates{
		CSI: "{{ .employeeNumber }}", FirstName: "{{ .givenName }}", LastName: "{{ .sn }}", Username: "{{ .uid }}", JobTitle: "{{ .title }}",
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) planner(mode model.Mode) dirsync.Planner {
	w.Helper()
	mapper, err := newMapper()
	w.must(err)
	p := dirsync.Planner{
		Sources: append([]dirsync.Source{w.directory}, w.more...), Mapper: mapper, Package: w.client, Memory: w.ledger,
		Policy: w.policy, Stop: w.stop, NoHandover: w.noHandover, Now: w.sim.Now, Logger: w.logs.logger(),
	}
	if w.pack != nil {
		p.Package = w.pack(p.Package)
	}
	if mode != "" {
		p.Policy.Mode = mode
	}
	return p
}

func (w *world) pass() *dirsync.Pass {
	w.Helper()
	var sink dirsync.Handover = handover.NewFile(w.handoverFile(), link, handover.Layout{})
	if w.diskFull {
		sink = noRoom{sink}
	}
	p := &dirsync.Pass{
		Planner: w.planner(""), Ledger: w.ledger, Handover: sink,
		NewPassword: w.passwords.make, Progress: func(string, int, int) {}, Retention: w.retention,
	}
	return p
}

func (w *world) noHandover() string {
	if err := handover.NewFile(w.handoverFile(), link, handover.Layout{}).Look(); err != nil {
		return err.Error()
	}
	return ""
}

// noRoom is a hand-over file on a disk that fills up after the first look at it.
type noRoom struct{ dirsync.Handover }

func (noRoom) Deliver(context.Context, []handover.Entry) (handover.Receipt, error) {
	return handover.Receipt{}, syscall.ENOSPC
}

func (w *world) handoverFile() string { return filepath.Join(w.folder, "handover.csv") }

// run does one pass.
func (w *world) run() dirsync.Report {
	w.Helper()
	return w.runWith(w.Context())
}

func (w *world) runWith(ctx context.Context) dirsync.Report {
	w.Helper()
	report := w.pass().Run(ctx)
	if w.metrics != nil {
		w.metrics.Pass(report)
	}
	return report
}

// ok does one pass that must end with 0.
func (w *world) ok() dirsync.Report {
	w.Helper()
	return w.exits(dirsync.ExitOK)
}

// exits does one pass that must end with a code.
func (w *world) exits(code int) dirsync.Report {
	w.Helper()
	r := w.run()
	w.wantExit(r, code)
	return r
}

func (w *world) wantExit(r dirsync.Report, code int) {
	w.Helper()
	if r.ExitCode() != code {
		w.Fatalf("exit %d, want %d\n%s", r.ExitCode(), code, text(r))
	}
}

func (w *world) preview(mode model.Mode) dirsync.Report {
	w.Helper()
	p := w.planner(mode)
	return p.Preview(w.Context())
}

// settled fails unless another pass, and a preview, find nothing to do.
func (w *world) settled() {
	w.Helper()
	for _, r := range []dirsync.Report{w.preview(""), w.ok()} {
		if due := changes(r, model.Due); len(due) > 0 {
			w.Fatalf("not settled, still due: %v\n%s", due, text(r))
		}
	}
}

// rollOut makes credentials for everybody, and lets everybody activate.
func (w *world) rollOut() {
	w.Helper()
	w.ok()
	for _, c := range w.sim.State().Credentials {
		if len(c.Users) == 0 {
			w.activate(c.Username)
		}
	}
	w.ok()
	w.settled()
	w.sim.ClearRequests()
}

// activate types the handed-over password into a new phone.
func (w *world) activate(username string) string {
	w.Helper()
	return w.activateAs(username, "")
}

func (w *world) activateAs(username, threemaID string) string {
	w.Helper()
	id, err := w.sim.Activate(username, w.handedOver()[username], threemaID)
	if err != nil {
		w.Fatalf("activate %s: %v", username, err)
	}
	return id
}

// handedOver is the last password of each username in the hand-over file.
func (w *world) handedOver() map[string]string {
	w.Helper()
	passwords, err := passwordsIn(w.handoverFile())
	w.must(err)
	return passwords
}

func passwordsIn(file string) (map[string]string, error) {
	passwords := map[string]string{}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return passwords, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range rows[1:] {
		passwords[row[0]] = row[1]
	}
	return passwords, nil
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	_, err := w.sim.Advance(d)
	w.must(err)
}

func (w *world) fault(f worksim.Fault) {
	w.Helper()
	w.must(w.sim.AddFault(f))
}

// refusing makes the service refuse bulk writes that hold a text.
func (w *world) refusing(value string) { w.refused = value }

// put edits the state of the package by hand, as somebody in the cockpit would.
func (w *world) put(edit func(*worksim.State)) {
	w.Helper()
	state := w.sim.State()
	edit(&state)
	w.must(w.sim.SetState(state))
}

// credential finds a credential by username.
func (w *world) credential(username string) worksim.Credential {
	w.Helper()
	c, ok := w.lookup(username)
	if !ok {
		w.Fatalf("no credential is called %s", username)
	}
	return c
}

func (w *world) lookup(username string) (worksim.Credential, bool) {
	for _, c := range w.sim.State().Credentials {
		if c.Username == username {
			return c, true
		}
	}
	return worksim.Credential{}, false
}

func (w *world) usernames() []string {
	var names []string
	for _, c := range w.sim.State().Credentials {
		names = append(names, c.Username)
	}
	slices.Sort(names)
	return names
}

// userID is the Threema ID on a credential.
func (w *world) userID(username string) string {
	w.Helper()
	users := w.credential(username).Users
	if len(users) != 1 {
		w.Fatalf("%s has the IDs %v, want one", username, users)
	}
	return users[0]
}

func (w *world) contact(threemaID string) (worksim.Contact, bool) {
	for _, c := range w.sim.State().Contacts {
		if c.ID == threemaID {
			return c, true
		}
	}
	return worksim.Contact{}, false
}

func (w *world) settings(username string) map[string]any {
	w.Helper()
	return w.sim.State().Settings[w.credential(username).ID]
}

// wantSettings compares the settings of a person's credential with the directory.
func (w *world) wantSettings(p person) {
	w.Helper()
	want := map[string]any{"th_csi": p.CSI, "th_firstname": p.First, "th_lastname": p.Last}
	if p.Title != "" {
		want["th_job_title"] = p.Title
	}
	w.equal("settings of "+p.UID, want, w.settings(p.UID))
}

func (w *world) equal(what string, want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// requests lists the requests that change something, as "METHOD /path".
func (w *world) writes() []string {
	var list []string
	for _, r := range w.sim.Requests() {
		if r.Method != http.MethodGet {
			list = append(list, r.Method+" "+r.Path)
		}
	}
	return list
}

// document is the whole state of the package as text, without the clock and the counter that
// even reading moves.
func (w *world) document() string {
	w.Helper()
	state := w.sim.State()
	state.RequestsToday, state.RequestHours, state.Now = 0, nil, worksim.Time{}
	data, err := json.MarshalIndent(state, "", "  ")
	w.must(err)
	return string(data)
}

// changes lists the changes with a status, as "op username".
func changes(r dirsync.Report, status model.Status) []string {
	var list []string
	for _, c := range r.Plan.Changes {
		if c.Status == status {
			list = append(list, string(c.Op)+" "+c.Username)
		}
	}
	return list
}

// results lists what became of the changes, as "op username outcome".
func results(r dirsync.Report) []string {
	var list []string
	for _, x := range r.Results {
		list = append(list, string(x.Change.Op)+" "+x.Change.Username+" "+string(x.Result))
	}
	return list
}

func held(r dirsync.Report, csi string) string {
	var reasons []string
	for _, h := range r.Plan.Held {
		if h.CSI == csi {
			reasons = append(reasons, english.Join(h.Reasons))
		}
	}
	return strings.Join(reasons, "; ")
}

func text(r dirsync.Report) string {
	var out bytes.Buffer
	if err := view.WriteReport(&out, r.Told(), 0); err != nil {
		return err.Error()
	}
	return out.String()
}

// passwords makes passwords and remembers them.
type passwords struct {
	mu   sync.Mutex
	made []string
}

func (p *passwords) make() (secret.Value, error) {
	v, err := handover.NewPassword(rand.Reader, 20)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made = append(p.made, v.Reveal())
	return v, err
}

// logbook is a log at debug level, one JSON object a line.
type logbook struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *logbook) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

func (l *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// escaped is an id as it stands in the path of a request.
func escaped(id string) string { return strings.ReplaceAll(url.PathEscape(id), "+", "%2B") }
