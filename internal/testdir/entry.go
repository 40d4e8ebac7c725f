package testdir

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Entry is a directory entry.
type Entry struct {
	DN         string
	Attributes map[string][]string
}

// WriteLDIF writes entries as LDIF (RFC 2849), with every value in base64: that is always
// right. objectClass comes first, which the tools of Samba want.
func WriteLDIF(w io.Writer, entries ...Entry) error {
	var b strings.Builder
	line := func(name, value string) {
		fmt.Fprintf(&b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	for _, entry := range entries {
		line("dn", entry.DN)
		for _, class := range entry.Attributes["objectClass"] {
			line("objectClass", class)
		}
		for _, name := range slices.Sorted(maps.Keys(entry.Attributes)) {
			for _, value := range entry.Attributes[name] {
				if name != "objectClass" {
					line(name, value)
				}
			}
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
