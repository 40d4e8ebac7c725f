package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// every passes so many times, so far apart, and returns the last plan.
func (w *world) every(t *testing.T, d time.Duration, times int) (p plan.Plan) {
	t.Helper()
	for range times {
		p = w.later(t, d)
	}
	return p
}

// TestHoleBeginsTheRowAfresh: nobody looked for three days where passes run every hour, so who was
// missing before and after may have been there in between. That counts for weak evidence alone, as
// the rest is confirmed by one read.
func TestHoleBeginsTheRowAfresh(t *testing.T) {
	t.Parallel()
	for _, kind := range []model.EvidenceKind{model.Absent, model.OutOfScope} {
		w, people := rolledOut(t, "anna")
		w.policy.GraceWithdraw = 0
		w.every(t, time.Hour, 5)
		people["anna"].leave(kind)
		w.later(t, time.Hour)
		p := w.later(t, 72*time.Hour)
		wantLines(t, of(p, "anna"), "withdraw E-anna waiting")
		wantWords(t, p, "the row began afresh 1 time,")
		if len(p.Restarted) != 0 {
			t.Errorf("told after the first time: %v", p.Restarted)
		}
		wantLines(t, of(w.later(t, 24*time.Hour), "anna"), "withdraw E-anna due")
	}
}

// TestOnlyTheTimeIsMissing: more reads than are needed are no "3 of 2", where they must only span more time.
func TestOnlyTheTimeIsMissing(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Absent)
	wantWords(t, w.later(t, time.Hour), "so far by 1 of 2 complete reads (this one counted), which must span 24h")
	for n := 2; n < 4; n++ {
		p := w.later(t, time.Hour)
		wantWords(t, p, fmt.Sprintf("%d complete reads say so, which is enough, but they must span 24h, so a pass from %s on confirms it",
			n, p.GeneratedAt.Add(time.Duration(25-n)*time.Hour).Format("2006-01-02 15:04:05 UTC")))
	}
}

// TestHoleAfterTheConfirmation changes nothing: what is proven stays so.
func TestHoleAfterTheConfirmation(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.GraceWithdraw = 100 * time.Hour
	people["anna"].leave(model.Absent)
	people["bert"].leave(model.Disabled)
	w.pass(t)
	w.later(t, 24*time.Hour)
	p := w.later(t, 100*time.Hour)
	wantLines(t, of(p, "anna"), "withdraw E-anna due")
	wantLines(t, of(p, "bert"), "withdraw E-bert due")
}

// TestUsualGapsAreNoHoles: a company that passes once a week has its leavers, from the second such
// gap on; so has one whose machine is switched off over the weekend.
func TestUsualGapsAreNoHoles(t *testing.T) {
	t.Parallel()
	for name, usual := range map[string]time.Duration{"every week": 7 * day, "over the weekend": 64 * time.Hour, "every two days": 48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.GraceWithdraw = 0
			w.every(t, usual, 3)
			people["anna"].leave(model.Absent)
			w.later(t, usual)
			wantLines(t, of(w.later(t, usual), "anna"), "withdraw E-anna due")
		})
	}
}

// TestRareReadsAreTold: where every gap is a hole nobody would ever leave, so it is said, from the
// second time on, until the row is confirmed or the person seen.
func TestRareReadsAreTold(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.GraceWithdraw = 0
	people["anna"].leave(model.Absent)
	people["bert"].leave(model.OutOfScope)
	w.pass(t)
	w.later(t, 40*day)
	p := w.later(t, 40*day)
	if len(p.Restarted) != 2 || p.Restarted[0].CSI != "E-anna" || p.Restarted[0].Restarts != 2 {
		t.Fatalf("told are %+v", p.Restarted)
	}
	if d := english.Say(p.Restarted[0].Why()); !strings.Contains(d, "began afresh 2 times") || !strings.Contains(d, "leavers.confirm.max_gap") {
		t.Errorf("told is %q", d)
	}
	people["bert"].comeBack()
	if p = w.later(t, time.Hour); len(p.Restarted) != 1 {
		t.Errorf("told are %+v", p.Restarted)
	}
	w.policy.MaxGap = 50 * day
	p = w.later(t, 40*day)
	wantLines(t, of(p, "anna"), "withdraw E-anna due")
	if len(p.Restarted) != 0 {
		t.Errorf("told are %+v", p.Restarted)
	}
}

// TestGapOfTheConfiguration replaces what is learned, either way.
func TestGapOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for gap, want := range map[time.Duration]string{24 * time.Hour: "withdraw E-anna waiting", 26 * time.Hour: "withdraw E-anna due"} {
		w, people := rolledOut(t, "anna")
		w.policy.GraceWithdraw, w.policy.MaxGap = 0, gap
		w.every(t, 10*day, 2)
		people["anna"].leave(model.Absent)
		w.later(t, time.Hour)
		wantLines(t, of(w.later(t, 25*time.Hour), "anna"), want)
	}
}

// TestReadsUnderDoubtAreNone: an hour of outage or four days of a condition that fails are the same
// hole, and a read of another source fills none.
func TestReadsUnderDoubtAreNone(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]func(*directory, bool){
		"incomplete":    func(d *directory, on bool) { d.incomplete = on },
		"unread":        func(d *directory, on bool) { d.unread = on },
		"without an ID": func(d *directory, on bool) { d.nameless = on },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			other := &directory{name: "other", scope: "s2", context: "n2", server: "ldap2"}
			w.sources = append(w.sources, other)
			w.hireAt(other, "otto")
			w.accept = true
			w.pass(t)
			w.accept = false
			w.settle(t)
			people["anna"].leave(model.Absent)
			w.later(t, time.Hour)
			outage(w.source(), true)
			w.every(t, 12*time.Hour, 8)
			outage(w.source(), false)
			wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna waiting")
			if o := w.observed(people["anna"]); o.Reads != 1 || o.Restarts != 1 {
				t.Errorf("the row of anna: %+v", o)
			}
			proves := w.state.Reads[slices.IndexFunc(w.state.Reads, func(d model.ReadDay) bool { return d.Source == "corp" && d.Last.Equal(w.now) })]
			if named := name != "without an ID"; named != (proves.Longest > 90*time.Hour) { // the other two proved nothing meanwhile
				t.Errorf("the gap of the reads is %v", proves.Longest)
			}
		})
	}
}

// TestReadsOfAWrongClock: nobody told that the clock was twelve days ahead, or in 1970. Once it is
// right, neither the reads in the future nor the gap that it made count.
func TestReadsOfAWrongClock(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{12 * day, 400 * day, -56 * 365 * day} {
		w, people := rolledOut(t, "anna")
		w.policy.GraceWithdraw = 0
		w.every(t, time.Hour, 3)
		w.later(t, by)
		w.later(t, time.Hour)
		w.later(t, -by)
		w.every(t, time.Hour, 3)
		people["anna"].leave(model.Absent)
		w.later(t, time.Hour)
		wantLines(t, of(w.later(t, 49*time.Hour), "anna"), "withdraw E-anna waiting")
		if o := w.observed(people["anna"]); o.Restarts != 1 {
			t.Errorf("off by %v: the row of anna: %+v, reads %+v", by, o, w.state.Reads)
		}
	}
}

// TestReadsStaySmall: a row a day for a month, however often a pass runs.
func TestReadsStaySmall(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	w.every(t, 6*time.Hour, 4*60)
	if n := len(w.state.Reads); n > 32 {
		t.Errorf("%d days are remembered", n)
	}
}

// TestReadsThatProveSomebody: while an entry has no ID nobody counts as absent, and the row of whom
// the directory shows out of scope goes on.
func TestReadsThatProveSomebody(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw, w.policy.ConfirmReads, w.policy.ConfirmOver = 0, 5, 96*time.Hour
	w.every(t, time.Hour, 3)
	w.source().nameless = true
	people["anna"].leave(model.OutOfScope)
	w.later(t, time.Hour)
	wantLines(t, of(w.every(t, 24*time.Hour, 4), "anna"), "withdraw E-anna due")
}

// TestHoleAndAnotherView: a row that begins afresh after a hole is as new as any, so who is missed by
// then through an account that nobody knows may only be hidden from it.
func TestHoleAndAnotherView(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.policy.GraceWithdraw = 0
	people["anna"].leave(model.Absent)
	w.later(t, time.Hour)
	w.readBy(reader("new"))
	w.later(t, 80*time.Hour)
	waitsForYes(t, w.later(t, 25*time.Hour))
}
