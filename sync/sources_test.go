package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// branch is a directory as a source of another name.
type branch struct {
	*directory
	name string
}

func (b branch) Name() string { return b.name }

func (b branch) Read(ctx context.Context, tracked []model.Tracked) (model.Snapshot, error) {
	s, err := b.directory.Read(ctx, tracked)
	s.Source = b.name
	for n := range s.People {
		s.People[n].ID.Source = b.name
	}
	b.rename(s.Sightings)
	return s, err
}

func (b branch) Recheck(ctx context.Context, tracked []model.Tracked) ([]model.Sighting, error) {
	sightings, err := b.directory.Recheck(ctx, tracked)
	b.rename(sightings)
	return sightings, err
}

func (b branch) rename(sightings []model.Sighting) {
	for n := range sightings {
		sightings[n].ID.Source = b.name
	}
}

var errUnreachable = &model.ReadError{Source: "hr", Reason: model.ReadUnreachable, Err: errors.New("no route to host")}

// newTwoSources is a world with employees 1 to 6 in corp, and 11 to 16 in hr, which comes second.
func newTwoSources(t *testing.T) (*world, *directory) {
	t.Helper()
	hr := newDirectory()
	hr.context, hr.scope = "S-1-5-21-2", "scope-2"
	for n := range 6 {
		hr.put(employee(11 + n))
	}
	w := newWorld(t, options{}, employees(6)...)
	w.more = []dirsync.Source{branch{hr, "hr"}}
	return w, hr
}

// TestOneOfTwoSourcesFails: its people are left alone, and everybody else joins, changes and
// leaves as ever; the report and its JSON say of which source nothing is known.
func TestOneOfTwoSourcesFails(t *testing.T) {
	t.Parallel()
	w, hr := newTwoSources(t)
	w.rollOut()
	hr.failure = errUnreachable
	hr.dismiss(t, "id-12")
	hr.change(t, "id-13", func(p *person) { p.Last = "Married" })
	hr.put(employee(17))
	w.directory.dismiss(t, "id-02")
	w.directory.change(t, "id-03", func(p *person) { p.Last = "Married" })
	w.directory.put(employee(7))
	r := w.exits(dirsync.ExitIncomplete)
	w.equal("usernames", []string{
		"user01", "user03", "user04", "user05", "user06", "user07", "user11", "user12", "user13", "user14", "user15", "user16",
	}, w.usernames())
	w.wantSettings(w.directory.people["id-03"])
	w.wantSettings(employee(13))
	if r.RolledOut {
		t.Error("a pass without hr cannot tell that all is rolled out")
	}
	for _, words := range []string{"NOT READ read source hr: no route to host", "Nothing was changed for the people of hr", "The other sources went on"} {
		if !strings.Contains(text(r), words) {
			t.Errorf("the report does not say %q:\n%s", words, text(r))
		}
	}
	var told struct {
		Sources []struct {
			Name     string `json:"name"`
			Complete bool   `json:"complete"`
		} `json:"sources"`
	}
	data, err := json.Marshal(r)
	w.must(err)
	w.must(json.Unmarshal(data, &told))
	if len(told.Sources) != 2 || told.Sources[0].Name != "corp" || !told.Sources[0].Complete || told.Sources[1].Name != "hr" || told.Sources[1].Complete {
		t.Errorf("sources in JSON: %+v", told.Sources)
	}

	hr.failure = nil
	w.ok()
	w.settled()
	w.equal("hr caught up", []string{"user11", "user13", "user14", "user15", "user16", "user17"}, w.usernames()[6:])
	w.wantSettings(hr.people["id-13"])
}

// TestTheFirstPassReadsAllSources: what binds the ledger to its sources takes all of them, be it
// the first pass or somebody's word.
func TestTheFirstPassReadsAllSources(t *testing.T) {
	t.Parallel()
	w, hr := newTwoSources(t)
	hr.failure = errUnreachable
	for _, r := range []dirsync.Report{w.exits(dirsync.ExitIncomplete), w.preview("")} {
		if r.Planned {
			t.Errorf("planned:\n%s", text(r))
		}
	}
	w.equal("requests", 0, len(w.sim.Requests()))
	hr.failure = nil
	w.rollOut()
	hr.failure = errUnreachable
	if r := w.pass().AcceptBaseline(t.Context(), "tester"); r.Planned || r.ExitCode() != dirsync.ExitIncomplete {
		t.Errorf("a baseline was accepted without hr:\n%s", text(r))
	}
}

// TestMoveToAnotherSource: credential and Threema ID stay while every read of either side fails in
// its turn; nothing is withdrawn, and the settings follow the new entry.
func TestMoveToAnotherSource(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(corp, hr *directory){
		"nothing fails": func(_, _ *directory) {},
		"corp fails":    func(corp, _ *directory) { corp.failure = errUnreachable },
		"hr fails":      func(_, hr *directory) { hr.failure = errUnreachable },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, hr := newTwoSources(t)
			w.policy.ID, w.policy.GraceWithdraw = model.DetachID, 24*time.Hour
			w.rollOut()
			before, phone := w.credential("user02"), w.userID("user02")
			for _, way := range []struct{ from, to *directory }{{w.directory, hr}, {hr, w.directory}} {
				moved := employee(2)
				moved.OU, moved.Title = "Elsewhere", "Head of "+way.to.scope
				way.from.dismiss(t, "id-02")
				way.to.put(moved)
				fails(w.directory, hr)
				w.run()
				w.directory.failure, hr.failure = nil, nil
				w.ok()
				w.settled()
				if after := w.credential("user02"); after.ID != before.ID || !slices.Equal(after.Users, []string{phone}) {
					t.Fatalf("credential %+v, was %+v", after, before)
				}
				w.wantSettings(moved)
				w.advance(30 * 24 * time.Hour)
				w.ok()
			}
			w.equal("withdrawn", 0, len(w.sim.State().Withdrawn))
			w.equal("detached", 0, len(w.sim.State().Detached))
		})
	}
}

// TestTheFirstSourceWins: one csi in both makes one credential, with what the first source says.
func TestTheFirstSourceWins(t *testing.T) {
	t.Parallel()
	w, hr := newTwoSources(t)
	other := employee(2)
	other.UID, other.Title = "login02", "As hr says"
	hr.put(other)
	w.rollOut()
	w.wantSettings(w.directory.people["id-02"])
	if _, there := w.lookup("login02"); there {
		t.Error("the same person has two credentials")
	}
}

// TestWithdrawWhileOneSourceFails: an order reaches the people of every source.
func TestWithdrawWhileOneSourceFails(t *testing.T) {
	t.Parallel()
	w, hr := newTwoSources(t)
	w.rollOut()
	hr.failure = errUnreachable
	order, err := dirsync.NewOrder("user12", "security incident", "tester")
	w.must(err)
	_, done, err := w.pass().Withdraw(t.Context(), order, w.ledger, func(outcomes.Withdrawal) {})
	w.must(err)
	if _, there := w.lookup("user12"); there || done.ExitCode != dirsync.ExitOK {
		t.Errorf("%s: %s", done.Outcome, english.Say(done.Why))
	}
}
