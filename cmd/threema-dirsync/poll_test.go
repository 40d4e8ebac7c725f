package main

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// TestPollOfARunningDaemon waits as long as an administrator does: the schedule is half a day away, and
// after a minute or two the joiner has a credential, whose account was disabled has none any more, and
// whoever is missing has theirs.
func TestPollOfARunningDaemon(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 6)
	w := newWorld(t, dir.site)
	w.set("poll", "1m")
	w.set("leavers.grace", map[string]any{"withdraw": "0s", "id": "0s"})
	w.set("leavers.confirm", map[string]any{"reads": 2, "over": "24h"})
	d := w.serve(t)
	d.told(t, "READY=1")
	d.passed(t, 1)

	off, missing := dir.people[1], dir.people[2]
	dir.disable(t, off)
	if err := dir.Delete(missing.DN); err != nil {
		t.Fatal(err)
	}
	dir.join(t, 100)
	changed := time.Now()
	for value(d.page(t, "/metrics"), `runs_total{result="ok"}`) != "2" {
		if time.Since(changed) > 2*patience {
			t.Fatalf("no pass came within %v\n%s", 2*patience, d.stderr)
		}
		time.Sleep(time.Second)
	}
	t.Logf("a pass came %v after the change", time.Since(changed).Round(time.Second))
	d.stop(t)
	w.gone(t, 0, 0, strings.ToLower(off.Account))
	dir.people[1].State = testdir.Disabled
	w.holds(t, dir.people, false)
}
