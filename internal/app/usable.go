package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// usable looks whether the files that a pass writes in the state folder are ours to write, before
// anything is read. A command that root typed with an older version, or a backup that was put back, may
// have left them to root: waiting fixes that as little as a wrong configuration.
func usable(cfg *config.Config) error {
	entries, err := os.ReadDir(cfg.StateDir)
	if err != nil {
		return config.Mistake{Reason: model.Because("state-folder-unusable", plainfile.Full(err, cfg.LockFile()))}
	}
	ours := writtenByPasses(cfg)
	var barred []string
	for _, entry := range entries {
		path := filepath.Join(cfg.StateDir, entry.Name())
		if !entry.Type().IsRegular() || !slices.Contains(ours, path) {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) { // the ledger's companions come and go
			continue
		}
		if err != nil {
			return config.Mistake{Reason: model.Because("state-folder-unusable", err)}
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() && unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.W_OK, unix.AT_EACCESS) != nil {
			barred = append(barred, path)
		}
	}
	if len(barred) == 0 {
		return nil
	}
	us := plainfile.UserName(uint32(os.Geteuid()))
	return config.Mistake{Reason: model.Because("state-files-of-another", us, barred, plainfile.HandOver(cfg.StateDir, us))}
}

// writtenByPasses are the files without which no pass can be.
func writtenByPasses(cfg *config.Config) []string {
	return append(ledger.Files(cfg.LedgerFile()), cfg.LockFile(), filepath.Clean(cfg.Handover.File))
}
