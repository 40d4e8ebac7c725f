package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzParse holds that no text makes the parser panic, that it answers with a valid
// configuration or with problems of one printable line each, and that what it accepts keeps
// its own rules.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../../config.example.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := Parse(data, "/etc")
		if err == nil {
			if problems := cfg.validate(); len(problems) > 0 {
				t.Fatalf("accepted, but: %v", Errors(problems))
			}
			if cfg.NextRun(time.Now()).IsZero() {
				t.Fatalf("the schedule %q never comes", cfg.Schedule)
			}
			return
		}
		problems, ok := errors.AsType[Errors](err)
		if !ok || len(problems) == 0 || cfg != nil {
			t.Fatalf("Parse = %v, %v", cfg, err)
		}
		if lines := strings.Count(err.Error(), "\n") + 1; lines != len(problems) {
			t.Fatalf("%d problems in %d lines:\n%v", len(problems), lines, err)
		}
	})
}

// FuzzSchedule holds that no schedule panics or runs for ever (pitfalls F2, F3).
func FuzzSchedule(f *testing.F) {
	for _, spec := range []string{"15 */2 * * *", "TZ=", "CRON_TZ=Europe/Berlin", "@every -1s", "@hourly", "0 0 31 2 *", "*/0 * * * *", "5-1 * * * *"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		s := Schedule(spec)
		if err := s.check(); err == nil && s.Next(time.Unix(1_800_000_000, 0)).IsZero() {
			t.Fatalf("%q is accepted and never comes", spec)
		}
	})
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0s": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "7d": 7 * day, "1d12h": 36 * time.Hour,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "5", "1.5", "d", "-1h", "-1d", "1d-1h", "1d-25h", "h", "2h3d", "1.5d", "1w", "Inf", "106752d", "106751d24h", "9999999999999d"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}
