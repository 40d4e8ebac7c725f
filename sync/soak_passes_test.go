package sync_test

import (
	"context"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// hook is something that happens to a pass right before one of its port calls.
type hook struct {
	at      int64 // number of the call, 0: never
	happens func(cancel func())
}

// crash is thrown through a pass that dies; folder is what it leaves.
type crash struct{ folder string }

// waiting counts the faults that have not struck yet.
func (w *soak) waiting() int {
	strikes := w.wire.waiting()
	for _, f := range w.sim.Faults() {
		strikes += f.Times
	}
	return strikes
}

// run does one pass. What it did is judged at once.
func (w *soak) run(h hook) dirsync.Report {
	return w.passing(h, (*dirsync.Pass).Run)
}

func (w *soak) passing(h hook, do func(*dirsync.Pass, context.Context) dirsync.Report) dirsync.Report {
	w.disturbed = w.outage || w.hidden != "" || len(w.unshown) > 0 || len(w.nameless) > 0 || w.clockWrong() || w.deserted()
	strikes := w.waiting()
	w.firstScope()
	w.look()
	linked, interrupted := w.linked(), w.interrupted()
	report, died := w.survive(h, do)
	w.report = report
	w.recheckAt, w.atRecheck = 0, nil
	w.disturbed = w.liar.hasLied() || w.disturbed
	if died.folder != "" {
		w.shut()
		w.folder = died.folder
		w.open()
	}
	w.log("pass: exit %d %v %s", report.ExitCode(), results(report), outline(report))
	w.tiePassedOn(interrupted)
	w.judge()
	w.judgeSilence()
	if !w.disturbed && w.waiting() == strikes && report.Planned && report.Err == nil && !report.Plan.Tripped(model.GuardBaseline) {
		w.sighted(linked)
		if !report.DryRun {
			w.tieAll()
			w.unseen = false
		}
	}
	return report
}

// firstScope: a ledger that knows no package yet, or nobody of ours, takes the configured scope as it is.
// Whoever is outside was never in it.
func (w *soak) firstScope() {
	state, err := w.ledger.State(context.Background())
	if err != nil {
		w.rt.Fatal(err)
	}
	if state.Subscription == "" || len(state.Owned) == 0 {
		w.narrowInForce = w.narrow
	}
}

// survive catches the death of a pass.
func (w *soak) survive(h hook, do func(*dirsync.Pass, context.Context) dirsync.Report) (report dirsync.Report, died crash) {
	defer func() {
		thrown := recover()
		if c, ok := thrown.(crash); ok {
			died = c
		} else if thrown != nil {
			panic(thrown)
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return do(w.pass(&counter{killAt: h.at, die: func() {
		w.disturbed = true
		h.happens(cancel)
	}}), ctx), died
}

// outline is why a pass did not do more, in a line.
func outline(r dirsync.Report) string {
	var words []string
	for _, s := range r.Incomplete {
		words = append(words, "not read: "+string(s.Reason))
	}
	for _, g := range r.Plan.Guards {
		words = append(words, "guard "+g.Name)
	}
	if r.Err != nil {
		words = append(words, "error: "+strings.ReplaceAll(r.Err.Error(), "\n", " "))
	}
	return strings.Join(words, ", ")
}

func (w *soak) plainPass(*rapid.T) { w.run(hook{}) }

func (w *soak) laterPass(rt *rapid.T) {
	w.advance(time.Duration(rapid.SampledFrom([]int{1, 2, 6, 12, 25}).Draw(rt, "hours")) * time.Hour)
	w.run(hook{})
}

func (w *soak) advance(d time.Duration) {
	_, err := w.sim.Advance(d)
	w.must(err)
	w.log("%s later", d)
}

// callNumber draws a port call, the early ones more often.
func callNumber(rt *rapid.T) int64 { return int64(rapid.IntRange(1, 45).Draw(rt, "call")) }

func (w *soak) crashingPass(rt *rapid.T) {
	n := callNumber(rt)
	w.log("a pass to be killed before call %d", n)
	w.run(hook{n, func(func()) { panic(crash{w.copied()}) }})
}

func (w *soak) cancelledPass(rt *rapid.T) {
	n := callNumber(rt)
	w.log("a pass to be cancelled before call %d", n)
	w.run(hook{n, func(cancel func()) { cancel() }})
}

// editedPass is one during which somebody works in the cockpit, or a phone activates.
func (w *soak) editedPass(rt *rapid.T) {
	edit := w.editing(rt)
	w.run(hook{callNumber(rt), func(func()) { w.judge(); edit() }})
}

// surprisedPass is one during which somebody comes back, or the stop file is laid, right before
// a last look: as the entry that they were, or as another one with the same csi.
func (w *soak) surprisedPass(rt *rapid.T) {
	at, stop, unit := rapid.IntRange(1, 3).Draw(rt, "last look"), rapid.IntRange(0, 3).Draw(rt, "stop") == 0, w.unitToJoin(rt)
	pick := rapid.IntRange(0, 24).Draw(rt, "who")
	w.recheckAt = at
	w.atRecheck = func() {
		if stop {
			w.stop = "stop file"
			w.log("stop file laid before last look %d", at)
			return
		}
		for n := range w.humans {
			if n = (n + pick) % len(w.humans); !w.present(n) && w.owns(n) && w.humans[n].blurred == "" {
				w.readmit(n, unit)
				return
			}
		}
	}
	w.run(hook{})
}

// lastMoment lets somebody come back when their withdrawal is due, right before the last look.
func (w *soak) lastMoment(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool {
		return w.entitledNow(a) && a.ou != w.hidden && w.onlyEntry(a.human) && w.owns(a.human) && w.humans[a.human].blurred == ""
	})
	back := a.ou
	w.log("until the last moment: %v", a)
	w.move(a, soakLeavers)
	for range w.policy.ConfirmReads {
		w.run(hook{})
		w.advance(w.policy.ConfirmOver)
	}
	w.run(hook{})
	w.advance(w.policy.GraceWithdraw)
	w.recheckAt, w.atRecheck = 1, func() {
		w.move(a, back)
		w.log("come back %v at the last moment", a)
	}
	w.run(hook{})
}

// flicker lets somebody leave, return and leave again, each seen by a pass: the second time
// counts from the beginning.
func (w *soak) flicker(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool { return w.entitledNow(a) && a.ou != w.hidden && w.onlyEntry(a.human) })
	back := a.ou
	hours := time.Duration(rapid.SampledFrom([]int{1, 12, 25}).Draw(rt, "hours")) * time.Hour
	w.log("flicker %v", a)
	w.move(a, soakLeavers)
	w.run(hook{})
	w.advance(hours)
	w.move(a, back)
	w.run(hook{})
	w.move(a, soakLeavers)
	w.run(hook{})
}

func (w *soak) troubleDirectory(rt *rapid.T) {
	outage := rapid.SampledFrom([]memdir.Outage{memdir.NoOutage, memdir.Down, memdir.CutMidRead, memdir.Empty}).Draw(rt, "outage")
	w.directory.SetOutage(outage)
	w.outage = outage != memdir.NoOutage
	w.log("directory outage %d", outage)
}

// hideUnit takes the right away to see what is in a unit, or gives it back. Where no sentinel
// is configured, only a unit whose people the program has seen there under the one entry that
// they ever had: nobody could tell another one from an empty place.
func (w *soak) hideUnit(rt *rapid.T) {
	unit := rapid.SampledFrom([]string{"", soakBerlin, soakBern, soakWien}).Draw(rt, "hidden")
	for _, a := range w.accounts {
		if !w.sentinels && a.ou == unit && !a.deleted && (w.unseen || !w.onlyEntry(a.human) || w.humans[a.human].blurred != "") {
			return
		}
	}
	w.hidden = unit
	w.wire.hide(w.hidden)
	w.log("hidden: %q", w.hidden)
}

func (w *soak) recoverTrouble(*rapid.T) {
	w.wire.arm(nil)
	w.wire.hide("")
	w.directory.SetOutage(memdir.NoOutage)
	w.hidden, w.outage = "", false
	w.showAll()
	w.setClock(0)
	w.liar.arm("", 0)
	w.sim.ClearFaults()
	w.log("no more faults")
}
