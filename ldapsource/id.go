package ldapsource

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// idCodec translates the immutable ID between its form on the wire and its canonical text.
type idCodec struct {
	attribute string
	toText    func(raw string) (string, error)
	toRaw     func(text string) (string, error)
}

// newIDCodec chooses by attribute: 16 bytes in Microsoft's order, a UUID, or any text.
func newIDCodec(attribute string) idCodec {
	switch strings.ToLower(attribute) {
	case "objectguid", "ms-ds-consistencyguid":
		return idCodec{attribute, guidToText, textToGUID}
	case "entryuuid":
		return idCodec{attribute, canonicalUUID, canonicalUUID}
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

func plainID(text string) (string, error) {
	if strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
		return "", errors.New("the value is not text")
	}
	return text, nil
}
