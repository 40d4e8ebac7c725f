package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// LastServer is that from which the last complete read of a source came, the zero value if there is
// none.
func (r *Reader) LastServer(ctx context.Context, source string) (last model.KnownServer, err error) {
	err = inTx(ctx, r.reads, "read the known servers", func(tx *sql.Tx) error {
		servers, err := readServers(ctx, tx)
		last = model.State{Servers: servers}.LastServer(source)
		return err
	})
	return last, err
}

func readServers(ctx context.Context, tx querier) ([]model.KnownServer, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.KnownServer, error) {
		var k model.KnownServer
		var first, last int64
		err := rows.Scan(&k.Source, &k.Server, &k.Address, &k.ID, &k.Version, &first, &last, &k.Proved)
		k.FirstRead, k.LastRead = fromMillis(first), fromMillis(last)
		return k, err
	}, `SELECT source, server, address, copy, version, first_read, last_read, proved FROM servers ORDER BY source, server`)
}

// putServers makes the known servers equal to the given ones, of which there are few.
func putServers(ctx context.Context, tx *sql.Tx, servers []model.KnownServer) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM servers`); err != nil {
		return err
	}
	for _, k := range servers {
		_, err := tx.ExecContext(ctx, `INSERT INTO servers (source, server, address, copy, version, first_read, last_read, proved) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			k.Source, k.Server, k.Address, k.ID, k.Version, millis(k.FirstRead), millis(k.LastRead), k.Proved)
		if err != nil {
			return err
		}
	}
	return nil
}
