package view

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// fact writes one line of cells, without those at its end that are empty.
func (o *printer) fact(cells ...string) {
	for len(cells) > 1 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	o.write("  " + row(cells...))
}

// printer writes lines until the first error, which flush returns.
type printer struct {
	w     *tabwriter.Writer
	limit int
	err   error
}

// line writes one line, or more where the format itself says so: its arguments cannot.
func (o *printer) line(format string, args ...any) {
	o.write(wording.Line(format, args...))
}

func (o *printer) write(line string) {
	if o.err == nil {
		_, o.err = fmt.Fprintln(o.w, line)
	}
}

// row joins the cells of a line.
func row(cells ...string) string {
	for n := range cells {
		cells[n] = wording.Harmless(cells[n])
	}
	return strings.Join(cells, "\t")
}

func (o *printer) flush() error {
	if o.err != nil {
		return o.err
	}
	return o.w.Flush()
}

func (o *printer) section(title string, n int, line func(int) string) {
	if n == 0 {
		return
	}
	o.write(title)
	shown := n
	if o.limit > 0 {
		shown = min(n, o.limit)
	}
	for i := range shown {
		o.write(line(i))
	}
	if shown < n {
		o.write("  " + wording.More(n-shown, wording.AllInJSON))
	}
}
