package wording

import (
	"fmt"
	"strings"
	"unicode"
)

// Harmless keeps what a directory or a server may have smuggled in from steering the terminal, or from looking like a
// line of its own: each such character is shown as �.
func Harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if steers(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// HarmlessLines is the same for a text of several lines.
func HarmlessLines(s string) string {
	lines := strings.Split(s, "\n")
	for n := range lines {
		lines[n] = Harmless(lines[n])
	}
	return strings.Join(lines, "\n")
}

// Line is one line, or more where the format itself says so: its arguments cannot make it another one.
func Line(format string, args ...any) string {
	for n, arg := range args {
		if text, ok := arg.(string); ok {
			args[n] = Harmless(text)
		}
	}
	return fmt.Sprintf(format, args...)
}

// OneLine puts what a server says into one line. Its blanks are one each, and the zero byte with which Active Directory
// ends its words is one.
func OneLine(s string) string {
	return Harmless(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == 0 || unicode.IsSpace(r) }), " "))
}

// steers tells of what a terminal obeys (control characters), or what turns a text round or takes no room in it.
func steers(r rune) bool { return !unicode.IsGraphic(r) }
