package ldapsource

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// parseGeneralizedTime reads the syntax of RFC 4517 §3.3.13, YYYYMMDDHH[MM[SS[.f]]] and a
// zone. A fraction of a second is dropped; one of an hour or a minute, which no server writes,
// is refused.
func parseGeneralizedTime(text string) (time.Time, error) {
	malformed := fmt.Errorf("%q is no generalized time", text)
	digits, zone, err := splitZone(text)
	if err != nil {
		return time.Time{}, malformed
	}
	digits, fraction, hasFraction := strings.Cut(strings.ReplaceAll(digits, ",", "."), ".")
	if hasFraction && (len(digits) != len("20060102150405") || !isDigits(fraction)) || !isDigits(digits) {
		return time.Time{}, malformed
	}
	layout := "20060102150405"
	if len(digits) != 10 && len(digits) != 12 && len(digits) != 14 {
		return time.Time{}, malformed
	}
	t, err := time.ParseInLocation(layout[:len(digits)], digits, zone)
	if err != nil {
		return time.Time{}, malformed
	}
	return t.UTC(), nil
}

// splitZone cuts off Z, +HH, +HHMM, -HH or -HHMM.
func splitZone(text string) (digits string, zone *time.Location, err error) {
	if digits, ok := strings.CutSuffix(text, "Z"); ok {
		return digits, time.UTC, nil
	}
	at := strings.IndexAny(text, "+-")
	if at < 0 {
		return "", nil, errors.New("no zone")
	}
	offset := text[at+1:]
	if len(offset) == 2 {
		offset += "00"
	}
	if len(offset) != 4 || !isDigits(offset) {
		return "", nil, errors.New("bad zone")
	}
	n, _ := strconv.Atoi(offset) // four digits
	seconds := n/100*3600 + n%100*60
	if text[at] == '-' {
		seconds = -seconds
	}
	return text[:at], time.FixedZone("", seconds), nil
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// The two values of accountExpires that mean never (MS-ADA1 2.1).
const (
	neverSet     = 0
	neverExpires = math.MaxInt64
)

// parseFileTime reads a FILETIME, the number of 100 ns since 1601, in whole seconds: the way
// through nanoseconds overflows (pitfall B7). The zero time means never.
func parseFileTime(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n < 0:
		return time.Time{}, fmt.Errorf("%q is no point in time", text)
	case n == neverSet || n == neverExpires:
		return time.Time{}, nil
	}
	return time.Unix(n/10_000_000-11_644_473_600, 0).UTC(), nil
}
