package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// tombstone is the keyed hash of a person, in hex: who knows the directory's ID and has the ledger
// can ask whether it is theirs, and nobody can ask it whose it is.
func tombstone(key []byte, person model.PersonID) string {
	mac := hmac.New(sha256.New, key)
	mac.Write(digest(person.Source, person.ID))
	return hex.EncodeToString(mac.Sum(nil))
}

// tombstonesOf are the tombstones that can be a person's: those under their source's name, and under
// each name that it had before. Without a key they are nobody's.
func tombstonesOf(ctx context.Context, tx querier, person model.PersonID) ([]string, error) {
	key, err := readKey(ctx, tx)
	if err != nil {
		return nil, err
	}
	names, err := readFormerNames(ctx, tx, person.Source)
	tombstones := []string{tombstone(key, person)}
	for _, was := range names {
		tombstones = append(tombstones, tombstone(key, model.PersonID{Source: was, ID: person.ID}))
	}
	return tombstones, err
}

// readKey reads the key of the tombstones, nil as long as there are none.
func readKey(ctx context.Context, tx querier) (key []byte, err error) {
	err = tx.QueryRowContext(ctx, `SELECT tombstone_key FROM ledger`).Scan(&key)
	if len(key) == 0 {
		key = nil
	}
	return key, err
}

// makeKey reads the key, or makes it. It never changes, and never leaves the ledger.
func makeKey(ctx context.Context, tx *sql.Tx) ([]byte, error) {
	key, err := readKey(ctx, tx)
	if err != nil || key != nil {
		return key, err
	}
	key = newSalt()
	_, err = tx.ExecContext(ctx, `UPDATE ledger SET tombstone_key = ?`, key)
	return key, err
}
