package main

import "testing"

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
