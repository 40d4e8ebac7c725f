package handover

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Target tells where the next entries would go.
func (f *File) Target() (Receipt, error) {
	file, receipt, err := f.open(0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return receipt, nil
	case err != nil:
		return receipt, err
	}
	return receipt, file.Close()
}

// mostBeside bounds how many files of other layouts are passed over.
const mostBeside = 100

// open returns the file that the next line belongs into: the configured one, or, where it has another
// layout, the first beside it that has not. Lines of two layouts in one file nobody could read.
func (f *File) open(create int) (*os.File, Receipt, error) {
	header, err := f.layout.header()
	if err != nil {
		return nil, Receipt{}, fmt.Errorf("write the header of the hand-over file: %w", err)
	}
	var passedOver []string
	for n := range mostBeside {
		path := f.beside(n)
		receipt := Receipt{File: path, PassedOver: passedOver}
		file, err := f.openOne(path, create)
		if err != nil {
			return nil, receipt, err
		}
		beginning, err := read(file, 0, longest)
		if err != nil {
			return nil, receipt, errors.Join(fmt.Errorf("read the header of the hand-over file %s: %w", path, err), file.Close())
		}
		if f.layout.isOf(beginning, header) {
			return file, receipt, nil
		}
		if err := file.Close(); err != nil {
			return nil, receipt, err
		}
		passedOver = append(passedOver, path)
	}
	return nil, Receipt{}, fmt.Errorf("the hand-over file %s and %d beside it have other columns or another separator than handover.csv and handover.columns say; "+
		"fetch and delete them", f.path, mostBeside-1)
}

// beside is the name of the file itself (0), or of the nth one beside it: handover-2.csv.
func (f *File) beside(n int) string {
	if n == 0 {
		return f.path
	}
	extension := filepath.Ext(f.path)
	return strings.TrimSuffix(f.path, extension) + "-" + strconv.Itoa(n+1) + extension
}
