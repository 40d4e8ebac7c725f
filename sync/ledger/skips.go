package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// readSkips finds in the report of the last pass that ended which steps a last look stopped.
func readSkips(ctx context.Context, tx querier) ([]model.Skip, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Skip, error) {
		var s model.Skip
		var since, seen, reason string
		var code model.Code
		if err := rows.Scan(&s.ChangeID, &since, &seen, &code, &reason); err != nil {
			return s, err
		}
		s.Why = model.Told(code, reason)
		s.Since, s.Seen = fromText(since), fromText(seen)
		return s, nil
	}, `SELECT coalesce(skip.value ->> 'id', ''), coalesce(skip.value ->> 'since', ''), coalesce(skip.value ->> 'seen', ''),
			coalesce(skip.value ->> 'code', ''), coalesce(skip.value ->> 'reason', '')
		FROM (SELECT report FROM runs WHERE report <> '' ORDER BY id DESC LIMIT 1) AS last,
			json_each(CASE WHEN json_valid(last.report) THEN last.report ELSE '{}' END, '$.skipped') AS skip
		ORDER BY 1`)
}

// fromText reads a time of a report, zero if it is none.
func fromText(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return at
}
