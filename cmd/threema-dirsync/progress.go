package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	eraseLine     = "\r\x1b[K"
	progressPause = 100 * time.Millisecond // between two changes of the line
)

// progress shows one line about long work on a terminal, and nothing elsewhere. The log is
// written through it, so that its lines take the place of that one.
type progress struct {
	stderr   io.Writer
	terminal bool

	mu    sync.Mutex
	shown bool
	last  time.Time
}

func newProgress(stderr io.Writer) *progress {
	f, ok := stderr.(*os.File)
	return &progress{stderr: stderr, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// show says how far the work is; a total of 0 is an unknown one. The line goes when the work
// is done.
func (p *progress) show(what string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.terminal:
	case total > 0 && done >= total:
		p.wipe()
	case time.Since(p.last) >= progressPause:
		text := fmt.Sprintf("%s: %d", what, done)
		if total > 0 {
			text += fmt.Sprintf(" of %d", total)
		}
		_, _ = fmt.Fprint(p.stderr, eraseLine, text)
		p.shown, p.last = true, time.Now()
	}
}

// Write implements io.Writer.
func (p *progress) Write(text []byte) (int, error) {
	p.end()
	return p.stderr.Write(text)
}

// end takes the line away, for what comes next on the terminal.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}

func (p *progress) wipe() {
	if p.shown {
		_, _ = fmt.Fprint(p.stderr, eraseLine)
		p.shown = false
	}
}
