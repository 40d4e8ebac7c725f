package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// scrub takes erased people from the disk, where rows are not the whole truth: the write-ahead log
// still holds the pages from before, and backups of migrations hold everybody. A pass has worked
// since such a backup was made, so putting it back would undo what it recorded: it is no loss. What
// cannot be done now, because somebody reads or the process is killed, the next pass does.
func (l *Ledger) scrub(ctx context.Context) error {
	var unscrubbed bool
	if err := l.writes.QueryRowContext(ctx, `SELECT unscrubbed FROM ledger`).Scan(&unscrubbed); err != nil || !unscrubbed {
		return wrap("look for erased people on disk", err)
	}
	// Deleted content is overwritten (secure_delete), but copies that the B-trees leave behind when
	// they move rows between pages are not: only a new file is sure to have none.
	if _, err := l.writes.ExecContext(ctx, `VACUUM`); err != nil {
		return wrap("rewrite the file without erased people", err)
	}
	var busy, pages, moved int
	if err := l.writes.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil || busy != 0 {
		return wrap("empty the write-ahead log", err)
	}
	if err := l.removeBackups(ctx); err != nil {
		return wrap("remove backups that hold erased people", err)
	}
	_, err := l.writes.ExecContext(ctx, `UPDATE ledger SET unscrubbed = 0`)
	return wrap("note that erased people are gone from disk", err)
}

func wrap(action string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", action, explain(err))
}

// removeBackups removes what migration.backup left beside the file.
func (l *Ledger) removeBackups(ctx context.Context) error {
	folder, name := filepath.Split(l.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), name+".v") && strings.HasSuffix(e.Name(), backupSuffix) {
			errs = append(errs, os.Remove(filepath.Join(folder, e.Name())))
			l.logger.InfoContext(ctx, "backup of the ledger removed: it held people who are erased by now", "backup", e.Name())
		}
	}
	return errors.Join(errs...)
}
