package ldapsource

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// guidToText writes 16 bytes of an objectGUID as Microsoft's tools do: the first three fields
// are little-endian (MS-DTYP 2.3.4.2), unlike those of a UUID (pitfall B9).
func guidToText(raw string) (string, error) {
	if len(raw) != 16 {
		return "", fmt.Errorf("a GUID has 16 bytes, this value %d", len(raw))
	}
	return formatUUID(swapGUID([]byte(raw))), nil
}

func textToGUID(text string) (string, error) {
	b, err := parseUUID(text)
	if err != nil {
		return "", err
	}
	return string(swapGUID(b)), nil
}

// swapGUID turns the first three fields around; twice is nothing.
func swapGUID(b []byte) []byte {
	return []byte{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
}

// canonicalUUID checks the text of an entryUUID (RFC 4530) and folds its case.
func canonicalUUID(text string) (string, error) {
	b, err := parseUUID(text)
	if err != nil {
		return "", err
	}
	return formatUUID(b), nil
}

func formatUUID(b []byte) string {
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func parseUUID(text string) ([]byte, error) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, errors.New("the value is no UUID")
	}
	b, err := hex.DecodeString(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:])
	if err != nil {
		return nil, errors.New("the value is no UUID")
	}
	return b, nil
}

// sid is a security identifier (MS-DTYP 2.4.2).
type sid struct {
	authority      uint64
	subAuthorities []uint32
}

func parseSID(raw string) (sid, error) {
	if len(raw) < 8 || raw[0] != 1 || len(raw) != 8+4*int(raw[1]) {
		return sid{}, errors.New("the value is no SID")
	}
	s := sid{authority: binary.BigEndian.Uint64([]byte("\x00\x00" + raw[2:8]))}
	for rest := []byte(raw[8:]); len(rest) > 0; rest = rest[4:] {
		s.subAuthorities = append(s.subAuthorities, binary.LittleEndian.Uint32(rest))
	}
	return s, nil
}

func (s sid) String() string {
	var b strings.Builder
	b.WriteString("S-1-" + strconv.FormatUint(s.authority, 10))
	for _, n := range s.subAuthorities {
		b.WriteString("-" + strconv.FormatUint(uint64(n), 10))
	}
	return b.String()
}

// ofDomain tells that it is that of an account of a domain (MS-DTYP 2.4.2.4).
func (s sid) ofDomain() bool {
	return s.authority == 5 && len(s.subAuthorities) > 1 && s.subAuthorities[0] == 21
}

// rid is the part that names the account within its domain, 0 if there is none.
func (s sid) rid() uint32 {
	if len(s.subAuthorities) == 0 {
		return 0
	}
	return s.subAuthorities[len(s.subAuthorities)-1]
}
