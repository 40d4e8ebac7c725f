package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// startSaga writes the saga of a withdrawal that is about to be sent, or adds to the one
// that an earlier attempt left. A person has one open saga.
func startSaga(ctx context.Context, tx *sql.Tx, op plan.Operation) error {
	var saga int64
	err := tx.QueryRowContext(ctx, `INSERT INTO sagas (source, person, credential_id, username, csi, dn, ou, started_at, first_name, last_seen)
		VALUES (@source, @person, @credential, @username, @csi, @dn, @ou, @at,
			coalesce((SELECT first_name FROM ownership WHERE credential_id = @credential), ''),
			coalesce((SELECT coalesce(last_seen, seen) FROM observations LEFT JOIN latest USING (source)
				WHERE source = @source AND person = @person), 0))
		ON CONFLICT (source, person) WHERE ended = '' DO UPDATE
			SET username = excluded.username, csi = excluded.csi, dn = excluded.dn, ou = excluded.ou
			WHERE credential_id = excluded.credential_id
		RETURNING id`,
		sql.Named("source", op.Person.Source), sql.Named("person", op.Person.ID), sql.Named("credential", op.CredentialID),
		sql.Named("username", op.Username), sql.Named("csi", op.CSI), sql.Named("dn", op.DN), sql.Named("ou", op.OU),
		sql.Named("at", millis(op.At))).Scan(&saga)
	if errors.Is(err, sql.ErrNoRows) {
		return errors.New("the person is still leaving with another credential")
	}
	if err != nil {
		return err
	}
	return joinSaga(ctx, tx, op, op.ThreemaIDs)
}

// joinSaga adds Threema IDs to the person's open saga; those that it has keep their state.
func joinSaga(ctx context.Context, tx *sql.Tx, op plan.Operation, ids []string) error {
	for _, id := range ids {
		_, err := tx.ExecContext(ctx, `INSERT INTO saga_ids (saga, threema_id)
			SELECT id, ? FROM sagas WHERE source = ? AND person = ? AND ended = ''
			ON CONFLICT DO NOTHING`,
			id, op.Person.Source, op.Person.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// gone marks IDs of the person's open saga as detached or revoked.
func gone(ctx context.Context, tx *sql.Tx, op plan.Operation, now time.Time) error {
	for _, id := range op.ThreemaIDs {
		_, err := tx.ExecContext(ctx, `UPDATE saga_ids SET gone_at = ? WHERE threema_id = ? AND gone_at = 0
			AND saga = (SELECT id FROM sagas WHERE source = ? AND person = ? AND ended = '')`,
			millis(now), id, op.Person.Source, op.Person.ID)
		if err != nil {
			return err
		}
		if err := watch(ctx, tx, op, id, now); err != nil {
			return err
		}
	}
	return nil
}

// endSaga closes the open saga of a person. Its row stays, as history.
func endSaga(ctx context.Context, tx *sql.Tx, t *trail, e plan.EndedSaga) error {
	if e.Why == "" {
		return errors.New("a saga ends for a reason")
	}
	return endSagas(ctx, tx, t, e.Why, `source = ? AND person = ?`, e.Person.Source, e.Person.ID)
}

// endSagas closes the open sagas that fit a condition.
func endSagas(ctx context.Context, tx *sql.Tx, t *trail, why, condition string, args ...any) error {
	ended, err := selectAll(ctx, tx, func(rows *sql.Rows) (AuditEntry, error) {
		e := AuditEntry{Event: auditSagaEnded, Message: why}
		return e, rows.Scan(&e.Person.Source, &e.Person.ID, &e.CSI, &e.CredentialID)
	}, `UPDATE sagas SET ended = ?, ended_at = ? WHERE `+condition+` AND ended = ''
		RETURNING source, person, csi, credential_id`, append([]any{why, millis(t.now)}, args...)...)
	for _, e := range ended {
		t.note(e)
	}
	return err
}

// readSagas reads the open sagas with their IDs.
func readSagas(ctx context.Context, tx querier) ([]plan.Saga, error) {
	var ids []int64
	sagas, err := selectAll(ctx, tx, func(rows *sql.Rows) (plan.Saga, error) {
		var s plan.Saga
		var id, started, withdrawn, seen int64
		err := rows.Scan(&id, &s.Person.Source, &s.Person.ID, &s.CredentialID, &s.Username, &s.CSI, &s.DN, &s.OU,
			&started, &withdrawn, &s.FirstName, &seen)
		s.StartedAt, s.WithdrawnAt, s.LastSeen = fromMillis(started), fromMillis(withdrawn), fromMillis(seen)
		ids = append(ids, id)
		return s, err
	}, `SELECT id, source, person, credential_id, username, csi, dn, ou, started_at, withdrawn_at, first_name, last_seen
		FROM sagas WHERE ended = '' ORDER BY source, person`)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		sagas[i].IDs, err = selectAll(ctx, tx, scanSagaID,
			`SELECT threema_id, gone_at FROM saga_ids WHERE saga = ? ORDER BY threema_id`, id)
		if err != nil {
			return nil, fmt.Errorf("IDs: %w", err)
		}
	}
	return sagas, nil
}

func scanSagaID(rows *sql.Rows) (plan.SagaID, error) {
	var s plan.SagaID
	var goneAt int64
	err := rows.Scan(&s.ThreemaID, &goneAt)
	s.GoneAt = fromMillis(goneAt)
	return s, err
}

// readLeftBehind reads the IDs of departures that ended because the person came back, or because the ID
// had gone by itself.
func readLeftBehind(ctx context.Context, tx querier) ([]plan.LeftBehind, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (l plan.LeftBehind, err error) {
		return l, rows.Scan(&l.Person.Source, &l.Person.ID, &l.CSI, &l.ThreemaID)
	}, `SELECT DISTINCT source, person, csi, threema_id FROM sagas JOIN saga_ids ON saga = id
		WHERE (ended IN ('returned', 'transferred') OR ended = 'settled' AND vanished_at > 0) AND withdrawn_at > 0 AND gone_at = 0
		ORDER BY source, person, threema_id, csi`)
}
