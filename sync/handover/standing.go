package handover

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
)

// usernames are those of the lines of a file. A line that nobody can read, torn or edited, has none.
func (f *File) usernames(file *os.File, size int64) (map[string]bool, error) {
	found := map[string]bool{}
	r := f.layout.reader(io.NewSectionReader(file, 0, size))
	for {
		cells, err := r.Read()
		if _, unreadable := errors.AsType[*csv.ParseError](err); unreadable {
			continue
		}
		switch {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, err
		}
		found[value(cells[0])] = true
	}
}

// marked returns the entries in the order of the file, each with the usernames that it replaces: also
// its own, where a line with it stands in the file already.
func marked(entries []Entry, standing map[string]bool) []Entry {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, Compare)
	for n := range entries {
		e := &entries[n]
		if standing[e.Username] && !slices.Contains(e.Earlier, e.Username) {
			e.Earlier = append(slices.Clone(e.Earlier), e.Username)
		}
	}
	return entries
}
