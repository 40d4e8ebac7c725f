package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// inDays is a day as somebody types it.
func (w *world) inDays(n int) string {
	return time.Now().Add(w.offset).UTC().AddDate(0, 0, n).Format(time.DateOnly)
}

// leave is a leave of absence in JSON.
type leave struct {
	Person                       struct{ CSI, DN string }
	LastDay, By, Account, Reason string
	Standing, EndsSoon           bool
	Until, Since                 time.Time
	Over                         *time.Time
}

// TestHold: somebody on leave is disabled and keeps everything, all that looks at them says until when,
// nobody is asked for anything, and it ends by itself on its date.
func TestHold(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person, other := dir.people[7], dir.people[8]
	until := w.inDays(30)
	out := w.must(t, 0, "hold", person.DN, "--until", until, "--reason", "Sabbatical in Peru")
	wantSays(t, out, "ON LEAVE: "+person.Number, "is on leave of absence until "+until+", that day included", "fresh grace", "threema-dirsync hold --end "+person.Number)
	dir.disable(t, person)
	dir.disable(t, other)
	wantSays(t, w.must(t, 0, "run", "--once"), "suspended", "on leave of absence until "+until)
	w.gone(t, 1, 0, other.Account)
	w.must(t, 0, "plan", "--detailed-exitcode")
	for _, command := range [][]string{{"hold"}, {"hold", "--list"}, {"explain", person.Account}} {
		wantSays(t, w.must(t, 0, command...), person.Number, until, "Sabbatical in Peru")
	}
	status := w.must(t, 0, "status")
	var list struct{ AsOf time.Time }
	w.json(t, &list, 0, "hold", "--json")
	wantSays(t, w.must(t, 0, "hold"), "as they were known when the last pass ended, "+wording.Stamp(list.AsOf)+"; `threema-dirsync run --once` looks afresh")
	wantSays(t, status, "Leave of absence:", "until "+until+", that day included", "earliest withdrawal not before "+w.inDays(31)+" 00:00", "suspended: on leave of absence")
	var x struct {
		Changes   []struct{ Op, Status string }
		Suspended []leave
		Waits     []any
	}
	w.json(t, &x, 0, "plan", "--json")
	if len(x.Suspended) != 1 || x.Suspended[0].LastDay != until || !x.Suspended[0].Standing || x.Suspended[0].EndsSoon || x.Suspended[0].Account != "departed" || x.Suspended[0].Reason != "" ||
		len(x.Waits) != 0 || len(x.Changes) != 3 || x.Changes[0].Status != "suspended" {
		t.Errorf("%+v", x)
	}
	if strings.Contains(status.stdout+w.must(t, 0, "plan").stdout+w.must(t, 0, "status", "--json").stdout, "Peru") {
		t.Error("the reason is in plan or status")
	}

	w.advance(t, 20*24*time.Hour)
	wantSays(t, w.must(t, 0, "run", "--once"), "ENDS SOON, with "+until)
	wantSays(t, w.must(t, 0, "status"), "ENDS SOON, with "+until, "threema-dirsync hold "+person.Number+" --until DATE")
	w.advance(t, 10*24*time.Hour)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, other.Account) // the last day counts as in
	w.advance(t, 24*time.Hour)
	wantSays(t, w.must(t, 0, "run", "--once"), "suspended") // which finds it over
	w.gone(t, 1, 0, other.Account)
	for _, command := range []string{"status", "hold"} {
		wantSays(t, w.must(t, 0, command), "over since ", "and the account is not enabled: the departure goes on")
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 2, 0, other.Account, person.Account)
	for _, command := range []string{"status", "hold", "plan"} { // what is over is listed no more
		if out := w.must(t, 0, command); strings.Contains(out.stdout, until) || strings.Contains(out.stdout, "Leave of absence") {
			t.Errorf("%s: %v", command, out)
		}
	}
	wantSays(t, w.must(t, 0, "hold"), "Nobody is on leave")
	wantSays(t, w.must(t, 0, "explain", person.Account), "leave of absence", "over since")
	events := []string{}
	for _, e := range w.export(t) {
		if strings.HasPrefix(e.Event, "hold-") {
			events = append(events, e.Event+": "+e.Message)
		}
	}
	if want := []string{"hold-set: until " + until + ": Sabbatical in Peru", "hold-ended: by itself, with " + until}; !slices.Equal(events, want) {
		t.Errorf("the audit tells %q, want %q", events, want)
	}
}

// TestHoldEnds: somebody ends it, and the grace counts from then.
func TestHoldEnds(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace.withdraw", "24h")
	person := dir.people[7]
	dir.disable(t, person)
	w.must(t, 0, "run", "--once")
	wantSays(t, w.must(t, 0, "hold", person.Account, "--until", w.inDays(365), "--reason", "parental leave"), "ON LEAVE: ")
	wantSays(t, w.must(t, 0, "hold", person.Account, "--until", w.inDays(300), "--reason", "parental leave"), "Before, it was until "+w.inDays(365))
	w.advance(t, 48*time.Hour)
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0)
	wantSays(t, w.must(t, 0, "hold", "--end", person.Account, "--reason", "will not return"), "ENDED: ", "the departure goes on with a fresh grace")
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0)
	wantSays(t, w.must(t, 1, "hold", "--end", person.Account), "REFUSED: ", "is over since")
	wantSays(t, w.must(t, 0, "explain", person.Account), "leave of absence", "over since")
	w.advance(t, 24*time.Hour)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, person.Account)
}

// TestWithdrawOfTheHeld: an order is stronger, and says so; the Threema ID waits on.
func TestWithdrawOfTheHeld(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	until := w.inDays(60)
	w.must(t, 0, "hold", person.Number, "--until", until, "--reason", "parental leave")
	dir.disable(t, person)
	w.must(t, 0, "run", "--once")
	out := w.orders(t, 0, person.Account, "They are on leave of absence until "+until, "This order is stronger", "the leave of absence goes on until "+until)
	if strings.Contains(out.stdout, "parental") {
		t.Errorf("the order tells why somebody is on leave: %v", out)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, person.Account)
	wantSays(t, w.must(t, 0, "hold", person.Number, "--until", until, "--reason", "again"), "was withdrawn on", "that stays so. What is left is suspended: Threema ID ")
	w.must(t, 0, "hold", "--end", person.Number)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, person.Account)
	wantSays(t, w.must(t, 1, "hold", person.Number, "--until", until, "--reason", "too late"), "REFUSED: credential "+person.Account, "the departure is complete")
}

// TestHoldRefuses: each with its reason, and nobody is held.
func TestHoldRefuses(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 8)
	joiner := dir.join(t, 30)
	for _, row := range []struct {
		args string
		says string
	}{
		{"u000001", "say until when: --until YYYY-MM-DD"},
		{"u000001 --until tomorrow --reason leave", "--until takes the last day of the leave as YYYY-MM-DD"},
		{"u000001 --until 2020-01-31 --reason leave", "--until 2020-01-31 is over already (today is "},
		{"u000001 --until " + w.inDays(400) + " --reason leave", "is more than a year ahead: the latest day is "},
		{"u000001 --until " + w.inDays(4), "--reason is for the audit: say in a few words (3 characters at least) why the departure waits"},
		{"--until " + w.inDays(4) + " --reason leave", "name one person who is on leave"},
		{"u000001 --list", "name one person who is on leave"},
		{"u000001 --end --until " + w.inDays(4), "--end ends the leave now"},
		{"nobody-at-all --until " + w.inDays(4) + " --reason leave", "nobody is known as nobody-at-all"},
		{joiner.Account + " --until " + w.inDays(4) + " --reason leave", "REFUSED: nothing in the package is managed for " + joiner.Number},
		{"--end " + dir.people[1].Account, "REFUSED: nobody said that "},
	} {
		wantSays(t, w.must(t, 1, append([]string{"hold"}, strings.Fields(row.args)...)...), row.says)
	}
	wantSays(t, w.must(t, 0, "hold"), "Nobody is on leave of absence.")

	unlock, err := app.LockPass(&config.Config{StateDir: w.stateDir})
	if err != nil {
		t.Fatal(err)
	}
	wantSays(t, w.must(t, 5, "hold", dir.people[1].Account, "--until", w.inDays(4), "--reason", "leave"), "another pass is running")
	unlock()
	dir.SetOutage(memdir.Down)
	wantSays(t, w.must(t, 4, "hold", "x@corp.example", "--until", w.inDays(4), "--reason", "leave"), "Without the directory only whom the ledger knows is found")
	wantSays(t, w.must(t, 0, "hold", dir.people[1].Number, "--until", w.inDays(0), "--reason", "leave"), "ON LEAVE: ")
	var list struct{ Suspended []leave }
	w.json(t, &list, 0, "hold", "--json")
	if len(list.Suspended) != 1 || list.Suspended[0].Reason != "leave" || list.Suspended[0].Person.CSI != dir.people[1].Number || !list.Suspended[0].EndsSoon {
		t.Errorf("%+v", list)
	}
}

// TestWithdrawUndo: the way back from one order. The person gets a new credential, handed over like any
// other, and nobody comes back whom the directory calls departed.
func TestWithdrawUndo(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person, leaver := dir.people[7], dir.people[8]
	wantSays(t, w.must(t, 0, "withdraw", "--undo", person.Account, "--reason", "a mistake"), "NOTHING TO TAKE BACK", "stands in the package")
	w.orders(t, 0, person.Account, "threema-dirsync withdraw --undo "+person.Number+" --reason TEXT")
	wantSays(t, w.must(t, 0, "run", "--once"), "withdraw --undo "+person.Number+" --reason TEXT")
	wantSays(t, w.must(t, 0, "withdraw", "--undo", person.Account, "--reason", "a mistake"), "TAKEN BACK: the withdrawal of credential "+person.Account,
		"the next pass makes a new credential", "was not taken. The person types the new password")
	w.orders(t, 0, person.Account, "ALREADY WITHDRAWN: ", "with this order there is no new credential")
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, person.Account)
	before := len(w.lines(t))
	var x struct {
		Outcome  string
		ExitCode int
		Person   struct{ CSI string }
		Meaning  []string
	}
	w.json(t, &x, 0, "withdraw", "--undo", person.Account, "--reason", "a mistake", "--json")
	if x.Outcome != "undone" || x.ExitCode != 0 || x.Person.CSI != person.Number || len(x.Meaning) != 2 {
		t.Errorf("%+v", x)
	}
	w.must(t, 0, "run", "--once")
	if now, there := members(w.sim.state(t))[person.Account]; !there || len(w.lines(t)) != before+1 {
		t.Errorf("no new credential, or no line: %+v, %d lines", now, len(w.lines(t)))
	}
	w.must(t, 0, "plan", "--detailed-exitcode")

	dir.disable(t, leaver)
	w.orders(t, 0, leaver.Account, "WITHDRAWN: ")
	wantSays(t, w.must(t, 1, "withdraw", "--undo", leaver.Number, "--reason", "a mistake"), "REFUSED: the directory says that they left (disabled", "Enable the account there")
	w.must(t, 1, "withdraw", "--undo", leaver.Number)
	told := 0
	for _, e := range w.export(t) {
		if e.Event == "withdrawal-undone" && e.Message == "a mistake" && e.Person.CSI == person.Number || e.Event == "undo-revoked" {
			told++
		}
	}
	if told != 3 {
		t.Errorf("the audit tells of %d", told)
	}
}
