package ldapsource

import (
	"fmt"
	"strconv"
	"strings"
)

// span is a part of an attribute's values, as the option of its name tells: member;range=0-1499,
// and member;range=1500-* for the last one (MS-ADTS 3.1.1.3.1.3.3, pitfall B2).
type span struct {
	low, high int
	last      bool
	values    []string
}

// parseRange reads the options of an attribute's name, lower case. ok tells that one of them is
// a range, err that nobody can say which.
func parseRange(options string) (s span, ok bool, err error) {
	for option := range strings.SplitSeq(options, ";") {
		text, is := strings.CutPrefix(option, "range=")
		if !is {
			continue
		}
		if ok {
			return s, true, groupFault("two ranges at once, " + options)
		}
		ok = true
		low, high, _ := strings.Cut(text, "-")
		if s.low, err = parseBound(low); err != nil {
			return s, true, err
		}
		if s.last = high == "*"; s.last {
			continue
		}
		if s.high, err = parseBound(high); err != nil {
			return s, true, err
		}
	}
	return s, ok, nil
}

func parseBound(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || strconv.Itoa(n) != text {
		return 0, groupFault(fmt.Sprintf("%q is no bound of a range", text))
	}
	return n, nil
}

// partOf finds the ranged values of an attribute in an entry.
func (e entry) partOf(attribute string) (part span, ranged bool, err error) {
	for name, values := range e.values {
		options, found := strings.CutPrefix(name, attribute+";")
		if !found {
			continue
		}
		s, ok, err := parseRange(options)
		switch {
		case err != nil:
			return s, true, err
		case ok && ranged:
			return s, true, groupFault("two ranges of " + attribute + " in one answer")
		case ok:
			part, ranged = s, true
			part.values = values
		}
	}
	return part, ranged, nil
}

// joins tells why a part does not follow the values before it, "" if it does. A part without
// values, or one that goes back or leaves a gap, would make a group smaller than it is.
func (s span) joins(have int) string {
	switch {
	case s.low != have:
		return fmt.Sprintf("values from %d on were due, and those from %d came", have, s.low)
	case len(s.values) == 0:
		return fmt.Sprintf("the part from %d on is empty", s.low)
	case !s.last && s.high-s.low+1 != len(s.values):
		return fmt.Sprintf("the part %d to %d has %d values", s.low, s.high, len(s.values))
	}
	return ""
}

// allValues returns the values of an attribute of an entry, and asks for the rest as long as
// the server holds some back. What does not fit together is a groupFault.
func (v *session) allValues(e entry, attribute string) ([]string, error) {
	values := e.values[attribute]
	part, ranged, err := e.partOf(attribute)
	if err != nil || !ranged {
		return values, err
	}
	if len(values) > 0 {
		return nil, groupFault(attribute + " came both whole and in parts")
	}
	for {
		if wrong := part.joins(len(values)); wrong != "" {
			return nil, groupFault(attribute + " came in parts that do not join: " + wrong)
		}
		values = append(values, part.values...)
		switch {
		case part.last:
			return values, nil
		case len(values) > maxEntries:
			return nil, groupFault(fmt.Sprintf("more than %d values of %s, and no end", maxEntries, attribute))
		}
		next, err := v.lookup(e.dn, fmt.Sprintf("%s;range=%d-*", attribute, len(values)))
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, groupFault("the group was gone before all of " + attribute + " was read")
		}
		if part, ranged, err = next.partOf(attribute); err != nil {
			return nil, err
		}
		if !ranged {
			return nil, groupFault(fmt.Sprintf("the server says that there is more of %s than %d values, and does not show it", attribute, len(values)))
		}
	}
}
