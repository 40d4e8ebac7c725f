package mapping

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// errNotText stops a template that works on bytes which are no UTF-8 text: a photo, a raw
// objectGUID. Changing them would quietly make another value.
var errNotText = errors.New("the value is not text (UTF-8)")

// values is one attribute, or what a function made of it. It holds no empty value: in a
// directory an empty value and a missing one are the same (pitfall B18), so `if` and
// `default` need no second case.
type values []string

// String returns the first value; it is what a template writes.
func (v values) String() string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// listOf turns any argument of a template function into values.
func listOf(arg any) values {
	switch arg := arg.(type) {
	case nil:
		return nil
	case values:
		return arg
	case string:
		return compact([]string{arg})
	default:
		return values{fmt.Sprint(arg)}
	}
}

// textOf turns any argument of a template function into one text.
func textOf(arg any) string { return listOf(arg).String() }

// each applies change to every value.
func each(arg any, change func(string) string) (values, error) {
	list := listOf(arg)
	changed := make([]string, len(list))
	for i, s := range list {
		if !utf8.ValidString(s) {
			return nil, errNotText
		}
		changed[i] = change(s)
	}
	return compact(changed), nil
}

// compact copies the values that are not empty.
func compact(list []string) values {
	var kept values
	for _, s := range list {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

// withoutCommas copies the values with blanks in the place of commas, for a template whose
// result is a comma separated list.
func withoutCommas(list values) values {
	clean := make(values, len(list))
	for i, s := range list {
		clean[i] = strings.ReplaceAll(s, ",", " ")
	}
	return clean
}
