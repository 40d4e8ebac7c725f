package handover

import (
	"errors"
	"fmt"
	"io"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// The alphabet of passwords: people type them, so nothing that looks like something else
// (0 O, 1 l I); and no character that means something in a link, a CSV file or a
// spreadsheet (D-55). One character is worth 5.8 bits.
const (
	letters  = "ABCDEFGHJKLMNPQRSTUVWXYZ" + "abcdefghijkmnopqrstuvwxyz"
	alphabet = letters + "23456789"
)

// The lengths that a password may have: 16 characters are 92 bits; the service takes no
// more than 256 (work-api §12, row 37).
const (
	minLength = 16
	maxLength = 256
)

// NewPassword makes a password from random, which must be cryptographically secure
// (crypto/rand.Reader). It begins with a letter.
func NewPassword(random io.Reader, length int) (secret.Value, error) {
	if length < minLength || length > maxLength {
		return secret.Value{}, fmt.Errorf("make a password: %d characters; it must have %d to %d", length, minLength, maxLength)
	}
	password := make([]byte, length)
	choices := letters
	for i := range password {
		c, err := pick(random, choices)
		if err != nil {
			return secret.Value{}, fmt.Errorf("make a password: read the random source: %w", err)
		}
		password[i] = c
		choices = alphabet
	}
	return secret.New(string(password)), nil
}

// pick returns one of the choices, each with the same probability: random bytes above the
// largest multiple of their number are thrown away.
func pick(random io.Reader, choices string) (byte, error) {
	limit := 256 - 256%len(choices)
	var b [1]byte
	for range 1000 { // a working source needs two or three
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, err
		}
		if int(b[0]) < limit {
			return choices[int(b[0])%len(choices)], nil
		}
	}
	return 0, errors.New("it is not random")
}
