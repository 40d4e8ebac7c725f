package mapping

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// maxLength is the most characters of a value. The documentation gives it for names and for
// the licence username; we keep it for everything (D-09, work-api §12 row 37).
const maxLength = 255

func tooLong() model.Reason { return model.Because("too-long", maxLength) }

// A rule brings the text that a template wrote into the form that the service wants. It
// returns the value, or what is wrong with the text. Empty text gives neither.
type rule func(string) (value string, wrong model.Reason)

// keyRule is the rule for csi and username: a key is never repaired, only trimmed.
func keyRule(s string) (value string, wrong model.Reason) {
	s = norm.NFC.String(strings.TrimSpace(s))
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", model.Because("unprintable")
	case utf8.RuneCountInString(s) > maxLength:
		return "", tooLong()
	}
	return s, model.Reason{}
}

// textRule is the rule for text that people read (domain F23).
func textRule(s string) (value string, wrong model.Reason) {
	s = readable(s)
	if utf8.RuneCountInString(s) > maxLength {
		return "", tooLong()
	}
	return s, model.Reason{}
}

// readable strips control and bidi characters and makes one blank of many.
func readable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Join(strings.Fields(s), " "))
}

// nicknameRule cuts to what both platforms take: Android cuts at 32 bytes, iOS ignores 32 UTF-16
// units and more (domain §5.2).
func nicknameRule(s string) (value string, wrong model.Reason) {
	const maxBytes, maxUnits = 32, 31
	s = readable(s)
	var end, units int // end is the last place where a cut harms no letter
	var before rune
	for i, r := range s {
		if startsLetter(r) && before != zeroWidthJoiner {
			end = i
		}
		units += utf16.RuneLen(r)
		if units > maxUnits || i+utf8.RuneLen(r) > maxBytes {
			return strings.TrimSpace(s[:end]), model.Reason{}
		}
		before = r
	}
	return s, model.Reason{}
}

const zeroWidthJoiner = '\u200d'

// startsLetter tells whether a rune begins a new letter or picture for the reader's eye.
func startsLetter(r rune) bool {
	skinTone := r >= '\U0001f3fb' && r <= '\U0001f3ff'
	return !unicode.Is(unicode.M, r) && r != zeroWidthJoiner && !skinTone
}

// categoryRule sorts and deduplicates the labels, so that the same set is always the same text.
func categoryRule(s string) (value string, wrong model.Reason) {
	var labels []string
	for part := range strings.SplitSeq(s, ",") {
		label, wrong := textRule(part)
		if wrong.Code != "" {
			return "", wrong
		}
		if label != "" {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return textRule(strings.Join(slices.Compact(labels), ","))
}

func emailRule(s string) (value string, wrong model.Reason) {
	s, wrong = keyRule(s)
	if s == "" || wrong.Code != "" {
		return "", wrong
	}
	local, domain, _ := strings.Cut(s, "@")
	if local == "" || domain == "" || strings.Contains(domain, "@") || strings.Contains(s, " ") {
		return "", model.Because("no-mail-address")
	}
	return s, model.Reason{}
}
