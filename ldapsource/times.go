package ldapsource

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// TimeFormat is how a directory writes the begin or the end of an account.
type TimeFormat string

// The formats.
const (
	FormatGeneralizedTime TimeFormat = "generalized-time" // RFC 4517 §3.3.13: eDirectory's loginExpirationTime
	FormatFileTime        TimeFormat = "filetime"         // MS-DTYP 2.3.3, 100 ns since 1601: accountExpires
	FormatUnixSeconds     TimeFormat = "unix-seconds"
	FormatUnixDays        TimeFormat = "unix-days" // shadowExpire; what is not above 0 is none
	FormatDate            TimeFormat = "date"      // 2026-06-30 or 20260630
)

// TimeFormats lists all formats.
func TimeFormats() []TimeFormat {
	return []TimeFormat{FormatGeneralizedTime, FormatFileTime, FormatUnixSeconds, FormatUnixDays, FormatDate}
}

// parseMoment reads a begin or an end. The zero time means none; it is also what .NET writes for that. Days
// are those of UTC.
func parseMoment(format TimeFormat, text string) (time.Time, error) {
	switch format {
	case FormatGeneralizedTime:
		return parseGeneralizedTime(text)
	case FormatFileTime:
		return parseFileTime(text)
	case FormatDate:
		return parseDate(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	const latest = 253402300799 // the end of the year 9999; beyond, it is another unit
	unit := int64(1)
	if format == FormatUnixDays {
		unit = 86400
	}
	switch {
	case err != nil || n > latest/unit:
		return time.Time{}, fmt.Errorf("%q is no point in time in %s", text, format)
	case n <= 0:
		return time.Time{}, nil
	}
	return time.Unix(n*unit, 0).UTC(), nil
}

// parseDate reads a day as ISO 8601 writes it, with or without hyphens.
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "20060102"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date; write it as 2026-06-30", text)
}

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
