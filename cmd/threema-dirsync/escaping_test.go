package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// TestJSONSteersNoTerminal: whatever a directory entry holds, JSON shows neither control characters nor
// marks that turn the text round, and a program reads the same as ever.
func TestJSONSteersNoTerminal(t *testing.T) {
	t.Parallel()
	const evil = "Zoë 🙂 日本\u009b31m\u0085\x7f\u202e\u2066\u200f\u061c\u00ad\ufeff\U000e0041\\u202e\u202e"
	writers := map[string]func(*bytes.Buffer) error{
		"report": func(b *bytes.Buffer) error { return writeJSON(b, map[string]string{"msg": evil}) },
		"log": func(b *bytes.Buffer) error {
			(&program{progress: newProgress(b)}).logger(&config.Config{Log: config.Log{Level: config.LogInfo, Format: config.LogJSON}}).Info(evil)
			return nil
		},
	}
	for name, write := range writers {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() {
			if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) {
				t.Errorf("%s shows %U: %q", name, r, out.String())
			}
		}
		if !strings.Contains(out.String(), "Zoë 🙂 日本") {
			t.Errorf("%s escapes what can be read: %s", name, out.String())
		}
		var back struct{ Msg string }
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Msg != evil {
			t.Errorf("%s is read back as %q, %v", name, back.Msg, err)
		}
	}
}
