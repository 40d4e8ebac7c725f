package config

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// ParseDuration reads "90s", "24h", "7d" and "1d12h". A number needs its unit, and nothing
// is negative.
func ParseDuration(text string) (time.Duration, error) {
	if text != "" && strings.Trim(text, "0123456789.") == "" {
		return 0, fmt.Errorf("the time span %[1]s lacks its unit; write %[1]ss, %[1]sm, %[1]sh or %[1]sd", clip(text))
	}
	bad := fmt.Errorf("%q is no time span; write for example 90s, 30m, 24h or 7d", clip(text))
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
		return nil, errors.New("this is no valid URL; write scheme://host[:port]/path")
	}
	if port := u.Port(); port != "" && !isPort(port) {
		return nil, fmt.Errorf("the port %s does not exist; it is a number from 1 to 65535", clip(port))
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
		return nil, fmt.Errorf("the time zone %q is unknown; write a name such as Europe/Zurich (and see that the package tzdata is installed), or \"\" for UTC", clip(name))
	}
	return zone, nil
}
