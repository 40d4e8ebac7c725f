package memdir

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// hasOrder tells whether values of a syntax can be compared by >= and <=.
func (s syntax) hasOrder() bool { return s == syntaxUUID || s == syntaxTime || s == syntaxInteger }

// compare orders two normalized values.
func (s syntax) compare(a, b string) int {
	if s != syntaxInteger {
		return strings.Compare(a, b)
	}
	x, _ := parseInteger(a)
	y, _ := parseInteger(b)
	return cmp.Compare(x, y)
}

// normalize brings a value into a form that is equal for equal values. It tells whether the
// value belongs to the syntax at all: a filter with one that does not is neither true nor false.
func normalize(s syntax, value string) (normal string, ok bool) {
	switch s {
	case syntaxDN:
		k, err := newKey(value)
		return string(k), err == nil
	case syntaxUUID:
		return strings.ToLower(value), isUUID(value)
	case syntaxTime:
		return value, isTime(value)
	case syntaxInteger:
		_, ok := parseInteger(value)
		return value, ok
	case syntaxOctets:
		return value, true
	case syntaxText, syntaxClass:
	}
	return fold(value), true
}

// parseInteger reads a number as RFC 4517 §3.3.16 writes it, which is without leading zeros.
func parseInteger(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

func isUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	_, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	return err == nil
}

// isTime knows the common forms of generalized time: in UTC, to the hour, minute or second.
func isTime(s string) bool {
	digits, ok := strings.CutSuffix(s, "Z")
	_, err := strconv.ParseUint(digits, 10, 64)
	return ok && err == nil && slices.Contains([]int{10, 12, 14}, len(digits))
}
