package sync_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

const (
	soakReader   = "cn=reader," + soakSuffix
	soakPassword = "canary-bind-password"
)

// soak is a whole house in one process, and the random world around it: a directory over the
// LDAP wire, the Work API over HTTP, a ledger on disk.
type soak struct {
	oracle
	rt *rapid.T

	directory *memdir.Server
	wire      *wire
	sim       *worksim.Server
	liar      *liar
	baseURL   string
	root      string // of all folders
	folder    string // ledger and hand-over file; another one after each crash
	ledger    *ledger.Ledger
	client    *threema.Client
	mapper    *mapping.Mapper

	corp, annex *soakBranch

	policy    model.Policy
	sentinels bool // the infra entries are configured as such
	stop      string
	narrow    bool // the configured scope is the narrow one
	// narrowInForce tells that the operator accepted the narrow scope: who is outside has left.
	narrowInForce bool
	hidden        string     // OU whose children nobody sees
	unshown       []*account // people whom the server, or the bind account, does not show
	nameless      []*account // entries that lost their ID
	readers       int        // how many bind accounts there were
	outage        bool       // of the directory
	unseen        bool       // somebody came or moved since the last pass without trouble
	offset        time.Duration

	serial, steps int
	report        dirsync.Report  // of the last pass
	byHand        int             // credentials withdrawn by hand since the last pass without trouble
	guests        map[string]bool // credentials that somebody else made meanwhile
	goneByHand    map[string]bool // credentials of ours that somebody else withdrew
	foreign       string          // what is not ours, as it was at first
	atRecheck     func()          // happens once, before the last look number recheckAt
	recheckAt     int
	disturbed     bool // the last pass, by an outage, something hidden, or what its hook did
}

// newSoak starts a world with nobody in it.
func newSoak(rt *rapid.T, root string) *soak {
	w := &soak{rt: rt, root: root, guests: map[string]bool{}, goneByHand: map[string]bool{}}
	w.oracle = oracle{
		belongs: map[string]int{}, csiOf: map[string]string{}, holder: map[string]*account{}, usedOn: map[string]string{}, phones: map[string]int{}, seen: map[string]bool{},
		rows: map[string][]moment{}, known: map[string]bool{}, entitled: map[string]bool{}, visible: map[string]bool{}, bearers: map[string][]*account{}, activations: map[string]int{},
		strayed: map[string][]*account{}, named: map[string]bool{}, silentSince: map[string]time.Time{},
		loans: map[string]loan{}, onLeave: map[string]time.Time{}, shown: map[string][]int{}, said: map[string]bool{}, withdrewAt: map[string]time.Time{}, vouched: map[string]bool{}, agreed: map[string]bool{}, missed: map[string]bool{},
	}
	w.drawPolicy()
	var err error
	w.mapper, err = newMapper()
	w.must(err)
	w.startBranches()
	w.startDirectory()
	w.startPackage()
	w.folder = filepath.Join(w.root, "ledger-0")
	w.open()
	rt.Cleanup(w.shut)
	return w
}

func (w *soak) drawPolicy() {
	wait := func(what string, hours ...int) time.Duration {
		return time.Duration(rapid.SampledFrom(hours).Draw(w.rt, what)) * time.Hour
	}
	w.policy = syncPolicy()
	w.policy.Mode = rapid.SampledFrom([]model.Mode{model.Sync, model.Sync, model.Observe}).Draw(w.rt, "mode")
	w.policy.ID = rapid.SampledFrom([]model.IDPolicy{model.KeepID, model.DetachID, model.RevokeID}).Draw(w.rt, "id")
	w.policy.ConfirmReads = rapid.IntRange(1, 3).Draw(w.rt, "confirm reads")
	w.policy.ConfirmOver = wait("confirm over", 0, 6, 24)
	w.policy.GraceWithdraw = wait("grace withdraw", 0, 0, 12)
	w.policy.GraceID = wait("grace id", 0, 0, 24)
	w.policy.Recreate = rapid.Bool().Draw(w.rt, "recreate")
	w.policy.PublishContacts = rapid.Bool().Draw(w.rt, "publish")
	w.policy.ChunkSize, w.policy.Batch = 2, 3
	w.policy.Hash, w.policy.Lock = true, rapid.Bool().Draw(w.rt, "lock")
	w.sentinels = rapid.Bool().Draw(w.rt, "sentinels")
	w.log("policy: id %s, confirm %d reads over %s, grace %s and %s, recreate %v, lock %v, sentinels %v", w.policy.ID, w.policy.ConfirmReads,
		w.policy.ConfirmOver, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.Recreate, w.policy.Lock, w.sentinels)
}

func (w *soak) startDirectory() {
	ctx := w.lifetime()
	var err error
	w.directory, err = memdir.Start(ctx, memdir.Options{Suffix: soakSuffix, BindDN: soakReader, BindPassword: secret.New(soakPassword)})
	w.must(err)
	w.rt.Cleanup(w.directory.Close)
	w.connect(ctx)
	w.must(w.directory.Modify(soakSuffix, "entryUUID", "00000000-0000-4000-8000-000000000000"))
	w.furnish()
}

// lifetime is a context that ends with the world.
func (w *soak) lifetime() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	w.rt.Cleanup(cancel)
	return ctx
}

// connect puts a server of its own address before the directory.
func (w *soak) connect(ctx context.Context) {
	var err error
	ctx, cancel := context.WithCancel(ctx)
	w.wire, err = newWire(ctx, w.directory.URL(), w.directory.CAPEM())
	w.must(err)
	w.rt.Cleanup(w.wire.wait)
	w.rt.Cleanup(cancel)
	w.wire.hide(w.hidden)
}

func (w *soak) startPackage() {
	var quirks []string
	for _, quirk := range []string{worksim.KeepDanglingLink, worksim.KeepContacts, worksim.BulkPartial} {
		if rapid.IntRange(0, 3).Draw(w.rt, quirk) == 0 {
			quirks = append(quirks, quirk)
		}
	}
	var err error
	w.sim, err = worksim.New(worksim.Options{
		APIKey: apiKey, Seed: 11, Quirks: quirks, NoAutoContacts: rapid.Bool().Draw(w.rt, "no automatic contacts"),
		Now: func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
	})
	w.must(err)
	w.liar = &liar{behind: w.sim}
	server := httptest.NewServer(w.liar)
	w.rt.Cleanup(server.Close)
	w.baseURL = server.URL + worksim.BasePath
	w.log("package: quirks %v", quirks)
}

// now is the program's clock.
func (w *soak) now() time.Time { return w.sim.Now().Add(w.offset) }

// open starts the program over its folder, as systemd does.
func (w *soak) open() {
	var err error
	w.ledger, err = ledger.Open(context.Background(), filepath.Join(w.folder, "ledger.db"), ledger.Options{Now: w.now})
	w.must(err)
	w.client, err = buildClient(w.baseURL, w.ledger, nil)
	w.must(err)
	for _, b := range w.branches() {
		b.source, err = ldapsource.New(w.configOf(b), ldapsource.Options{Now: w.now})
		w.must(err)
	}
}

func (w *soak) configOf(b *soakBranch) ldapsource.Config {
	cfg := ldapsource.Config{
		Name: b.name, Profile: ldapsource.OpenLDAP, URLs: []string{w.wire.url()}, Roots: w.wire.roots,
		BindDN: w.readerDN(), BindPassword: secret.New(soakPassword), BaseDN: b.base, PageSize: 4, Timeout: time.Minute,
		Attributes: w.mapper.Attributes(), MappingFingerprint: w.mapper.Fingerprint(),
	}
	sentinels := []string{infra(soakAnnex)}
	if b == w.corp {
		sentinels = []string{infra(soakBerlin), infra(soakBern), infra(soakWien)}
		if w.narrow {
			cfg.BaseDN = soakCore
		}
	}
	if w.sentinels {
		cfg.Sentinels = sentinels
	}
	return cfg
}

func (w *soak) shut() {
	w.client.Close()
	w.must(w.ledger.Close())
}

func (w *soak) restart() {
	w.shut()
	w.open()
}

// copied is a copy of the folder, as kill -9 would leave it at this moment.
func (w *soak) copied() string {
	copied := filepath.Join(w.root, fmt.Sprintf("ledger-%d", w.steps))
	w.must(os.MkdirAll(copied, 0o700))
	for _, name := range []string{"ledger.db", "ledger.db-wal", "handover.csv"} {
		content, err := os.ReadFile(filepath.Join(w.folder, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		w.must(err)
		w.must(os.WriteFile(filepath.Join(copied, name), content, 0o600))
	}
	return copied
}

func (w *soak) handoverFile() string { return filepath.Join(w.folder, "handover.csv") }

func (w *soak) handedOver() map[string]string {
	passwords, err := passwordsIn(w.handoverFile())
	w.must(err)
	return passwords
}

func (w *soak) must(err error) {
	if err != nil {
		w.rt.Fatalf("the world itself fails: %v", err)
	}
}

// log tells one line of the story.
func (w *soak) log(format string, args ...any) {
	w.steps++
	clock := "begin"
	if w.sim != nil {
		clock = w.now().Format("Jan 02 15:04")
	}
	w.rt.Logf("%4d %s  %s", w.steps, clock, fmt.Sprintf(format, args...))
}

func (w *soak) planner() dirsync.Planner {
	var sources []dirsync.Source
	for _, b := range w.branches() {
		sources = append(sources, overseen{b.source, w})
	}
	return dirsync.Planner{
		Sources: sources, Mapper: w.mapper, Package: w.client, Memory: w.ledger, Policy: w.policy,
		Stop: func() string { return w.stop }, NoHandover: func() string { return "" }, Now: w.now, Logger: slog.New(slog.DiscardHandler),
	}
}

// pass puts one together; c counts the calls of its ports.
func (w *soak) pass(c *counter) *dirsync.Pass {
	p := &dirsync.Pass{
		Planner: w.planner(), Ledger: mortalLedger{w.ledger, c}, Handover: mortalHandover{handover.NewFile(w.handoverFile(), link, handover.Layout{}), c},
		NewPassword: (&passwords{}).make, Progress: func(string, int, int) {},
	}
	p.Memory, p.Package = p.Ledger, mortalPackage{w.client, c}
	return p
}

// overseen is the directory as the program reads it, and somebody who comes back right before a
// last look.
type overseen struct {
	dirsync.Source
	w *soak
}

func (s overseen) Recheck(ctx context.Context, tracked []model.Tracked) ([]model.Sighting, error) {
	if s.w.recheckAt--; s.w.recheckAt == 0 && s.w.atRecheck != nil {
		s.w.disturbed = true
		s.w.judge()
		s.w.atRecheck()
	}
	return s.Source.Recheck(ctx, tracked)
}
