package ldapsource

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// AccountRules say, for the profile [Custom], how the directory tells that somebody left. A rule
// without an attribute is none.
type AccountRules struct {
	// DisabledAttribute switches an account off where it has one of the DisabledValues, and
	// leaves it on where it is not there or has one of the EnabledValues. Case does not count.
	// Any other value is unknown.
	DisabledAttribute             string
	DisabledValues, EnabledValues []string
	// ExpiryAttribute is the end date of an account, in the ExpiryFormat. Not there: no end.
	ExpiryAttribute string
	ExpiryFormat    string
}

// The formats of an end date.
const (
	FormatGeneralizedTime = "generalized-time" // RFC 4517 §3.3.13: eDirectory's loginExpirationTime
	FormatFileTime        = "filetime"         // MS-DTYP 2.3.3, 100 ns since 1601: accountExpires
	FormatUnixSeconds     = "unix-seconds"
	FormatUnixDays        = "unix-days" // shadowExpire; what is not above 0 is no end
)

func (r AccountRules) check() error {
	if r.DisabledAttribute == "" && r.ExpiryAttribute == "" {
		return errors.New("profile custom needs a rule for accounts that are switched off or at their end")
	}
	if r.DisabledAttribute != "" && len(r.DisabledValues) == 0 {
		return fmt.Errorf("no value of %s switches an account off", r.DisabledAttribute)
	}
	if _, err := r.end("1"); r.ExpiryAttribute != "" && errors.Is(err, errNoFormat) {
		return fmt.Errorf("%q is no format of an end date", r.ExpiryFormat)
	}
	return nil
}

var errNoFormat = errors.New("no format")

// end reads an end date; the zero time means none.
func (r AccountRules) end(text string) (time.Time, error) {
	switch r.ExpiryFormat {
	case FormatGeneralizedTime:
		return parseGeneralizedTime(text)
	case FormatFileTime:
		return parseFileTime(text)
	case FormatUnixSeconds, FormatUnixDays:
	default:
		return time.Time{}, errNoFormat
	}
	n, err := strconv.ParseInt(text, 10, 64)
	const latest = 253402300799 // the end of the year 9999; beyond, it is another unit
	day := int64(1)
	if r.ExpiryFormat == FormatUnixDays {
		day = 86400
	}
	switch {
	case err != nil || n > latest/day:
		return time.Time{}, fmt.Errorf("%q is no point in time in %s", text, r.ExpiryFormat)
	case n <= 0:
		return time.Time{}, nil
	}
	return time.Unix(n*day, 0).UTC(), nil
}

// custom is the profile of any other directory: the configuration says who is a person, what the
// immutable ID is, and how an account ends.
type custom struct {
	openLDAP
	id    string
	rules AccountRules
}

func (custom) people() filter      { return "" }
func (custom) idAttribute() string { return "" }

// required: an attribute with a typo would make nobody ever leave.
func (c custom) required() []string {
	return slices.DeleteFunc([]string{c.rules.DisabledAttribute, c.rules.ExpiryAttribute}, func(name string) bool { return name == "" })
}

func (custom) optional() []string { return nil }

func (c custom) lifecycle() []string { return c.required() }

func (custom) limitsHint(string) string {
	return "a limit of the server ended the search: lift the limits for size, time and pages for the bind account, or lower page_size"
}

// contextAttributes: by what the configuration tells people apart, a suffix cannot always be told: it
// is no account, and has no uidNumber, uid or employeeNumber. Then it is told by what servers give
// each of their entries, or by the time when it was made where they give nothing.
func (c custom) contextAttributes(s schema) []string {
	own := slices.DeleteFunc([]string{"entryUUID", "nsUniqueId", "objectGUID", "GUID", "ibm-entryUUID", "orclGUID"},
		func(name string) bool { return !s.knows(name) })
	if len(own) == 0 {
		own = []string{"createTimestamp"} // RFC 4512 §3.4.2
	}
	return append([]string{c.id}, slices.DeleteFunc(own, func(name string) bool { return strings.EqualFold(name, c.id) })...)
}

func (custom) replica(*session) (string, plan.Version, error) { return "", "", nil }

func (custom) marker(*session) (string, error) { return "", nil }

func (c custom) state(e entry, now time.Time) (plan.AccountState, plan.Evidence) {
	if state, evidence := c.disabled(e); state != plan.Entitled {
		return state, evidence
	}
	text := e.first(c.rules.ExpiryAttribute)
	if text == "" {
		return entitled()
	}
	end, err := c.rules.end(text)
	switch {
	case len(e.all(c.rules.ExpiryAttribute)) > 1:
		return unknown(c.rules.ExpiryAttribute + " has several values")
	case err != nil:
		return unknown(c.rules.ExpiryAttribute + ": " + err.Error())
	case !end.IsZero() && !now.Before(end):
		return departed(plan.Expired, c.rules.ExpiryAttribute+" "+end.Format(time.RFC3339))
	}
	return entitled()
}

func (c custom) disabled(e entry) (plan.AccountState, plan.Evidence) {
	text := e.first(c.rules.DisabledAttribute)
	is := func(value string) bool { return strings.EqualFold(value, text) }
	switch {
	case len(e.all(c.rules.DisabledAttribute)) > 1:
		return unknown(c.rules.DisabledAttribute + " has several values")
	case text == "" || slices.ContainsFunc(c.rules.EnabledValues, is):
		return entitled()
	case slices.ContainsFunc(c.rules.DisabledValues, is):
		return departed(plan.Disabled, c.rules.DisabledAttribute+" "+text)
	}
	return unknown(fmt.Sprintf("%s %q is listed neither as disabled nor as enabled", c.rules.DisabledAttribute, text))
}
