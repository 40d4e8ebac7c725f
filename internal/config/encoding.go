package config

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// utf8Text takes the byte order mark off the text of a file, whichever file it is: Windows puts one before
// UTF-8, and nobody sees it. UTF-16, which PowerShell writes, is refused.
func utf8Text(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, Mistake{model.Because("utf-16")}
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// encoding finds what is no UTF-8 in a configuration. A German Windows saves umlauts otherwise.
func encoding(data []byte) *Problem {
	if _, err := utf8Text(data); err != nil {
		return &Problem{Mistake: mistakeOf(err)}
	}
	for n, line := range bytes.Split(data, []byte("\n")) {
		if at := firstBadByte(line); at >= 0 {
			return &Problem{Line: n + 1, Mistake: Mistake{model.Because("no-utf-8", at+1, fmt.Sprintf("%02x", line[at]))}}
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
