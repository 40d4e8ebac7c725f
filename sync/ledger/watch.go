package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// watchWindow is how long an effect that is verified is still looked for. It bounds what a pass
// loads; the rows stay.
const watchWindow = 90 * 24 * time.Hour

// watch notes that the service said yes to taking something from a leaver: the credential, or one
// Threema ID. From now on the passes look whether that holds.
func watch(ctx context.Context, tx *sql.Tx, op model.Operation, threemaID string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO effects (saga, subscription, op, threema_id, requested_at)
		SELECT id, (SELECT subscription FROM ledger), ?, ?, ? FROM sagas WHERE source = ? AND person = ? AND ended = ''
		ON CONFLICT DO NOTHING`,
		op.Op, threemaID, millis(now), op.Person.Source, op.Person.ID)
	return err
}

// judgeEffects records what a pass found of effects, and its alarms.
func judgeEffects(ctx context.Context, tx *sql.Tx, t *trail, m model.StateUpdate) error {
	for _, e := range m.Effects {
		if err := judgeEffect(ctx, tx, t, e); err != nil {
			return err
		}
	}
	for _, a := range m.Alarms {
		if err := raise(ctx, tx, t, a); err != nil {
			return err
		}
	}
	for _, c := range m.Cleared {
		_, err := tx.ExecContext(ctx, `DELETE FROM alarms WHERE saga = ? AND kind = ? AND threema_id = ?`, c.Departure, c.Kind, c.ThreemaID)
		if err != nil {
			return err
		}
		noteAlarm(t, auditAlarmCleared, c.Alarm, ": "+c.Words)
	}
	return nil
}

func judgeEffect(ctx context.Context, tx *sql.Tx, t *trail, e model.Effect) error {
	var verified bool
	if err := tx.QueryRowContext(ctx, `SELECT verified_at <> 0 FROM effects WHERE id = ?`, e.ID).Scan(&verified); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE effects SET gone_at = ?, verified_at = ?, returned_at = ? WHERE id = ?`,
		millis(e.GoneAt), millis(e.VerifiedAt), millis(e.ReturnedAt), e.ID)
	if err == nil && !verified && !e.VerifiedAt.IsZero() {
		t.note(AuditEntry{
			Event: auditVerified, Op: e.Op, Person: e.Person, CSI: e.CSI, CredentialID: e.CredentialID, ThreemaIDs: listOf(e.ThreemaID),
		})
	}
	return err
}

// raise notes a new alarm, or since when one that stands has been quiet.
func raise(ctx context.Context, tx *sql.Tx, t *trail, a model.Alarm) error {
	result, err := tx.ExecContext(ctx, `UPDATE alarms SET quiet_since = ? WHERE saga = ? AND kind = ? AND threema_id = ?`,
		millis(a.QuietSince), a.Departure, a.Kind, a.ThreemaID)
	if err != nil {
		return err
	}
	if stands, err := result.RowsAffected(); err != nil || stands > 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO alarms (saga, kind, threema_id, op, since, quiet_since) VALUES (?, ?, ?, ?, ?, ?)`,
		a.Departure, a.Kind, a.ThreemaID, a.Op, millis(a.Since), millis(a.QuietSince))
	noteAlarm(t, auditAlarm, a, "")
	return err
}

// noteAlarm tells of an alarm in the audit: its kind, and why it ended.
func noteAlarm(t *trail, event AuditEvent, a model.Alarm, why string) {
	t.note(AuditEntry{
		Event: event, Op: a.Op, Person: a.Person, CSI: a.CSI, CredentialID: a.CredentialID, ThreemaIDs: listOf(a.ThreemaID),
		Message: string(a.Kind) + why,
	})
}

// listOf is a list of one Threema ID, or of none.
func listOf(threemaID string) []string {
	if threemaID == "" {
		return nil
	}
	return []string{threemaID}
}

// readEffects reads the effects that a pass still looks for, oldest first.
func readEffects(ctx context.Context, tx querier, since time.Time) ([]model.Effect, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Effect, error) {
		var e model.Effect
		var ids string
		var requested, gone, verified, seen int64
		err := rows.Scan(&e.ID, &e.Departure, &e.Op, &e.Person.Source, &e.Person.ID, &e.CSI, &e.DN, &e.CredentialID, &e.Username,
			&e.FirstName, &seen, &e.Ordered, &e.ThreemaID, &ids, &requested, &gone, &verified)
		if err != nil {
			return e, err
		}
		e.RequestedAt, e.GoneAt, e.VerifiedAt, e.LastSeen = fromMillis(requested), fromMillis(gone), fromMillis(verified), fromMillis(seen)
		e.IDs, err = decodeIDs(ids)
		return e, err
	}, `SELECT e.id, e.saga, e.op, s.source, s.person, s.csi, s.dn, s.credential_id, s.username, s.first_name, s.last_seen, s.ordered, e.threema_id,
			(SELECT json_group_array(threema_id ORDER BY threema_id) FROM saga_ids WHERE saga = e.saga),
			e.requested_at, e.gone_at, e.verified_at
		FROM effects e JOIN sagas s ON s.id = e.saga
		WHERE e.subscription = (SELECT subscription FROM ledger) AND e.returned_at = 0
			AND (e.verified_at = 0 OR e.verified_at > ? OR EXISTS (SELECT 1 FROM alarms WHERE saga = e.saga))
		ORDER BY e.id`, millis(since))
}

// readAlarms reads the alarms that stand.
func readAlarms(ctx context.Context, tx querier) ([]model.Alarm, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Alarm, error) {
		var a model.Alarm
		var since, quiet int64
		err := rows.Scan(&a.Departure, &a.Kind, &a.Op, &a.Person.Source, &a.Person.ID, &a.CSI, &a.DN, &a.CredentialID, &a.Username,
			&a.ThreemaID, &since, &quiet)
		a.Since, a.QuietSince = fromMillis(since), fromMillis(quiet)
		return a, err
	}, `SELECT a.saga, a.kind, a.op, s.source, s.person, s.csi, s.dn, s.credential_id, s.username, a.threema_id, a.since, a.quiet_since
		FROM alarms a JOIN sagas s ON s.id = a.saga
		WHERE a.saga IN (SELECT saga FROM effects WHERE subscription = (SELECT subscription FROM ledger))
		ORDER BY a.saga, a.kind, a.threema_id`)
}
