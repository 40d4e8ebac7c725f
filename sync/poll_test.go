package sync_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// changeLog tells what a test says has changed in the directory of a world.
type changeLog struct {
	delta     model.Delta
	failure   error
	asked     []model.Version // since when
	preferred string
}

func (c *changeLog) Name() string          { return sourceName }
func (c *changeLog) Prefer(address string) { c.preferred = address }

func (c *changeLog) Changes(_ context.Context, since model.Version, wanted func(model.Person) bool) (model.Delta, error) {
	c.asked = append(c.asked, since)
	delta := c.delta
	delta.People = slices.DeleteFunc(slices.Clone(delta.People), func(p model.Person) bool { return !wanted(p) })
	return delta, c.failure
}

// polled is a world with a poll of its directory.
type polled struct {
	*world
	registry *prometheus.Registry
	changes  *changeLog
	poll     *dirsync.Poll
}

func newPolled(t *testing.T, people ...person) *polled {
	t.Helper()
	registry := prometheus.NewRegistry()
	w := newWorld(t, options{daily: 1000, metrics: dirsync.NewMetrics(registry, "v1", "go1", []string{sourceName})}, people...)
	w.directory.version = "usn@a=5"
	w.rollOut()
	p := &polled{world: w, registry: registry, changes: &changeLog{}}
	p.restart()
	return p
}

// restart is a daemon that begins afresh.
func (p *polled) restart() {
	p.Helper()
	mapper, err := newMapper()
	p.must(err)
	p.poll = &dirsync.Poll{
		Sources: []dirsync.ChangingSource{p.changes}, Mapper: mapper, Recall: p.ledger, Policy: p.policy,
		Every: 5 * time.Minute, Spare: 500, Now: p.sim.Now, Logger: p.logs.logger(), Polled: p.metrics.Polled,
	}
}

// early lets the interval pass, shows what changed, and asks.
func (p *polled) early(delta model.Delta) bool {
	p.Helper()
	p.advance(5 * time.Minute)
	p.changes.delta = delta
	return p.poll.Early(p.Context())
}

func (p *polled) wants(when string, delta model.Delta, want bool) {
	p.Helper()
	if got := p.early(delta); got != want {
		p.Errorf("%s: early %v", when, got)
	}
}

func changed(people ...person) model.Delta {
	delta := model.Delta{Version: "usn@a=6"}
	for _, p := range people {
		delta.People = append(delta.People, p.entry())
	}
	return delta
}

// TestPoll: whoever joined, moved or was disabled brings a pass, which does what is to be done, and
// after which the same news are none. Whoever seems to be missing brings none.
func TestPoll(t *testing.T) {
	t.Parallel()
	w := newPolled(t, employees(4)...)
	w.wants("nothing changed", changed(), false)
	w.wants("nothing that matters changed", changed(employee(1)), false)

	nobody := employee(9)
	nobody.CSI = ""
	out := employee(2)
	out.State, out.Evidence = model.Departed, model.Evidence{Kind: model.OutOfScope}
	hidden := employee(3)
	hidden.State = model.Unknown
	w.wants("a joiner without a csi, a member who left a group, an account that cannot be read", changed(nobody, out, hidden), false)

	w.directory.put(employee(5))
	w.wants("a joiner", changed(employee(5)), true)
	w.ok()
	w.credential("user05")
	w.wants("the joiner again", changed(employee(5)), false)

	w.directory.dismiss(t, "id-01")
	w.wants("a disabled account", changed(w.directory.people["id-01"]), true)
	w.ok()
	if _, there := w.lookup("user01"); there {
		t.Error("the credential of the disabled account is there after the early pass")
	}
	w.wants("the disabled account again", changed(w.directory.people["id-01"]), false)

	w.directory.change(t, "id-02", func(p *person) { p.OU = "Sales" })
	w.wants("a mover", changed(w.directory.people["id-02"]), true)
	w.ok()
	w.wants("the mover again", changed(w.directory.people["id-02"]), false)

	w.wants("who does not know what changed", model.Delta{Version: "usn@b=1", Lost: "another copy answers"}, true)
	group := func(stamp string) model.Delta {
		return model.Delta{Version: "usn@b=2", Groups: []model.ChangedGroup{{DN: "CN=Threema", Stamp: stamp}}}
	}
	w.wants("a group", group("7"), true)
	w.wants("the same change of the group", group("7"), false)
	w.wants("another one", group("8"), true)

	counted := `
		# HELP threema_dirsync_hints_total What brought a pass forward: people and groups that changed, by kind.
		# TYPE threema_dirsync_hints_total counter
		threema_dirsync_hints_total{hint="disabled",source="corp"} 1
		threema_dirsync_hints_total{hint="group",source="corp"} 2
		threema_dirsync_hints_total{hint="joined",source="corp"} 1
		threema_dirsync_hints_total{hint="lost",source="corp"} 1
		threema_dirsync_hints_total{hint="moved",source="corp"} 1
	`
	w.must(testutil.GatherAndCompare(w.registry, strings.NewReader(counted), "threema_dirsync_hints_total"))
	for line := range strings.Lines(w.logs.text()) {
		if !strings.Contains(line, `"level":"DEBUG"`) && (strings.Contains(line, "user0") || strings.Contains(line, "CN=First")) {
			t.Errorf("a person above debug level: %s", line)
		}
	}
}

// TestPollGoesOn: the first look after a start goes on where the last complete read ended, at the server
// that it came from; each later one where the last look ended.
func TestPollGoesOn(t *testing.T) {
	t.Parallel()
	w := newPolled(t, employees(2)...)
	for _, version := range []model.Version{"usn@a=6", "usn@a=7", "usn@a=8"} {
		w.wants("nothing", model.Delta{Version: version}, false)
	}
	w.restart()
	w.wants("nothing", model.Delta{Version: "usn@a=9"}, false)
	w.equal("asked since", []model.Version{"usn@a=5", "usn@a=6", "usn@a=7", "usn@a=5"}, w.changes.asked)
	w.equal("asked first", "dc1:636", w.changes.preferred)
}

// TestPollOfTwoServers: behind a balancer another server answers each time. After it has answered once
// it is known where to go on with it.
func TestPollOfTwoServers(t *testing.T) {
	t.Parallel()
	w := newPolled(t, employees(2)...)
	w.wants("the one", model.Delta{Version: "usn@a=7"}, false)
	w.wants("the other", model.Delta{Version: "usn@b=3", Lost: "another copy answers"}, true)
	w.wants("the one again", model.Delta{Version: "usn@a=9"}, false)
	w.wants("the other again", model.Delta{Version: "usn@b=4"}, false)
	w.wants("and again", model.Delta{Version: "usn@a=9"}, false)
	w.equal("asked since", []model.Version{"usn@a=5", "usn@a=7", "usn@a=7 usn@b=3", "usn@a=9 usn@b=3", "usn@a=9 usn@b=4"}, w.changes.asked)
}

// TestPollLearnsFirst: where nobody can say when to begin, groups that changed at some time before are
// no news.
func TestPollLearnsFirst(t *testing.T) {
	t.Parallel()
	w := newPolled(t, employees(2)...)
	w.directory.version = ""
	w.ok()
	old := model.ChangedGroup{DN: "cn=threema", Stamp: "20261122000000Z"}
	w.wants("a group of old", model.Delta{Version: "modified=1", Groups: []model.ChangedGroup{old}}, false)
	w.wants("the same", model.Delta{Version: "modified=1", Groups: []model.ChangedGroup{old}}, false)
	w.wants("a joiner of old", changed(employee(7)), true)
	old.Stamp = "20261122000100Z"
	w.wants("a change of it", model.Delta{Version: "modified=2", Groups: []model.ChangedGroup{old}}, true)
}

// TestPollTakesItsTime: once in each interval, also after the clock was set back, and not at all while
// what is left of the day belongs to the schedule.
func TestPollTakesItsTime(t *testing.T) {
	t.Parallel()
	w := newPolled(t, employees(2)...)
	offset := time.Duration(0)
	w.poll.Now = func() time.Time { return w.sim.Now().Add(offset) }
	asks := func(when string, moved time.Duration, want int) {
		t.Helper()
		offset += moved
		before := len(w.changes.asked)
		w.poll.Early(t.Context())
		if got := len(w.changes.asked) - before; got != want {
			t.Errorf("%s: asked %d times, want %d", when, got, want)
		}
	}
	asks("at the start", 0, 1)
	asks("at once again", 0, 0)
	asks("before the interval is over", 5*time.Minute-time.Second, 0)
	asks("after it", time.Second, 1)
	asks("after a step back", -time.Hour, 1)
	asks("at once after that", time.Second, 0)

	w.poll.Spare = 999
	asks("with too few requests left", 5*time.Minute, 0)
	w.poll.Spare = 500
	w.must(w.ledger.BlockRequests(t.Context(), w.sim.Now().Add(time.Hour)))
	asks("while the service refuses requests", 5*time.Minute, 0)
	w.advance(2 * time.Hour)
	asks("afterwards", 0, 1)
}

// TestPollFails: it is told once, and once that it works again; the schedule goes on meanwhile, and
// what happened in between is found.
func TestPollFails(t *testing.T) {
	t.Parallel()
	w := newPolled(t, employees(2)...)
	w.changes.failure = errors.New("no route to host")
	for range 3 {
		w.wants("a directory that does not answer", changed(employee(7)), false)
	}
	w.changes.failure = nil
	w.wants("the same when it answers", changed(employee(7)), true)
	logged := w.logs.text()
	for text, want := range map[string]int{
		`"level":"WARN","msg":"cannot ask the directory what changed; until that works passes come by the schedule alone","source":"corp","err":"no route to host"`: 1,
		`"msg":"the directory tells again what changed"`:                                                  1,
		`"msg":"the directory changed: a pass begins before its time","source":"corp","hints":"1 joined"`: 1,
	} {
		if got := strings.Count(logged, text); got != want {
			t.Errorf("%d times %s", got, text)
		}
	}
	w.equal("asked since", []model.Version{"usn@a=5", "usn@a=5", "usn@a=5", "usn@a=5"}, w.changes.asked)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.advance(time.Hour)
	if w.poll.Early(ctx) {
		t.Error("a pass begins although the program ends")
	}
}

// forgetful is a ledger that cannot be read.
type forgetful struct {
	dirsync.Recall
	budget, server, person error
}

func (f forgetful) Budget(ctx context.Context) (model.Budget, error) {
	b, err := f.Recall.Budget(ctx)
	return b, errors.Join(err, f.budget)
}

func (f forgetful) LastServer(ctx context.Context, source string) (model.KnownServer, error) {
	k, err := f.Recall.LastServer(ctx, source)
	return k, errors.Join(err, f.server)
}

func (f forgetful) Observation(ctx context.Context, person model.PersonID) (model.Observation, bool, error) {
	o, known, err := f.Recall.Observation(ctx, person)
	return o, known, errors.Join(err, f.person)
}

// TestPollWithoutLedger: whatever of it cannot be read, nothing is early, it is told, and nothing is
// missed once it can.
func TestPollWithoutLedger(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk I/O error")
	for name, fault := range map[string]forgetful{"budget": {budget: broken}, "server": {server: broken}, "person": {person: broken}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPolled(t, employees(2)...)
			whole := w.poll.Recall
			fault.Recall = whole
			w.poll.Recall = fault
			w.wants("a joiner", changed(employee(7)), false)
			if !strings.Contains(w.logs.text(), "disk I/O error") {
				t.Error("nobody is told")
			}
			w.poll.Recall = whole
			w.wants("the joiner", changed(employee(7)), true)
			w.equal("asked since at last", model.Version("usn@a=5"), w.changes.asked[len(w.changes.asked)-1])
		})
	}
}
