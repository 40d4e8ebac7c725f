package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// How far back a pass looks.
const (
	takenWindow   = 7 * 24 * time.Hour // the longest window of the limits (design §5.11)
	baseWindow    = 8 * 24 * time.Hour // and the pass before it, to measure against
	refusalWindow = 24 * time.Hour     // a refused value is tried again the next day
)

// State loads what the last passes left, as of one moment. Lists are sorted: by person, by
// ID, or by time.
func (r *Reader) State(ctx context.Context) (model.State, error) {
	var s model.State
	now := r.now()
	high, err := readHighWater(r.path)
	if err != nil {
		return s, err
	}
	err = inTx(ctx, r.reads, "read the ledger", func(tx *sql.Tx) error {
		for _, part := range stateParts(&s, high, now) {
			if err := part.read(ctx, tx); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return model.State{}, err
	}
	return s, nil
}

// statePart is one part of the state and how it is read.
type statePart struct {
	name string
	read func(context.Context, *sql.Tx) error
}

func stateParts(s *model.State, high highWater, now time.Time) []statePart {
	return []statePart{
		{"binding", func(ctx context.Context, tx *sql.Tx) error { return readBinding(ctx, tx, s) }},
		list("servers", &s.Servers, readServers),
		list("reads", &s.Reads, readReads),
		list("forgotten sources", &s.Forgotten, readForgotten),
		list("held people", &s.AcceptedHeld, readAcceptedHeld),
		{"gap", func(ctx context.Context, tx *sql.Tx) (err error) {
			s.Gap, _, err = readGap(ctx, tx, high)
			return err
		}},
		list("ownership", &s.Owned, func(ctx context.Context, tx querier) ([]model.Ownership, error) {
			return selectAll(ctx, tx, scanOwnership, selectOwnership)
		}),
		list("observations", &s.Observations, readAllObservations),
		list("sentinels", &s.Sentinels, readSentinels),
		list("leavers", &s.Departures, readDepartures),
		list("leavers who came back", &s.AbandonedIDs, readAbandonedIDs),
		list("journal", &s.Open, readOpen),
		list("windows", &s.Taken, since(readPastRemovals, now.Add(-takenWindow))),
		list("bases", &s.Bases, since(readBases, now.Add(-baseWindow))),
		list("refusals", &s.Refusals, since(readRefusals, now.Add(-refusalWindow))),
		list("publications", &s.Published, readPublished),
		list("users", &s.UsersSeen, func(ctx context.Context, tx querier) ([]model.SeenUser, error) {
			return selectAll(ctx, tx, scanSeenUser, selectUsersSeen)
		}),
		list("former links", &s.FormerLinks, readFormerLinks),
		list("former csis", &s.FormerCSIs, readFormerCSIs),
		list("approvals", &s.Approvals, readApprovals),
		list("orders", &s.Orders, readOrders),
		list("people put out", &s.PutOut, readPutOut),
		list("open orders", &s.OpenOrders, readOpenOrders),
		list("withdrawals taken back", &s.Undone, readUndone),
		list("leaves of absence", &s.Suspensions, readSuspensions),
		{"service", func(ctx context.Context, tx *sql.Tx) (err error) {
			s.Service, err = readService(ctx, tx)
			return err
		}},
		list("effects", &s.Effects, since(readEffects, now.Add(-watchWindow))),
		list("alarms", &s.Alarms, readAlarms),
		list("waits", &s.Waits, readWaits),
		list("skipped steps", &s.Skips, readSkips),
		list("unlisted", &s.Unlisted, readUnlisted),
		list("vanished", &s.Vanished, readVanished),
	}
}

// list reads a list into its place in the state.
func list[T any](name string, into *[]T, read func(context.Context, querier) ([]T, error)) statePart {
	return statePart{name, func(ctx context.Context, tx *sql.Tx) (err error) {
		*into, err = read(ctx, tx)
		return err
	}}
}

// since fixes the time from which on something counts.
func since[T any](read func(context.Context, querier, time.Time) ([]T, error), from time.Time) func(context.Context, querier) ([]T, error) {
	return func(ctx context.Context, tx querier) ([]T, error) { return read(ctx, tx, from) }
}

// readBinding reads what the ledger is bound to.
func readBinding(ctx context.Context, tx querier, s *model.State) error {
	var syncSince int64
	row := tx.QueryRowContext(ctx, `SELECT subscription, baseline, rolled_out, sync_since FROM ledger`)
	if err := row.Scan(&s.Subscription, &s.Baseline, &s.RolledOut, &syncSince); err != nil {
		return err
	}
	s.SyncSince = fromMillis(syncSince)
	s.Sources = map[string]model.SourceBinding{}
	_, err := selectAll(ctx, tx, func(rows *sql.Rows) (string, error) {
		var name string
		var b model.SourceBinding
		err := rows.Scan(&name, &b.NamingContext, &b.Scope, &b.Server, &b.AccountSeen, &b.Reader.ID, &b.Reader.Name)
		s.Sources[name] = b
		return name, err
	}, `SELECT name, naming_context, scope, server, account_seen, reader_id, reader_name FROM sources`)
	return err
}

const selectOwnership = `SELECT source, person, credential_id, username, csi, created, missing_since, missing_reads, loss, first_name, since
	FROM ownership ORDER BY source, person`

func scanOwnership(rows *sql.Rows) (model.Ownership, error) {
	var o model.Ownership
	var missingSince, since int64
	err := rows.Scan(&o.Person.Source, &o.Person.ID, &o.CredentialID, &o.Username, &o.CSI, &o.Created,
		&missingSince, &o.MissingReads, &o.Loss, &o.FirstName, &since)
	o.MissingSince, o.Since = fromMillis(missingSince), fromMillis(since)
	return o, err
}

const selectUsersSeen = `SELECT threema_id, credential_id, since FROM users_seen ORDER BY threema_id, credential_id`

func scanSeenUser(rows *sql.Rows) (model.SeenUser, error) {
	var u model.SeenUser
	var since int64
	err := rows.Scan(&u.ThreemaID, &u.CredentialID, &since)
	u.Since = fromMillis(since)
	return u, err
}

func readBases(ctx context.Context, tx querier, since time.Time) ([]model.Base, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Base, error) {
		var b model.Base
		var at int64
		err := rows.Scan(&b.Source, &b.Managed, &b.Leaving, &at)
		b.At = fromMillis(at)
		return b, err
	}, `SELECT source, managed, leaving, at FROM bases WHERE at > ? ORDER BY at, source`, millis(since))
}

func readRefusals(ctx context.Context, tx querier, since time.Time) ([]model.Refusal, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Refusal, error) {
		var r model.Refusal
		var at int64
		err := rows.Scan(&r.CredentialID, &r.Setting, &r.Value, &r.Message, &at)
		r.At = fromMillis(at)
		return r, err
	}, `SELECT credential_id, setting, value, message, at FROM refusals WHERE at > ?
		ORDER BY credential_id, setting`, millis(since))
}

func readPublished(ctx context.Context, tx querier) ([]model.Publication, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Publication, error) {
		var p model.Publication
		err := rows.Scan(&p.ThreemaID, &p.Created)
		return p, err
	}, `SELECT threema_id, created FROM published ORDER BY threema_id`)
}
