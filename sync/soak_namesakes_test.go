package sync_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// What makes a csi less than a person: numbers that are given anew, second accounts, renumbering; and
// the departure that a yes was given to.

// reuseNumber hires somebody new under the csi of somebody who has left, or is about to: whether the
// credential is withdrawn already or not. With the first name of that person too, nothing can tell the
// two apart.
func (w *soak) reuseNumber(rt *rapid.T) {
	if len(w.humans) > 24 {
		rt.Skip("enough")
	}
	var away []int
	for n := range w.humans {
		free := !slices.ContainsFunc(w.accounts, func(a *account) bool { return a.csi == w.humans[n].csi && w.entitledNow(a) })
		if free && w.latest(n) != nil && w.humans[n].blurred == "" {
			away = append(away, n)
		}
	}
	if len(away) == 0 {
		rt.Skip("nobody has left")
	}
	old := rapid.SampledFrom(away).Draw(rt, "whose number")
	n := w.newHuman()
	w.humans[n].csi = w.humans[old].csi
	a := &account{
		human: n, uid: fmt.Sprintf("user%02d", n), csi: w.humans[n].csi, first: fmt.Sprintf("First%02d", n), last: "Young", title: "Clerk", ou: w.unitToJoin(rt),
	}
	if rapid.IntRange(0, 3).Draw(rt, "the same first name") == 0 {
		a.first = w.latest(old).first
	}
	w.enter(a)
	w.log("join %v in %s as %s, with the number of human %d, as %s", a, a.ou, a.uid, old, a.first)
	if a.first != w.latest(old).first {
		return
	}
	for id, human := range w.belongs {
		if human == old {
			w.stray(id, a, "has number and first name of somebody who left")
		}
	}
	w.blur(n, "has number and first name of somebody who left")
}

// secondAccount gives somebody another account beside the one that they have.
func (w *soak) secondAccount(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool { return w.entitledNow(a) && w.onlyEntry(a.human) })
	second := *a
	second.uid, second.ou = fmt.Sprintf("adm%02d", a.human), w.unitToJoin(rt)
	w.enter(&second)
	w.blur(a.human, "has two accounts side by side")
	w.log("second account of %v: %v", a, &second)
}

// renumber gives somebody another csi. Their phones may be off for some days, and report the old one.
func (w *soak) renumber(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool { return w.entitledNow(a) && a.csi == w.humans[a.human].csi })
	if a.uprooted || slices.ContainsFunc(w.credentialsOf(a.human), func(c worksim.Credential) bool { return w.holder[c.ID] != a }) {
		w.blur(a.human, "numbered anew before any pass saw whose account it is")
	}
	w.humans[a.human].csi = fmt.Sprintf("R%02dx%d", a.human, w.steps)
	off := time.Duration(rapid.IntRange(0, 8).Draw(rt, "days off")) * 24 * time.Hour
	w.put(func(s *worksim.State) {
		for n := range s.Phones {
			if p := &s.Phones[n]; w.phones[p.ThreemaID] == a.human && !p.NextCheck.IsZero() {
				p.NextCheck.Time = p.NextCheck.Add(off)
			}
		}
	})
	w.log("renumber %v to %s, phones off for %s", a, w.humans[a.human].csi, off)
	for _, b := range w.accounts {
		if b.human == a.human && !b.deleted {
			w.correct(b)
		}
	}
}

// approvedReturn lets somebody leave, be approved for, return, and leave again: the yes was for the
// first departure.
func (w *soak) approvedReturn(rt *rapid.T) {
	a := w.some(rt, func(a *account) bool {
		return w.entitledNow(a) && a.in.configured && a.ou != w.hidden && w.onlyEntry(a.human) && w.owns(a.human) && w.humans[a.human].blurred == ""
	})
	back, hours := a.ou, time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours"))*time.Hour
	w.policy.Approval = model.ApproveAll
	w.log("a return after the yes: %v", a)
	w.absent(a, soakLeavers)
	w.approve(rt)
	w.move(a, back)
	w.run(hook{})
	w.advance(hours)
	w.absent(a, soakLeavers)
}

// absent moves somebody where they are seen no more, until that is confirmed and the grace is over.
func (w *soak) absent(a *account, ou string) {
	w.move(a, ou)
	for range w.policy.ConfirmReads {
		w.run(hook{})
		w.advance(w.policy.ConfirmOver)
	}
	w.run(hook{})
	w.advance(w.policy.GraceWithdraw)
	w.run(hook{})
}

// quietWeeks lets 33 days go by, with a pass every other day and an operator who looks once a week.
func (w *soak) quietWeeks(rt *rapid.T) {
	for day := range 17 {
		w.advance(47 * time.Hour)
		w.run(hook{})
		if day%4 == 3 {
			w.approve(rt)
		}
	}
}

// madeAnew notes what a new account of somebody makes undecidable: that it is theirs, until a pass has seen
// it; and for ever, where it has a csi that stood on none of their credentials (also of those that are gone,
// whose Threema IDs may be there), or that somebody else has by now.
func (w *soak) madeAnew(a *account) {
	a.uprooted = true
	for id, n := range w.belongs {
		if n == a.human && w.csiOf[id] != a.csi {
			w.blur(a.human, "made anew under a number that was not theirs when the credential got it")
		}
	}
	if b := slices.IndexFunc(w.accounts, func(b *account) bool { return b.human != a.human && b.csi == a.csi && !b.deleted }); b >= 0 {
		w.blur(a.human, "made anew while somebody else has their number")
		w.blur(w.accounts[b].human, "has the number of somebody whose account was made anew")
	}
}
