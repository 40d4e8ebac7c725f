package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Remember records what a pass learned, before it sends anything. Observations and users are
// the whole new set; of owned credentials only what the package showed is updated, none is
// won or lost here. A source that m does not name keeps its binding. Only rows that differ
// are written, so a quiet pass costs a few rows however many people there are.
func (l *Ledger) Remember(ctx context.Context, run int64, m model.StateUpdate) error {
	return audited(ctx, l.writes, "remember the pass", l.now(), func(tx *sql.Tx, t *trail) error {
		t.run = run
		if err := bind(ctx, tx, t, m); err != nil {
			return fmt.Errorf("binding: %w", err)
		}
		if err := rememberSources(ctx, tx, m); err != nil {
			return err
		}
		if err := putObservations(ctx, tx, t, m.Observations); err != nil {
			return fmt.Errorf("observations: %w", err)
		}
		if err := putSentinels(ctx, tx, m.Sentinels); err != nil {
			return fmt.Errorf("sentinels: %w", err)
		}
		if err := putAcceptedHeld(ctx, tx, m.AcceptedHeld); err != nil {
			return fmt.Errorf("held people: %w", err)
		}
		if err := updateOwned(ctx, tx, m.Owned); err != nil {
			return fmt.Errorf("ownership: %w", err)
		}
		if err := rememberWhoUsed(ctx, tx, m); err != nil {
			return err
		}
		if err := putSuspensions(ctx, tx, t, m.Suspensions); err != nil {
			return fmt.Errorf("leaves of absence: %w", err)
		}
		for _, p := range m.Published {
			if err := publish(ctx, tx, p); err != nil {
				return fmt.Errorf("publications: %w", err)
			}
		}
		if err := putUnlisted(ctx, tx, m.Unlisted); err != nil {
			return fmt.Errorf("unlisted: %w", err)
		}
		if err := reopenDepartures(ctx, tx, t, m.Reopened); err != nil {
			return fmt.Errorf("leavers: %w", err)
		}
		for _, s := range m.Settled {
			if err := settleOpen(ctx, tx, t, s); err != nil {
				return fmt.Errorf("journal: %w", err)
			}
		}
		if err := endDepartures(ctx, tx, t, m); err != nil {
			return fmt.Errorf("leavers: %w", err)
		}
		if err := judgeEffects(ctx, tx, t, m); err != nil {
			return fmt.Errorf("effects: %w", err)
		}
		if err := forgetApprovals(ctx, tx, t, m.ExpiredApprovals, m.VoidApprovals); err != nil {
			return fmt.Errorf("approvals: %w", err)
		}
		if m.Timeless {
			return nil
		}
		if err := turnWindows(ctx, tx, m.Bases, t.now); err != nil {
			return fmt.Errorf("windows: %w", err)
		}
		return nil
	})
}

// rememberSources records what the pass learned of the sources themselves.
func rememberSources(ctx context.Context, tx *sql.Tx, m model.StateUpdate) error {
	if err := putServers(ctx, tx, m.Servers); err != nil {
		return fmt.Errorf("servers: %w", err)
	}
	if err := putReads(ctx, tx, m.Reads); err != nil {
		return fmt.Errorf("reads: %w", err)
	}
	if err := putForgotten(ctx, tx, m.Forgotten); err != nil {
		return fmt.Errorf("forgotten sources: %w", err)
	}
	return nil
}

// rememberWhoUsed records who uses what, and who did before.
func rememberWhoUsed(ctx context.Context, tx *sql.Tx, m model.StateUpdate) error {
	if err := putUsersSeen(ctx, tx, m.UsersSeen); err != nil {
		return fmt.Errorf("users: %w", err)
	}
	if err := putFormerLinks(ctx, tx, m.FormerLinks); err != nil {
		return fmt.Errorf("former links: %w", err)
	}
	if err := putFormerCSIs(ctx, tx, m.FormerCSIs); err != nil {
		return fmt.Errorf("former csis: %w", err)
	}
	return nil
}

// turnWindows adds the bases of this pass and drops what no window covers any more.
func turnWindows(ctx context.Context, tx *sql.Tx, bases []model.Base, now time.Time) error {
	for _, b := range bases {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO bases (source, at, managed, leaving) VALUES (?, ?, ?, ?)`,
			b.Source, millis(b.At), b.Managed, b.Leaving)
		if err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM bases WHERE at <= ?`, millis(now.Add(-baseWindow))); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM refusals WHERE at <= ?`, millis(now.Add(-refusalWindow)))
	return err
}

// settleOpen closes an open row that the inventory decided.
func settleOpen(ctx context.Context, tx *sql.Tx, t *trail, s model.SettledOperation) error {
	op, err := openOperation(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	if s.Done {
		t.operation(auditSettled, op, "")
		if err := effect(ctx, tx, t, op); err != nil {
			return fmt.Errorf("operation %d: %w", s.ID, err)
		}
		return closeRow(ctx, tx, s.ID, done, "", t.now)
	}
	t.operation(auditReverted, op, "")
	if err := revert(ctx, tx, op); err != nil {
		return fmt.Errorf("operation %d: %w", s.ID, err)
	}
	return closeRow(ctx, tx, s.ID, reverted, "", t.now)
}

// updateOwned records what the package showed of credentials that are ours.
func updateOwned(ctx context.Context, tx *sql.Tx, owned []model.Ownership) error {
	stored, err := selectAll(ctx, tx, scanOwnership, selectOwnership)
	if err != nil {
		return err
	}
	wanted := slices.Clone(owned)
	for i := range wanted {
		wanted[i].MissingSince = fromMillis(millis(wanted[i].MissingSince))
	}
	changed, _ := difference(stored, wanted, func(a, b model.Ownership) int { return a.Person.Compare(b.Person) })
	for _, o := range changed {
		_, err := tx.ExecContext(ctx, `UPDATE ownership SET username = ?, csi = ?, missing_since = ?, missing_reads = ?, loss = ?, first_name = ?
			WHERE source = ? AND person = ? AND credential_id = ?`,
			o.Username, o.CSI, millis(o.MissingSince), o.MissingReads, o.Loss, o.FirstName, o.Person.Source, o.Person.ID, o.CredentialID)
		if err != nil {
			return err
		}
	}
	return nil
}

// putUsersSeen replaces the users that were seen on owned credentials.
func putUsersSeen(ctx context.Context, tx *sql.Tx, users []model.SeenUser) error {
	stored, err := selectAll(ctx, tx, scanSeenUser, selectUsersSeen)
	if err != nil {
		return err
	}
	wanted := slices.Clone(users)
	for i := range wanted {
		wanted[i].Since = fromMillis(millis(wanted[i].Since))
	}
	added, dropped := difference(stored, wanted, func(a, b model.SeenUser) int {
		return cmp.Or(strings.Compare(a.ThreemaID, b.ThreemaID), strings.Compare(a.CredentialID, b.CredentialID))
	})
	for _, u := range dropped {
		_, err := tx.ExecContext(ctx, `DELETE FROM users_seen WHERE threema_id = ? AND credential_id = ?`, u.ThreemaID, u.CredentialID)
		if err != nil {
			return err
		}
	}
	for _, u := range added {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO users_seen (threema_id, credential_id, since) VALUES (?, ?, ?)`,
			u.ThreemaID, u.CredentialID, millis(u.Since))
		if err != nil {
			return err
		}
	}
	return nil
}

// seeUsers adds users of the credential of an operation.
func seeUsers(ctx context.Context, tx *sql.Tx, op model.Operation, ids []string) error {
	for _, id := range ids {
		_, err := tx.ExecContext(ctx, `INSERT INTO users_seen (threema_id, credential_id, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			id, op.CredentialID, millis(op.At))
		if err != nil {
			return err
		}
	}
	return nil
}

// difference compares what is stored with what is wanted: put are the wanted rows that are
// new or not equal, drop the stored ones that nobody wants. stored is sorted by key already,
// wanted is sorted here; of several with one key the last counts.
func difference[T comparable](stored, wanted []T, key func(a, b T) int) (put, drop []T) {
	slices.SortStableFunc(wanted, key)
	for i, w := range wanted {
		if i+1 < len(wanted) && key(w, wanted[i+1]) == 0 {
			continue
		}
		for len(stored) > 0 && key(stored[0], w) < 0 {
			drop, stored = append(drop, stored[0]), stored[1:]
		}
		if len(stored) > 0 && key(stored[0], w) == 0 {
			if stored[0] != w {
				put = append(put, w)
			}
			stored = stored[1:]
			continue
		}
		put = append(put, w)
	}
	return put, append(drop, stored...)
}
