package handover

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Layout is the form of a hand-over file. The zero value is comma separated UTF-8 with the columns that
// every file has.
type Layout struct {
	Separator rune // 0: a comma
	// BOM puts the byte order mark first, by which Excel knows UTF-8.
	BOM bool
	// Text writes cells that a spreadsheet would take for a number or a date as ="00123".
	Text bool
	// Columns are the names of further columns, behind those that every file has.
	Columns []string
}

// BadColumns says what is wrong with the names of the further columns, by their place among them: each is
// one of its own, by which a program that reads the file finds it.
func (l Layout) BadColumns() map[int]model.Reason {
	taken := fixedColumns()
	bad := map[int]model.Reason{}
	for n, name := range l.Columns {
		folded := strings.ToLower(name)
		switch {
		case strings.TrimSpace(name) != name || name == "" || defuse(name) != name || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
			bad[n] = model.Because("no-column-name", name)
		case slices.Contains(taken, folded):
			bad[n] = model.Because("column-twice", name)
		}
		taken = append(taken, folded)
	}
	return bad
}

// replaces is the last column: whose earlier lines a line makes void.
const replaces = "replaces"

// fixedColumns are the names that every file has.
func fixedColumns() []string {
	return []string{"username", "password", "activation_link", "csi", "first_name", "last_name", replaces}
}

const byteOrderMark = "\ufeff"

// names are all columns, in order.
func (l Layout) names() []string {
	fixed := fixedColumns()
	last := len(fixed) - 1
	return slices.Concat(fixed[:last], l.Columns, fixed[last:])
}

func (l Layout) separator() rune { return cmp.Or(l.Separator, ',') }

// header is how a file begins.
func (l Layout) header() (string, error) {
	text, err := l.records([][]string{l.names()})
	if l.BOM {
		text = byteOrderMark + text
	}
	return text, err
}

// records writes lines of cells.
func (l Layout) records(records [][]string) (string, error) {
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Comma = l.separator()
	err := w.WriteAll(records)
	return text.String(), err
}

// reader reads lines of cells, also those that a crash tore or a spreadsheet saved.
func (l Layout) reader(text io.Reader) *csv.Reader {
	r := csv.NewReader(text)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = l.separator(), -1, true
	return r
}

// isOf tells whether a file that begins so has this layout, so that lines of it may follow: nothing is
// in it, or its header, however a spreadsheet quotes it and ends its lines, or a piece of the header.
func (l Layout) isOf(beginning, header string) bool {
	if strings.HasPrefix(header, beginning) {
		return true
	}
	rest, marked := strings.CutPrefix(beginning, byteOrderMark)
	line, _, whole := strings.Cut(rest, "\n")
	if marked != l.BOM || !whole {
		return false
	}
	cells, err := l.reader(strings.NewReader(line)).Read()
	return err == nil && slices.Equal(cells, l.names())
}
