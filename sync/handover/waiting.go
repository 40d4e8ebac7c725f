package handover

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Waiting is a file with lines that nobody has fetched yet.
type Waiting struct {
	File  string
	Lines int       // without the header
	Last  time.Time // when the last of them was written
}

// Waiting lists the files of this one's name that have lines. It counts these, and keeps nothing of them.
func (f *File) Waiting() ([]Waiting, error) {
	waiting := []Waiting{}
	for n := range mostBeside {
		w, err := count(f.beside(n))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return waiting, fmt.Errorf("look whether a hand-over file waits: %w", err)
		case w.Lines > 0:
			waiting = append(waiting, w)
		}
	}
	return waiting, nil
}

// count counts the lines of a file behind its header, piece by piece.
func count(path string) (w Waiting, err error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return w, err
	}
	ends, piece := 0, make([]byte, 4096)
	defer clear(piece) // passwords stay in memory no longer than they are counted
	for {
		n, err := file.Read(piece)
		ends += bytes.Count(piece[:n], []byte("\n"))
		if errors.Is(err, io.EOF) {
			return Waiting{path, max(0, ends-1), info.ModTime().UTC()}, nil
		}
		if err != nil {
			return w, err
		}
	}
}
