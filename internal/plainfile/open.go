// Package plainfile knows what each room has to know of a file that the program is given, or keeps.
//
// [Open] opens regular files alone, so that a named pipe makes nobody wait. [Owners] says whose a
// file may be that the program obeys. [Full] calls a full disk one. Whoever reads a file that an
// administrator named begins here.
package plainfile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Open opens a regular file for reading. Links are followed, and the file that was opened is the one
// that is judged: nobody can exchange it in between. A named pipe would block the open for ever, if
// it were not for O_NONBLOCK, which does nothing to a regular file.
func Open(path string) (*os.File, os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is refused: it is %w", path, ErrNotRegular)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// ErrNotRegular is inside the error of [Open] for a folder, a pipe, a device or a socket.
var ErrNotRegular = errors.New("not a regular file")
