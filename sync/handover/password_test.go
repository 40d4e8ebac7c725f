package handover_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/threema-dirsync/threema-dirsync/sync/handover"
)

// unambiguous is written out again on purpose: a slip in the program's alphabet shows here.
const unambiguous = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

func TestNewPassword(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 500 {
		password, err := handover.NewPassword(rand.Reader, 20)
		if err != nil {
			t.Fatal(err)
		}
		text := password.Reveal()
		if len(text) != 20 || strings.Trim(text, unambiguous) != "" || strings.ContainsAny(text[:1], "23456789") {
			t.Fatalf("a bad password: %s", text)
		}
		if seen[text] {
			t.Fatalf("twice the same: %s", text)
		}
		seen[text] = true
	}
}

// Every byte once, the largest first: each character must come out equally often, so the bytes above the
// last whole round are thrown away.
func TestNewPasswordIsUniform(t *testing.T) {
	t.Parallel()
	var all []byte
	for i := range 256 {
		all = append(all, byte(255-i))
	}
	const length = 1 + 4*len(unambiguous)
	if length != 229 {
		t.Fatalf("length is %d", length)
	}
	random := io.MultiReader(bytes.NewReader([]byte{0}), bytes.NewReader(all))
	password, err := handover.NewPassword(random, length)
	if err != nil {
		t.Fatal(err)
	}
	text := password.Reveal()[1:]
	for _, c := range unambiguous {
		if n := strings.Count(text, string(c)); n != 4 {
			t.Errorf("%c came out %d times of 4", c, n)
		}
	}
	if rest, _ := io.ReadAll(random); len(rest) != 0 {
		t.Errorf("%d bytes are left", len(rest))
	}
}

func TestNewPasswordTakesBothLimits(t *testing.T) {
	t.Parallel()
	for _, length := range []int{16, 256} {
		if password, err := handover.NewPassword(rand.Reader, length); err != nil || len(password.Reveal()) != length {
			t.Errorf("%d characters: %v", length, err)
		}
	}
}

func TestNewPasswordRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := []struct {
		name   string
		random io.Reader
		length int
		want   string
	}{
		{"too short", rand.Reader, 15, "make a password: 15 characters; it must have 16 to 256"},
		{"too long", rand.Reader, 257, "make a password: 257 characters; it must have 16 to 256"},
		{"a source that fails", iotest.ErrReader(broken), 20, "make a password: read the random source: broken"},
		{"a source that ends", strings.NewReader("abc"), 20, "make a password: read the random source: EOF"},
		{"a source that is stuck", stuck{}, 20, "make a password: read the random source: it is not random"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			password, err := handover.NewPassword(tt.random, tt.length)
			if err == nil || err.Error() != tt.want || !password.IsEmpty() {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

type stuck struct{}

func (stuck) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0xff
	}
	return len(p), nil
}
