package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func readFormerCSIs(ctx context.Context, tx querier) ([]model.FormerCSI, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.FormerCSI, error) {
		var f model.FormerCSI
		err := rows.Scan(&f.Person.Source, &f.Person.ID, &f.CSI)
		return f, err
	}, `SELECT source, person, csi FROM former_csis ORDER BY source, person, csi`)
}

// putFormerCSIs makes the stored former csis equal to the given ones.
func putFormerCSIs(ctx context.Context, tx *sql.Tx, csis []model.FormerCSI) error {
	stored, err := readFormerCSIs(ctx, tx)
	if err != nil {
		return err
	}
	put, drop := difference(stored, slices.Clone(csis), model.FormerCSI.Compare)
	for _, f := range drop {
		_, err := tx.ExecContext(ctx, `DELETE FROM former_csis WHERE source = ? AND person = ? AND csi = ?`, f.Person.Source, f.Person.ID, f.CSI)
		if err != nil {
			return err
		}
	}
	for _, f := range put {
		_, err := tx.ExecContext(ctx, `INSERT INTO former_csis (source, person, csi) VALUES (?, ?, ?)`, f.Person.Source, f.Person.ID, f.CSI)
		if err != nil {
			return err
		}
	}
	return nil
}
