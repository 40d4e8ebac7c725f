package ldapsource

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
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
			return s, true, groupFault{model.Because("range-twice", options)}
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
		return 0, groupFault{model.Because("range-bound-unreadable", text)}
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
			return s, true, groupFault{model.Because("ranges-in-one-answer", attribute)}
		case ok:
			part, ranged = s, true
			part.values = values
		}
	}
	return part, ranged, nil
}

// misfit tells why a part does not follow the values before it. A part without
// values, or one that goes back or leaves a gap, would make a group smaller than it is.
func (s span) misfit(have int) model.Reason {
	switch {
	case s.low != have:
		return model.Because("part-not-due", have, s.low)
	case len(s.values) == 0:
		return model.Because("part-empty", s.low)
	case !s.last && s.high-s.low+1 != len(s.values):
		return model.Because("part-of-another-size", s.low, s.high, len(s.values))
	}
	return model.Reason{}
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
		return nil, groupFault{model.Because("whole-and-in-parts", attribute)}
	}
	for {
		if wrong := part.misfit(len(values)); wrong.Code != "" {
			return nil, groupFault{model.Because("parts-do-not-join", attribute, wrong)}
		}
		values = append(values, part.values...)
		switch {
		case part.last:
			return values, nil
		case len(values) > maxEntries:
			return nil, groupFault{model.Because("values-without-end", maxEntries, attribute)}
		}
		next, err := v.lookup(e.dn, fmt.Sprintf("%s;range=%d-*", attribute, len(values)))
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, groupFault{model.Because("group-gone-meanwhile", attribute)}
		}
		if part, ranged, err = next.partOf(attribute); err != nil {
			return nil, err
		}
		if !ranged {
			return nil, groupFault{model.Because("values-not-shown", attribute, len(values))}
		}
	}
}
