package main

import (
	"fmt"
	"io"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// say writes a line for people. What a directory entry may have smuggled into an argument
// cannot steer the terminal. Nobody is left to tell when the operator's own output fails.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintln(w, wording.Line(format, args...))
}
