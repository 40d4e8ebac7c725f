package config

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// utf8Text takes the byte order mark off the text of a file, whichever file it is: Windows puts one before
// UTF-8, and nobody sees it. UTF-16, which PowerShell writes, is refused.
func utf8Text(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("it is UTF-16, as PowerShell writes it; save it as UTF-8, or type: iconv -f UTF-16 -t UTF-8 OLD > NEW")
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// encoding finds what is no UTF-8 in a configuration. A German Windows saves umlauts otherwise.
func encoding(data []byte) *Problem {
	if _, err := utf8Text(data); err != nil {
		return &Problem{Message: err.Error()}
	}
	for n, line := range bytes.Split(data, []byte("\n")) {
		if at := firstBadByte(line); at >= 0 {
			return &Problem{Line: n + 1, Message: fmt.Sprintf("byte %d of the line (0x%02x) is no UTF-8: the file may be Latin-1 (Windows); save it as UTF-8, "+
				"or type: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW", at+1, line[at])}
		}
	}
	return nil
}

// firstBadByte is the place of the first byte that is no UTF-8, -1 if there is none.
func firstBadByte(line []byte) int {
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}
