package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// watchOrdered notes that a credential was withdrawn on somebody's word alone: nobody departed, but from
// now on the passes look whether it holds. Whoever orders it again has it looked for anew.
func watchOrdered(ctx context.Context, tx *sql.Tx, op model.Operation, now time.Time) error {
	var number int64
	err := tx.QueryRowContext(ctx, `INSERT INTO sagas (source, person, credential_id, username, csi, dn, ou, started_at, withdrawn_at, ended_at, ended, ordered)
		VALUES (@source, @person, @credential, @username, @csi, @dn, @ou, @now, @now, @now, 'settled', 1)
		ON CONFLICT (source, person, credential_id) WHERE ordered = 1 DO UPDATE SET withdrawn_at = excluded.withdrawn_at
		RETURNING id`,
		sql.Named("source", op.Person.Source), sql.Named("person", op.Person.ID), sql.Named("credential", op.CredentialID),
		sql.Named("username", op.Username), sql.Named("csi", op.CSI), sql.Named("dn", op.DN), sql.Named("ou", op.OU),
		sql.Named("now", millis(now))).Scan(&number)
	if err != nil {
		return err
	}
	for _, id := range op.ThreemaIDs {
		if _, err := tx.ExecContext(ctx, `INSERT INTO saga_ids (saga, threema_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, number, id); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO effects (saga, subscription, op, threema_id, requested_at)
		VALUES (?, (SELECT subscription FROM ledger), ?, '', ?)
		ON CONFLICT (saga, op, threema_id) DO UPDATE SET subscription = excluded.subscription, requested_at = excluded.requested_at,
			gone_at = 0, verified_at = 0, returned_at = 0`, number, op.Op, millis(now))
	return err
}

// Parts of the queries of passOrdered.
const (
	departureUnderWay = `(SELECT id FROM sagas WHERE source = @source AND person = @person AND ended = '')`
	ordersWatched     = `(SELECT saga FROM effects JOIN sagas ON sagas.id = saga
		WHERE ordered = 1 AND source = @source AND person = @person AND credential_id = @credential AND returned_at = 0)`
)

// passOrdered lets the departure of somebody whose credential had gone by order take over what is looked
// for, with its alarms: the app must be silent since the order. What was taken back is looked for anew.
func passOrdered(ctx context.Context, tx *sql.Tx, op model.Operation) error {
	for _, query := range []string{
		`UPDATE OR IGNORE alarms SET saga = ` + departureUnderWay + ` WHERE saga IN ` + ordersWatched,
		`UPDATE OR IGNORE effects SET saga = ` + departureUnderWay + ` WHERE saga IN ` + ordersWatched,
	} {
		_, err := tx.ExecContext(ctx, query,
			sql.Named("source", op.Person.Source), sql.Named("person", op.Person.ID), sql.Named("credential", op.CredentialID))
		if err != nil {
			return err
		}
	}
	return nil
}

// resumeOrdered looks again for what an order took, as the order stands again.
func resumeOrdered(ctx context.Context, tx *sql.Tx, person model.PersonID) error {
	_, err := tx.ExecContext(ctx, `UPDATE effects SET returned_at = 0 WHERE saga IN (SELECT id FROM sagas JOIN ownership USING (source, person, credential_id)
		WHERE ordered = 1 AND source = ? AND person = ?)`, person.Source, person.ID)
	return err
}

// BeginWithdrawn begins the departure of somebody whose credential was gone before, by order or by hand: what a
// withdrawal does with its intent and its end, without one.
func (l *Ledger) BeginWithdrawn(ctx context.Context, run int64, d model.Departure) error {
	return l.record(ctx, "begin a departure", func(ctx context.Context, tx *sql.Tx, t *trail) error {
		t.run = run
		op := model.Operation{
			Op: model.Withdraw, Subject: d.Subject, OU: d.OU, CredentialID: d.CredentialID, Username: d.Username, At: d.StartedAt,
		}
		for _, id := range d.IDs {
			op.ThreemaIDs = append(op.ThreemaIDs, id.ThreemaID)
		}
		t.operation(auditSettled, op, "the credential was withdrawn before the departure, which begins")
		if err := dropUndone(ctx, tx, op.Person); err != nil {
			return err
		}
		if err := startDeparture(ctx, tx, op, d.Word); err != nil {
			return err
		}
		if err := closeOrder(ctx, tx, op.CredentialID); err != nil {
			return err
		}
		return withdrawn(ctx, tx, op, d.WithdrawnAt)
	})
}
