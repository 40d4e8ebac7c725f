package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// effect records what an operation that is done has changed, and that its approval, if it had
// one, is used up.
func effect(ctx context.Context, tx *sql.Tx, t *trail, op model.Operation) error {
	if err := consumeApproval(ctx, tx, op.ChangeID); err != nil {
		return fmt.Errorf("approval: %w", err)
	}
	switch op.Op {
	case model.Create:
		if op.CredentialID == "" {
			return errors.New("a create cannot be done without its credential")
		}
		return nil // Created has recorded the ownership
	case model.Adopt:
		return adopt(ctx, tx, t, op)
	case model.Transfer:
		return transfer(ctx, tx, t, op)
	case model.Withdraw:
		if err := closeOrder(ctx, tx, op.CredentialID); err != nil {
			return err
		}
		if op.Ordered {
			return watchOrdered(ctx, tx, op, t.now) // the ownership stays: whether the person departed is not known
		}
		return withdrawn(ctx, tx, op, t.now)
	case model.Detach, model.Revoke:
		return markIDsRemoved(ctx, tx, op, t.now)
	case model.PublishContact:
		for _, id := range op.ThreemaIDs {
			if err := publish(ctx, tx, model.Publication{ThreemaID: id, Created: op.ContactCreated}); err != nil {
				return err
			}
		}
		return nil
	case model.DisableContact:
		return unpublish(ctx, tx, op.ThreemaIDs)
	case model.SetSettings, model.UnsetSetting:
		return nil // the next inventory shows them
	}
	return fmt.Errorf("%q is no operation", op.Op)
}

// revert records that an operation has changed nothing. A create may have noted its
// credential before somebody else removed it: then nothing is ours.
func revert(ctx context.Context, tx *sql.Tx, op model.Operation) error {
	if op.Op != model.Create {
		return nil
	}
	return deleteOwnership(ctx, tx, op)
}

// saveOwnership makes a credential the person's. One that the person had before is ours no longer, but the
// person has been managed since.
func saveOwnership(ctx context.Context, tx *sql.Tx, op model.Operation, created bool, firstName string, since time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO ownership (source, person, credential_id, username, csi, created, first_name, since)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (source, person) DO UPDATE SET credential_id = excluded.credential_id, username = excluded.username,
			csi = excluded.csi, created = excluded.created, first_name = excluded.first_name, missing_since = 0, missing_reads = 0, loss = ''`,
		op.Person.Source, op.Person.ID, op.CredentialID, op.Username, op.CSI, created, firstName, millis(since))
	if err != nil {
		return err
	}
	if err := endWord(ctx, tx, op); err != nil {
		return err
	}
	return dropUndone(ctx, tx, op.Person)
}

// deleteOwnership forgets that the person had this credential.
func deleteOwnership(ctx context.Context, tx *sql.Tx, op model.Operation) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM ownership WHERE source = ? AND person = ? AND credential_id = ?`,
		op.Person.Source, op.Person.ID, op.CredentialID)
	return err
}

// transfer passes a credential to the person's new ID. The former one is no leaver: what was
// observed of it is forgotten, and its departure ends (design §5.6). A create that was interrupted goes
// along, or nobody would ever learn the password.
func transfer(ctx context.Context, tx *sql.Tx, t *trail, op model.Operation) error {
	var former model.PersonID
	var created bool
	var firstName string
	since := millis(t.now)
	err := tx.QueryRowContext(ctx, `DELETE FROM ownership WHERE credential_id = ? RETURNING source, person, created, first_name, since`,
		op.CredentialID).Scan(&former.Source, &former.ID, &created, &firstName, &since)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if former != op.Person {
		_, err := tx.ExecContext(ctx, `DELETE FROM observations WHERE source = ? AND person = ?`, former.Source, former.ID)
		if err != nil {
			return err
		}
		if err := passLinks(ctx, tx, former, op.Person); err != nil {
			return err
		}
		if err := passSuspension(ctx, tx, t, former, op.Person); err != nil {
			return err
		}
	}
	if err := endDeparturesWhere(ctx, tx, t, "transferred", `credential_id = ?`, op.CredentialID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE journal SET source = ?, person = ?, ou = ?, csi = ?, dn = ?
		WHERE credential_id = ? AND op = 'create' AND state IN ('intent', 'unknown')`,
		op.Person.Source, op.Person.ID, op.OU, op.CSI, op.DN, op.CredentialID)
	if err != nil {
		return err
	}
	return saveOwnership(ctx, tx, op, created, firstName, fromMillis(since))
}

// withdrawn ends the ownership and proves the first step of the person's departure, from which the
// next one is reckoned.
func withdrawn(ctx context.Context, tx *sql.Tx, op model.Operation, now time.Time) error {
	if err := deleteOwnership(ctx, tx, op); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE sagas SET withdrawn_at = ?
		WHERE source = ? AND person = ? AND ended = '' AND withdrawn_at = 0`,
		millis(now), op.Person.Source, op.Person.ID)
	if err != nil {
		return err
	}
	if err := passOrdered(ctx, tx, op); err != nil {
		return err
	}
	return watch(ctx, tx, op, "", now)
}

// publish remembers that a contact was enabled once. That we made it is never forgotten.
func publish(ctx context.Context, tx *sql.Tx, p model.Publication) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO published (threema_id, created) VALUES (?, ?)
		ON CONFLICT (threema_id) DO UPDATE SET created = max(created, excluded.created)`, p.ThreemaID, p.Created)
	return err
}

// refuse remembers the latest value that the service refused for a setting.
func refuse(ctx context.Context, tx *sql.Tx, r model.Refusal, now time.Time) error {
	if r.At.IsZero() {
		r.At = now
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO refusals (credential_id, setting, value, message, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (credential_id, setting) DO UPDATE SET value = excluded.value, message = excluded.message, at = excluded.at`,
		r.CredentialID, r.Setting, r.Value, r.Message, millis(r.At))
	return err
}

// unpublish forgets that contacts were enabled: we disabled them, so whoever comes back is
// enabled at first sight again.
func unpublish(ctx context.Context, tx *sql.Tx, threemaIDs []string) error {
	for _, id := range threemaIDs {
		if _, err := tx.ExecContext(ctx, `DELETE FROM published WHERE threema_id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}
