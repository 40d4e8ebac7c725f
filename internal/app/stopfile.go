package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// StopReason says why nothing may be taken from anybody now, "" if it may. What cannot be
// looked for counts as there. Anybody who may write to the state folder can lay the stop file:
// touch and rm are all it takes.
func StopReason(cfg *config.Config) string {
	path := cfg.StopFile()
	switch _, err := os.Lstat(path); {
	case err == nil:
		return fmt.Sprintf("the stop file %s exists; remove it to go on", path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("cannot look for the stop file, so it counts as there: %v", err)
	}
	return ""
}
