package ldapsource

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// idCodec translates the immutable ID between its form on the wire and its canonical text.
type idCodec struct {
	attribute string
	toText    func(raw string) (string, error)
	toRaw     func(text string) (string, error)
}

// newIDCodec chooses by attribute: 16 bytes in Microsoft's order or in their own, a UUID, or any
// text.
func newIDCodec(attribute string) idCodec {
	switch strings.ToLower(attribute) {
	case "objectguid", "ms-ds-consistencyguid":
		return idCodec{attribute, guidToText, textToGUID}
	case "entryuuid":
		return idCodec{attribute, canonicalUUID, canonicalUUID}
	case "guid": // eDirectory: 16 bytes in their own order
		return idCodec{attribute, bytesToUUID, uuidToBytes}
	case "nsuniqueid":
		return idCodec{attribute, canonicalUniqueID, canonicalUniqueID}
	}
	return idCodec{attribute, plainID, plainID}
}

// decode takes the values of the attribute, of which there must be one.
func (c idCodec) decode(values []string) (string, error) {
	switch len(values) {
	case 0:
		return "", errors.New("the attribute is missing or not readable")
	case 1:
		return c.toText(values[0])
	}
	return "", fmt.Errorf("the attribute has %d values", len(values))
}

// match is the filter that finds an ID. An ID of another form is an error: the server would
// answer with success and nobody (pitfall A13).
func (c idCodec) match(id string) (filter, error) {
	raw, err := c.toRaw(id)
	if err != nil {
		return "", err
	}
	return equal(c.attribute, raw), nil
}

// canonicalUniqueID checks the ID of 389 Directory Server, four groups of eight hexadecimal digits,
// and folds its case.
func canonicalUniqueID(text string) (string, error) {
	groups := strings.Split(strings.ToLower(text), "-")
	for _, group := range groups {
		if _, err := strconv.ParseUint(group, 16, 32); err != nil || len(group) != 8 || len(groups) != 4 {
			return "", errors.New("the value is no nsUniqueId")
		}
	}
	return strings.Join(groups, "-"), nil
}

func bytesToUUID(raw string) (string, error) {
	if len(raw) != 16 {
		return "", fmt.Errorf("a GUID has 16 bytes, this value %d", len(raw))
	}
	return formatUUID([]byte(raw)), nil
}

func uuidToBytes(text string) (string, error) {
	b, err := parseUUID(text)
	return string(b), err
}

func plainID(text string) (string, error) {
	if strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
		return "", errors.New("the value is not text")
	}
	return text, nil
}
