package mapping

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// phoneRule wants the international form, and where a country is given takes those that are dialled
// there too: the number plans are the library's (docs/decisions/0022-phone-numbers.md).
func phoneRule(country string) rule {
	return func(s string) (value string, wrong model.Reason) {
		digits, ok := phoneDigits(s)
		switch {
		case ok && digits == "":
			return "", model.Reason{}
		case ok && strings.HasPrefix(digits, "+"):
			return international(digits)
		case ok && country != "":
			return national(digits, country)
		}
		return "", notInternational()
	}
}

func notInternational() model.Reason { return model.Because("no-international-number") }

// phoneDigits drops what only makes a number legible: blanks, separators, and the "(0)" that German,
// Austrian and Swiss numbers carry for callers at home, where it does not stand first. Only a plus
// and digits may be left.
func phoneDigits(s string) (digits string, ok bool) {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '/' || r == '.' {
			return -1
		}
		return r
	}, s)
	if rest, first := strings.CutPrefix(s, "(0)"); first {
		s = "0" + rest
	}
	s = strings.NewReplacer("(0)", "", "(", "", ")", "").Replace(s)
	return s, !strings.ContainsFunc(strings.TrimPrefix(s, "+"), func(r rune) bool { return r < '0' || r > '9' })
}

// international takes a number as it is: whether somebody has it, the service finds out.
func international(number string) (value string, wrong model.Reason) {
	const minDigits, maxDigits = 7, 15 // E.164 allows 15
	digits := strings.TrimPrefix(number, "+")
	if strings.HasPrefix(digits, "0") || len(digits) < minDigits || len(digits) > maxDigits {
		return "", notInternational()
	}
	return number, model.Reason{}
}

// national reads a number as it is dialled in a country, with its own prefixes for the long distance and
// abroad. It must be one that can be: a wrong one would be somebody else's.
func national(digits, country string) (value string, wrong model.Reason) {
	number, err := phonenumbers.Parse(digits, country)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", model.Because("not-dialled-in", country)
	}
	return international(phonenumbers.Format(number, phonenumbers.E164))
}

// countryProblems says what is wrong with mapping.phone_country.
func (t Templates) countryProblems() Errors {
	const path = "mapping.phone_country"
	known := phonenumbers.GetSupportedRegions()
	switch {
	case t.PhoneCountry == "":
		return nil
	case !known[t.PhoneCountry]:
		return Errors{{path, model.Because("no-country", t.PhoneCountry, len(known))}}
	case t.LinkedPhone == "":
		return Errors{{path, model.Because("country-without-phone")}}
	}
	return nil
}
