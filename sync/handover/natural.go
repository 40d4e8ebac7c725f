package handover

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Compare orders entries as people look for them: by last name, first name and username, a number by
// what it counts, without the difference of upper and lower case and of accents.
func Compare(a, b Entry) int {
	return cmp.Or(
		natural(a.LastName, b.LastName), natural(a.FirstName, b.FirstName), natural(a.Username, b.Username),
		strings.Compare(a.Username, b.Username),
	)
}

func natural(a, b string) int { return strings.Compare(naturalKey(a), naturalKey(b)) }

// naturalKey is a text whose plain order is the natural one: of a number, its length comes first.
// (golang.org/x/text/collate has such an order, and panics at some texts: golang/go#78139.)
func naturalKey(s string) string {
	rest := norm.NFKD.String(cases.Fold().String(norm.NFKD.String(s)))
	var key strings.Builder
	for rest != "" {
		if after := strings.TrimLeft(rest, "0123456789"); after != rest {
			digits := strings.TrimLeft(rest[:len(rest)-len(after)], "0")
			fmt.Fprintf(&key, "0%06d%s", len(digits), digits)
			rest = after
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		if !unicode.Is(unicode.M, r) {
			key.WriteRune(r)
		}
		rest = rest[size:]
	}
	return key.String()
}
