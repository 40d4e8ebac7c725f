package config

import (
	"bytes"
	"errors"
)

// utf8Text takes the byte order mark off the text of a file, whichever file it is: Windows puts one before
// UTF-8, and nobody sees it. UTF-16, which PowerShell writes, is refused.
func utf8Text(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("it is UTF-16, as PowerShell writes it; save it as UTF-8, or type: iconv -f UTF-16 -t UTF-8 OLD > NEW")
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}
