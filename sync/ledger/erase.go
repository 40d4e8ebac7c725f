package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// How much one pass erases: a day on which a thousand people are due must not hold it up.
const (
	erasedPeople  = 500
	erasedEntries = 500 // of one person, told in one entry of the audit
)

// stakes are the rows that keep a person: something is ours or under way, or the directory still
// has them. Whoever adds a table in which something of a person is under way adds its line.
func stakes() []string {
	return []string{
		`ownership`,
		`observations`,
		`sagas WHERE ended = ''`,
		`suspensions`,
		`journal WHERE state IN ('intent', 'unknown')`,
		`sagas WHERE id IN (SELECT saga FROM alarms UNION SELECT saga FROM effects
			WHERE verified_at = 0 AND returned_at = 0 AND subscription = (SELECT subscription FROM ledger))`,
	}
}

// traces are the statements that erase a person from all tables but the audit, in this order. Of
// the journal a tombstone stays: op, time and result, which fill the windows of the limits, and
// for as long as those look back, the OU. What now belongs to somebody else stays. Whoever adds a
// table with personal data adds its line.
func traces() []string {
	const theirs = ` WHERE source = @source AND person = @person`
	return []string{
		`DELETE FROM unlisted WHERE id IN (
			SELECT threema_id FROM saga_ids JOIN sagas ON sagas.id = saga` + theirs + `
			UNION SELECT credential_id FROM sagas` + theirs + `)`,
		`DELETE FROM published WHERE threema_id NOT IN (SELECT threema_id FROM users_seen) AND threema_id IN (
			SELECT threema_id FROM saga_ids JOIN sagas ON sagas.id = saga` + theirs + `
			UNION SELECT value FROM journal, json_each(threema_ids)` + theirs + `)`,
		`DELETE FROM refusals WHERE credential_id NOT IN (SELECT credential_id FROM ownership)
			AND credential_id IN (SELECT credential_id FROM journal` + theirs + `)`,
		`DELETE FROM bulk_trial WHERE credential_id NOT IN (SELECT credential_id FROM ownership)
			AND credential_id IN (SELECT credential_id FROM journal` + theirs + `)`,
		`DELETE FROM saga_ids WHERE saga IN (SELECT id FROM sagas` + theirs + `)`,
		`DELETE FROM sagas` + theirs,
		`DELETE FROM approvals` + theirs,
		`DELETE FROM former_links` + theirs,
		`DELETE FROM former_csis` + theirs,
		`DELETE FROM suspensions` + theirs,
		`DELETE FROM undone_withdrawals` + theirs,
		`DELETE FROM accepted_held` + theirs,
		`UPDATE journal SET person = @tombstone, change_id = '', csi = '', dn = '', credential_id = '', username = '',
			threema_ids = '[]', message = ''` + theirs,
	}
}

// Erase leaves only a tombstone of the people for whom nothing is at stake and of whom nothing
// was recorded for so long, nor in this pass: a keyed hash, and of each deed the op, time and
// result (D-67). So it does with the words of guards, which name people, when they are as old.
// Then it makes sure that the bytes are gone from disk too. It returns of how many people; if
// there are too many for one pass, the next one goes on.
func (l *Ledger) Erase(ctx context.Context, run int64, retention time.Duration) (int, error) {
	people, err := l.eraseRows(ctx, run, l.now().Add(-retention))
	if err != nil {
		return 0, err
	}
	return people, l.scrub(ctx)
}

// eraseRows erases from the tables, in one transaction, of what ended before a time.
func (l *Ledger) eraseRows(ctx context.Context, run int64, before time.Time) (int, error) {
	var erased int
	err := audited(ctx, l.writes, "erase people", l.now(), func(tx *sql.Tx, t *trail) (err error) {
		t.run = run
		people, err := erasable(ctx, tx, run, before)
		if err != nil {
			return fmt.Errorf("find them: %w", err)
		}
		if erased, err = erasePeople(ctx, tx, t, people); err != nil {
			return err
		}
		if err := eraseGuards(ctx, tx, t, before); err != nil {
			return fmt.Errorf("words of guards: %w", err)
		}
		if len(t.entries) > 0 {
			// The report of the last pass may name them; this one's takes its place.
			if _, err := tx.ExecContext(ctx, `UPDATE ledger SET unscrubbed = 1; UPDATE runs SET report = '' WHERE report <> ''; DELETE FROM asked_after`); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE journal SET ou = '' WHERE change_id = '' AND ou <> '' AND at <= ?`, millis(t.now.Add(-takenWindow)))
		return err
	})
	return erased, err
}

// ofPerson picks the entries of a person. That person is not empty, the index must be told.
const ofPerson = `source = ? AND person = ? AND person <> ''`

// erasable lists the people who can be erased. What ended in this pass stays until the next one, and so
// does what the audit tells of somebody under a former name of their source.
func erasable(ctx context.Context, tx *sql.Tx, run int64, before time.Time) ([]model.PersonID, error) {
	const except = ` EXCEPT SELECT source, person FROM `
	const formerly = ` EXCEPT SELECT was, person FROM former_names JOIN (SELECT source, person FROM `
	const recently = ` EXCEPT SELECT was, person FROM former_names JOIN audit USING (source) WHERE person <> '' AND (at > ? OR run >= ?)`
	query := `SELECT source, person FROM audit WHERE person <> '' GROUP BY source, person HAVING max(at) <= ? AND max(run) < ?` +
		except + strings.Join(stakes(), except) + formerly + strings.Join(stakes(), `) USING (source)`+formerly) + `) USING (source)` + recently + ` LIMIT ?`
	return selectAll(ctx, tx, func(rows *sql.Rows) (p model.PersonID, err error) {
		return p, rows.Scan(&p.Source, &p.ID)
	}, query, millis(before), run, millis(before), run, erasedPeople)
}

// erasePeople erases and tells how many people these were: who stands in the audit under several names of a
// source has one tombstone.
func erasePeople(ctx context.Context, tx *sql.Tx, t *trail, people []model.PersonID) (int, error) {
	if len(people) == 0 {
		return 0, nil
	}
	key, err := makeKey(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("key of the tombstones: %w", err)
	}
	tombstones := map[string]bool{}
	for _, p := range people {
		tombstone, err := erasePerson(ctx, tx, t, p, key)
		if err != nil {
			return 0, err
		}
		tombstones[tombstone] = true
	}
	return len(tombstones), nil
}

// erasePerson erases a person from the audit under the name that their source had then, and from all
// other tables under the one that it has now.
func erasePerson(ctx context.Context, tx *sql.Tx, t *trail, person model.PersonID, key []byte) (string, error) {
	now, err := nameNow(ctx, tx, person.Source)
	if err != nil {
		return "", fmt.Errorf("name of the source: %w", err)
	}
	tombstone := tombstone(key, model.PersonID{Source: now, ID: person.ID})
	err = eraseAudit(ctx, tx, t, AuditEntry{Person: model.PersonID{Source: person.Source}, Tombstone: tombstone},
		ofPerson, person.Source, person.ID)
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	for _, statement := range traces() {
		_, err := tx.ExecContext(ctx, statement,
			sql.Named("source", now), sql.Named("person", person.ID), sql.Named("tombstone", tombstone))
		if err != nil {
			return "", fmt.Errorf("%s …: %w", strings.Join(strings.Fields(statement)[:3], " "), err)
		}
	}
	return tombstone, nil
}

// eraseGuards erases what guards said before a time. It is older than all that is left of anybody
// who is erased by then.
func eraseGuards(ctx context.Context, tx *sql.Tx, t *trail, before time.Time) error {
	return eraseAudit(ctx, tx, t, AuditEntry{}, `guard <> '' AND salt IS NOT NULL AND at <= ? AND run < ?`, millis(before), t.run)
}

// eraseAudit erases the entries that fit a condition, and notes which ones.
func eraseAudit(ctx context.Context, tx *sql.Tx, t *trail, e AuditEntry, condition string, args ...any) error {
	seqs, err := selectAll(ctx, tx, func(rows *sql.Rows) (seq int64, err error) {
		return seq, rows.Scan(&seq)
	}, `UPDATE audit SET `+eraseWords+` WHERE `+condition+` RETURNING seq`, args...)
	if err != nil || len(seqs) == 0 {
		return err
	}
	slices.Sort(seqs)
	e.Event = auditErased
	for e.Erases = range slices.Chunk(seqs, erasedEntries) {
		t.note(e)
	}
	return nil
}
