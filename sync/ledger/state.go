package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// How far back a pass looks.
const (
	takenWindow   = 7 * 24 * time.Hour // the longest window of the limits (design §5.11)
	baseWindow    = 8 * 24 * time.Hour // and the pass before it, to measure against
	refusalWindow = 24 * time.Hour     // a refused value is tried again the next day
)

// State loads what the last passes left, as of one moment. Lists are sorted: by person, by
// ID, or by time.
func (r *Reader) State(ctx context.Context) (plan.State, error) {
	var s plan.State
	now := r.now()
	high, err := readHighWater(r.path)
	if err != nil {
		return s, err
	}
	err = inTx(ctx, r.reads, "read the ledger", func(tx *sql.Tx) (err error) {
		if err := readBinding(ctx, tx, &s); err != nil {
			return fmt.Errorf("binding: %w", err)
		}
		if s.Gap, _, _, err = readGap(ctx, tx, high); err != nil {
			return fmt.Errorf("gap: %w", err)
		}
		if s.Owned, err = selectAll(ctx, tx, scanOwnership, selectOwnership); err != nil {
			return fmt.Errorf("ownership: %w", err)
		}
		if s.Observations, err = readObservations(ctx, tx); err != nil {
			return fmt.Errorf("observations: %w", err)
		}
		if s.Sentinels, err = readSentinels(ctx, tx); err != nil {
			return fmt.Errorf("sentinels: %w", err)
		}
		if s.Sagas, err = readSagas(ctx, tx); err != nil {
			return fmt.Errorf("leavers: %w", err)
		}
		if s.Open, err = readOpen(ctx, tx); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		if s.Taken, err = readTaken(ctx, tx, now.Add(-takenWindow)); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		if s.Bases, err = readBases(ctx, tx, now.Add(-baseWindow)); err != nil {
			return fmt.Errorf("bases: %w", err)
		}
		if s.Refusals, err = readRefusals(ctx, tx, now.Add(-refusalWindow)); err != nil {
			return fmt.Errorf("refusals: %w", err)
		}
		if s.Published, err = readPublished(ctx, tx); err != nil {
			return fmt.Errorf("publications: %w", err)
		}
		if s.UsersSeen, err = selectAll(ctx, tx, scanSeenUser, selectUsersSeen); err != nil {
			return fmt.Errorf("users: %w", err)
		}
		if s.Approvals, err = readApprovals(ctx, tx); err != nil {
			return fmt.Errorf("approvals: %w", err)
		}
		if s.Orders, err = readOrders(ctx, tx); err != nil {
			return fmt.Errorf("orders: %w", err)
		}
		if s.Effects, err = readEffects(ctx, tx, now.Add(-watchWindow)); err != nil {
			return fmt.Errorf("effects: %w", err)
		}
		if s.Alarms, err = readAlarms(ctx, tx); err != nil {
			return fmt.Errorf("alarms: %w", err)
		}
		return nil
	})
	if err != nil {
		return plan.State{}, err
	}
	return s, nil
}

// readBinding reads what the ledger is bound to.
func readBinding(ctx context.Context, tx querier, s *plan.State) error {
	var syncSince int64
	row := tx.QueryRowContext(ctx, `SELECT subscription, baseline, rolled_out, sync_since FROM ledger`)
	if err := row.Scan(&s.Subscription, &s.Baseline, &s.RolledOut, &syncSince); err != nil {
		return err
	}
	s.SyncSince = fromMillis(syncSince)
	s.Sources = map[string]plan.SourceBinding{}
	_, err := selectAll(ctx, tx, func(rows *sql.Rows) (string, error) {
		var name string
		var b plan.SourceBinding
		err := rows.Scan(&name, &b.NamingContext, &b.Scope, &b.Server, &b.AccountSeen)
		s.Sources[name] = b
		return name, err
	}, `SELECT name, naming_context, scope, server, account_seen FROM sources`)
	return err
}

const selectOwnership = `SELECT source, person, credential_id, username, csi, created, missing_since, missing_reads
	FROM ownership ORDER BY source, person`

func scanOwnership(rows *sql.Rows) (plan.Ownership, error) {
	var o plan.Ownership
	var missingSince int64
	err := rows.Scan(&o.Person.Source, &o.Person.ID, &o.CredentialID, &o.Username, &o.CSI, &o.Created,
		&missingSince, &o.MissingReads)
	o.MissingSince = fromMillis(missingSince)
	return o, err
}

const selectUsersSeen = `SELECT threema_id, credential_id FROM users_seen ORDER BY threema_id, credential_id`

func scanSeenUser(rows *sql.Rows) (plan.SeenUser, error) {
	var u plan.SeenUser
	err := rows.Scan(&u.ThreemaID, &u.CredentialID)
	return u, err
}

func readBases(ctx context.Context, tx querier, since time.Time) ([]plan.Base, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (plan.Base, error) {
		var b plan.Base
		var at int64
		err := rows.Scan(&b.Source, &b.People, &at)
		b.At = fromMillis(at)
		return b, err
	}, `SELECT source, people, at FROM bases WHERE at > ? ORDER BY at, source`, millis(since))
}

func readRefusals(ctx context.Context, tx querier, since time.Time) ([]plan.Refusal, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (plan.Refusal, error) {
		var r plan.Refusal
		var at int64
		err := rows.Scan(&r.CredentialID, &r.Setting, &r.Value, &r.Message, &at)
		r.At = fromMillis(at)
		return r, err
	}, `SELECT credential_id, setting, value, message, at FROM refusals WHERE at > ?
		ORDER BY credential_id, setting`, millis(since))
}

func readPublished(ctx context.Context, tx querier) ([]plan.Publication, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (plan.Publication, error) {
		var p plan.Publication
		err := rows.Scan(&p.ThreemaID, &p.Created)
		return p, err
	}, `SELECT threema_id, created FROM published ORDER BY threema_id`)
}
