package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// bind records what the ledger is bound to, and that the pass got this far.
func bind(ctx context.Context, tx *sql.Tx, t *trail, m model.StateUpdate) error {
	result, err := tx.ExecContext(ctx, `UPDATE runs SET remembered_at = ? WHERE id = ? AND finished_at = 0`, millis(t.now), t.run)
	if err != nil {
		return err
	}
	if err := requireRun(result, t.run); err != nil {
		return err
	}
	if err := noteBinding(ctx, tx, t, m); err != nil {
		return err
	}
	if err := forgetService(ctx, tx, m.Subscription); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE ledger SET subscription = ?, baseline = ?, sync_since = ?`,
		m.Subscription, m.Baseline, millis(m.SyncSince))
	if err != nil {
		return err
	}
	if m.AcceptedBy != "" {
		if err := accept(ctx, tx, t, m); err != nil {
			return err
		}
	}
	for name, b := range m.Sources {
		_, err := tx.ExecContext(ctx, `INSERT INTO sources (name, naming_context, scope, server, account_seen, reader_id, reader_name)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET naming_context = excluded.naming_context, scope = excluded.scope, server = excluded.server,
			account_seen = excluded.account_seen, reader_id = excluded.reader_id, reader_name = excluded.reader_name`,
			name, b.NamingContext, b.Scope, b.Server, b.AccountSeen, b.Reader.ID, b.Reader.Name)
		if err != nil {
			return err
		}
	}
	return nil
}

// accept records what goes with somebody's yes to the baseline.
func accept(ctx context.Context, tx *sql.Tx, t *trail, m model.StateUpdate) error {
	if err := closeGap(ctx, tx, t); err != nil {
		return err
	}
	return putApprovals(ctx, tx, t, "baseline", m.AcceptedBy, m.Accepted)
}

// noteBinding notes who accepted a baseline, and each binding that is not what it was. Which
// server answered is no binding.
func noteBinding(ctx context.Context, tx *sql.Tx, t *trail, m model.StateUpdate) error {
	var was model.State
	if err := readBinding(ctx, tx, &was); err != nil {
		return err
	}
	if m.AcceptedBy != "" {
		t.note(AuditEntry{Event: auditBaseline, By: m.AcceptedBy, Message: "package and scope accepted as they are now"})
	}
	if m.Subscription != was.Subscription {
		t.note(AuditEntry{Event: auditBound, Message: fmt.Sprintf("licence package %q, it was %q", m.Subscription, was.Subscription)})
	}
	if m.Baseline != was.Baseline {
		t.note(AuditEntry{Event: auditBound, Message: fmt.Sprintf("destructive changes against this baseline allowed: %t", m.Baseline)})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		is, old := m.Sources[name], was.Sources[name]
		if is.NamingContext != old.NamingContext || is.Scope != old.Scope {
			t.note(AuditEntry{
				Event: auditBound, Person: model.PersonID{Source: name},
				Message: fmt.Sprintf("directory %q with scope %q, it was %q with %q", is.NamingContext, is.Scope, old.NamingContext, old.Scope),
			})
		}
		if !is.Reader.Same(old.Reader) {
			t.note(AuditEntry{
				Event: auditBound, Person: model.PersonID{Source: name},
				Message: fmt.Sprintf("bind account %q, it was %q", english.Say(is.Reader.Reason()), english.Say(old.Reader.Reason())),
			})
		}
	}
	return nil
}
