package ledger

import (
	"context"
	"database/sql"
)

// said records a word that somebody said, and notes it in the high-water file. Where that cannot be written the word
// stands all the same, and only an older ledger that is put back before the next pass would not show.
func (l *Ledger) said(ctx context.Context, action string, do func(*sql.Tx, *trail) error) error {
	if err := audited(ctx, l.writes, action, l.now(), do); err != nil {
		return err
	}
	if err := inTx(ctx, l.writes, "note it in the high-water file", l.noteWord(ctx)); err != nil {
		l.logger.WarnContext(ctx, "what was said is recorded, but the high-water file does not tell of it", "err", err)
	}
	return nil
}

// noteWord writes the last entry of the audit to the file, unless the file tells of something that this ledger does not
// know: the next pass must find that. The transaction keeps other writers of the file away.
func (l *Ledger) noteWord(ctx context.Context) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		high, err := readHighWater(l.path)
		if err != nil || high.Pass == 0 {
			return err
		}
		gap, past, err := readGap(ctx, tx, high)
		if err != nil || gap.Kind != "" || high.Ledger != past.identity {
			return err
		}
		high.Pass, high.Word = past.last, &saidWord{At: l.now()}
		err = tx.QueryRowContext(ctx, `SELECT audit_seq, audit_hash FROM ledger`).Scan(&high.Word.Entry, &high.Word.Hash)
		if err != nil || high.Word.Entry == 0 { // nothing is recorded yet: a word that changed nothing
			return err
		}
		return high.write(l.path)
	}
}
