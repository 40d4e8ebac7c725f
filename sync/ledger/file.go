package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
)

// private is the mode of every file of the ledger: it holds personal data (pitfall E5).
const private fs.FileMode = 0o600

// createFile makes sure that path is a private file and returns it in absolute form. It is made
// before SQLite sees it, because SQLite would give it mode 0644. An existing file is never
// opened here: closing it again would drop the locks of our own process (pitfall E7).
func createFile(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, private)
	switch {
	case errors.Is(err, fs.ErrExist):
		if path, err = existingFile(path); err != nil {
			return "", err
		}
		return path, checkWritable(path)
	case err != nil:
		return "", plainfile.Full(err, path)
	}
	return path, file.Close()
}

// Files are those of a ledger without which no pass can be. Copies beside it are only ever removed.
func Files(path string) []string { return append(databaseFiles(path), highWaterPath(path)) }

// databaseFiles are the database, and what SQLite keeps beside it for as long as it is open.
func databaseFiles(path string) []string { return []string{path, path + "-wal", path + "-shm"} }

// existingFile checks that path is a private file and returns it in absolute form.
func existingFile(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := checkPrivate(path); err != nil {
		return "", err
	}
	for _, companion := range databaseFiles(path)[1:] {
		if err := checkPrivate(companion); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return path, nil
}

// readPlain reads a small regular file; a named pipe would make everybody wait.
func readPlain(path string) ([]byte, error) {
	file, _, err := plainfile.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(file)
	return text, errors.Join(err, file.Close())
}

// replaceFile writes a private file whole or not at all: beside it, synced, then renamed to its
// name. It returns when the new name is on disk.
func replaceFile(path string, content []byte) (err error) {
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, private)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// checkWritable refuses what this process cannot write, before SQLite opens it for reading only
// and leaves files beside it that nobody can write either.
func checkWritable(path string) error {
	for _, name := range append(databaseFiles(path), filepath.Dir(path)) {
		const mayWrite = 2
		err := syscall.Access(name, mayWrite)
		if errors.Is(err, syscall.EROFS) {
			return fmt.Errorf("%s: %w", name, plainfile.Full(err, path))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: %w: the user of this process (uid %d) must be able to write the ledger, what lies beside it and its folder%s",
				name, err, os.Getuid(), plainfile.ToWrite(path))
		}
	}
	return nil
}

// checkPrivate refuses what is no regular file, and what others can read or write.
func checkPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s holds personal data and is open to others (mode %04o): find out who read it, then type `chmod 600 %s`",
			path, mode, path)
	}
	return nil
}
