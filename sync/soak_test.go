package sync_test

import (
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

const (
	soakWorlds   = "SOAK_WORLDS" // variable: how many worlds, within -rapid.checks
	fewWorlds    = 3             // without it; one in a short run
	soakChapters = 3             // each of -rapid.steps steps on average, and a calm end
)

// TestSoak drives random worlds over the real parts: people come, leave and return, administrators
// edit, directory and service fail at any message and request, passes die, clocks step. After each
// step no effect may have hit somebody who did not leave; after each chapter faults stop, and then
// everybody who truly left is out, and everybody else at work. A failure tells the seed and,
// line by line, the shortest story that rapid found.
func TestSoak(t *testing.T) {
	t.Parallel()
	seed := flag.Lookup("rapid.seed")
	if seed.Value.String() == "0" {
		if err := seed.Value.Set(strconv.FormatUint(rand.Uint64(), 10)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("once more: go test ./sync -run '^TestSoak$' -rapid.seed=%s", seed.Value)
	worlds, steps, reproducing := worldsAsked(t), 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if worlds--; worlds < 0 && !reproducing {
			return // rapid counts its checks for cheaper properties
		}
		finished := false
		defer func() { reproducing = reproducing || !finished }()
		steps += soakOne(rt, t.TempDir())
		finished = true
	})
	t.Logf("%d steps", steps)
}

func worldsAsked(t *testing.T) int {
	t.Helper()
	text, ok := os.LookupEnv(soakWorlds)
	if !ok && testing.Short() {
		return 1
	}
	if !ok {
		return fewWorlds
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", soakWorlds, err)
	}
	return n
}

// soakOne lives one world to its end, and returns its steps.
func soakOne(rt *rapid.T, root string) int {
	w := newSoak(rt, root)
	for range rapid.IntRange(4, 9).Draw(rt, "people") {
		w.join(rt)
	}
	w.settleForeigners(rt)
	for range soakChapters {
		rt.Repeat(w.actions())
		w.end()
	}
	return w.steps
}

// actions are all that may happen in one step. Some stand there twice, to come more often. The rarer
// happenings belong to the long worlds: those of a test run are too few and too short for them.
func (w *soak) actions() map[string]func(*rapid.T) {
	all := w.everyday()
	if _, long := os.LookupEnv(soakWorlds); long {
		maps.Copy(all, w.rare())
	}
	return all
}

// everyday is what happens in every house.
func (w *soak) everyday() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"pass": w.plainPass, "pass again": w.plainPass, "pass later": w.laterPass, "pass much later": w.laterPass,
		"pass, killed": w.crashingPass, "pass, cancelled": w.cancelledPass, "pass, edited": w.editedPass, "pass, surprised": w.surprisedPass,
		"pass, surprised again": w.surprisedPass, "flicker": w.flicker, "last moment": w.lastMoment,
		"join": w.join, "leave": w.leave, "leave, too": w.leave, "come back": w.comeBack, "rekey": w.rekey, "rename": w.rename, "hold": w.holdSomebody,
	}
}

// rare is what outsiders found.
func (w *soak) rare() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"reuse a number": w.reuseNumber, "second account": w.secondAccount, "renumber": w.renumber, "approved return": w.approvedReturn,
		"remove source": w.removeSource, "restore source": w.restoreSource, "forget source": w.forgetSource, "rename source": w.renameSource,
		"withdraw many": w.withdrawMany, "short list": w.shortList, "clock jump": w.jumpClock, "lose an ID": w.loseID,
		"exchange server": w.exchangeServer, "exchange account": w.exchangeAccount, "server hides some": w.partialServer, "account sees less": w.partialAccount,
		"borrow": w.borrow, "quiet weeks": w.quietWeeks, "approve all": w.approveAll,
		"move": w.moveWithin, "muddle": w.muddle, "unmuddle": w.unmuddle,
		"activate": w.activate, "activate, too": w.activate, "inherit": w.inherit, "edit": w.edit,
		"trouble API": w.troubleAPI, "trouble wire": w.troubleWire, "trouble directory": w.troubleDirectory, "hide": w.hideUnit,
		"recover": w.recoverTrouble, "recover, too": w.recoverTrouble,
		"clock": w.stepClock, "restart": w.restarting, "reconfigure": w.reconfigure, "approve": w.approve, "baseline": w.acceptBaseline,
	}
}
