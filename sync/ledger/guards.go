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

// guardKey tells guards apart. What they say changes from pass to pass.
type guardKey struct{ name, source string }

func (g guardKey) compare(h guardKey) int {
	return cmp.Or(strings.Compare(g.name, h.name), strings.Compare(g.source, h.source))
}

// noteGuards notes the guards that tripped since the last pass, with what they say, and those
// that were lifted. A guard of a source that was not read stays as it was.
func noteGuards(ctx context.Context, tx *sql.Tx, t *trail, tripped []model.TrippedGuard, unread []string) error {
	stored, err := selectAll(ctx, tx, func(rows *sql.Rows) (g guardKey, err error) {
		return g, rows.Scan(&g.name, &g.source)
	}, `SELECT name, source FROM guards ORDER BY name, source`)
	if err != nil {
		return err
	}
	var wanted []guardKey
	said := map[guardKey][]string{}
	for _, g := range tripped {
		key := guardKey{g.Name, g.Source}
		wanted, said[key] = append(wanted, key), append(said[key], g.Words)
	}
	fresh, gone := difference(stored, wanted, guardKey.compare)
	for _, g := range fresh {
		t.note(AuditEntry{Event: auditGuardTripped, Guard: g.name, Person: model.PersonID{Source: g.source}, Message: strings.Join(said[g], "; ")})
		if _, err := tx.ExecContext(ctx, `INSERT INTO guards (name, source, since) VALUES (?, ?, ?)`, g.name, g.source, millis(t.now)); err != nil {
			return err
		}
	}
	gone = slices.DeleteFunc(gone, func(g guardKey) bool { return slices.Contains(unread, g.source) })
	return liftGuards(ctx, tx, t, gone)
}

func liftGuards(ctx context.Context, tx *sql.Tx, t *trail, gone []guardKey) error {
	for _, g := range gone {
		var since int64
		err := tx.QueryRowContext(ctx, `DELETE FROM guards WHERE name = ? AND source = ? RETURNING since`, g.name, g.source).Scan(&since)
		if err != nil {
			return err
		}
		t.note(AuditEntry{
			Event: auditGuardLifted, Guard: g.name, Person: model.PersonID{Source: g.source},
			Message: fmt.Sprintf("it had tripped at %s", fromMillis(since).Format(time.RFC3339)),
		})
	}
	return nil
}
