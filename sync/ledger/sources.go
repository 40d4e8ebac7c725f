package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func readForgotten(ctx context.Context, tx querier) ([]model.ForgottenSource, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.ForgottenSource, error) {
		var f model.ForgottenSource
		var at int64
		err := rows.Scan(&f.Source, &at, &f.By)
		f.At = fromMillis(at)
		return f, err
	}, `SELECT source, at, by FROM forgotten_sources ORDER BY source`)
}

// putForgotten makes the forgotten sources equal to the given ones, of which there are few.
func putForgotten(ctx context.Context, tx *sql.Tx, forgotten []model.ForgottenSource) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM forgotten_sources`); err != nil {
		return err
	}
	for _, f := range forgotten {
		if err := putOneForgotten(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

func putOneForgotten(ctx context.Context, tx *sql.Tx, f model.ForgottenSource) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO forgotten_sources (source, at, by) VALUES (?, ?, ?)`, f.Source, millis(f.At), f.By)
	return err
}

// ForgetSource records that somebody gave up a source. One that was forgotten before is an error. The
// caller holds the flock.
func (l *Ledger) ForgetSource(ctx context.Context, name, by string) error {
	return l.said(ctx, "forget source "+name, func(tx *sql.Tx, t *trail) error {
		t.note(AuditEntry{
			Event: auditSourceForgotten, Person: model.PersonID{Source: name}, By: by,
			Message: "its people are absent from now on, until it is configured again",
		})
		return putOneForgotten(ctx, tx, model.ForgottenSource{Source: name, At: t.now, By: by})
	})
}

// RenameSource calls a source otherwise: everything that is known of it is known of the new name. Only
// the audit keeps the old one, for nothing that it says is ever changed. The approvals are dropped, for
// what was approved has other ids now; it returns how many. The caller holds the flock, and knows that
// nothing is called by the new name.
func (l *Ledger) RenameSource(ctx context.Context, was, name, by string) (voided int, err error) {
	err = l.said(ctx, "rename source "+was, func(tx *sql.Tx, t *trail) error {
		t.note(AuditEntry{
			Event: auditSourceRenamed, Person: model.PersonID{Source: name}, By: by,
			Message: fmt.Sprintf("it was called %s until now, and is so above", was),
		})
		before := len(t.entries)
		if err := dropApprovals(ctx, tx, t, AuditEntry{Event: auditApprovalExpired}, `DELETE FROM approvals WHERE source = ?`, was); err != nil {
			return err
		}
		voided = len(t.entries) - before
		return rename(ctx, tx, was, name)
	})
	return voided, err
}

// rename writes the new name wherever the schema has a source: a table that comes later is among them.
// A refused password is all that can be noted of the new name by then, and is the later note of the two.
func rename(ctx context.Context, tx *sql.Tx, was, name string) error {
	const earlier = `DELETE FROM refused_logins WHERE source = ? AND EXISTS (SELECT 1 FROM refused_logins WHERE source = ?)`
	if _, err := tx.ExecContext(ctx, earlier, was, name); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM former_names WHERE was = ?`, name); err != nil {
		return err
	}
	columns, err := sourceColumns(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range columns {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE %q SET %q = ? WHERE %q = ?`, c.table, c.column, c.column), name, was); err != nil {
			return fmt.Errorf("table %s: %w", c.table, err)
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO former_names (was, source) VALUES (?, ?)`, was, name)
	return err
}

// sourceColumn is a column that holds the name of a source.
type sourceColumn struct{ table, column string }

// sourceColumns finds all of them but that of the audit.
func sourceColumns(ctx context.Context, tx querier) ([]sourceColumn, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (c sourceColumn, err error) {
		return c, rows.Scan(&c.table, &c.column)
	}, `SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.name <> 'audit' AND (c.name = 'source' OR t.name = 'sources' AND c.name = 'name')
		ORDER BY t.name`)
}

// nameNow is what a source is called now that had a name at some time.
func nameNow(ctx context.Context, tx querier, name string) (now string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce((SELECT source FROM former_names WHERE was = ?), ?)`, name, name).Scan(&now)
	return now, err
}

// readFormerNames reads what a source was called before.
func readFormerNames(ctx context.Context, tx querier, source string) ([]string, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (was string, err error) {
		return was, rows.Scan(&was)
	}, `SELECT was FROM former_names WHERE source = ? ORDER BY was`, source)
}
