package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Sighted records that somebody whose row of departures stands was found entitled between two passes.
// The row ends, as by a pass that sees them, and the departure that may come next has another number,
// so that no yes to this one reaches it.
func (l *Ledger) Sighted(ctx context.Context, run int64, person model.PersonID) error {
	return l.record(ctx, "record a sighting", func(ctx context.Context, tx *sql.Tx, t *trail) error {
		t.run = run
		ended, err := selectAll(ctx, tx, func(rows *sql.Rows) (AuditEntry, error) {
			e := AuditEntry{Event: auditReset, Person: person, Message: model.Entitled.String()}
			return e, rows.Scan(&e.CSI)
		}, `UPDATE observations SET reads = 0, confirmed_at = 0, departures = departures + 1
			WHERE source = ? AND person = ? AND state = 'departed' RETURNING csi`, person.Source, person.ID)
		for _, e := range ended {
			t.note(e)
		}
		return err
	})
}
