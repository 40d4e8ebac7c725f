package wording

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// NewEncoder writes JSON that steers no terminal, see [EscapedJSON].
func NewEncoder(w io.Writer) *json.Encoder { return json.NewEncoder(EscapedJSON(w)) }

// EscapedJSON is where JSON is written for a terminal and for a reader's eyes: what [Harmless] would replace is written as
// \uXXXX. To a program that is the same. Such characters come from directories; in JSON they can stand in strings
// only, and those of ASCII are escaped there anyway. Each write must be whole, as those of encoding/json and log/slog are.
func EscapedJSON(w io.Writer) io.Writer { return escaping{w} }

type escaping struct{ io.Writer }

// Write implements io.Writer.
func (e escaping) Write(text []byte) (int, error) {
	var escaped []byte
	from := 0
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r >= 0x7f && steers(r) {
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
