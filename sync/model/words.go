package model

import (
	"cmp"
	"strings"
	"time"
	"unicode"
)

// Stamp words a time. One that is not known has words of its own, where it may come: see StampOr.
func Stamp(t time.Time) string { return StampOr(t, "a time that nobody knows") }

// StampOr words a time that may not have come: a dash in a sentence says nothing.
func StampOr(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format(time.DateTime) + " UTC"
}

// Harmless keeps what a directory entry may have smuggled in from steering the terminal, or
// from looking like a line of its own.
func Harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Title names a change in one line: what is done, and to whom.
func (c Change) Title() string {
	title := c.Op.CockpitWord() + " " + c.Whose()
	if c.ThreemaID != "" {
		title += " ID " + c.ThreemaID
	}
	return Harmless(title)
}

// DescribePerson names somebody by csi and DN, as far as these are known.
func DescribePerson(csi, dn string, id PersonID) string {
	return cmp.Or(csi, "(no csi)") + " " + cmp.Or(dn, id.String())
}

// Whose names whom a change is about.
func (c Change) Whose() string { return DescribePerson(c.CSI, c.DN, c.Person) }

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
