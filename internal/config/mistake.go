package config

import (
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Mistake is a reason that is an error: what is wrong with the configuration, or with what it names.
type Mistake struct{ model.Reason }

// Error words it.
func (m Mistake) Error() string { return english.Say(m.Reason) }

// Unwrap returns those of its arguments that are errors.
func (m Mistake) Unwrap() []error {
	var causes []error
	for _, arg := range m.Args {
		if err, ok := arg.(error); ok {
			causes = append(causes, err)
		}
	}
	return causes
}

// Kind is the code of what is wrong, wherever: of a file that is refused for what is wrong in it, that of the latter.
func (m Mistake) Kind() model.Code {
	for _, cause := range m.Unwrap() {
		if inner, ok := errors.AsType[Mistake](cause); ok {
			return inner.Kind()
		}
	}
	return m.Code
}

// mistakeOf takes an error for a mistake. One that is none has no code of its own.
func mistakeOf(err error) Mistake {
	if m, ok := err.(Mistake); ok { //nolint:errorlint // one inside another error has not all of its words
		return m
	}
	return Mistake{model.Because("unforeseen-mistake", err)}
}
