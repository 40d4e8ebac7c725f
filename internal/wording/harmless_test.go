package wording_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

func TestForeignTextIsHarmless(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, harmless, lines, line string }{
		{"Zoë 🙂 日本", "Zoë 🙂 日本", "Zoë 🙂 日本", "Zoë 🙂 日本"},
		{"a\nGUARD faked", "a\ufffdGUARD faked", "a\nGUARD faked", "a GUARD faked"},
		{"\x1b[2J", "\ufffd[2J", "\ufffd[2J", "\ufffd[2J"},
		{"a\tb  c", "a\ufffdb  c", "a\ufffdb  c", "a b c"},
		{"v4563\x00", "v4563\ufffd", "v4563\ufffd", "v4563"},
		{"turned \u202eround\u00ad\u009b", "turned \ufffdround\ufffd\ufffd", "turned \ufffdround\ufffd\ufffd", "turned \ufffdround\ufffd\ufffd"},
		{"cut \xf0", "cut \ufffd", "cut \ufffd", "cut \ufffd"},
	} {
		if got := [3]string{wording.Harmless(row.text), wording.HarmlessLines(row.text), wording.OneLine(row.text)}; got != [3]string{row.harmless, row.lines, row.line} {
			t.Errorf("%q becomes %q", row.text, got)
		}
	}
}

// FuzzHarmless: whatever comes in, what is shown steers no terminal, is valid, and has no line but its own.
func FuzzHarmless(f *testing.F) {
	f.Add("\x1b[2J\n\u202e\xff\x00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, shown := range []string{wording.Harmless(text), wording.OneLine(text), strings.ReplaceAll(wording.HarmlessLines(text), "\n", "")} {
			if !utf8.ValidString(shown) || strings.ContainsFunc(shown, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }) {
				t.Errorf("%q is shown as %q", text, shown)
			}
		}
	})
}

func TestTimesLookTheSame(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 0, 30, 1, 0, time.FixedZone("", 3600))
	got := [...]string{wording.Stamp(at), wording.Stamp(time.Time{}), wording.StampOr(time.Time{}, "not yet"), wording.Day(at)}
	if got != [...]string{"2026-03-01 23:30:01 UTC", "a time that nobody knows", "not yet", "2026-03-01"} {
		t.Errorf("%q", got)
	}
}

func TestSpansLookAsTheyAreConfigured(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "1m30s", time.Minute: "1m", time.Hour: "1h", time.Hour + time.Second: "1h0m1s", 90 * time.Minute: "1h30m",
		24 * time.Hour: "24h", 36 * time.Hour: "36h", 168 * time.Hour: "7d", -time.Hour: "-1h", 1500 * time.Millisecond: "1.5s",
	} {
		if got := wording.Span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestALineStaysOne(t *testing.T) {
	t.Parallel()
	if got := wording.Line("a\t%s %d", "b\tc\nd", 3); got != "a\tb\ufffdc\ufffdd 3" {
		t.Errorf("%q", got)
	}
}
