package model

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Code says in one word why something is as it is, or what somebody is told. The set is closed: each has a sentence in
// sync/english and stands in the JSON. A house test holds codes and sentences together.
type Code string

// Reason is why something is as it is: a code, and what it is about, in the order in which the sentence of the code
// numbers it. It is a value of the core; whoever shows it words it. An argument is a string (a name, a number of the directory, a
// setting), an int, a time, a list of strings, what somebody is waited for, an error, or another reason, or several.
type Reason struct {
	Code Code
	Args []any
	// Words, if not empty, are the sentence, see [Told].
	Words string
}

// Because makes a reason.
func Because(code Code, args ...any) Reason { return Reason{Code: code, Args: args} }

// Some is a list of one reason, none if it says nothing.
func (r Reason) Some() []Reason {
	if r.Code == "" {
		return nil
	}
	return []Reason{r}
}

// Key tells reasons apart, and puts them in one order whatever the language.
func (r Reason) Key() string {
	parts := []string{string(r.Code), r.Words}
	for _, arg := range r.Args {
		parts = append(parts, keyOf(arg))
	}
	return strings.Join(parts, "\x00")
}

func keyOf(arg any) string {
	switch a := arg.(type) {
	case string:
		return a
	case time.Time:
		return a.UTC().Format(time.RFC3339Nano)
	case Reason:
		return a.Key()
	case []Reason:
		return KeyOf(a)
	}
	return fmt.Sprint(arg)
}

// KeyOf is the key of several.
func KeyOf(reasons []Reason) string {
	return strings.Join(Convert(reasons, Reason.Key), "\x01")
}

// CodesOf are the codes of reasons, in their order.
func CodesOf(reasons []Reason) []Code {
	return Convert(reasons, func(r Reason) Code { return r.Code })
}

// Foreign is the code of a sentence of a record that tells no code.
const Foreign Code = "text"

// Told is a reason as a sentence: of a record, which keeps the words of its day beside the code, if it has one.
func Told(code Code, sentence string) Reason {
	if sentence == "" {
		return Reason{}
	}
	return Reason{Code: cmp.Or(code, Foreign), Words: sentence}
}
