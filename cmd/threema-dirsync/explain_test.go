package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// explains runs explain and looks for what it must say.
func (w *world) explains(t *testing.T, person string, says ...string) outcome {
	t.Helper()
	out := w.must(t, 0, "explain", person)
	for _, text := range says {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("explain %s does not say %q: %v", person, text, out)
		}
	}
	return out
}

// TestExplain asks for people in all situations, and changes nothing.
func TestExplain(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace", map[string]any{"withdraw": "24h", "id": "168h"})
	leaver, twin := dir.people[7], dir.people[8]
	dir.disable(t, leaver)
	w.must(t, 0, "run", "--once")
	joiner := dir.join(t, 100)
	second := dir.join(t, 101)
	if err := dir.Modify(second.DN, "employeeNumber", twin.Number); err != nil {
		t.Fatal(err)
	}
	before, state := w.dump(t), w.sim.frozen(t)

	w.explains(t, dir.people[0].Number, "nothing: all is as it should be", "employeenumber:", "Threema ID ", "contact ", "create", "done", "pass 1, policy sync")
	w.explains(t, joiner.Account, "create, by the next pass", "no credential carries the csi", joiner.DN)
	w.explains(t, leaver.DN, "withdraw / Zugang entziehen, waiting, not before ", "departed", "disabled", "confirmed")
	w.explains(t, second.Account, "nothing, as long as they are held: the csi "+twin.Number+" is also that of "+twin.DN)

	out := w.must(t, 1, "explain", twin.Number)
	if !strings.Contains(out.stderr, "means 2 people") || !strings.Contains(out.stderr, twin.DN) || !strings.Contains(out.stderr, second.DN) || out.stdout != "" {
		t.Errorf("%v", out)
	}
	if out := w.must(t, 1, "explain", "nobody-at-all"); !strings.Contains(out.stderr, "nobody is known as nobody-at-all") || out.stdout != "" {
		t.Errorf("%v", out)
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Errorf("the ledger changed (-before +after):\n%s", diff)
	}
	w.unchanged(t, state)
}

// TestExplainInAnOutage: what is remembered of a person is told, and that it is old, when a side cannot be
// read; somebody may have to act just then.
func TestExplainInAnOutage(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace", map[string]any{"withdraw": "24h", "id": "168h"})
	leaver, other := dir.people[7], dir.people[8]
	dir.disable(t, leaver)
	w.must(t, 0, "run", "--once")
	phone := ""
	for _, u := range w.sim.state(t).Users {
		if u.CSI == leaver.Number {
			phone = u.ID
		}
	}
	shows := func(code int, person string, says ...string) {
		t.Helper()
		out := w.must(t, code, "explain", person)
		for _, text := range append(says, "NOT READ", "Remembered, as of the pass of 20", "owns credential", "History", "pass 1, policy sync") {
			if !strings.Contains(out.stdout, text) {
				t.Errorf("explain %s does not say %q: %v", person, text, out)
			}
		}
	}
	dir.SetOutage(memdir.Down)
	shows(4, leaver.DN, "source corp could not be read", "1 complete read by passes", "Threema ID "+phone, "disabled")
	shows(4, other.Number, "last seen entitled", "credential ")
	if out := w.must(t, 4, "explain", "nobody-at-all"); !strings.Contains(out.stderr, "Without the directory only whom the ledger knows is found") {
		t.Errorf("%v", out)
	}
	w.sim.fault(t, worksim.Fault{Status: 401})
	shows(1, leaver.Number, "source corp could not be read", "not known: ", "Licence package now:\n  could not be read", "1 complete read by passes", "Threema ID  ", phone)
	var x struct {
		Unread []struct{ Source, Reason string }
		AsOf   *time.Time
	}
	if w.json(t, &x, 1, "explain", leaver.Number, "--json"); len(x.Unread) != 2 || x.Unread[0].Source != "corp" || x.Unread[1].Reason == "" || x.AsOf == nil {
		t.Errorf("%+v", x)
	}
	dir.SetOutage(memdir.NoOutage)
	shows(1, leaver.Number, "in scope, at "+leaver.DN, "licence package", "not known: ")
}

// TestExplainAnOrder: the history tells what was ordered from what was approved, and when it was, also where
// a departure goes on from it later. Reads are those of passes, however often somebody looks.
func TestExplainAnOrder(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace", map[string]any{"withdraw": "1h", "id": "168h"})
	first, leaver := dir.people[7], dir.people[8]
	w.orders(t, 0, first.Account, "WITHDRAWN: ")
	dir.disable(t, leaver)
	w.orders(t, 0, leaver.Account, "WITHDRAWN: ") // 1 read
	w.advance(t, 30*time.Hour)
	dir.disable(t, first)
	w.must(t, 0, "run", "--once") // 2, and 1 of the first
	w.advance(t, 2*time.Hour)
	w.must(t, 0, "run", "--once")
	for range 2 {
		out := w.explains(t, leaver.Number, "3 complete reads by passes", "in 4 complete reads (this one counted)", "ordered (`audit export`")
		if strings.Contains(out.stdout, "approved") {
			t.Errorf("nobody approved: %v", out)
		}
	}
	out := w.explains(t, first.Number, "2 complete reads by passes", "departure began", "UTC by order; counted for the departure from ")
	if began := regexp.MustCompile(`departure began +(.*)\n.* by order; counted for the departure from (.*)\n`).FindStringSubmatch(out.stdout); began == nil || began[1] != began[2] {
		t.Errorf("counted from %q", began)
	}
	if strings.Contains(out.stdout, "approved") {
		t.Errorf("nobody approved: %v", out)
	}
	var x struct {
		Observation struct{ Reads int }
		History     struct {
			Steps []struct {
				Op                             string
				Approved, Ordered, AlreadyGone bool
			}
		}
	}
	w.json(t, &x, 0, "explain", leaver.Number, "--json")
	for _, s := range x.History.Steps {
		if s.Approved || s.AlreadyGone || s.Ordered != (s.Op != "create") {
			t.Errorf("%+v", s)
		}
	}
	if x.Observation.Reads != 3 {
		t.Errorf("%d reads", x.Observation.Reads)
	}
}

// TestExplainTheAbsent follows one who was deleted from the directory, by csi and by Threema ID.
func TestExplainTheAbsent(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace.id", "168h")
	gone := dir.people[7]
	if err := dir.Delete(gone.DN); err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, gone.Account)
	phone := ""
	for _, u := range w.sim.state(t).Users {
		if u.CSI == gone.Number {
			phone = u.ID
		}
	}
	for _, key := range []string{gone.Number, gone.Account, phone, gone.DN} {
		w.explains(t, key, "detach / trennen, waiting, not before ", "absent", "departure began", "ID "+phone, "withdraw / Zugang entziehen")
	}
	var x struct {
		Person struct{ Source, CSI, DN string }
		Entry  struct{ InScope bool }
		Next   struct {
			Step      string
			NotBefore *time.Time
		}
		Departure struct {
			WithdrawnAt *time.Time
			IDs         []struct{ ThreemaID string }
		}
		History struct {
			Steps []struct{ Op, State string }
		}
	}
	w.json(t, &x, 0, "explain", gone.Number, "--json")
	if x.Person.Source != "corp" || x.Person.DN != gone.DN || x.Entry.InScope || x.Next.NotBefore == nil || x.Departure.WithdrawnAt == nil ||
		len(x.Departure.IDs) != 1 || x.Departure.IDs[0].ThreemaID != phone || len(x.History.Steps) < 2 {
		t.Errorf("%+v", x)
	}
	// Once all is settled, only the history knows them.
	w.advance(t, 8*24*time.Hour)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, gone.Account)
	w.must(t, 0, "run", "--once")
	for _, key := range []string{gone.Number, gone.Account, phone, gone.DN} {
		w.explains(t, key, "nothing: not entitled, and nothing in the package is managed", "detach / trennen", "departure", "settled")
	}
}

// TestExplainWhatStays: leavers.id is keep, so Threema ID and contact stay in the package after the departure has ended,
// and explain goes on telling of them, by any key.
func TestExplainWhatStays(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.id", "keep")
	gone := dir.people[7]
	dir.disable(t, gone)
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, gone.Account)
	w.advance(t, 2*time.Hour)
	w.must(t, 0, "run", "--once") // the departure ends
	phone := ""
	for _, u := range w.sim.state(t).Users {
		if u.CSI == gone.Number {
			phone = u.ID
		}
	}
	for _, key := range []string{gone.Number, phone} {
		w.explains(t, key, "nothing is left to do: they left, and what was to be taken out is; not verified yet: 1", "what stays of them in the package stands below",
			"Threema ID "+phone, "contact "+phone, "kept: of ")
	}
}
