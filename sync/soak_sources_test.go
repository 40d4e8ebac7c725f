package sync_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

// What becomes of a source: it is taken out of the configuration, given up, configured again, or called
// otherwise (docs/decisions/0019-a-source-that-is-gone.md).

// soakBranch is a source of a soaked world: a part of the directory, under a name.
type soakBranch struct {
	base, name string
	configured bool
	forgotten  bool     // somebody gave it up, and it was not configured since
	former     []string // names of before of which nobody told the ledger what became of them
	source     *ldapsource.Source
}

// startBranches configures the main source and, in some worlds, one more.
func (w *soak) startBranches() {
	w.corp = &soakBranch{base: soakPeople, name: sourceName, configured: true}
	w.annex = &soakBranch{base: soakAnnex, name: "annex", configured: rapid.IntRange(0, 2).Draw(w.rt, "annex") == 0}
	w.log("annex: %v", w.annex.configured)
}

// branches are the configured ones, in their order.
func (w *soak) branches() []*soakBranch {
	return slices.DeleteFunc([]*soakBranch{w.corp, w.annex}, func(b *soakBranch) bool { return !b.configured })
}

func (w *soak) branchNames() []string {
	var names []string
	for _, b := range w.branches() {
		names = append(names, b.name)
	}
	return names
}

// branchOf is where a unit belongs to, nil for the one of leavers.
func (w *soak) branchOf(ou string) *soakBranch {
	switch ou {
	case soakLeavers:
		return nil
	case soakAnnex:
		return w.annex
	}
	return w.corp
}

// readable tells whether the program can know what becomes of an account: its source is read, or was given up.
func (w *soak) readable(a *account) bool { return a.in.configured || a.in.forgotten }

// settleIn notes where an account stands. In another source it is a new one to everybody, and nothing but
// the csi tells whose it is.
func (w *soak) settleIn(a *account) {
	in := w.branchOf(a.ou)
	if in == nil || in == a.in {
		return
	}
	moved := a.in != nil
	a.in = in
	if moved {
		w.madeAnew(a)
	}
}

// sources are the commands about sources.
func (w *soak) sources() dirsync.Sources {
	return dirsync.Sources{Configured: w.branchNames(), Ledger: w.ledger, By: "anna"}
}

// removeSource takes the annex out of the configuration, and says nothing of what that means. Whom no pass
// has seen there would have left, to everybody.
func (w *soak) removeSource(rt *rapid.T) {
	if !w.annex.configured {
		rt.Skip("it is not configured")
	}
	if slices.ContainsFunc(w.accounts, func(a *account) bool { return a.in == w.annex && a.uprooted }) {
		rt.Skip("somebody has just come there")
	}
	w.annex.configured = false
	w.restart()
	w.log("source %s is not configured any more", w.annex.name)
}

// restoreSource configures the annex again, whatever was said of it.
func (w *soak) restoreSource(rt *rapid.T) {
	if w.annex.configured || w.populated(w.annex) == 0 {
		rt.Skip("it is configured, or there never was one")
	}
	w.configureAnnex()
}

func (w *soak) configureAnnex() {
	w.annex.configured, w.annex.forgotten = true, false
	w.restart()
	w.log("source %s is configured again", w.annex.name)
}

// populated counts the entries of a source.
func (w *soak) populated(b *soakBranch) (n int) {
	for _, a := range w.accounts {
		if !a.deleted && a.in == b {
			n++
		}
	}
	return n
}

// forgetSource gives up a name that is not configured any more. Where that is all that the annex has, who
// is left there has left.
func (w *soak) forgetSource(rt *rapid.T) {
	names := w.formerNames()
	if !w.annex.configured && !w.annex.forgotten {
		names = append(names, w.annex.name)
	}
	if len(names) == 0 {
		rt.Skip("nothing is to be forgotten")
	}
	w.forget(rapid.SampledFrom(names).Draw(rt, "name"))
}

func (w *soak) forget(name string) {
	forgotten, err := w.sources().Forget(w.rt.Context(), name)
	w.log("source forget %s: %d people, %v", name, forgotten.People, err)
	for _, b := range []*soakBranch{w.corp, w.annex} {
		b.former = slices.DeleteFunc(b.former, func(was string) bool { return was == name })
	}
	w.annex.forgotten = w.annex.forgotten || name == w.annex.name && err == nil
}

func (w *soak) formerNames() []string { return slices.Concat(w.corp.former, w.annex.former) }

// renameSource calls a source otherwise, or again as it was called before, and tells the ledger at once,
// after a pass, or not at all.
func (w *soak) renameSource(rt *rapid.T) {
	b := rapid.SampledFrom(w.branches()).Draw(rt, "source")
	was := b.name
	b.name = rapid.SampledFrom(append(slices.Clone(b.former), fmt.Sprintf("%s-%d", sourceName, w.steps))).Draw(rt, "name")
	b.former = slices.DeleteFunc(b.former, func(name string) bool { return name == b.name })
	w.restart()
	w.log("source %s is called %s now", was, b.name)
	switch rapid.SampledFrom([]string{"at once", "after a pass", "never"}).Draw(rt, "told") {
	case "after a pass":
		w.run(hook{})
		fallthrough
	case "at once":
		renamed, err := w.sources().Rename(rt.Context(), was, b.name)
		w.log("source rename %s %s: %d people, %v", was, b.name, renamed.People, err)
		if err == nil {
			return
		}
	}
	b.former = append(b.former, was)
	for _, a := range w.accounts {
		if a.in == b && !a.deleted {
			w.madeAnew(a)
		}
	}
}

// forgetFormer gives up all names of before, whose people have passed on, and the annex where it is not
// configured and nobody is left there.
func (w *soak) forgetFormer() {
	for _, name := range w.formerNames() {
		w.forget(name)
	}
	if !w.annex.configured && !w.annex.forgotten && w.populated(w.annex) == 0 {
		w.forget(w.annex.name)
	}
}

// empty tells whether a source has nobody.
func (w *soak) empty(b *soakBranch) bool {
	return !slices.ContainsFunc(w.accounts, func(a *account) bool {
		return !a.deleted && w.branchOf(a.ou) == b && (a.ou != soakWien || !w.narrow)
	})
}

// deserted tells that a configured source shows nobody, which is never believed.
func (w *soak) deserted() bool { return slices.ContainsFunc(w.branches(), w.empty) }
