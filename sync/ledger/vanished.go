package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// endDepartures notes the IDs that went by themselves, then ends the departures and orders with nothing left to do.
func endDepartures(ctx context.Context, tx *sql.Tx, t *trail, m model.StateUpdate) error {
	if err := vanish(ctx, tx, m.Vanished, t.now); err != nil {
		return err
	}
	for _, e := range m.EndedDepartures {
		if err := endDeparture(ctx, tx, t, e); err != nil {
			return err
		}
	}
	if err := dropRestored(ctx, tx); err != nil {
		return err
	}
	return endOrders(ctx, tx, t, m.EndedOrders)
}

// vanish notes the Threema IDs of open departures that went without anybody taking them.
func vanish(ctx context.Context, tx *sql.Tx, vanished []model.Vanished, now time.Time) error {
	for _, v := range vanished {
		person := v.Departure.Person
		_, err := tx.ExecContext(ctx, `UPDATE saga_ids SET vanished_at = ? WHERE threema_id = ? AND gone_at = 0 AND vanished_at = 0
			AND saga = (SELECT id FROM sagas WHERE source = ? AND person = ? AND ended = '')`,
			millis(now), v.ThreemaID, person.Source, person.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// reopenDepartures lets settled departures go on: an ID of each is back.
func reopenDepartures(ctx context.Context, tx *sql.Tx, t *trail, numbers []int64) error {
	for _, number := range numbers {
		if err := reopenDeparture(ctx, tx, t, number); err != nil {
			return err
		}
	}
	return nil
}

func reopenDeparture(ctx context.Context, tx *sql.Tx, t *trail, number int64) error {
	e := AuditEntry{Event: auditDepartureReopened, Message: "a Threema ID that two lists had not shown is in the package again"}
	err := tx.QueryRowContext(ctx, `UPDATE sagas SET ended = '', ended_at = 0 WHERE id = ? AND ended = 'settled'
		RETURNING source, person, csi, credential_id`, number).Scan(&e.Person.Source, &e.Person.ID, &e.CSI, &e.CredentialID)
	if err != nil {
		return fmt.Errorf("departure %d does not begin again: %w", number, err)
	}
	t.note(e)
	return nil
}

// readVanished reads the IDs of departures from this licence package that went by themselves: of those under way
// and of those that were settled.
func readVanished(ctx context.Context, tx querier) ([]model.Vanished, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Vanished, error) {
		var v model.Vanished
		var started, withdrawn, seen int64
		s := &v.Departure
		err := rows.Scan(&v.Number, &v.Ended, &s.Person.Source, &s.Person.ID, &s.CredentialID, &s.Username, &s.CSI, &s.DN, &s.OU,
			&started, &withdrawn, &s.FirstName, &seen, &v.ThreemaID)
		s.StartedAt, s.WithdrawnAt, s.LastSeen = fromMillis(started), fromMillis(withdrawn), fromMillis(seen)
		return v, err
	}, `SELECT id, ended <> '', source, person, credential_id, username, csi, dn, ou, started_at, withdrawn_at, first_name, last_seen, threema_id
		FROM saga_ids JOIN sagas ON sagas.id = saga
		WHERE vanished_at > 0 AND gone_at = 0 AND ended IN ('', 'settled')
			AND saga IN (SELECT saga FROM effects WHERE subscription = (SELECT subscription FROM ledger))
		ORDER BY id, threema_id`)
}
