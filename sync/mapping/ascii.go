package mapping

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ascii spells text in ASCII: ä, ö, ü and ß by the German rule (ae, oe, ue, ss), letters
// that are no letter plus mark by their usual spelling, and every other mark stripped. What
// is left over (other scripts, emoji) is dropped (D-13).
//
// It works on the NFKD form, so a precomposed and a decomposed ä give the same (pitfall H1).
// Capitals follow their surroundings: Ärger, ÄRGER and Ä. become Aerger, AERGER and Ae.
func ascii(s string) string {
	runes := []rune(norm.NFKD.String(s))
	var out strings.Builder
	for i, r := range runes {
		spelled := spell(r, hasDiaeresis(runes[i+1:]))
		if len(spelled) > 1 && unicode.IsUpper(r) && amongCapitals(runes, i) {
			spelled = strings.ToUpper(spelled)
		}
		out.WriteString(spelled)
	}
	return out.String()
}

// spell returns the ASCII spelling of one rune, "" if it has none.
func spell(r rune, diaeresis bool) string {
	switch {
	case diaeresis && strings.ContainsRune("aouAOU", r):
		return string(r) + "e"
	case r <= unicode.MaxASCII:
		return string(r)
	}
	small := unicode.ToLower(r)
	spelled := spellSmall(small)
	if spelled != "" && small != r {
		return strings.ToUpper(spelled[:1]) + spelled[1:]
	}
	return spelled
}

// spellSmall knows the small letters that NFKD does not take apart, and the punctuation
// that stands in names.
func spellSmall(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	case 'ø':
		return "o"
	case 'ð', 'đ':
		return "d"
	case 'ł':
		return "l"
	case 'ħ':
		return "h"
	case 'ŧ':
		return "t"
	case 'ŋ':
		return "n"
	case 'ı':
		return "i"
	case '‘', '’', 'ʼ':
		return "'"
	case '‐', '–', '—':
		return "-"
	}
	return ""
}

// hasDiaeresis tells whether U+0308 is among the marks that come first.
func hasDiaeresis(following []rune) bool {
	for _, r := range following {
		if r == '\u0308' {
			return true
		}
		if !unicode.Is(unicode.M, r) {
			return false
		}
	}
	return false
}

// amongCapitals tells whether a capital belongs to a word in capitals: the next letter is
// one, or no letter follows and the one before is.
func amongCapitals(runes []rune, i int) bool {
	next := i + 1
	for next < len(runes) && unicode.Is(unicode.M, runes[next]) {
		next++
	}
	if next < len(runes) && unicode.IsLetter(runes[next]) {
		return unicode.IsUpper(runes[next])
	}
	before := i - 1
	for before >= 0 && unicode.Is(unicode.M, runes[before]) {
		before--
	}
	return before >= 0 && unicode.IsUpper(runes[before])
}
