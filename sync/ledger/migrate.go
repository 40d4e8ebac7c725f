package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"
)

// applicationID marks an SQLite file as a ledger of ours: "TDir" in ASCII.
const applicationID = 0x54446972

//go:embed schema/*.sql
var schema embed.FS

// scripts returns the schema, script n leading from version n to n+1.
func scripts(files fs.FS) ([]string, error) {
	var list []string
	for {
		text, err := fs.ReadFile(files, fmt.Sprintf("schema/%04d.sql", len(list)+1))
		if errors.Is(err, fs.ErrNotExist) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		list = append(list, string(text))
	}
}

// backupSuffix ends the name of a backup. The start is that of the ledger.
const backupSuffix = ".bak"

// migration brings a file to the latest schema (pitfall E9).
type migration struct {
	db      *sql.DB
	path    string
	scripts []string
	now     func() time.Time
	logger  *slog.Logger
}

// run applies the scripts that the file lacks, all or none, after a backup of a file that
// already holds something.
func (m migration) run(ctx context.Context) error {
	found, err := identify(ctx, m.db, len(m.scripts))
	if err != nil {
		return explain(err)
	}
	if found == len(m.scripts) {
		return nil
	}
	if found > 0 {
		if err := m.backup(ctx, found); err != nil {
			return err
		}
	}
	applied, err := m.apply(ctx)
	if err == nil && applied > 0 {
		m.logger.InfoContext(ctx, "ledger brought to its latest version", "path", m.path, "from", found, "to", len(m.scripts))
	}
	return err
}

// apply runs the missing scripts in one transaction. The version is read again inside: another
// process may have been faster.
func (m migration) apply(ctx context.Context) (applied int, err error) {
	err = inTx(ctx, m.db, "bring the ledger to its latest version", func(tx *sql.Tx) error {
		version, err := identify(ctx, tx, len(m.scripts))
		if err != nil {
			return err
		}
		for ; version < len(m.scripts); version++ {
			if _, err := tx.ExecContext(ctx, m.scripts[version]); err != nil {
				return fmt.Errorf("schema/%04d.sql: %w", version+1, err)
			}
			applied++
		}
		_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
		return err
	})
	return applied, err
}

// backup copies the file as it is, to a new private file beside it. VACUUM INTO accepts an
// empty file, so the mode is right from the start (pitfalls E5, E7).
func (m migration) backup(ctx context.Context, version int) error {
	name := fmt.Sprintf("%s.v%d-%s", m.path, version, m.now().UTC().Format("20060102T150405Z")) + backupSuffix
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, private)
	if err != nil {
		return fmt.Errorf("back up the ledger: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("back up the ledger: %w", err)
	}
	if _, err := m.db.ExecContext(ctx, "VACUUM INTO ?", name); err != nil {
		return fmt.Errorf("back up the ledger to %s: %w", name, explain(err))
	}
	m.logger.InfoContext(ctx, "ledger backed up before its migration", "backup", name)
	return nil
}

// requireLatest refuses a file that is not of the version that this program reads.
func requireLatest(ctx context.Context, db *sql.DB) error {
	scripts, err := scripts(schema)
	if err != nil {
		return err
	}
	found, err := identify(ctx, db, len(scripts))
	if err != nil {
		return explain(err)
	}
	if found < len(scripts) {
		return fmt.Errorf("it is of version %d, this program reads version %d: type `threema-dirsync plan`, which brings it up to date", found, len(scripts))
	}
	return nil
}

// identify returns the version of a ledger, 0 for an empty file. It refuses a file that is
// not ours, and one of a newer program.
func identify(ctx context.Context, db querier, latest int) (version int, err error) {
	var application, tables int
	row := db.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`)
	if err := row.Scan(&application, &version, &tables); err != nil {
		return 0, fmt.Errorf("read its version: %w", err)
	}
	switch {
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, errors.New("it is a database, but not a ledger of threema-dirsync: check state_dir; nothing was changed")
	case version > latest:
		return 0, fmt.Errorf("it was written by a newer threema-dirsync (version %d, this one knows %d): "+
			"install the newer program, or put back the backup that its upgrade left beside the file", version, latest)
	}
	return version, nil
}

// quickCheck refuses a damaged file (pitfall E8).
func quickCheck(ctx context.Context, db *sql.DB) error {
	var answer string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&answer); err != nil {
		return fmt.Errorf("check it: %w", explain(err))
	}
	if answer != "ok" {
		return fmt.Errorf("it is damaged (%s): stop the service and put back a backup; "+
			"do not delete the file, it knows which credentials are ours", answer)
	}
	return nil
}
