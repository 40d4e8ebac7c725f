package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// fixture makes a ledger as version n of the program left it (testdata/vN.sql, pitfall E9).
func fixture(t *testing.T, n int) string {
	t.Helper()
	script, err := os.ReadFile(fmt.Sprintf("testdata/v%d.sql", n))
	if err != nil {
		t.Fatal(err)
	}
	path, err := createFile(newPath(t))
	if err != nil {
		t.Fatal(err)
	}
	change(t, path, string(script))
	return path
}

func readSchema(t *testing.T, path string) map[string]string {
	t.Helper()
	db := newPool(reader(path), 1)
	defer func() { _ = db.Close() }()
	objects := map[string]string{}
	_, err := selectAll(t.Context(), db, func(rows *sql.Rows) (string, error) {
		var name, text string
		err := rows.Scan(&name, &text)
		objects[name] = text
		return name, err
	}, `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// TestReleasedSchemaIsFrozen fails when a released script is edited: ledgers out there would
// stay as they were.
func TestReleasedSchemaIsFrozen(t *testing.T) {
	t.Parallel()
	all, err := scripts(schema)
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version <= len(all); version++ {
		path, err := createFile(newPath(t))
		if err != nil {
			t.Fatal(err)
		}
		db := newPool(writer(path), 1)
		m := migration{db: db, path: path, scripts: all[:version], now: newClock().Now, logger: slog.New(slog.DiscardHandler)}
		if err := errors.Join(m.run(t.Context()), db.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(readSchema(t, fixture(t, version)), readSchema(t, path)); diff != "" {
			t.Errorf("schema/%04d.sql is not what testdata/v%d.sql froze:\n%s", version, version, diff)
		}
	}
}

// TestEveryOldLedgerOpens opens the ledger of each released version and compares the state.
func TestEveryOldLedgerOpens(t *testing.T) {
	t.Parallel()
	scripts, err := scripts(schema)
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version <= len(scripts); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			t.Parallel()
			l := open(t, fixture(t, version), Options{Now: newClock().Now})
			if diff := cmp.Diff(sample(version), state(t, l)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// nextVersion is a later program: one script more than this one.
func nextVersion(t *testing.T, db *sql.DB, path, script string) migration {
	t.Helper()
	list, err := scripts(schema)
	if err != nil {
		t.Fatal(err)
	}
	return migration{db: db, path: path, scripts: append(list, script), now: newClock().Now, logger: slog.New(slog.DiscardHandler)}
}

func TestMigrationBacksUpFirst(t *testing.T) {
	t.Parallel()
	path := fixture(t, latest(t))
	db := newPool(writer(path), 1)
	defer func() { _ = db.Close() }()
	m := nextVersion(t, db, path, `ALTER TABLE sources ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'`)
	for range 2 { // the second time there is nothing to do
		if err := m.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var colour string
	if err := db.QueryRowContext(t.Context(), `SELECT colour FROM sources`).Scan(&colour); err != nil || colour != "red" {
		t.Errorf("colour %q, %v", colour, err)
	}
	backups, err := filepath.Glob(path + ".*.bak")
	if err != nil || len(backups) != 1 {
		t.Fatalf("backups %v, %v, want one", backups, err)
	}
	if err := checkPrivate(backups[0]); err != nil {
		t.Error(err)
	}
	// The restore drill: the backup is a ledger as this program knows it.
	l := open(t, backups[0], Options{Now: newClock().Now})
	if diff := cmp.Diff(sample(latest(t)), state(t, l)); diff != "" {
		t.Errorf("restored: %s", diff)
	}
	// And this program refuses what the later one made.
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "newer threema-dirsync") {
		t.Errorf("error %v, want a refusal", err)
	}
}

func TestAFailedMigrationChangesNothing(t *testing.T) {
	t.Parallel()
	path := fixture(t, latest(t))
	db := newPool(writer(path), 1)
	m := nextVersion(t, db, path, `DROP TABLE quota; DROP TABLE no_such_table`)
	err := m.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("schema/%04d.sql: no such table", latest(t)+1)) {
		t.Errorf("error %v, want the script that failed", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	l := open(t, path, Options{Now: newClock().Now})
	take(t, l.Meter, 1)
	if diff := cmp.Diff(sample(latest(t)), state(t, l)); diff != "" {
		t.Error(diff)
	}
}

// latest is the version that this program writes.
func latest(t *testing.T) int {
	t.Helper()
	list, err := scripts(schema)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// sample is what testdata/vN.sql holds.
func sample(version int) model.State {
	s := firstSample()
	if version >= 2 {
		s.Approvals = []model.GivenApproval{{
			ChangeID: "ch4", Person: person("p3"), Until: start.Add(23 * time.Hour), Hash: "cafe", By: "anna (uid 1000)", At: start.Add(-time.Hour),
		}}
	}
	if version >= 4 {
		b := s.Sources["corp"]
		b.AccountSeen = true
		s.Sources["corp"] = b
		s.Servers = []model.KnownServer{{
			Source: "corp", Server: "dc1.corp.example", FirstRead: start.Add(-96 * time.Hour), LastRead: start.Add(-2 * time.Hour), Proved: true,
			Replica: model.Replica{
				Address: "dc1.corp.example:636", ID: "1b15ffde-0000-4000-8000-000000000001", Version: "usn@1b15ffde-0000-4000-8000-000000000001=8123",
			},
		}}
		day := 24 * time.Hour
		s.Reads = []model.ReadDay{{Source: "corp", Day: start.Add(-2 * time.Hour).Truncate(day), Last: start.Add(-2 * time.Hour)}}
		s.Observations[0].FirstSeen = start.Add(-120 * time.Hour)
		s.Sentinels = []model.Sentinel{{Person: person("p1"), OU: "ou=x", Since: start.Add(-96 * time.Hour)}}
		s.Orders = []model.PastOrder{{CredentialID: "c2", At: start.Add(-time.Hour)}}
		s.Observations[1].Protected = true
		s.Gap = model.Gap{Kind: model.OlderLedger, Own: 1, Done: 9, At: start.Add(-3 * time.Hour)}
		e := model.Effect{
			ID: 1, Departure: 1, Op: model.Withdraw, Subject: model.Subject{Person: person("p3"), CSI: "4713", DN: "CN=Eve,OU=X"}, CredentialID: "c3", Username: "eve",
			IDs: []string{"AAAAAAAA", "BBBBBBBB"}, RequestedAt: start.Add(-2 * time.Hour).Add(time.Millisecond), GoneAt: start.Add(-2 * time.Hour).Add(time.Millisecond),
		}
		s.Effects = append(s.Effects, e)
		e.ID, e.Op, e.ThreemaID, e.RequestedAt, e.GoneAt, e.VerifiedAt = 2, model.Detach, "BBBBBBBB", start.Add(-time.Hour), start.Add(-time.Hour).Add(time.Millisecond), start
		s.Effects = append(s.Effects, e)
		s.Alarms = []model.Alarm{{
			Departure: 1, Kind: model.IDReturned, Op: model.Detach, Subject: e.Subject, CredentialID: e.CredentialID, Username: e.Username,
			ThreemaID: "BBBBBBBB", Since: start, QuietSince: start,
		}}
		s.Approvals[0].Op, s.Approvals[0].CSI = model.Revoke, "4713"
	}
	if version >= 5 {
		fifthSample(&s)
	}
	if version >= 6 {
		sixthSample(&s)
	}
	if version >= 8 {
		s.Effects = append(s.Effects, model.Effect{
			ID: 5, Departure: 3, Op: model.Withdraw, Subject: model.Subject{Person: person("p2"), CSI: "4712", DN: "CN=Bob,OU=X"}, CredentialID: "c2", Username: "bob",
			IDs: []string{"EEEEEEEE"}, Ordered: true, RequestedAt: start.Add(-time.Hour).Add(time.Millisecond),
		})
	}
	if version >= 9 {
		s.OpenOrders = []model.OpenOrder{{Person: person("p1"), CredentialID: "c1", At: start.Add(-time.Hour), By: "anna (uid 1000)"}}
	}
	if version >= 10 {
		s.PutOut = []model.PutOut{{Person: person("p4"), CredentialID: "c4", Username: "joe", CSI: "4714", Word: model.WordHand, At: start.Add(-9 * time.Hour)}}
	}
	return s
}

// sixthSample is what version 6 added.
func sixthSample(s *model.State) {
	hour := start.Add(-time.Hour)
	s.Suspensions = []model.Suspension{{
		Subject: model.Subject{Person: person("p2"), CSI: "4712", DN: "CN=Bea,OU=X"}, LastDay: "2026-11-30", Until: time.UnixMilli(1796083200000).UTC(), Reason: "parental leave",
		By: "anna (uid 1000)", Since: hour,
	}}
	s.Undone = []model.UndoneOrder{{Person: person("p2"), CredentialID: "c2", At: hour, By: "anna (uid 1000)"}}
	s.AcceptedHeld = []model.PersonID{person("p9")}
}

// fifthSample is what version 5 added.
func fifthSample(s *model.State) {
	hour, twoAgo := start.Add(-time.Hour), start.Add(-2*time.Hour)
	b := s.Sources["corp"]
	b.Reader = model.Reader{ID: "1b15ffde-0000-4000-8000-000000000002", Name: "cn=reader,dc=corp"}
	s.Sources["corp"] = b
	s.Forgotten = []model.ForgottenSource{{Source: "branch", At: hour, By: "anna (uid 1000)"}}
	s.Reads[0].Longest = 2 * time.Hour
	s.Owned[0].FirstName, s.Owned[0].Since, s.Owned[1].Loss = "Ada", twoAgo, model.LossOpen
	s.Observations[0].Second = true
	o := &s.Observations[1]
	o.Departures, o.Contested, o.Unproved, o.LastRead, o.Restarts = 1, true, true, twoAgo, 2
	s.Departures[0].FirstName, s.Departures[0].LastSeen = "Eve", start.Add(-24*time.Hour)
	for n := range s.Effects {
		s.Effects[n].FirstName, s.Effects[n].LastSeen = "Eve", start.Add(-24*time.Hour)
	}
	s.Open[0].Refused, s.Open[0].Sent = true, []model.Setting{{Name: model.SettingCSI, Value: "4711"}}
	s.Bases = []model.Base{{Source: "corp", Managed: 3, Leaving: 1, At: twoAgo}}
	s.UsersSeen[0].Since = twoAgo
	s.FormerLinks = []model.FormerLink{{ThreemaID: "DDDDDDDD", Person: person("p2"), Until: twoAgo}}
	s.FormerCSIs = []model.FormerCSI{{Person: person("p1"), CSI: "0815"}}
	s.Service = model.Service{Bulk: model.BulkReplaces, Trial: model.Trial{
		CredentialID: "c1", Username: "ada", Wanted: []model.Setting{}, Foreign: []model.KeptSetting{}, At: hour,
	}}
	s.Unlisted = []model.Unlisted{{Object: model.Object{Kind: model.ObjectUser, ID: "AAAAAAAA"}, Since: hour}}
	s.Waits = []model.Wait{{Code: model.WaitApproval, Since: twoAgo, Seen: hour, People: 1, Command: "threema-dirsync approve cafe"}}
}

func firstSample() model.State {
	hours := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	return model.State{
		Subscription: "sub-1", Baseline: true, RolledOut: true, SyncSince: hours(-48),
		Sources: map[string]model.SourceBinding{"corp": {NamingContext: "S-1-5-21-1-2-3", Scope: "f00d", Server: "dc1.corp.example"}},
		Owned: []model.Ownership{
			{Person: person("p1"), CredentialID: "c1", Username: "ada", CSI: "4711", Created: true},
			{Person: person("p2"), CredentialID: "c2", Username: "bob", CSI: "4712", MissingSince: hours(-1), MissingReads: 1},
		},
		Observations: []model.Observation{
			{Subject: model.Subject{Person: person("p1"), CSI: "4711", DN: "CN=Ada,OU=X"}, OU: "ou=x", LastSeen: hours(-2), State: model.Entitled},
			{
				Subject: model.Subject{Person: person("p3"), CSI: "4713", DN: "CN=Eve,OU=X"}, OU: "ou=x", LastSeen: hours(-24), State: model.Departed,
				Since: hours(-3), Reads: 2, Evidence: model.Evidence{Kind: model.Absent, Detail: "not found"}, ConfirmedAt: hours(-2),
			},
		},
		Departures: []model.Departure{{
			Subject: model.Subject{Person: person("p3"), CSI: "4713", DN: "CN=Eve,OU=X"}, CredentialID: "c3", Username: "eve", OU: "ou=x",
			StartedAt: hours(-2), WithdrawnAt: hours(-2).Add(time.Millisecond),
			IDs: []model.DepartingID{{ThreemaID: "AAAAAAAA"}, {ThreemaID: "BBBBBBBB", GoneAt: hours(-1)}},
		}},
		Open: []model.Operation{{
			ID: 3, ChangeID: "ch3", Op: model.PublishContact, Subject: model.Subject{Person: person("p1"), CSI: "4711", DN: "CN=Ada,OU=X"}, OU: "ou=x",
			CredentialID: "c1", Username: "ada", ThreemaIDs: []string{"DDDDDDDD"}, ContactCreated: true, Approved: true, At: hours(-1),
		}},
		Taken:     []model.PastRemoval{{Op: model.Withdraw, Person: person("p3"), OU: "ou=x", At: hours(-2)}},
		Refusals:  []model.Refusal{{CredentialID: "c1", Setting: "th_category", Value: "x", Message: "422", At: hours(-2)}},
		Published: []model.Publication{{ThreemaID: "AAAAAAAA"}, {ThreemaID: "DDDDDDDD", Created: true}},
		UsersSeen: []model.SeenUser{{ThreemaID: "DDDDDDDD", CredentialID: "c1"}},
	}
}
