// Package secret holds values that must never be printed: API keys, bind passwords,
// credential passwords and activation links.
//
// A [Value] hides itself from fmt, log/slog, JSON, YAML and text encoding, so that a
// secret which slips into a log line, a plan or an error shows as "[secret]" (design §5.12,
// pitfall G1). The one way to the content is [Value.Reveal]; search for its callers to
// see every place where a secret leaves the program.
package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

const mask = "[secret]"

// Value is a secret text. The zero value is the empty secret.
//
// The content stands behind a pointer: fmt calls no method of an unexported field, and would
// print a plain text in it.
type Value struct{ text *string }

// New wraps text.
func New(text string) Value { return Value{&text} }

// Reveal returns the content, for the one call that needs it.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// IsEmpty tells whether there is no content.
func (v Value) IsEmpty() bool { return v.Reveal() == "" }

// Equal compares contents, in a time that does not depend on them. go-cmp uses it too.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(other.Reveal())) == 1
}

// Format implements fmt.Formatter, so no verb (not even %#v or %x) shows the content.
func (v Value) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, mask) }

// String implements fmt.Stringer for code that calls it without fmt.
func (v Value) String() string { return mask }

// LogValue implements slog.LogValuer.
func (v Value) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText implements encoding.TextMarshaler, which JSON uses too.
func (v Value) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalYAML implements the marshaler of gopkg.in/yaml.v3.
func (v Value) MarshalYAML() (any, error) { return mask, nil }
