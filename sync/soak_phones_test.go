package sync_test

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// loan is a phone that uses the credential of somebody else.
type loan struct {
	credential string
	at         time.Time
}

// faded is how long a phone is seen on one credential alone before it counts as that owner's.
const faded = 30 * 24 * time.Hour

// borrow lets somebody type the password of a colleague, or of somebody who left, into their own phone.
func (w *soak) borrow(rt *rapid.T) {
	c := w.ours(rt, func(worksim.Credential) bool { return true })
	var others []int
	for n, h := range w.humans {
		if n != w.belongs[c.ID] && h.phone != "" {
			others = append(others, n)
		}
	}
	if len(others) == 0 {
		rt.Skip("nobody has a phone")
	}
	n := rapid.SampledFrom(others).Draw(rt, "whose phone")
	password, handed := w.password(c)
	if !handed {
		return
	}
	id := w.humans[n].phone
	if _, err := w.sim.Activate(c.Username, password, id); err != nil {
		w.log("human %d cannot use %s: %v", n, c.Username, err)
		return
	}
	w.usedOn[id] = c.ID
	w.loans[id] = loan{c.ID, w.now()}
	w.activations[id]++
	w.log("human %d uses %s of human %d on %s", n, c.Username, w.belongs[c.ID], id)
}

// password is the one that stands in the hand-over file, or with what was there before.
func (w *soak) password(c worksim.Credential) (password string, handed bool) {
	if strings.HasPrefix(c.ID, "c/old") {
		return "p", true
	}
	password, handed = w.handedOver()[c.Username]
	return password, handed
}

// known tells whether anything shows whose phone it is: a pass without trouble saw it on a credential of
// theirs, and not for so long since that it counts as that of whose credential it uses by now.
func (w *soak) knownAs(id string, n int) bool {
	if l, borrowed := w.loans[id]; borrowed && w.now().Sub(l.at) >= faded {
		return false
	}
	return slices.Contains(w.shown[id], n)
}
