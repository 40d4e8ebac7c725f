package config

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const day = 24 * time.Hour

// ParseDuration reads "90s", "24h", "7d" and "1d12h". A number needs its unit, and nothing
// is negative.
func ParseDuration(text string) (time.Duration, error) {
	if text != "" && strings.Trim(text, "0123456789.") == "" {
		return 0, Mistake{model.Because("time-span-without-unit", clip(text))}
	}
	bad := Mistake{model.Because("no-time-span", clip(text))}
	days, rest, ok := strings.Cut(text, "d")
	if !ok {
		days, rest = "0", text
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > uint64(math.MaxInt64/day) {
		return 0, bad
	}
	span := time.Duration(n) * day
	if rest == "" && ok {
		return span, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || span+more < 0 {
		return 0, bad
	}
	return span + more, nil
}

// parseURL reads an address; nil for "". Its errors never quote the text, which might hold
// a password.
func parseURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, Mistake{model.Because("no-url")}
	}
	if port := u.Port(); port != "" && !isPort(port) {
		return nil, Mistake{model.Because("no-port", clip(port))}
	}
	return u, nil
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// parseZone reads the name of a time zone; "" is UTC.
func parseZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, Mistake{model.Because("no-time-zone", clip(name))}
	}
	return zone, nil
}
