package sync_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// human is a person of flesh and blood, whatever entries the directory has of them.
type human struct {
	phone string // Threema ID, "" before the first activation
	csi   string // the one that is truly theirs
	// blurred tells why nothing but a person can tell whose account or credential is theirs: the
	// directory gave their csi to somebody else, say, or somebody said yes to what is wrong. Then their
	// credential may go with any of their entries; "" for everybody else.
	blurred         string
	withdrawnByHand bool
	// lost tells that this was at a time when many credentials were: nobody gets a new one then.
	lost bool
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
	belongs  map[string]int        // credential → human
	holder   map[string]*account   // credential → entry that a pass without trouble could tie to it
	strayed  map[string][]*account // credential → entries of other people that may have it, by a wrong csi or a wrong yes
	named    map[string]bool       // Threema IDs and credentials whose end a careless operator said yes to
	csiOf    map[string]string     // credential → csi that stood on it last
	usedOn   map[string]string     // Threema ID → credential that it was linked to last
	phones   map[string]int        // Threema ID → human
	loans    map[string]loan       // Threema ID → the credential of somebody else that it used last
	shown    map[string][]int      // Threema ID → humans on whose managed credential a pass without trouble saw it
	vouched  map[string]bool       // the same, where the question was whether they left at all
	agreed   map[string]bool       // Threema IDs and credentials that a yes named as perhaps somebody else's, until that one is seen again
	missed   map[string]bool       // whom a pass may have missed through another account or server, until one saw them again
	onLeave  map[string]time.Time  // credentials and Threema IDs of people on leave, until when
	said     map[string]bool       // departures that somebody said yes to, until a pass saw the human again
	seen     map[string]bool       // Threema IDs that a pass without trouble found linked
	rows     map[string][]moment   // by human, by entry and by csi
	known    map[string]bool       // all keys there ever were
	entitled map[string]bool       // when the last pass began, same keys
	visible  map[string]bool       // those of them whom a configured source has
	bearers  map[string][]*account // username → entries that the last pass could see entitled under it

	activations map[string]int       // of a Threema ID
	withdrewAt  map[string]time.Time // credential → when the program withdrew it
	silentSince map[string]time.Time // credential of a leaver → first of the unbroken row of passes that said nothing of it
	syncSince   time.Time            // first pass of the row of those that may take out

	withdrawn, detached, revoked int // effects that were judged
}

func humanKey(n int) string { return fmt.Sprintf("human %d", n) }

func (a *account) key() string { return fmt.Sprintf("entry %d", a.serial) }

// keys are whose departure an entry may be part of. A csi is none: it is not a person.
func (a *account) keys() []string { return []string{humanKey(a.human), a.key()} }

func (w *soak) newHuman() int {
	n := len(w.humans)
	w.humans = append(w.humans, &human{csi: fmt.Sprintf("E%02d", n)})
	return n
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
	clear(w.visible)
	clear(w.bearers)
	positive, unread := map[string]bool{}, map[string]bool{}
	for _, a := range w.accounts {
		for _, key := range a.keys() {
			w.known[key] = true
			w.entitled[key] = w.entitled[key] || w.entitledNow(a)
			w.visible[key] = w.visible[key] || w.entitledNow(a) && a.in.configured
			positive[key] = positive[key] || a.disabled && !a.deleted
			unread[key] = !w.readable(a) // of a human, the newest entry says so
		}
		if w.entitledNow(a) && a.in.configured && a.ou != w.hidden && !slices.Contains(w.unshown, a) {
			w.bearers[a.uid] = append(w.bearers[a.uid], a)
		}
	}
	for key := range w.known {
		if !w.entitled[key] && !unread[key] && !w.clockWrong() {
			w.rows[key] = append(w.rows[key], moment{w.now(), positive[key]})
		}
	}
	w.forgetReturners()
	for _, a := range w.unshown {
		for _, key := range a.keys() {
			w.missed[key] = true
		}
	}
	if w.policy.Mode == model.Sync && (w.syncSince.IsZero() || w.syncSince.After(w.now())) {
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
	for key, there := range w.visible {
		if there {
			delete(w.rows, key)
			delete(w.said, key)
			delete(w.vouched, key)
			delete(w.missed, key)
		}
	}
	for _, those := range []map[string]int{w.phones, w.belongs} {
		for id, n := range those {
			if w.visible[humanKey(n)] {
				delete(w.agreed, id)
			}
		}
	}
	for _, a := range w.accounts {
		if w.visible[a.key()] && !w.owns(a.human) {
			a.uprooted = false // of whom something is tied to the one before, a pass has to tie it anew
		}
	}
	if w.policy.Mode != model.Sync {
		w.syncSince = time.Time{}
	}
	for _, id := range linked {
		w.seen[id] = true
		if n, ours := w.belongs[w.usedOn[id]]; ours && !w.leftToOthers(w.usedOn[id]) {
			w.shown[id] = append(w.shown[id], n)
		}
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

// tie notes which entry a pass must have found to be the bearer of a credential. One that the package
// had before goes to whoever has its csi: nothing tells a slip from a truth. From then on it passes to
// accounts of the same human, and to nobody else without a yes.
func (w *soak) tie(id string, n int) {
	var found []*account
	for _, a := range w.accounts {
		if w.entitledNow(a) && a.in.configured && a.csi == w.csiOf[id] {
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
	if had := w.holder[id]; had != nil && w.entitledNow(had) && had.in.configured && !had.uprooted {
		return // nobody takes it from them
	}
	transfers := w.policy.Mode == model.Sync || w.policy.Mode == model.UpsertOnly
	adopts := w.policy.Mode == model.CreateOnly && w.holder[id] == nil
	if len(found) != 1 || len(w.bearers[found[0].uid]) != 1 || !transfers && !adopts {
		return
	}
	switch {
	case found[0].human == n:
		w.holder[id], found[0].uprooted = found[0], false
	case w.holder[id] == nil:
		w.stray(id, found[0], "adopted by a csi that was somebody else's")
	}
}

// tiePassedOn ties a credential to the entry of somebody else as soon as a pass has passed it on to them by its
// csi: one that had trouble later on does so too, and tieAll comes after none of those. It was in the package
// before, and nothing tells a slip from a truth; or its create was interrupted, and nobody has its password,
// so that it is made for whoever has the csi now.
func (w *soak) tiePassedOn(interrupted map[string]bool) {
	state, err := w.ledger.State(context.Background())
	w.must(err)
	for _, own := range state.Owned {
		id := own.CredentialID
		n, known := w.belongs[id]
		for _, a := range w.accounts {
			switch {
			case !known || a.human == n || a.uuid() != own.Person.ID:
			case interrupted[id]:
				w.belongs[id], w.holder[id] = a.human, a
			case a.csi == w.csiOf[id] && w.holder[id] == nil && !slices.Contains(w.strayed[id], a):
				w.stray(id, a, "adopted by a csi that was somebody else's")
			}
		}
	}
}

// interrupted are the credentials whose create is not finished.
func (w *soak) interrupted() map[string]bool {
	state, err := w.ledger.State(context.Background())
	w.must(err)
	open := map[string]bool{}
	for _, op := range state.Open {
		if op.Op == model.Create {
			open[op.CredentialID] = true
		}
	}
	return open
}

// stray notes that a credential may be that of an entry of somebody else by now.
func (w *soak) stray(id string, a *account, why string) {
	w.strayed[id] = append(w.strayed[id], a)
	w.blur(a.human, why)
	w.blur(w.belongs[id], why)
}

func (w *soak) blur(n int, why string) {
	if w.humans[n].blurred == "" {
		w.log("human %d is blurred: %s", n, why)
		w.humans[n].blurred = why
	}
}

// shared tells whether several Threema IDs use a credential that we did not make.
func (w *soak) shared(id string) bool {
	return strings.HasPrefix(id, "c/old") && slices.ContainsFunc(w.sim.State().Credentials, func(c worksim.Credential) bool {
		return c.ID == id && len(c.Users) > 1
	})
}

// couldHave lists the keys of whom a credential may be: the human for whom it was made; of one who is
// blurred, each of their entries, and whoever it may have passed to.
func (w *soak) couldHave(credential string) []string {
	n := w.belongs[credential]
	if w.humans[n].blurred == "" {
		return []string{humanKey(n)}
	}
	var keys []string
	for _, a := range w.accounts {
		if a.human == n {
			keys = append(keys, a.key())
		}
	}
	for _, a := range w.strayed[credential] {
		keys = append(keys, a.key())
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

// there tells whether somebody is entitled now.
func (w *soak) there(key string) bool {
	return slices.ContainsFunc(w.accounts, func(a *account) bool { return w.entitledNow(a) && slices.Contains(a.keys(), key) })
}

// confirmed tells whether the absence of a key was confirmed so long ago, by the program's clock.
func (w *soak) confirmed(key string, ago time.Duration, notBefore time.Time) bool {
	row := w.rows[key]
	if w.vouched[key] && !w.there(key) {
		return true // whom a new view misses has somebody's word
	}
	for k, m := range row {
		first := slices.MinFunc(row[:k+1], func(a, b moment) int { return a.at.Compare(b.at) })
		full := k+1 >= w.policy.ConfirmReads && m.at.Sub(first.at) >= w.policy.ConfirmOver
		since := m.at
		if notBefore.After(since) {
			since = notBefore
		}
		if (m.positive || full) && w.now().Sub(since) >= ago {
			return true
		}
	}
	return false
}
