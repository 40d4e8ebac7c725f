package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// startDeparture writes the departure of a withdrawal that is about to be sent, or adds to the one
// that an earlier attempt left. A person has one open departure. A word that was said about it stays.
func startDeparture(ctx context.Context, tx *sql.Tx, op model.Operation, word model.Word) error {
	var departure int64
	err := tx.QueryRowContext(ctx, `INSERT INTO sagas (source, person, credential_id, username, csi, dn, ou, started_at, word, first_name, last_seen)
		VALUES (@source, @person, @credential, @username, @csi, @dn, @ou, @at, @word,
			coalesce((SELECT first_name FROM ownership WHERE credential_id = @credential), ''),
			coalesce((SELECT coalesce(last_seen, seen) FROM observations LEFT JOIN latest USING (source)
				WHERE source = @source AND person = @person), 0))
		ON CONFLICT (source, person) WHERE ended = '' DO UPDATE
			SET username = excluded.username, csi = excluded.csi, dn = excluded.dn, ou = excluded.ou,
				word = CASE excluded.word WHEN '' THEN word ELSE excluded.word END
			WHERE credential_id = excluded.credential_id
		RETURNING id`,
		sql.Named("source", op.Person.Source), sql.Named("person", op.Person.ID), sql.Named("credential", op.CredentialID),
		sql.Named("username", op.Username), sql.Named("csi", op.CSI), sql.Named("dn", op.DN), sql.Named("ou", op.OU),
		sql.Named("at", millis(op.At)), sql.Named("word", word)).Scan(&departure)
	if errors.Is(err, sql.ErrNoRows) {
		return errors.New("the person is still leaving with another credential")
	}
	if err != nil {
		return err
	}
	return joinDeparture(ctx, tx, op, op.ThreemaIDs)
}

// joinDeparture adds Threema IDs to the person's open departure; those that it has keep their state.
func joinDeparture(ctx context.Context, tx *sql.Tx, op model.Operation, ids []string) error {
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

// markIDsRemoved marks IDs of the person's open departure as detached or revoked.
func markIDsRemoved(ctx context.Context, tx *sql.Tx, op model.Operation, now time.Time) error {
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

// endDeparture closes the open departure of a person. Its row stays, as history.
func endDeparture(ctx context.Context, tx *sql.Tx, t *trail, e model.EndedDeparture) error {
	if e.Why == "" {
		return errors.New("a saga ends for a reason")
	}
	return endDeparturesWhere(ctx, tx, t, e.Why, `source = ? AND person = ?`, e.Person.Source, e.Person.ID)
}

// endDeparturesWhere closes the open departures that fit a condition.
func endDeparturesWhere(ctx context.Context, tx *sql.Tx, t *trail, why, condition string, args ...any) error {
	ended, err := selectAll(ctx, tx, func(rows *sql.Rows) (AuditEntry, error) {
		e := AuditEntry{Event: auditDepartureEnded, Message: why}
		return e, rows.Scan(&e.Person.Source, &e.Person.ID, &e.CSI, &e.CredentialID)
	}, `UPDATE sagas SET ended = ?, ended_at = ? WHERE `+condition+` AND ended = ''
		RETURNING source, person, csi, credential_id`, append([]any{why, millis(t.now)}, args...)...)
	for _, e := range ended {
		t.note(e)
	}
	return err
}

// readPastDepartures reads the open departures with their IDs.
func readDepartures(ctx context.Context, tx querier) ([]model.Departure, error) {
	var ids []int64
	departures, err := selectAll(ctx, tx, func(rows *sql.Rows) (model.Departure, error) {
		var s model.Departure
		var id, started, withdrawn, seen int64
		err := rows.Scan(&id, &s.Person.Source, &s.Person.ID, &s.CredentialID, &s.Username, &s.CSI, &s.DN, &s.OU,
			&started, &withdrawn, &s.Word, &s.FirstName, &seen)
		s.StartedAt, s.WithdrawnAt, s.LastSeen = fromMillis(started), fromMillis(withdrawn), fromMillis(seen)
		ids = append(ids, id)
		return s, err
	}, `SELECT id, source, person, credential_id, username, csi, dn, ou, started_at, withdrawn_at, word, first_name, last_seen
		FROM sagas WHERE ended = '' ORDER BY source, person`)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		departures[i].IDs, err = selectAll(ctx, tx, scanDepartingID,
			`SELECT threema_id, gone_at FROM saga_ids WHERE saga = ? ORDER BY threema_id`, id)
		if err != nil {
			return nil, fmt.Errorf("IDs: %w", err)
		}
	}
	return departures, nil
}

func scanDepartingID(rows *sql.Rows) (model.DepartingID, error) {
	var s model.DepartingID
	var goneAt int64
	err := rows.Scan(&s.ThreemaID, &goneAt)
	s.GoneAt = fromMillis(goneAt)
	return s, err
}

// readAbandonedIDs reads the IDs of departures that ended because the person came back, or because the ID
// had gone by itself.
func readAbandonedIDs(ctx context.Context, tx querier) ([]model.AbandonedID, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (l model.AbandonedID, err error) {
		return l, rows.Scan(&l.Person.Source, &l.Person.ID, &l.CSI, &l.ThreemaID)
	}, `SELECT DISTINCT source, person, csi, threema_id FROM sagas JOIN saga_ids ON saga = id
		WHERE (ended IN ('returned', 'transferred') OR ended = 'settled' AND vanished_at > 0) AND withdrawn_at > 0 AND gone_at = 0
		ORDER BY source, person, threema_id, csi`)
}
