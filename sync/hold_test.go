package sync_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// hold types that somebody is on leave for so many days.
func (w *world) hold(query string, days int) outcomes.Answer {
	w.Helper()
	now := w.sim.Now()
	leave, err := dirsync.NewLeave(query, now.AddDate(0, 0, days).Format(time.DateOnly), "sabbatical", "anna (uid 1000)", now.UTC())
	w.must(err)
	holder := dirsync.Holder{Planner: w.planner(w.policy.Mode), Ledger: w.ledger}
	answer, err := holder.Hold(w.Context(), leave)
	w.must(err)
	return answer
}

func (w *world) undo(query string) outcomes.Answer {
	w.Helper()
	order, err := dirsync.NewUndo(query, why, "anna (uid 1000)")
	w.must(err)
	undoer := dirsync.Undoer{Planner: w.planner(w.policy.Mode), Ledger: w.ledger}
	answer, err := undoer.Undo(w.Context(), order)
	w.must(err)
	return answer
}

// meaning is what an answer says beside its first line.
func meaning(a outcomes.Answer) string { return strings.Join(view.NewAnswerJSON(a).Meaning, " ") }

// TestTheLastDayOfALeave counts as in, where the people are; and it is never more than a year ahead.
func TestTheLastDayOfALeave(t *testing.T) {
	t.Parallel()
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2026, 3, 27, 23, 30, 0, 0, time.UTC) // the 28th in Zürich
	for _, row := range []struct {
		day, until, says string
		zone             *time.Location
	}{
		{"2026-03-27", "2026-03-28T00:00:00Z", "", time.UTC},
		{"2026-03-27", "", "is over already (today is 2026-03-28 in Europe/Zurich)", zurich},
		{"2026-03-28", "2026-03-28T23:00:00Z", "", zurich},
		{"2026-03-29", "2026-03-29T22:00:00Z", "", zurich}, // summer time begins
		{"2027-03-28", "2027-03-28T22:00:00Z", "", zurich},
		{"2027-03-29", "", "more than a year ahead: the latest day is 2027-03-28", zurich},
		{"2027-03-28", "", "more than a year ahead: the latest day is 2027-03-27", time.UTC},
		{"28.03.2026", "", "as YYYY-MM-DD", zurich}, {"2026-02-30", "", "as YYYY-MM-DD", zurich}, {"2026-3-28", "", "as YYYY-MM-DD", zurich},
	} {
		leave, err := dirsync.NewLeave("E03", row.day, "leave", "anna", evening.In(row.zone))
		if row.says != "" {
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s in %s: %v, want %q", row.day, row.zone, err, row.says)
			}
			continue
		}
		if got := leave.Until.UTC().Format(time.RFC3339); err != nil || got != row.until {
			t.Errorf("%s in %s: until %s, %v, want %s", row.day, row.zone, got, err, row.until)
		}
	}
}

// TestHoldUnderAClockInDoubt: a day means nothing then, and nobody's grace begins.
func TestHoldUnderAClockInDoubt(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	held := w.hold("E02", 10)
	w.equal("held", outcomes.AnswerHeld, held.Outcome)
	*w.clock() = model.ServiceClock{Told: true, Ahead: -time.Hour}
	if a := w.hold("E03", 10); a.Outcome != outcomes.AnswerRefused || a.ExitCode != dirsync.ExitFailed || !strings.Contains(view.Headline(a), "while the clock is in doubt") {
		t.Errorf("%+v", a)
	}
	holder := dirsync.Holder{Planner: w.planner(w.policy.Mode), Ledger: w.ledger}
	if a, err := holder.End(w.Context(), "E02", "", "anna"); err != nil || a.Outcome != outcomes.AnswerRefused || !strings.Contains(view.Headline(a), "while the clock is in doubt") {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestAYesBeforeTheLeave is void: whoever said that somebody is on leave said so later.
func TestAYesBeforeTheLeave(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.policy.Approval, w.policy.GraceWithdraw = model.ApproveAll, 0
	w.directory.dismiss(t, "id-03")
	r := w.exits(dirsync.ExitWaiting)
	approver := dirsync.Approver{Planner: w.planner(w.policy.Mode), Approvals: w.ledger, By: "anna"}
	_, given, err := approver.Approve(w.Context(), r.Plan.Hash, 720*time.Hour)
	w.must(err)
	if a := w.hold("E03", 3); !strings.Contains(meaning(a), "Each yes that was given to a step of the departure is void: 2.") {
		t.Errorf("%d approved: %+v", len(given.Changes), a)
	}
	for range 5 {
		w.advance(day)
		w.run()
	}
	w.exits(dirsync.ExitWaiting)
	w.equal("effects", []int{0, 0, 0}, w.effects())
}

// TestUndoOfWhatNobodyKnows: the answer to an order was lost. Whatever became of it, the person has one
// credential in the end.
func TestUndoOfWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	for drop, says := range map[string]string{worksim.DropBefore: "it goes on as it was", worksim.DropAfter: "is not certain yet"} {
		t.Run(drop, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials", Drop: drop, Times: 1})
			w.wants("E03", outcomes.OrderUnknown, dirsync.ExitFailed, "order it again")
			if a := w.undo("E03"); a.Outcome != outcomes.AnswerUndone || !strings.Contains(meaning(a), says) {
				t.Errorf("%+v", a)
			}
			for range 3 {
				w.run()
				w.advance(time.Hour)
			}
			w.equal("usernames", []string{"user01", "user02", "user03", "user04", "user05"}, w.usernames())
			w.settled()
		})
	}
}

// TestUndoAfterARevocation: who came back has a new ID, and is told why.
func TestUndoAfterARevocation(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID = model.RevokeID, 0, 0
	id := w.userID("user03")
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.ok()
	w.equal("effects", []int{1, 0, 1}, w.effects())
	w.directory.rehire(t, "id-03")
	if a := w.undo("E03"); a.Outcome != outcomes.AnswerNothing || !strings.Contains(meaning(a), "Threema ID "+id+" was revoked (widerrufen) on ") {
		t.Errorf("%+v", a)
	}
	w.ok()
	w.equal("usernames", []string{"user01", "user02", "user03", "user04", "user05"}, w.usernames())
}

// TestAnAnswerHasCodes: a program reads what came of a word, and what it means, without the sentences.
func TestAnAnswerHasCodes(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	ended := func() outcomes.Answer {
		holder := dirsync.Holder{Planner: w.planner(w.policy.Mode), Ledger: w.ledger}
		a, err := holder.End(w.Context(), "E02", "", "anna")
		w.must(err)
		return a
	}
	for _, row := range []struct {
		answer outcomes.Answer
		code   model.Code
		says   string
		codes  string
	}{
		{ended(), "not-on-leave", "REFUSED: nobody said that ", "[]"},
		{w.hold("E02", 10), "on-leave-until", "ON LEAVE: ", "[leave-suspends leave-lets-go-on leave-ends-by-itself]"},
		{w.hold("E02", 11), "on-leave-until", "ON LEAVE: ", "[leave-before leave-suspends leave-lets-go-on leave-ends-by-itself]"},
		{ended(), "leave-end-now", "ENDED: the leave of absence of ", "[leave-end-of-entitled]"},
		{w.undo("E02"), "nothing-was-withdrawn", "NOTHING TO TAKE BACK for ", "[]"},
	} {
		doc := view.NewAnswerJSON(row.answer)
		if doc.Code != row.code || !strings.HasPrefix(doc.Message, row.says) || fmt.Sprint(doc.Codes) != row.codes || len(doc.Meaning) != len(doc.Codes) {
			t.Errorf("%s %q %v, want %s %q %s", doc.Code, doc.Message, doc.Codes, row.code, row.says, row.codes)
		}
	}
}
