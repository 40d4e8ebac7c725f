package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/app"
	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// wantSays fails unless an output says all of this.
func wantSays(t *testing.T, out outcome, words ...string) {
	t.Helper()
	for _, text := range words {
		if !strings.Contains(out.stdout+out.stderr, text) {
			t.Errorf("it does not say %q: %v", text, out)
		}
	}
}

// oneHouse is rolled out to the last phone, with leavers who wait for nothing.
func oneHouse(t *testing.T, corp house) *world {
	t.Helper()
	w := newWorld(t, corp.site)
	w.set("leavers", map[string]any{
		"id": "detach", "confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	w.must(t, 0, "run", "--once")
	w.holdsPeople(t, corp.people)
	return w
}

// moveTo puts another directory into the configuration, in place of all others.
func (w *world) moveTo(t *testing.T, name string, s site) {
	t.Helper()
	w.settings["sources"] = []any{}
	w.addSource(t, name, s)
}

// TestADirectoryIsReplaced: everybody who stands in the next directory keeps credential and Threema ID,
// and leaves by it later. Who is missing there is asked about, and leaves by a yes once the old source
// was forgotten, not without it.
func TestADirectoryIsReplaced(t *testing.T) {
	t.Parallel()
	corp := onOpenLDAP(t, 24)
	w := oneHouse(t, corp)
	next := inMemory(t, 1000, 0)
	missing := corp.people[3]
	var there []testdir.Person
	for n := range 40 {
		p := testdir.NewPerson(n)
		known := func(q testdir.Person) bool { return q.Account == p.Account }
		if p.Account != missing.Account && slices.ContainsFunc(corp.people, known) {
			there = append(there, next.join(t, n))
		}
	}
	kept := w.credentialOf(t, there[0].Account)
	w.moveTo(t, "newdir", next.site)
	wantSays(t, w.must(t, 3, "run", "--once"), "source newdir is new, and corp, which the ledger knows, is not configured any more",
		"threema-dirsync source rename corp newdir")
	w.must(t, 0, "approve", "--baseline")
	const asked = "`threema-dirsync source forget corp`"
	wantSays(t, w.must(t, 3, "run", "--once"), asked, missing.Number)
	wantSays(t, w.must(t, 0, "status"), "NOT CONFIGURED any more; people of it that are managed: 1", asked)
	wantSays(t, w.must(t, 0, "explain", missing.Number), asked)
	wantSays(t, w.must(t, 0, "plan", "--json"), `"ask": "source-forgotten"`)
	if now := w.credentialOf(t, there[0].Account); now != kept {
		t.Errorf("credential and Threema ID are %s, were %s", now, kept)
	}
	next.disable(t, there[0])
	w.must(t, 3, "run", "--once")
	w.gone(t, 1, 0, there[0].Account)

	wantSays(t, w.must(t, 1, "source", "forget", "newdir"), "source newdir is configured")
	wantSays(t, w.must(t, 1, "source", "forget", "crop"), "the ledger knows no source crop (did you mean corp?)")
	wantSays(t, w.must(t, 1, "source", "rename", "corp", "newdir"), "the ledger knows a source newdir already")
	wantSays(t, w.must(t, 0, "source", "forget", "corp"), "Source corp is forgotten. People of it that are managed or on the way out, and absent from now on: 1", "restarted")
	wantSays(t, w.must(t, 0, "source", "forget", "corp"), "was forgotten on")
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "type: threema-dirsync source forget corp") || strings.Contains(out.stdout, "WAITS FOR YOU source-forgotten") {
		t.Errorf("it asks for what is done: %v", out)
	}
	for range 3 {
		wantSays(t, w.must(t, 3, "run", "--once"), "source corp was forgotten on", "needs-approval")
	}
	wantSays(t, w.must(t, 0, "status"), "forgotten ", "people of it that are still managed: 1")
	w.gone(t, 1, 0, there[0].Account)
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	w.gone(t, 2, 0, there[0].Account, missing.Account)
	w.must(t, 0, "plan", "--detailed-exitcode")
	if told := w.export(t); !slices.ContainsFunc(told, func(e exported) bool { return e.Event == "source-forgotten" && e.By != "" }) {
		t.Error("the audit does not tell who forgot the source")
	}
	wantSays(t, w.must(t, 0, "audit", "verify"), "as it was written")
}

// TestAForgottenSourceIsBackInTime: whoever configures it again before the yes loses nobody, and a yes
// that was given meanwhile reaches nobody.
func TestAForgottenSourceIsBackInTime(t *testing.T) {
	t.Parallel()
	corp, hr := inMemory(t, 0, 12), inMemory(t, 500, 12)
	w := twoHouses(t, corp, hr)
	both := w.settings["sources"]
	w.moveTo(t, "hr", hr.site)
	w.must(t, 3, "run", "--once")
	w.must(t, 0, "source", "forget", "corp")
	w.must(t, 3, "run", "--once")
	w.must(t, 0, "approve", w.hash(t))
	w.settings["sources"] = both
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.gone(t, 0, 0)
	w.moveTo(t, "hr", hr.site)
	wantSays(t, w.must(t, 3, "run", "--once"), "source corp is not configured any more; nothing is done")
	w.gone(t, 0, 0)
}

// TestASourceIsRenamed: nobody enters or leaves, nothing is to accept, and an approval from before counts
// no more. It waits for the end of a pass, and refuses what cannot be meant.
func TestASourceIsRenamed(t *testing.T) {
	t.Parallel()
	corp := inMemory(t, 0, 20)
	w := oneHouse(t, corp)
	w.set("leavers.approval", "recoverable")
	corp.disable(t, corp.people[5])
	w.must(t, 3, "run", "--once")
	w.must(t, 0, "approve", w.hash(t))
	w.set("sources.0.name", "ad")
	wantSays(t, w.must(t, 3, "run", "--once"), "type `threema-dirsync source rename corp ad`")
	w.gone(t, 0, 0)
	status := w.must(t, 0, "status")
	wantSays(t, status, "threema-dirsync source rename corp ad\n")
	if strings.Contains(status.stdout, "  Type:   threema-dirsync approve") || strings.Contains(status.stdout, "people: threema-dirsync approve --baseline") {
		t.Errorf("a yes comes before the renaming: %v", status)
	}

	wantSays(t, w.must(t, 1, "source"), "forget NAME, or rename OLD NEW")
	wantSays(t, w.must(t, 1, "source", "rename", "crop", "ad"), "did you mean corp?")
	wantSays(t, w.must(t, 1, "source", "rename", "corp", "adx"), "no source is called adx in the configuration")
	unlock, err := app.LockPass(&config.Config{StateDir: w.stateDir})
	if err != nil {
		t.Fatal(err)
	}
	w.must(t, 5, "source", "rename", "corp", "ad")
	w.must(t, 5, "source", "forget", "corp")
	unlock()
	wantSays(t, w.must(t, 0, "source", "rename", "corp", "ad"), "Source corp is called ad now", "People of it that are managed, or on the way out: 20", "Approvals that count no more")
	wantSays(t, w.must(t, 1, "source", "rename", "corp", "ad"), "the ledger knows no source corp")
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "WAITS FOR YOU baseline") || strings.Contains(out.stdout, "WAITS FOR YOU source-forgotten") {
		t.Errorf("it asks for what is done: %v", out)
	}

	wantSays(t, w.must(t, 3, "run", "--once"), "needs-approval")
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, corp.people[5].Account)
	w.must(t, 0, "plan", "--detailed-exitcode")
	wantSays(t, w.must(t, 0, "explain", corp.people[6].Number), "ad/")
	wantSays(t, w.must(t, 0, "audit", "verify"), "as it was written")
	corp.disable(t, corp.people[7])
	w.must(t, 3, "run", "--once")
}
