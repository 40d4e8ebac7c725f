package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stopFile is the file that halts, while it exists, whatever takes something from a person.
// Anybody who may write to the state folder can lay it: touch and rm are all it takes.
func stopFile(stateDir string) string { return filepath.Join(stateDir, "stop") }

// stopReason says why nothing may be taken from anybody now, "" if it may. What cannot be
// looked for counts as there.
func stopReason(stateDir string) string {
	path := stopFile(stateDir)
	switch _, err := os.Lstat(path); {
	case err == nil:
		return fmt.Sprintf("the stop file %s exists; remove it to go on", path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("cannot look for the stop file, so it counts as there: %v", err)
	}
	return ""
}
