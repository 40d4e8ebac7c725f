package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestOnLeaveIsNotHeld: "held" is somebody about whom nothing is decided. Whoever is on leave is called so on each
// screen, also when part of their departure is done.
func TestOnLeaveIsNotHeld(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	person := dir.people[7]
	dir.edit(t, dir.people[3], "employeeNumber") // and this one is held
	held := regexp.MustCompile(`(?i)\bheld\b|\ba hold\b|\bthe hold\b|\(hold\b|HOLD:`)
	leave := []string{"hold", person.Account, "--until", w.inDays(9), "--reason", "sabbatical"}
	for _, out := range []outcome{
		w.must(t, 0, "hold", "--help"), w.must(t, 0, leave...), w.must(t, 0, leave...), w.must(t, 0, "hold"), w.must(t, 1, "hold", dir.people[5].Account, "--end"),
		w.must(t, 1, "hold", "Nobody", "--end", "--until", w.inDays(9)),
	} {
		if found := held.FindString(out.stdout + out.stderr); found != "" {
			t.Errorf("says %q: %v", found, out)
		}
	}
	for _, out := range []outcome{w.must(t, 0, "run", "--once"), w.must(t, 0, "status")} {
		for line := range strings.Lines(out.stdout) {
			if strings.Contains(line, person.Number) && held.MatchString(line) {
				t.Errorf("calls them held: %s", line)
			}
		}
		out.tells(t, "Held, nothing is done for them", "on leave")
	}
	w.must(t, 0, "hold", person.Account, "--end").tells(t, "the leave of absence of "+person.Number)
}
