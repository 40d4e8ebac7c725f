package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asks are what `status` says that it waits for, and what it says was answered.
type asks struct {
	LastPass struct {
		ExitCode       int
		Cause, Command string
	}
	Waits []struct {
		Code, Command    string
		People, Answered int
	}
	Answered []struct {
		Answer        string
		Steps, People int
		Whom          []struct{ Person struct{ CSI string } }
	}
	Guards []struct {
		Guard    string
		Answered bool
	}
	NextPass string
}

func (w *world) asks(t *testing.T) (a asks, text string) {
	t.Helper()
	w.json(t, &a, 0, "status", "--json")
	return a, w.must(t, 0, "status").stdout
}

// TestNobodyIsAskedTwice: what was answered since the last pass is told as that, with when it counts, and what
// was not is asked on. A pass in between that had no plan changes nothing of it.
func TestNobodyIsAskedTwice(t *testing.T) {
	t.Parallel()
	w, dir := berlin(t)
	dir.disable(t, dir.people[10:13]...) // with those of Berlin more than may go
	w.must(t, 3, "run", "--once")
	hash := w.hash(t)
	before, _ := w.asks(t)
	w.must(t, 0, "approve", hash, "--only", "OU=Berlin")
	part, text := w.asks(t)
	if len(before.Waits) != 1 || before.Waits[0].People != 9 || len(before.Answered) != 0 || len(part.Waits) != 1 || part.Waits[0].People != 3 || part.Waits[0].Answered != 6 || part.Waits[0].Command != "threema-dirsync approve "+w.hash(t) {
		t.Errorf("before %+v, in part %+v", before.Waits, part.Waits)
	}
	if strings.Contains(text, hash) || !strings.Contains(text, "12 steps of 6 people: approved") || !strings.Contains(text, "3 people (6 more: answered)") || !strings.Contains(text, "the next pass judges it, if the service runs, by the schedule at ") {
		t.Errorf("in part: %s", text)
	}
	w.must(t, 0, "approve", w.hash(t))
	w.set("sources.0.urls", []any{"ldaps://127.0.0.1:1"})
	w.must(t, 4, "run", "--once") // and has no plan
	w.set("sources.0.urls", []any{dir.url})
	if all, _ := w.asks(t); len(all.Waits) != 0 || len(all.Answered) != 1 {
		t.Errorf("after a pass without a plan: %+v", all)
	}
	w.must(t, 0, "run", "--once")
	if after, text := w.asks(t); len(after.Answered) != 0 || len(after.Waits) != 0 || strings.Contains(text, "ANSWERED") {
		t.Errorf("judged, and told on: %s", text)
	}
	w.must(t, 0, "approve", "--undo", dir.people[10].Account)
	back, text := w.asks(t)
	if len(back.Answered) != 1 || back.Answered[0].Answer != "taken-back" || back.Answered[0].People != 1 || back.Answered[0].Whom[0].Person.CSI != dir.people[10].Number {
		t.Errorf("taken back: %+v", back.Answered)
	}
	if !strings.Contains(text, "2 steps of 1 person: the yes to it was taken back") || !strings.Contains(text, "the next pass judges it") {
		t.Errorf("taken back: %s", text)
	}
}

// TestEverythingIsAnswered: then nothing is to be typed, although the last pass ended with 3; nor for whoever
// is on leave by now, nor where the stop file is gone.
func TestEverythingIsAnswered(t *testing.T) {
	t.Parallel()
	w, dir := revoking(t)
	ask, _ := w.asks(t)
	w.must(t, 0, "approve", w.hash(t))
	a, text := w.asks(t)
	if ask.LastPass.Command == "" || a.LastPass.ExitCode != 3 || a.LastPass.Command != "" || len(a.Waits) != 0 || len(a.Answered) != 1 || a.Answered[0].Answer != "approved" {
		t.Errorf("approved: %+v", a)
	}
	if strings.Contains(text, "WAITS FOR YOU") || strings.Contains(text, "Type:") || !strings.Contains(text, "what it waited for is answered since (1 step of 1 person: approved); the next pass judges it") {
		t.Errorf("approved: %s", text)
	}
	w.must(t, 0, "approve", "--undo", "all")
	if again, _ := w.asks(t); len(again.Waits) != 1 || len(again.Answered) != 1 || again.Answered[0].Answer != "taken-back" {
		t.Errorf("asked as before: %+v", again)
	}
	w.must(t, 0, "hold", dir.people[7].Account, "--until", w.inDays(20), "--reason", "sabbatical")
	if leave, _ := w.asks(t); len(leave.Waits) != 0 || leave.Answered[0].Answer != "on-leave" {
		t.Errorf("on leave: %+v", leave)
	}
	stop := filepath.Join(w.stateDir, "stop")
	w.writeStop(t, stop)
	w.set("leavers.id", "keep")
	dir.disable(t, dir.people[8])
	w.must(t, 3, "run", "--once")
	if err := os.Remove(stop); err != nil {
		t.Fatal(err)
	}
	if a, text := w.asks(t); len(a.Waits) != 0 || !a.Guards[0].Answered || !strings.Contains(text, "what it asked to be done is done") {
		t.Errorf("without the stop file: %s", text)
	}
}

func (w *world) writeStop(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestStatusAsksWhatApproveSaidThatWaits: a yes to some leaves room in the limits for the others. What approve
// says of that, status says too; once the yes is taken back, they wait again.
func TestStatusAsksWhatApproveSaidThatWaits(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers", map[string]any{"id": "keep", "grace": map[string]any{"withdraw": "24h"}})
	dir.disable(t, dir.people[:6]...)
	w.must(t, 3, "run", "--once").tells(t, "GUARD mass-departure-ahead")
	approve := []string{"approve", w.hash(t)}
	for _, person := range dir.people[:4] {
		approve = append(approve, "--only", person.Number)
	}
	w.must(t, 0, approve...).tells(t, "they go when they are due, without a yes", "4 steps of 2 people", dir.people[5].DN, "threema-dirsync hold PERSON", "approve --undo "+approve[1], "Nothing else waits for you.")
	if a, text := w.asks(t); len(a.Waits) != 0 || strings.Contains(text, "WAITS FOR YOU") {
		t.Errorf("%+v\n%s", a, text)
	}
	w.must(t, 0, "status").tells(t, "CAUTION", "2 people", "without a yes", dir.people[5].DN)
	w.must(t, 0, "approve", "--undo", "all")
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "CAUTION") {
		t.Errorf("the yes that made room was taken back: %v", out)
	}
	if a, _ := w.asks(t); len(a.Waits) != 1 || a.Waits[0].Code != "mass-departure-ahead" || a.Waits[0].People != 6 {
		t.Errorf("taken back: %+v", a)
	}
	w.advance(t, 25*time.Hour)
	w.must(t, 3, "run", "--once")
	approve[1] = w.hash(t)
	w.must(t, 0, approve...).tells(t, "they go with the NEXT PASS, without a yes", "4 steps of 2 people", dir.people[4].DN, "threema-dirsync hold PERSON")
	w.must(t, 0, "hold", dir.people[4].Number, "--until", w.inDays(30), "--reason", "no leaver")
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, dir.people[0].Account, dir.people[1].Account, dir.people[2].Account, dir.people[3].Account, dir.people[5].Account)
}
