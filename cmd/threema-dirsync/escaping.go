package main

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// escaping is JSON for a terminal and for a reader's eyes: what steers the one (the control characters
// of C1, DEL) or turns the text round for the other (marks of direction, and whatever else takes no
// room) is written as \uXXXX. To a program that is the same. Such characters come from directories;
// in JSON they can stand in strings only. Each write must be whole, as those of encoding/json and
// log/slog are.
type escaping struct{ io.Writer }

// newEncoder writes all the JSON of this program.
func newEncoder(w io.Writer) *json.Encoder { return json.NewEncoder(escaping{w}) }

// Write implements io.Writer.
func (e escaping) Write(text []byte) (int, error) {
	var escaped []byte
	from := 0
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf) {
			escaped = append(escaped, text[from:at]...)
			for _, unit := range utf16.Encode([]rune{r}) {
				escaped = fmt.Appendf(escaped, `\u%04x`, unit)
			}
			from = at + size
		}
		at += size
	}
	if from == 0 {
		return e.Writer.Write(text)
	}
	if _, err := e.Writer.Write(append(escaped, text[from:]...)); err != nil {
		return 0, err
	}
	return len(text), nil
}
