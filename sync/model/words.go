package model

import (
	"cmp"
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

// DescribePerson names somebody by csi and DN, as far as these are known.
func DescribePerson(csi, dn string, id PersonID) string {
	return cmp.Or(csi, "(no csi)") + " " + cmp.Or(dn, id.String())
}

// Whose names whom a change is about.
func (c Change) Whose() string { return DescribePerson(c.CSI, c.DN, c.Person) }

// FullName joins two names.
func FullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// DescribeStatus words the status of a change, with when, by which guard, and the yes to it.
func DescribeStatus(c Change) string {
	words := string(c.Status)
	if c.Guard != "" && c.Status != Waiting {
		words += " by " + c.Guard
	}
	if c.Status == Suspended {
		words += ", at the earliest " + wording.Stamp(c.NotBefore)
	}
	switch {
	case c.NotBefore.IsZero():
	case c.Status == Waiting: // a pass comes some time after that
		words += ", not before " + wording.Stamp(c.NotBefore)
	case c.Status == Deferred:
		words += " until " + wording.Stamp(c.NotBefore)
	}
	if c.Ahead() {
		words += ", then stopped by a limit (" + c.Guard + ")"
	}
	switch {
	case c.Approved && c.Status == Waiting:
		words += ", approved for when it is due"
	case c.Approved && c.ApprovedUntil.IsZero():
		words += ", approved for the departure under way"
	case c.Approved:
		words += ", approved until " + wording.Stamp(c.ApprovedUntil)
	}
	return words
}

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
