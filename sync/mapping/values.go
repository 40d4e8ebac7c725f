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
type values []value

// value is one value of a list. The chosen one stands for the list where one text is asked for; the
// functions first and index, which name a place, do not look at that.
type value struct {
	text   string
	chosen bool
}

// String is what range writes.
func (v value) String() string { return v.text }

// String returns the chosen value, else the first; it is what a template writes.
func (v values) String() string {
	for _, one := range v {
		if one.chosen {
			return one.text
		}
	}
	if len(v) == 0 {
		return ""
	}
	return v[0].text
}

// listOf turns any argument of a template function into values.
func listOf(arg any) values {
	switch arg := arg.(type) {
	case nil:
		return nil
	case values:
		return arg
	case string:
		return list([]string{arg}, 0)
	default:
		return values{{text: fmt.Sprint(arg)}}
	}
}

// textOf turns any argument of a template function into one text.
func textOf(arg any) string { return listOf(arg).String() }

// each applies change to every value.
func each(arg any, change func(string) string) (values, error) {
	var changed values
	for _, one := range listOf(arg) {
		if !utf8.ValidString(one.text) {
			return nil, errNotText
		}
		if text := change(one.text); text != "" {
			changed = append(changed, value{text, one.chosen})
		}
	}
	return changed, nil
}

// list makes values of an attribute, in which the one at a place is chosen.
func list(attribute []string, chosen int) values {
	var all values
	for n, text := range compact(attribute) {
		all = append(all, value{text, n == chosen})
	}
	return all
}

// compact copies the values that are not empty.
func compact(attribute []string) []string {
	var kept []string
	for _, s := range attribute {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

// withoutCommas copies the values with blanks in the place of commas, for a template whose
// result is a comma separated list.
func withoutCommas(all values) values {
	clean := make(values, len(all))
	for i, one := range all {
		clean[i] = value{strings.ReplaceAll(one.text, ",", " "), one.chosen}
	}
	return clean
}
