package model

import (
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// ForgottenSource is a source that somebody gave up.
type ForgottenSource struct {
	Source string
	At     time.Time
	By     string // who said so
}

// Evidence is what speaks for the departure of its people.
func (f ForgottenSource) Evidence() Evidence {
	return Evidence{Kind: Absent, Detail: fmt.Sprintf("source %s was forgotten on %s by %s", f.Source, wording.Day(f.At), f.By)}
}
