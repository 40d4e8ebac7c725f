package model

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// Title names a change in one line: what is done, and to whom.
func (c Change) Title() string {
	title := c.Op.CockpitWord() + " " + c.Whose()
	if c.ThreemaID != "" {
		title += " ID " + c.ThreemaID
	}
	return wording.Harmless(title)
}

// FullName joins two names.
func FullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// ShellWord quotes what a shell would take apart.
func ShellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,=", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
