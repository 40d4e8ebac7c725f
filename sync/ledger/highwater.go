package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// highWater is the content of the small file beside the ledger: the last pass that was begun
// here, by which ledger, and the last word that somebody said to it since. It shows that a ledger
// was lost, or an older one put back (design §5.10, pitfall K10). The zero value knows of no pass.
//
// A missing file is written anew by the next pass. That is safe, because the file only ever adds a
// doubt: without it a new ledger still takes nothing from anybody in a package with a past, and
// an older one still meets what the package says (what plan.Compute makes of it as untrusted, and of masses).
type highWater struct {
	Ledger string    `json:"ledger"` // its identity
	Pass   int64     `json:"pass"`
	At     time.Time `json:"at"` // when it began
	Word   *saidWord `json:"word,omitempty"`
}

// saidWord is the entry of the audit that a word ended with. Entries are never removed, and the hash covers
// all before it: a ledger that has the entry knows the word.
type saidWord struct {
	Entry int64     `json:"entry"`
	Hash  []byte    `json:"hash"`
	At    time.Time `json:"at"`
}

// highWaterPath is where the high-water file of a ledger lies.
func highWaterPath(ledger string) string { return ledger + ".high-water" }

// readHighWater reads the file of the ledger at path. One that cannot be understood is an error:
// it may be the only thing that knows of the passes that this ledger does not.
func readHighWater(path string) (highWater, error) {
	name := highWaterPath(path)
	text, err := readPlain(name)
	if errors.Is(err, fs.ErrNotExist) {
		return highWater{}, nil
	}
	if err != nil {
		return highWater{}, fmt.Errorf("read the high-water file: %w; nothing was done: the user of this process must be able to read and write it", err)
	}
	var high highWater
	err = json.Unmarshal(text, &high)
	if err == nil && (high.Ledger == "" || high.Pass < 1) {
		err = errors.New("it names no ledger or no pass")
	}
	if err != nil {
		return highWater{}, fmt.Errorf("read the high-water file: %s is damaged (%w); nothing was done. It tells whether the ledger is the latest one: "+
			"find out whether ledger and file were put back from a backup. If the ledger is surely the latest one, delete the file; the next pass writes it anew",
			name, err)
	}
	return high, nil
}

func (h highWater) write(path string) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := replaceFile(highWaterPath(path), append(text, '\n')); err != nil {
		return fmt.Errorf("write the high-water file: %w; nothing was done: let the user of this process write there", plainfile.Full(err, highWaterPath(path)))
	}
	return nil
}

// pastOf is what a ledger knows of itself.
type pastOf struct {
	identity string
	bound    bool  // to a subscription: it learned something
	last     int64 // its last pass
	heard    bool  // it has the last word of the high-water file, or that has none
}

// gap compares a ledger with what was done here. Where the file is of another ledger, a number
// says nothing: that other one did the passes.
func (h highWater) gap(past pastOf) model.Gap {
	switch {
	case h.Ledger == past.identity && h.Pass <= past.last && !past.heard:
		return model.Gap{Kind: model.OlderLedger, Own: past.last, Done: past.last, At: h.Word.At}
	case h.Pass == 0, h.Ledger == past.identity && h.Pass <= past.last:
		return model.Gap{}
	case !past.bound:
		return model.Gap{Kind: model.LostLedger, Own: past.last, Done: h.Pass, At: h.At}
	}
	return model.Gap{Kind: model.OlderLedger, Own: past.last, Done: h.Pass, At: h.At}
}

// readPast reads what the ledger knows of itself, and of the word of the file.
func readPast(ctx context.Context, tx querier, high highWater) (pastOf, error) {
	past, subscription := pastOf{heard: true}, ""
	row := tx.QueryRowContext(ctx, `SELECT identity, subscription, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'runs'), 0) FROM ledger`)
	if err := row.Scan(&past.identity, &subscription, &past.last); err != nil {
		return pastOf{}, err
	}
	past.bound = subscription != ""
	if high.Word == nil {
		return past, nil
	}
	row = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit WHERE seq = ? AND hash = ?)`, high.Word.Entry, high.Word.Hash)
	return past, row.Scan(&past.heard)
}

// readGap is what was done here and the ledger does not know: found now by the file, or by an
// earlier pass and not accepted since. high must have been read before the transaction began: a
// pass beside us writes the ledger first.
func readGap(ctx context.Context, tx querier, high highWater) (model.Gap, pastOf, error) {
	past, err := readPast(ctx, tx, high)
	if err != nil {
		return model.Gap{}, pastOf{}, err
	}
	if gap := high.gap(past); gap.Kind != "" {
		return gap, past, nil
	}
	var gap model.Gap
	var at int64
	err = tx.QueryRowContext(ctx, `SELECT kind, own, done, at FROM gap`).Scan(&gap.Kind, &gap.Own, &gap.Done, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return model.Gap{}, past, nil
	}
	gap.At = fromMillis(at)
	return gap, past, err
}

// assignRunNumber gives a pass its number, higher than that of any pass that was done here, and notes a gap:
// from now on the file is this ledger's, and would not show it any more.
func assignRunNumber(ctx context.Context, tx *sql.Tx, t *trail, high highWater) (highWater, error) {
	gap, past, err := readGap(ctx, tx, high)
	if err != nil {
		return highWater{}, err
	}
	if gap.Kind != "" {
		if err := noteGap(ctx, tx, t, gap); err != nil {
			return highWater{}, err
		}
	}
	return highWater{Ledger: past.identity, Pass: max(past.last, high.Pass) + 1, At: t.now}, nil
}

// raiseTo writes the file of a pass that began, unless a word that was said since has done so. The transaction keeps other
// writers of the file away.
func (l *Ledger) raiseTo(ctx context.Context, high highWater) error {
	return inTx(ctx, l.writes, "start the record of a pass", func(*sql.Tx) error {
		now, err := readHighWater(l.path)
		if err != nil || now.Ledger == high.Ledger && now.Pass == high.Pass {
			return err
		}
		return high.write(l.path)
	})
}

// noteGap keeps a gap until somebody accepts it. One that is kept already is not told again.
func noteGap(ctx context.Context, tx *sql.Tx, t *trail, gap model.Gap) error {
	result, err := tx.ExecContext(ctx, `INSERT INTO gap (one, kind, own, done, at) VALUES (1, ?, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET kind = excluded.kind, own = excluded.own, done = excluded.done, at = excluded.at WHERE done <> excluded.done`,
		gap.Kind, gap.Own, gap.Done, millis(gap.At))
	if err != nil {
		return err
	}
	noted, err := result.RowsAffected()
	if noted > 0 {
		t.note(AuditEntry{Event: auditBound, Message: english.Say(gap.Reason())})
	}
	return err
}

// closeGap forgets the gap: somebody accepted the ledger as it is. What somebody approved before
// an older one was put back may have been used up since, and counts no more; nor does an order, which may have been
// taken back.
func closeGap(ctx context.Context, tx *sql.Tx, t *trail) error {
	closed, err := selectAll(ctx, tx, func(rows *sql.Rows) (kind model.GapKind, err error) {
		return kind, rows.Scan(&kind)
	}, `DELETE FROM gap RETURNING kind`)
	if err != nil || len(closed) == 0 || closed[0] != model.OlderLedger {
		return err
	}
	if err := dropOrders(ctx, tx, t); err != nil {
		return err
	}
	return dropApprovals(ctx, tx, t, AuditEntry{Event: auditApprovalExpired}, `DELETE FROM approvals`)
}
