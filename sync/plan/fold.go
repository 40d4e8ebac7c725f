package plan

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// foldName is a name as people compare it: without the difference of upper and lower case, of
// compatible forms (NFKC), and of blanks.
func foldName(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return strings.Join(strings.Fields(strings.ToLower(name)), " ")
	}
	return strings.Join(strings.Fields(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name)))), " ")
}

// foldCSI is a csi as people and directories compare it: like a name, without any blank, and without
// leading zeros, which spreadsheets drop. It is used to hold, never to match: two csis that only
// fold to the same text are two csis.
func foldCSI(csi string) string {
	folded := strings.ReplaceAll(foldName(csi), " ", "")
	if short := strings.TrimLeft(folded, "0"); short != "" {
		return short
	}
	return folded
}
