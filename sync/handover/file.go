package handover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// File is a hand-over file. It keeps nothing open between deliveries, so the file may be
// moved away at any time. It is not for concurrent use.
type File struct {
	path   string
	link   string
	layout Layout
	owners plainfile.Owners
}

// NewFile takes the path of the CSV file, the address of the activation link, such as
// https://work.threema.ch/license (D-53), the form of the file, and whose it may be beside root and
// this user.
func NewFile(path, link string, layout Layout, owners ...uint32) *File {
	return &File{path, link, layout, owners}
}

// Check tells whether a delivery could succeed. The file, if there is one, is opened as for a
// delivery, and stays as it is; that a file here can be made, is private, and takes a line to disk
// is tried on one of its own, which is removed.
func (f *File) Check() error {
	if err := f.Look(); err != nil {
		return err
	}
	return f.try(filepath.Dir(f.path))
}

// Look tells the same as far as it shows without a write.
func (f *File) Look() error {
	dir := filepath.Dir(f.path)
	err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the hand-over folder %s is missing (%w); type as the user of the service: mkdir -p -m 700 %s; or name a file elsewhere under handover.file", dir, err, model.ShellWord(dir))
	case err != nil:
		return fmt.Errorf("the hand-over folder %s cannot be written to by user id %d: %w; let that user write there, or name a file elsewhere under handover.file",
			dir, os.Geteuid(), plainfile.Full(err, f.path))
	}
	_, err = f.Target()
	return err
}

// try writes a line to a file of its own beside the hand-over file.
func (f *File) try(dir string) (err error) {
	file, err := os.CreateTemp(dir, ".threema-dirsync-check-*")
	if err != nil {
		return fmt.Errorf("make a file in the hand-over folder: %w", plainfile.Full(err, f.path))
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name()), file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("look at a file in the hand-over folder: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("the file system of the hand-over folder %s gives a new file mode %04o instead of 0600, so others could read the passwords", dir, mode)
	}
	if err := f.write(file, "check\n"); err != nil {
		return fmt.Errorf("write to the hand-over folder %s: %w", dir, plainfile.Full(err, f.path))
	}
	return nil
}

// Deliver appends one line per entry, in the order of [Compare], and syncs the file to disk. It is all
// or nothing: after an error none of the entries counts as delivered, and what was written of them is
// taken back as far as the disk allows. A cancelled ctx is obeyed before the first byte,
// not between.
func (f *File) Deliver(ctx context.Context, entries []Entry) (receipt Receipt, err error) {
	if len(entries) == 0 {
		return Receipt{}, nil
	}
	if err := ctx.Err(); err != nil {
		return Receipt{}, fmt.Errorf("deliver %s: %w", wording.Counted(len(entries), "credential", "credentials"), err)
	}
	file, receipt, err := f.open(os.O_CREATE)
	if err != nil {
		return receipt, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := f.append(file, entries); err != nil {
		return receipt, fmt.Errorf("deliver %s to %s: %w", wording.Counted(len(entries), "credential", "credentials"), receipt.File, plainfile.Full(err, receipt.File))
	}
	return receipt, nil
}

// openOne returns a file if nobody but its owner can read it. Everything is asked of the
// open file, so it cannot be exchanged between the check and the write.
func (f *File) openOne(path string, create int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|unix.O_NOFOLLOW|unix.O_NONBLOCK|create, 0o600)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("the hand-over file %s is a symbolic link, which could lead the passwords anywhere; name the file itself, or type: rm %s", path, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the hand-over file: %w", plainfile.Full(err, path))
	}
	if err := f.fit(file, path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (f *File) fit(file *os.File, path string) error {
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("look at the hand-over file: %w", err)
	}
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return fmt.Errorf("the hand-over file %s is no regular file; name another one under handover.file", path)
	case mode.Perm()&0o077 != 0:
		return fmt.Errorf("the hand-over file %s can be read or written by others (mode %04o), and it holds passwords; type: chmod 600 %s", path, mode.Perm(), path)
	}
	if err := f.owners.CheckOwner(path, info); err != nil {
		return fmt.Errorf("the hand-over file %s is refused, for it holds passwords: %w", path, err)
	}
	return nil
}

// append writes the entries in one piece behind what the file holds, and makes them durable.
func (f *File) append(file *os.File, entries []Entry) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	standing, err := f.usernames(file, info.Size())
	if err != nil {
		return fmt.Errorf("read its lines: %w", err)
	}
	text, err := f.layout.lines(marked(entries, standing), f.link)
	if err != nil {
		return err
	}
	header, err := f.layout.header()
	if err != nil {
		return err
	}
	end, err := read(file, max(0, info.Size()-longest), info.Size())
	if err != nil {
		return fmt.Errorf("read its last line: %w", err)
	}
	if err := f.write(file, continuation(end, header)+text); err != nil {
		return errors.Join(err, file.Truncate(info.Size()))
	}
	return nil
}

func (f *File) write(file *os.File, text string) error {
	if _, err := file.WriteString(text); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return f.syncFolder()
}

// longest is enough of a file, in bytes, to hold any line that we write.
const longest = 64 << 10

// read returns what stands in a file between two places.
func read(file *os.File, from, to int64) (string, error) {
	text, err := io.ReadAll(io.NewSectionReader(file, from, to-from))
	return string(text), err
}

// syncFolder makes the file's name durable. It runs every time: whoever created the file
// may have crashed before this line.
func (f *File) syncFolder() error {
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return fmt.Errorf("sync the folder: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
