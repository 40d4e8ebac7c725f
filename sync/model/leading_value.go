package model

import (
	"encoding/hex"
	"slices"
	"strings"
)

// LeadingValue is the value that a DN begins with, unescaped (RFC 4514): of most people their name, of others
// their username. What a domain controller adds to the name of a deleted entry is none of it: a line break,
// DEL: and the ID (MS-ADTS 3.1.1.5.5).
func LeadingValue(dn string) string {
	_, rest, _ := strings.Cut(dn, "=")
	var value []byte
	for i := 0; i < len(rest) && rest[i] != ',' && rest[i] != '+'; i++ {
		if rest[i] != '\\' {
			value = append(value, rest[i])
			continue
		}
		if char, err := hex.DecodeString(rest[i+1 : min(i+3, len(rest))]); err == nil && len(char) == 1 {
			value, i = append(value, char...), i+2
		} else if i++; i < len(rest) {
			value = append(value, rest[i])
		}
	}
	name, _, _ := strings.Cut(string(value), "\n")
	return strings.TrimSpace(name)
}

// Named tells that a DN begins with a name, in either order: with all of it, and with nothing else.
func Named(dn, name string) bool {
	words := NameWords(name)
	return len(words) > 0 && slices.Equal(words, NameWords(LeadingValue(dn)))
}

// NameWords are the folded words of a name, in one order for all.
func NameWords(name string) []string {
	words := strings.Fields(FoldFullName(name))
	slices.Sort(words)
	return words
}
