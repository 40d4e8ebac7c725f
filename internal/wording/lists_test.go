package wording_test

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

func TestCapped(t *testing.T) {
	t.Parallel()
	lines := []string{"a", "b", "c"}
	for limit, want := range map[int]string{0: "a b c", 1: "a|  … and 2 more OUs", 2: "a b|  … and 1 more OUs", 3: "a b c", 4: "a b c"} {
		got := wording.Capped(lines, limit, " OUs")
		if text := strings.Replace(strings.Join(got, " "), "   …", "|  …", 1); text != want {
			t.Errorf("%d: %q, want %q", limit, text, want)
		}
	}
	if strings.Join(lines, "") != "abc" {
		t.Errorf("the lines are others now: %q", lines)
	}
}

func TestSomeOf(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c"}
	for limit, want := range map[int]string{1: "a and 2 more", 2: "a | b and 1 more", 3: "a | b | c", 4: "a | b | c"} {
		if got := wording.SomeOf(names, limit, " | "); got != want {
			t.Errorf("%d: %q, want %q", limit, got, want)
		}
	}
}
