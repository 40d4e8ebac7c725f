package handover

import (
	"strings"
	"unicode"
)

// cell writes a value so that a spreadsheet neither runs nor changes it.
func (l Layout) cell(value string) string {
	if l.Text && looksLikeNumber(value) {
		return `="` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return defuse(value)
}

// looksLikeNumber tells what a spreadsheet could take for a number, a date or a time, which all have a
// digit: 00123, 1E5, 3-4, MAR1. To be on the list by mistake harms nothing.
func looksLikeNumber(value string) bool { return strings.ContainsAny(value, "0123456789") }

// defuse keeps a spreadsheet from running a cell as a formula (OWASP, CSV injection): those that begin
// with a sign of one, in ASCII or full width, be it behind blanks or what cannot be seen.
func defuse(cell string) string {
	visible := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") || strings.HasPrefix(cell, "\n") ||
		strings.IndexFunc(visible, isFormulaSign) == 0 {
		return "'" + cell
	}
	return cell
}

func isFormulaSign(r rune) bool { return strings.ContainsRune("=+-@＝＋－＠", r) }

// value reads a cell that [Layout.cell] wrote.
func value(cell string) string {
	if text, formula := strings.CutPrefix(cell, `="`); formula && strings.HasSuffix(text, `"`) {
		return strings.ReplaceAll(strings.TrimSuffix(text, `"`), `""`, `"`)
	}
	if text, marked := strings.CutPrefix(cell, "'"); marked && defuse(text) != text {
		return text
	}
	return cell
}
