package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

// A function is one that a template may call. Without an implementation it is the built-in
// of text/template. The tree is checked for the number of arguments before it runs.
type function struct {
	call     any
	min, max int
}

// many is more arguments than anybody writes.
const many = 100

// functions returns all that templates may call. Nothing here reads a clock, the
// environment or anything else but its arguments.
func functions() map[string]function {
	return map[string]function{
		"lower":   {func(s any) (values, error) { return each(s, strings.ToLower) }, 1, 1},
		"upper":   {func(s any) (values, error) { return each(s, strings.ToUpper) }, 1, 1},
		"trim":    {func(s any) (values, error) { return each(s, strings.TrimSpace) }, 1, 1},
		"ascii":   {func(s any) (values, error) { return each(s, ascii) }, 1, 1},
		"replace": {replace, 3, 3},
		"first":   {func(s any) values { return head(listOf(s), 0) }, 1, 1},
		"default": {fallback, 2, 2},
		"index":   {func(s any, i int) values { return head(listOf(s), i) }, 2, 2},
		"eq":      {equal, 2, many},
		"ne":      {func(a, b any) bool { return textOf(a) != textOf(b) }, 2, 2},
		"printf":  {printf, 1, many},
		"and":     {nil, 1, many},
		"or":      {nil, 1, many},
		"not":     {nil, 1, 1},
		"len":     {nil, 1, 1},
	}
}

// The functions that tree.go puts into a template; nobody can write them.
const (
	listFunction   = "_list"   // whatever range iterates over
	labelsFunction = "_labels" // all values of a list, separated by commas
	memberFunction = "_member" // whether a group has the person
)

// funcMap returns what text/template needs to run a checked tree.
func funcMap() template.FuncMap {
	calls := template.FuncMap{listFunction: listOf, labelsFunction: labels, memberFunction: isMember}
	for name, f := range functions() {
		if f.call != nil {
			calls[name] = f.call
		}
	}
	return calls
}

// head returns the value at place i alone; beyond the end there is none.
func head(all values, i int) values {
	if i < 0 || i >= len(all) {
		return nil
	}
	return values{{text: all[i].text}}
}

func replace(before, after, s any) (values, error) {
	old := textOf(before)
	if old == "" {
		return listOf(s), nil // strings.ReplaceAll would write between all letters
	}
	return each(s, func(s string) string { return strings.ReplaceAll(s, old, textOf(after)) })
}

func fallback(instead, s any) values {
	if all := listOf(s); len(all) > 0 {
		return all
	}
	return listOf(instead)
}

// equal tells whether the first argument is one of the others.
func equal(a any, others ...any) bool {
	return slices.ContainsFunc(others, func(b any) bool { return textOf(a) == textOf(b) })
}

// printf refuses a verb that does not fit instead of writing "%!d(string=4711)" into a csi.
func printf(format string, args ...any) (string, error) {
	texts := make([]any, len(args))
	for i, arg := range args {
		if text, ok := arg.(fmt.Stringer); ok {
			arg = text.String()
		}
		texts[i] = arg
	}
	s := fmt.Sprintf(format, texts...)
	if strings.Contains(s, "%!") {
		return "", errors.New("the format does not fit; attributes are text, write %s, %.2s or %q")
	}
	return s, nil
}

// labels writes all values of an attribute; text that the template built stays as it is.
func labels(arg any) string {
	if all, ok := arg.(values); ok {
		var texts []string
		for _, one := range all {
			texts = append(texts, one.text)
		}
		return strings.Join(texts, ",")
	}
	return fmt.Sprint(arg)
}
