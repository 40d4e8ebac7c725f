package main

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestWhoIsWaitedFor: the pass and `status` tell which step waits, whose it is, since when, and what to type.
func TestWhoIsWaitedFor(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 10)
	w.set("leavers.id", "revoke")
	person := dir.people[7]
	dir.disable(t, person)
	step := "revoke / widerrufen: " + person.Number + " " + person.DN
	wantSays(t, w.must(t, 3, "run", "--once"), "Waits for you", "approval", "since ", "1 person: threema-dirsync approve ", step)
	wantSays(t, w.must(t, 0, "status"), "WAITS FOR YOU approval", "since ", "1 person: threema-dirsync approve ", step, "somebody has to decide (approval): "+step)
	var x struct {
		Waits []struct {
			Whom []struct {
				Person struct{ CSI, DN string }
				Steps  []string
			}
		}
	}
	w.json(t, &x, 0, "status", "--json")
	if len(x.Waits) != 1 || len(x.Waits[0].Whom) != 1 || x.Waits[0].Whom[0].Person.CSI != person.Number || x.Waits[0].Whom[0].Person.DN != person.DN || x.Waits[0].Whom[0].Steps[0] != "revoke" {
		t.Errorf("%+v", x)
	}
}

// TestAStaleWaitNamesTheSourceFirst: what the pass before asked cannot be answered while a source is not read.
func TestAStaleWaitNamesTheSourceFirst(t *testing.T) {
	t.Parallel()
	seen := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	wait := model.Wait{Code: model.GuardBaseline, Since: seen, Seen: seen, Command: "threema-dirsync approve --baseline"}
	for failure, first := range map[string]string{
		"no such base": "WAITS FOR YOU baseline:  first let source corp be read (`threema-dirsync check` says what to fix); as of the pass of 2026-11-20 03:00:00 UTC this waits: since ",
		"":             "WAITS FOR YOU baseline:  since ",
	} {
		var out strings.Builder
		s := status{Waits: []model.Wait{wait}, Sources: []sourceStatus{{Name: "corp", Error: failure, Complete: failure == ""}}}
		if err := (&program{environment: environment{Stdout: &out}}).printStatus(s); err != nil || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(first), " ")) {
			t.Errorf("%v:\n%s", err, out.String())
		}
	}
}
