package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// readPutOut lists the people whom somebody's word put out, and who departed since.
func readPutOut(ctx context.Context, tx querier) ([]model.PutOut, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.PutOut, error) {
		var o model.PutOut
		var at, seen int64
		err := rows.Scan(&o.Person.Source, &o.Person.ID, &o.CredentialID, &o.Username, &o.CSI, &o.Word, &at, &o.FirstName, &seen)
		o.At, o.LastSeen = fromMillis(at), fromMillis(seen)
		return o, err
	}, `SELECT source, person, credential_id, username, csi, word, withdrawn_at, first_name, last_seen
		FROM sagas WHERE word <> '' AND withdrawn_at > 0 ORDER BY source, person, withdrawn_at DESC, id DESC`)
}

// PutOut records that somebody ordered the withdrawal of a credential that a departure had taken before: it is their
// word too by which the person is out.
func (l *Ledger) PutOut(ctx context.Context, run int64, o model.OpenOrder, csi, reason string) error {
	return l.said(ctx, "record the order", func(tx *sql.Tx, t *trail) error {
		t.run = run
		t.note(AuditEntry{Event: auditOrdered, Op: model.Withdraw, Person: o.Person, CSI: csi, CredentialID: o.CredentialID, By: o.By, Message: reason})
		_, err := tx.ExecContext(ctx, `UPDATE sagas SET word = ? WHERE id = (SELECT MAX(id) FROM sagas
			WHERE source = ? AND person = ? AND credential_id = ? AND withdrawn_at > 0 AND ordered = 0)`,
			model.WordOrder, o.Person.Source, o.Person.ID, o.CredentialID)
		if err != nil {
			return err
		}
		return endUndo(ctx, tx, o.Person)
	})
}

// endWord forgets whose word put somebody out: they have a credential again, or an account with their csi has one,
// which took somebody's yes.
func endWord(ctx context.Context, tx *sql.Tx, op model.Operation) error {
	_, err := tx.ExecContext(ctx, `UPDATE sagas SET word = '' WHERE word <> '' AND withdrawn_at > 0
		AND (source = @source AND person = @person OR csi = @csi AND csi <> '')`,
		sql.Named("source", op.Person.Source), sql.Named("person", op.Person.ID), sql.Named("csi", op.CSI))
	return err
}

// unsayWord forgets it of a departure of which nothing was taken: the order is taken back.
func unsayWord(ctx context.Context, tx *sql.Tx, person model.PersonID) error {
	_, err := tx.ExecContext(ctx, `UPDATE sagas SET word = '' WHERE source = ? AND person = ? AND ended = '' AND withdrawn_at = 0`, person.Source, person.ID)
	return err
}
