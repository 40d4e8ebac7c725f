package model

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// FoldName is a name as people compare it: without the difference of upper and lower case, of
// compatible forms (NFKC), and of blanks.
func FoldName(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return strings.Join(strings.Fields(strings.ToLower(name)), " ")
	}
	return strings.Join(strings.Fields(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name)))), " ")
}

// FoldCSI is a csi as people and directories compare it: like a name, without any blank, and without
// leading zeros, which spreadsheets drop. It is used to hold, never to match: two csis that only
// fold to the same text are two csis.
func FoldCSI(csi string) string {
	folded := strings.ReplaceAll(FoldName(csi), " ", "")
	if short := strings.TrimLeft(folded, "0"); short != "" {
		return short
	}
	return folded
}

// FoldFullName is a name as people type it: in either order, with or without a comma.
func FoldFullName(name string) string { return FoldName(strings.ReplaceAll(name, ",", " ")) }

// FoldDN makes DNs equal that differ in case and in blanks around their commas.
func FoldDN(dn string) string { return strings.Join(Rdns(dn), ",") }

// SameOU tells whether two OUs are one, be it that a server spells it otherwise than before.
func SameOU(a, b string) bool { return FoldDN(a) == FoldDN(b) }

// Rdns are the folded parts of a DN, of which an escaped comma begins none.
func Rdns(dn string) []string {
	var parts []string
	for rest := strings.ToLower(dn); rest != ""; {
		parent := ParentDN(rest)
		parts = append(parts, strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(rest, parent), ",")))
		rest = parent
	}
	return parts
}

// ParentDN returns the folded parent of a DN: what follows its first unescaped comma.
func ParentDN(dn string) string {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return strings.ToLower(dn[i+1:])
		}
	}
	return ""
}
