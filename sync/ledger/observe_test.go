package ledger

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestRememberIsWhatStateShows(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	remember(t, l, model.StateUpdate{Subscription: "sub", Sources: map[string]model.SourceBinding{"old": {Scope: "o"}, "corp": {Scope: "before"}}})
	m := model.StateUpdate{
		Subscription: "sub", Baseline: true, SyncSince: c.Now(),
		Sources: map[string]model.SourceBinding{"corp": {NamingContext: "S-1-5", Scope: "f00", Server: "dc1", Reader: model.Reader{ID: "r1", Name: "cn=reader"}}},
		Bases:   []model.Base{{Source: "corp", Managed: 3, At: c.Now()}},
		Observations: []model.Observation{
			{Subject: model.Subject{Person: person("1"), CSI: "1", DN: "CN=1"}, OU: "ou=x", LastSeen: c.Now(), State: model.Entitled},
			{
				Subject: model.Subject{Person: person("2"), DN: "CN=2"}, LastSeen: c.Now().Add(-time.Hour), State: model.Departed, Since: c.Now(), Reads: 2,
				Evidence: model.Evidence{Kind: model.Disabled, Detail: "userAccountControl 514"}, ConfirmedAt: c.Now(), Unproved: true, LastRead: c.Now(), Restarts: 2,
			},
			{Subject: model.Subject{Person: person("3")}, State: model.Unknown, Evidence: model.Evidence{Detail: "unreadable"}},
			{Subject: model.Subject{Person: model.PersonID{Source: "other", ID: "1"}}, State: model.Unknown},
		},
		UsersSeen: []model.SeenUser{{ThreemaID: "AAAAAAAA", CredentialID: "c1"}, {ThreemaID: "BBBBBBBB", CredentialID: "c1"}},
		Servers: []model.KnownServer{
			{Source: "corp", Server: "dc1", Replica: model.Replica{Address: "dc1:636", ID: "a", Version: "usn@a=9"}, FirstRead: c.Now().Add(-time.Hour), LastRead: c.Now(), Proved: true},
			{Source: "corp", Server: "dc2", FirstRead: c.Now(), LastRead: c.Now()},
		},
		Reads: []model.ReadDay{
			{Source: "corp", Day: c.Now().Truncate(24 * time.Hour), Last: c.Now(), Longest: 90 * time.Minute},
			{Source: "corp", Day: c.Now().Add(24 * time.Hour).Truncate(24 * time.Hour), Last: c.Now().Add(24 * time.Hour)},
		},
	}
	remember(t, l, m)
	want := model.State{
		Subscription: "sub", Baseline: true, SyncSince: c.Now(),
		Sources:      map[string]model.SourceBinding{"old": {Scope: "o"}, "corp": m.Sources["corp"]},
		Observations: m.Observations, Bases: m.Bases, UsersSeen: m.UsersSeen, Servers: m.Servers, Reads: m.Reads,
	}
	if diff := cmp.Diff(want, state(t, l)); diff != "" {
		t.Error(diff)
	}

	m.Observations = slices.Delete(m.Observations, 1, 2)
	m.Observations[0].LastSeen = c.Now().Add(time.Minute)
	slices.Reverse(m.Observations) // the order does not matter
	m.UsersSeen = []model.SeenUser{{ThreemaID: "BBBBBBBB", CredentialID: "c2"}}
	m.Bases, m.Baseline, m.SyncSince = nil, false, time.Time{}
	m.Servers = m.Servers[1:]
	want.Servers = m.Servers
	m.Reads = m.Reads[1:]
	want.Reads = m.Reads
	remember(t, l, m)
	slices.Reverse(m.Observations)
	want.Observations, want.UsersSeen, want.Baseline, want.SyncSince = m.Observations, m.UsersSeen, false, time.Time{}
	if diff := cmp.Diff(want, state(t, l)); diff != "" {
		t.Error(diff)
	}
}

// TestAWrongClockTurnsNoWindow: what a pass with a clock in doubt would drop as too old stays.
func TestAWrongClockTurnsNoWindow(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	base := model.Base{Source: "corp", Managed: 40, At: c.Now()}
	remember(t, l, model.StateUpdate{Bases: []model.Base{base}})
	c.Advance(20 * 24 * time.Hour)
	remember(t, l, model.StateUpdate{Timeless: true})
	c.Advance(-20 * 24 * time.Hour)
	if diff := cmp.Diff([]model.Base{base}, state(t, l).Bases); diff != "" {
		t.Error(diff)
	}
	c.Advance(20 * 24 * time.Hour)
	remember(t, l, model.StateUpdate{})
	c.Advance(-20 * 24 * time.Hour)
	if bases := state(t, l).Bases; len(bases) != 0 {
		t.Errorf("a pass with the right clock kept %v", bases)
	}
}

func TestOwnedIsOnlyUpdated(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	ownedBy(t, l, "1", "c1")
	ownedBy(t, l, "2", "c2")
	changed := model.Ownership{Person: person("1"), CredentialID: "c1", Username: "new", CSI: "n", MissingSince: c.Now(), MissingReads: 1, Since: start}
	remember(t, l, model.StateUpdate{Owned: []model.Ownership{
		{Person: person("3"), CredentialID: "c3"}, // not ours
		{Person: person("2"), CredentialID: "c9"}, // another credential
		changed,
	}})
	want := []model.Ownership{changed, {Person: person("2"), CredentialID: "c2", Username: "user-2", CSI: "csi-2", Since: start}}
	if diff := cmp.Diff(want, state(t, l).Owned); diff != "" {
		t.Error(diff)
	}
}

func TestBasesLastEightDays(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	for range 10 {
		c.Advance(24 * time.Hour)
		remember(t, l, model.StateUpdate{Bases: []model.Base{{Source: "corp", Managed: 1, At: c.Now()}}})
	}
	if got := len(state(t, l).Bases); got != 8 {
		t.Errorf("%d bases, want 8", got)
	}
}

// TestAQuietPassWritesFewRows is the promise of Remember to a directory of any size.
func TestAQuietPassWritesFewRows(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	m := model.StateUpdate{Observations: crowd(1000, c.Now()), Sources: map[string]model.SourceBinding{"corp": {}}}
	for _, o := range m.Observations[:200] {
		m.Sentinels = append(m.Sentinels, model.Sentinel{Person: o.Person, OU: o.OU, Since: c.Now().Add(time.Microsecond)}) // finer than is kept
	}
	remember(t, l, m)
	c.Advance(time.Hour)
	for i := range m.Observations {
		m.Observations[i].LastSeen = c.Now()
	}
	m.Observations[999].LastSeen = start // held, say
	before := rowsWritten(t, l)
	remember(t, l, m)
	if got := rowsWritten(t, l) - before; got > 10 {
		t.Errorf("%d rows were written, want at most 10", got)
	}
	if diff := cmp.Diff(m.Observations, state(t, l).Observations); diff != "" {
		t.Error(diff)
	}
}

func rowsWritten(t *testing.T, l *Ledger) (n int) {
	t.Helper()
	if err := l.writes.QueryRowContext(t.Context(), `SELECT total_changes()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRememberIsAllOrNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		m    model.StateUpdate
		want string
	}{
		{"a saga ends without a reason", model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: person("1")}}}, "for a reason"},
		{"an operation that is not there", model.StateUpdate{Settled: []model.SettledOperation{{ID: 5}}}, "no operation 5"},
		{"evidence of no known kind", model.StateUpdate{Observations: []model.Observation{{Subject: model.Subject{Person: person("1")}, Evidence: model.Evidence{Kind: "gossip"}}}}, "CHECK constraint"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, c := openNew(t)
			tt.m.Subscription, tt.m.Bases = "sub", []model.Base{{Source: "corp", At: c.Now()}}
			err := l.Remember(t.Context(), startRun(t, l), tt.m)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if diff := cmp.Diff(model.State{Sources: map[string]model.SourceBinding{}}, state(t, l)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	type row struct{ key, value string }
	key := func(a, b row) int { return strings.Compare(a.key, b.key) }
	tests := []struct {
		name                      string
		stored, wanted, put, drop []row
	}{
		{"nothing", nil, nil, nil, nil},
		{"equal", []row{{"a", "1"}, {"b", "2"}}, []row{{"b", "2"}, {"a", "1"}}, nil, nil},
		{"new", nil, []row{{"b", "2"}, {"a", "1"}}, []row{{"a", "1"}, {"b", "2"}}, nil},
		{"all gone", []row{{"a", "1"}, {"b", "2"}}, nil, nil, []row{{"a", "1"}, {"b", "2"}}},
		{"changed", []row{{"a", "1"}}, []row{{"a", "2"}}, []row{{"a", "2"}}, nil},
		{"between", []row{{"a", "1"}, {"c", "1"}}, []row{{"b", "1"}}, []row{{"b", "1"}}, []row{{"a", "1"}, {"c", "1"}}},
		{"twice, the last counts", []row{{"a", "1"}}, []row{{"a", "2"}, {"a", "1"}}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			put, drop := difference(tt.stored, tt.wanted, key)
			if !slices.Equal(put, tt.put) || !slices.Equal(drop, tt.drop) {
				t.Errorf("put %v, drop %v, want %v, %v", put, drop, tt.put, tt.drop)
			}
		})
	}
}
