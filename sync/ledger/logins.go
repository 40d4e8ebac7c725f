package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// RefusedLogin returns the note on a source's password, the zero value if there is none.
func (r *Reader) RefusedLogin(ctx context.Context, source string) (model.RefusedLogin, error) {
	login := model.RefusedLogin{Source: source}
	var at int64
	err := r.reads.QueryRowContext(ctx, `SELECT at, answer, salt, fingerprint FROM refused_logins WHERE source = ?`, source).
		Scan(&at, &login.Answer, &login.Salt, &login.Fingerprint)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return model.RefusedLogin{}, nil
	case err != nil:
		return model.RefusedLogin{}, fmt.Errorf("read the refused login: %w", explain(err))
	}
	login.At = fromMillis(at)
	return login, nil
}

// NoteRefusedLogin notes that a server refused a source's password, in place of an older note. A
// pass that only looks tries the password as well, so it must be able to.
func (m *Meter) NoteRefusedLogin(ctx context.Context, login model.RefusedLogin) error {
	return inTx(ctx, m.writes, "note a refused login", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO refused_logins (source, at, answer, salt, fingerprint) VALUES (?, ?, ?, ?, ?)`,
			login.Source, millis(login.At), login.Answer, login.Salt, login.Fingerprint)
		return err
	})
}

// ForgetRefusedLogin removes the note on a source's password.
func (m *Meter) ForgetRefusedLogin(ctx context.Context, source string) error {
	return inTx(ctx, m.writes, "forget a refused login", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM refused_logins WHERE source = ?`, source)
		return err
	})
}
