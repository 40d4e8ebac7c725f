package sync_test

import (
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// clocked is a package whose service tells another time from a moment on.
type clocked struct {
	dirsync.WorkAPI
	reading *model.ServiceClock
}

func (c clocked) Clock() model.ServiceClock { return *c.reading }

// clock puts a clock between, which says that it is right.
func (w *world) clock() *model.ServiceClock {
	reading := &model.ServiceClock{Told: true}
	w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return clocked{p, reading} }
	return reading
}

var aDayBehind = model.ServiceClock{Told: true, Ahead: -24 * time.Hour}

func stillDisabled(tracked []model.Tracked) []model.Sighting {
	var all []model.Sighting
	for _, t := range tracked {
		all = append(all, model.Sighting{ID: t.ID, DN: t.DN, OU: model.ParentDN(t.DN), State: model.Departed, Evidence: model.Evidence{Kind: model.Disabled}, Found: true})
	}
	return all
}

// TestClockSteppedDuringThePass: the plan was made by a right clock, and the answers of the last look
// tell of a wrong one: nothing is taken by it, and the next pass goes on.
func TestClockSteppedDuringThePass(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID = model.DetachID
	w.rollOut()
	before := w.document()
	reading := w.clock()
	w.directory.dismiss(t, "id-03")
	w.directory.recheck = func(tracked []model.Tracked) ([]model.Sighting, error) {
		*reading = aDayBehind
		return stillDisabled(tracked), nil
	}
	r := w.ok()
	w.equal("results", []string{"withdraw user03 skipped", "disable-contact user03 skipped", "detach user03 skipped"}, results(r))
	if why := english.Say(r.Results[0].Why); !strings.Contains(why, "24h behind ours") {
		t.Errorf("it says %q", why)
	}
	w.equal("package", before, w.document())
	*reading, w.directory.recheck = model.ServiceClock{Told: true}, nil
	w.ok()
	w.equal("detached", 1, len(w.sim.State().Detached))
}

// TestClockSetBackDuringThePass: what follows would be timed long before it happened, and its grace
// be over at once.
func TestClockSetBackDuringThePass(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.rollOut()
	before := w.document()
	w.directory.dismiss(t, "id-03")
	p, back := w.pass(), time.Duration(0)
	p.Now = func() time.Time { return w.sim.Now().Add(back) }
	w.directory.recheck = func(tracked []model.Tracked) ([]model.Sighting, error) {
		back = -time.Hour
		return stillDisabled(tracked), nil
	}
	r := p.Run(t.Context())
	w.equal("results", []string{"withdraw user03 skipped", "disable-contact user03 skipped"}, results(r))
	if why := english.Say(r.Results[0].Why); !strings.Contains(why, "set back by 1h") {
		t.Errorf("it says %q", why)
	}
	w.equal("package", before, w.document())
}

// TestClockOffErasesNobody: a clock that is a year ahead ends no retention, which could never be
// made good.
func TestClockOffErasesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.retention = 10 * time.Hour
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.advance(25 * time.Hour) // what was taken is verified: the last that is told of them
	w.ok()
	w.advance(time.Hour) // by two lists an hour apart
	w.ok()
	w.ok() // and nothing of them is ours
	w.advance(11 * time.Hour)
	reading := w.clock()
	*reading = aDayBehind
	w.exits(dirsync.ExitIncomplete)
	w.remembers(t, "by a wrong clock", "id-03", true)
	*reading = model.ServiceClock{Told: true}
	w.ok()
	w.remembers(t, "by a right clock", "id-03", false)
}

// TestClockOffAcceptsNothing: an accepted baseline decides about people by what is known of them.
func TestClockOffAcceptsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.rollOut()
	reading := w.clock()
	w.directory.scope = "scope-2"
	*reading = aDayBehind
	r := w.pass().AcceptBaseline(t.Context(), "anna")
	if r.Err == nil || !strings.Contains(r.Err.Error(), "the clock is in doubt") {
		t.Errorf("accepted by a wrong clock: %v", r.Err)
	}
	*reading = model.ServiceClock{Told: true}
	w.exits(dirsync.ExitWaiting)
	if r = w.pass().AcceptBaseline(t.Context(), "anna"); r.Err != nil {
		t.Fatal(r.Err)
	}
	w.ok()
}

// TestClockOffOrders: a stolen phone waits for no clock. The word reaches what can be undone alone.
func TestClockOffOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID = model.RevokeID
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	reading := w.clock()
	*reading = aDayBehind
	w.exits(dirsync.ExitIncomplete)
	_, withdrawal, err := w.order("E03")
	if err != nil || withdrawal.Outcome != outcomes.OrderWithdrawn || withdrawal.Departed {
		t.Fatalf("%+v: %v", withdrawal, err)
	}
	w.equal("revoked", 0, len(w.sim.State().Revoked))
}

// TestRareReadsEndWithThree: somebody whose proof begins afresh again and again is no silent leaver.
func TestRareReadsEndWithThree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ConfirmReads, w.policy.ConfirmOver = 2, time.Hour
	w.rollOut()
	w.directory.remove("id-03")
	w.ok()
	w.advance(40 * 24 * time.Hour)
	w.ok()
	w.advance(40 * 24 * time.Hour)
	r := w.exits(dirsync.ExitWaiting)
	w.equal("restarted", 1, len(r.Plan.Restarted))
	w.advance(2 * time.Hour)
	w.ok()
	w.equal("withdrawn", 1, len(w.sim.State().Withdrawn))
}
