package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// erasedAudit is a ledger whose entries 1, 3 and 5 are those of an erased person, 2 and 4 of one who
// stays, and 6 tells of the erasure. It returns entry 3 as it was.
func erasedAudit(tb testing.TB, path string) (*Ledger, auditRow) {
	tb.Helper()
	l, err := Open(context.Background(), path, Options{Now: newClock().Now})
	if err != nil {
		tb.Fatal(err)
	}
	run := startRun(tb, l)
	for n := range 5 {
		name := []string{"gone", "here"}[n%2]
		op := beginOne(tb, l, run, model.Operation{Op: model.PublishContact, ChangeID: "ch", Subject: model.Subject{Person: person(name), CSI: name}, ThreemaIDs: []string{"AAAAAAAA"}})
		if _, err := l.writes.ExecContext(context.Background(), `UPDATE journal SET state = 'done', settled_at = 1 WHERE id = ?`, op.ID); err != nil {
			tb.Fatal(err)
		}
	}
	var third auditRow
	err = inTx(context.Background(), l.reads, "read", func(tx *sql.Tx) error {
		return walkAudit(context.Background(), tx, func(r *auditRow) (bool, error) {
			third = *r
			return r.seq < 3, nil
		})
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.Remember(context.Background(), run, model.StateUpdate{Observations: []model.Observation{{Subject: model.Subject{Person: person("here")}, LastSeen: start}}}); err != nil {
		tb.Fatal(err)
	}
	if n, err := l.Erase(context.Background(), startRun(tb, l), 0); err != nil || n != 1 {
		tb.Fatal(n, err)
	}
	if got := verify(tb, l.Reader); got.Entries != 6 || got.Erased != 3 {
		tb.Fatalf("%+v", got)
	}
	return l, third
}

// TestTamperingWithErasedEntries: erasure is no cloak.
func TestTamperingWithErasedEntries(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do    string
		fault string
	}{
		"filled again, with what it said": {`UPDATE audit SET change_id = @change, person = @person, csi = @csi, threema_ids = @ids, salt = @salt WHERE seq = 3`, "entry 3 was filled again"},
		"filled with something else":      {`UPDATE audit SET person = 'eve' WHERE seq = 3`, "entry 3 was edited: what it says of a person"},
		"a salt put back":                 {`UPDATE audit SET salt = zeroblob(32) WHERE seq = 3`, "entry 3 was edited: what it says of a person"},
		"another one emptied":             {`UPDATE audit SET ` + eraseWords + ` WHERE seq = 4`, "entry 4 was emptied by hand"},
		"another one named as erased":     {`UPDATE audit SET ` + eraseWords + ` WHERE seq = 4; UPDATE audit SET erases = '[1,3,4,5]' WHERE seq = 6`, "entry 6 was edited"},
		"one named as erased no longer":   {`UPDATE audit SET erases = '[1,5]' WHERE seq = 6`, "entry 3 was emptied by hand"},
		"the list made unreadable":        {`PRAGMA ignore_check_constraints = 1; UPDATE audit SET erases = 'x' WHERE seq = 6`, "entry 1 was emptied by hand"},
		"the erasure removed":             {`DELETE FROM audit WHERE seq = 6; UPDATE ledger SET audit_seq = 5, audit_hash = (SELECT hash FROM audit WHERE seq = 5)`, "entry 1 was emptied by hand"},
		"another tombstone":               {`UPDATE audit SET tombstone = hex(randomblob(32)) WHERE seq = 6`, "entry 6 was edited"},
		"an erased one removed":           {`DELETE FROM audit WHERE seq = 3`, "entry 3 was removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, third := erasedAudit(t, newPath(t))
			defer func() { _ = l.Close() }()
			_, err := l.writes.ExecContext(t.Context(), withoutTriggers+row.do, sql.Named("change", third.says[0]), sql.Named("person", third.says[1]),
				sql.Named("csi", third.says[2]), sql.Named("ids", third.says[4]), sql.Named("salt", third.salt))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := l.VerifyAudit(t.Context()); err != nil || !strings.HasPrefix(got.Fault, row.fault) {
				t.Errorf("%+v, %v, want %q", got, err, row.fault)
			}
		})
	}
}

// TestAnyEditShows: of any column of any entry, erased or not, to any other value.
func TestAnyEditShows(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	columns := strings.Split(auditColumns, ", ")
	original, _ := erasedAudit(t, newPath(t))
	if err := original.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(original.path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		must(t, os.WriteFile(path, file, private))
		l, err := Open(context.Background(), path, Options{Now: newClock().Now})
		must(t, err)
		defer func() { must(t, l.Close()) }()
		column := rapid.SampledFrom(columns).Draw(t, "column")
		seq := rapid.IntRange(1, 6).Draw(t, "seq")
		value := drawValue(t, column)
		_, err = l.writes.ExecContext(context.Background(), withoutTriggers+`PRAGMA foreign_keys = 0`)
		must(t, err)
		result, err := l.writes.ExecContext(context.Background(), `UPDATE audit SET `+column+` = ?1 WHERE seq = ?2 AND `+column+` IS NOT ?1`, value, seq)
		if err != nil {
			return // refused by a constraint
		}
		changed, err := result.RowsAffected()
		must(t, err)
		got, err := l.VerifyAudit(context.Background())
		must(t, err)
		if (got.Fault != "") != (changed == 1) {
			t.Fatalf("%s of entry %d set to %v: %+v", column, seq, value, got)
		}
	})
}

// drawValue is something that a column could hold.
func drawValue(t *rapid.T, column string) any {
	switch column {
	case "seq", "at", "run", "operation":
		return rapid.Int64Range(-1, 9).Draw(t, "number")
	case "salt":
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		fallthrough
	case "commitment", "prev_hash", "hash":
		return rapid.SliceOfN(rapid.Byte(), saltSize, saltSize).Draw(t, "bytes")
	case "erases":
		return rapid.SampledFrom([]string{"[]", "[1]", "[1,3,5]", "[1,3,5,4]", "[1, 3, 5]"}).Draw(t, "list")
	case "threema_ids":
		return rapid.SampledFrom([]string{"[]", `["AAAAAAAA"]`, `["BBBBBBBB"]`}).Draw(t, "list")
	}
	return rapid.SampledFrom([]string{"", "x", "corp", "gone", "here", "intent", "erased", "publish-contact"}).Draw(t, "text")
}

// TestTheTriggersLetErasingThroughAlone: everything but what an erasure does is refused.
func TestTheTriggersLetErasingThroughAlone(t *testing.T) {
	t.Parallel()
	l, _ := erasedAudit(t, newPath(t))
	defer func() { _ = l.Close() }()
	refused := []string{
		`UPDATE audit SET salt = NULL WHERE seq = 2`,
		`UPDATE audit SET ` + eraseWords + `, op = 'revoke' WHERE seq = 2`,
		`UPDATE audit SET ` + eraseWords + `, commitment = zeroblob(32) WHERE seq = 2`,
		`UPDATE audit SET ` + strings.Replace(eraseWords, "csi = ''", "csi = 'eve'", 1) + ` WHERE seq = 2`,
		`UPDATE audit SET ` + strings.Replace(eraseWords, "salt = NULL", "salt = zeroblob(32)", 1) + ` WHERE seq = 2`,
		`UPDATE audit SET ` + eraseWords + ` WHERE seq = 3`, // is erased
		`UPDATE audit SET salt = zeroblob(32) WHERE seq = 3`,
		`DELETE FROM audit WHERE seq = 3`,
	}
	for column := range strings.SplitSeq(auditColumns, ", ") {
		refused = append(refused, `UPDATE audit SET `+column+` = `+column+` WHERE seq = 2`)
	}
	for _, statement := range refused {
		if _, err := l.writes.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "the audit is append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	verify(t, l.Reader)
	if _, err := l.writes.ExecContext(t.Context(), `UPDATE audit SET `+eraseWords+` WHERE seq = 2`); err != nil {
		t.Error(err)
	}
}

// BenchmarkErase looks for whom it can erase among a hundred thousand who stay, which every pass does.
func BenchmarkErase(b *testing.B) {
	l, c := openNew(b)
	run := startRun(b, l)
	var parts []model.Part
	observations := crowd(100_000, start)
	for _, o := range observations {
		parts = append(parts, model.Part{ChangeID: "x", Person: o.Person, CSI: o.CSI, CredentialID: "c", Reason: "differs"})
	}
	if err := l.Remember(context.Background(), run, model.StateUpdate{Observations: observations}); err != nil {
		b.Fatal(err)
	}
	for range 3 {
		op := beginOne(b, l, run, model.Operation{Op: model.SetSettings, Parts: parts})
		settleOne(b, l, model.Settlement{Operation: op.ID, Result: model.Done})
	}
	c.Advance(time.Hour)
	run = startRun(b, l)
	for b.Loop() {
		if n, err := l.Erase(context.Background(), run, 0); err != nil || n != 0 {
			b.Fatal(n, err)
		}
	}
}
