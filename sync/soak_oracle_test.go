package sync_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// human is a person of flesh and blood, whatever entries the directory has of them.
type human struct {
	phone           string // Threema ID, "" before the first activation
	muddled         bool   // had the csi of somebody else, or lent it
	withdrawnByHand bool
}

// moment is one pass that could have read the directory, at the program's time, in an unbroken
// row of those at which somebody was not entitled.
type moment struct {
	at       time.Time
	positive bool // an entry said so, rather than none
}

// oracle knows the truth from the test's own doing, and what may follow from it. It reads the
// state of the simulator, and neither plan, ledger nor log of the program.
type oracle struct {
	accounts []*account
	humans   []*human
	belongs  map[string]int      // credential → human
	holder   map[string]*account // credential → entry that a pass without trouble could tie to it
	csiOf    map[string]string   // credential → csi that stood on it last
	usedOn   map[string]string   // Threema ID → credential that it was linked to last
	phones   map[string]int      // Threema ID → human
	seen     map[string]bool     // Threema IDs that a pass without trouble found linked
	rows     map[string][]moment // by human, by entry and by csi
	known    map[string]bool     // all keys there ever were
	entitled map[string]bool     // when the last pass began, same keys
	bearers  map[string][]int    // username → humans whom the last pass could see entitled under it

	activations map[string]int // of a Threema ID
	syncSince   time.Time      // first pass of the row of those that may take out

	withdrawn, detached, revoked int // effects that were judged
}

func humanKey(n int) string    { return fmt.Sprintf("human %d", n) }
func csiKey(csi string) string { return "csi " + csi }

// keys are all that an entry can be known by.
func (a *account) keys() []string {
	return []string{humanKey(a.human), csiKey(a.csi), fmt.Sprintf("entry %d", a.serial)}
}

func (w *soak) newHuman() int {
	w.humans = append(w.humans, &human{})
	return len(w.humans) - 1
}

// latest is the newest entry of a human.
func (w *soak) latest(n int) *account {
	for _, a := range slices.Backward(w.accounts) {
		if a.human == n {
			return a
		}
	}
	return nil
}

// present tells whether a human is entitled under any entry.
func (w *soak) present(n int) bool {
	return slices.ContainsFunc(w.accounts, func(a *account) bool { return a.human == n && w.entitledNow(a) })
}

// look notes the truth at the begin of a pass. Each pass counts towards a confirmation, whether
// it comes to read the directory or not: that errs to the side of the program.
func (w *soak) look() {
	clear(w.entitled)
	clear(w.bearers)
	positive := map[string]bool{}
	for _, a := range w.accounts {
		for _, key := range a.keys() {
			w.known[key] = true
			w.entitled[key] = w.entitled[key] || w.entitledNow(a)
			positive[key] = positive[key] || a.disabled && !a.deleted
		}
		if w.entitledNow(a) && a.ou != w.hidden {
			w.bearers[a.uid] = append(w.bearers[a.uid], a.human)
		}
	}
	for key := range w.known {
		if !w.entitled[key] {
			w.rows[key] = append(w.rows[key], moment{w.now(), positive[key]})
		}
	}
	w.forgetReturners()
	if w.policy.Mode == plan.Sync && (w.syncSince.IsZero() || w.syncSince.After(w.now())) {
		w.syncSince = w.now()
	}
}

// forgetReturners: the departure of somebody who returns is over, and with it the claim on an ID
// whose credential it had withdrawn. If they never use that ID again, nobody may take it.
func (w *soak) forgetReturners() {
	linked := w.linked()
	for id, n := range w.phones {
		if w.entitled[humanKey(n)] && !slices.Contains(linked, id) {
			delete(w.seen, id)
		}
	}
}

// sighted ends the rows of all who were entitled when a pass without any trouble began: it must
// have seen them.
func (w *soak) sighted(linked []string) {
	for key, there := range w.entitled {
		if there {
			delete(w.rows, key)
		}
	}
	if w.policy.Mode != plan.Sync {
		w.syncSince = time.Time{}
	}
	for _, id := range linked {
		w.seen[id] = true
	}
	w.byHand = 0
}

// tieAll ties credentials to entries, after a pass that carried out what it planned.
func (w *soak) tieAll() {
	for _, c := range w.sim.State().Credentials {
		if n, known := w.belongs[c.ID]; known {
			w.tie(c.ID, n)
		}
	}
}

// tie notes which entry a pass must have found to be the bearer of a credential. A csi that the
// directory gives to another human takes the credential with it: it is the key, and nothing in the
// directory tells a slip from a truth.
func (w *soak) tie(id string, n int) {
	var found []*account
	for _, a := range w.accounts {
		if w.entitledNow(a) && a.csi == w.csiOf[id] {
			found = append(found, a)
		}
	}
	for _, other := range w.sim.State().Credentials {
		if other.ID != id && w.csiOf[other.ID] == w.csiOf[id] {
			return // it stands on two credentials
		}
	}
	if w.holder[id] == nil && w.shared(id) {
		return // nobody takes over what several use
	}
	if had := w.holder[id]; had != nil && w.entitledNow(had) {
		return // nobody takes it from them
	}
	transfers := w.policy.Mode == plan.Sync || w.policy.Mode == plan.UpsertOnly
	adopts := w.policy.Mode == plan.CreateOnly && w.holder[id] == nil
	theirs := len(found) == 1 && (found[0].human == n || w.humans[n].muddled && w.humans[found[0].human].muddled)
	if theirs && len(w.bearers[found[0].uid]) == 1 && (transfers || adopts) {
		w.holder[id] = found[0]
	}
}

// shared tells whether several Threema IDs use a credential that we did not make.
func (w *soak) shared(id string) bool {
	return strings.HasPrefix(id, "c/old") && slices.ContainsFunc(w.sim.State().Credentials, func(c worksim.Credential) bool {
		return c.ID == id && len(c.Users) > 1
	})
}

// keysOf are what a departure is held against: the whole human, or, of one whose csi was
// somebody else's, what ties them to the credential. What a credential said when somebody withdrew it by
// hand, no pass may have read.
func (w *soak) keysOf(n int, credential string) []string {
	var keys []string
	if !w.humans[n].muddled {
		keys = append(keys, humanKey(n))
	} else if a := w.holder[credential]; a != nil {
		keys = append(keys, a.keys()[2])
	}
	if csi := w.csiOf[credential]; csi != "" && !w.goneByHand[credential] {
		keys = append(keys, csiKey(csi))
	}
	return keys
}

// linked are the Threema IDs on credentials of our people.
func (w *soak) linked() []string {
	var ids []string
	for _, c := range w.sim.State().Credentials {
		if _, known := w.belongs[c.ID]; known {
			ids = append(ids, c.Users...)
		}
	}
	return ids
}

// confirmed tells whether the absence of a key was confirmed so long ago, by the program's clock.
// proven tells that an entry says so now.
func (w *soak) confirmed(key string, proven bool, ago time.Duration, notBefore time.Time) bool {
	row := w.rows[key]
	for k, m := range row {
		first := slices.MinFunc(row[:k+1], func(a, b moment) int { return a.at.Compare(b.at) })
		full := k+1 >= w.policy.ConfirmReads && m.at.Sub(first.at) >= w.policy.ConfirmOver
		since := m.at
		if notBefore.After(since) {
			since = notBefore
		}
		if (m.positive || proven || full) && w.now().Sub(since) >= ago {
			return true
		}
	}
	return false
}

// accept takes what stands in the package for given: somebody else did it.
func (w *soak) accept() {
	state := w.sim.State()
	w.withdrawn, w.detached, w.revoked = len(state.Withdrawn), len(state.Detached), len(state.Revoked)
	for _, c := range state.Credentials {
		csi, _ := state.Settings[c.ID]["th_csi"].(string)
		w.csiOf[c.ID] = csi
		for _, id := range c.Users {
			w.usedOn[id] = c.ID
		}
	}
}

// judge looks at all that the program did since the last time.
func (w *soak) judge() {
	state := w.sim.State()
	for _, c := range state.Withdrawn[w.withdrawn:] {
		n, known := w.belongs[c.ID]
		if !known {
			w.rt.Fatalf("withdrew %s (%s), which is not ours", c.ID, c.Username)
		}
		if !w.policy.Withdraw {
			w.rt.Fatalf("withdrew %s under app_access: keep", c.Username)
		}
		w.judgeDeparture("withdraw "+c.Username, w.keysOf(n, c.ID), w.policy.GraceWithdraw, w.syncSince)
	}
	gone := slices.Concat(state.Detached[w.detached:], state.Revoked[w.revoked:])
	for _, id := range gone {
		n, known := w.phones[id.ID]
		if !known {
			w.rt.Fatalf("took %s, who is not ours", id.ID)
		}
		w.judgeDeparture("take "+id.ID, w.keysOf(n, w.usedOn[id.ID]), w.policy.GraceWithdraw+w.policy.GraceID, time.Time{})
	}
	if len(state.Revoked) > w.revoked && w.policy.ID != plan.RevokeID {
		w.rt.Fatalf("revoked under id: %s", w.policy.ID)
	}
	if len(state.Detached) > w.detached && w.policy.ID != plan.DetachID {
		w.rt.Fatalf("detached under id: %s", w.policy.ID)
	}
	w.judgeTimes(state)
	w.judgeCreates(state)
	if now := w.foreigners(); now != w.foreign {
		w.rt.Fatalf("what is not ours has changed:\n%s\nwas:\n%s", now, w.foreign)
	}
	w.accept()
}

// judgeDeparture holds one destructive effect against the truth.
func (w *soak) judgeDeparture(what string, keys []string, grace time.Duration, notBefore time.Time) {
	w.log("effect: %s of %v", what, keys)
	if w.policy.Mode != plan.Sync || w.stop != "" {
		w.rt.Fatalf("%s, under policy %s, stop %q", what, w.policy.Mode, w.stop)
	}
	proven := false // what proves that a human left, proves it of the csi too
	for _, key := range keys {
		there := slices.ContainsFunc(w.accounts, func(a *account) bool {
			return w.entitledNow(a) && slices.Contains(a.keys(), key)
		})
		if there {
			w.rt.Fatalf("%s: %s is entitled\n%s", what, key, text(w.report))
		}
		if !w.confirmed(key, proven, grace, notBefore) {
			w.rt.Fatalf("%s at %s: the absence of %s was not confirmed %s ago: %v (may take out since %v)\n%s",
				what, w.now(), key, grace, w.rows[key], notBefore, text(w.report))
		}
		row := w.rows[key]
		proven = row[len(row)-1].positive
	}
}

// judgeTimes: one effect for each time that an ID came.
func (w *soak) judgeTimes(state worksim.State) {
	times := map[string]int{}
	for _, gone := range slices.Concat(state.Detached, state.Revoked) {
		if times[gone.ID]++; times[gone.ID] > w.activations[gone.ID] {
			w.rt.Fatalf("%s was taken out %d times, and came %d times", gone.ID, times[gone.ID], w.activations[gone.ID])
		}
	}
}

// judgeCreates finds out for whom new credentials are: each for somebody entitled, and one each.
func (w *soak) judgeCreates(state worksim.State) {
	live := map[int]string{}
	for _, c := range state.Credentials {
		if _, known := w.belongs[c.ID]; !known && c.ID != soakForeign && c.ID != soakShared && !w.guests[c.ID] {
			w.belongs[c.ID] = w.bearer(c.Username)
			w.holder[c.ID] = w.latest(w.belongs[c.ID])
			w.log("effect: create %s for human %d", c.Username, w.belongs[c.ID])
		}
		n, known := w.belongs[c.ID]
		if known && live[n] != "" && !w.humans[n].muddled {
			w.rt.Fatalf("human %d has two credentials, %s and %s", n, live[n], c.Username)
		}
		if known {
			live[n] = c.Username
		}
	}
}

// bearer is the human whom the pass could see entitled under a username.
func (w *soak) bearer(username string) int {
	bearers := w.bearers[username]
	if len(bearers) != 1 {
		w.rt.Fatalf("a credential was created for %s, who is %d people", username, len(bearers))
	}
	return bearers[0]
}
