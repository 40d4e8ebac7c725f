package sync_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// end lets the faults stop and time go on, with an operator who says yes, and then asks for what
// must be true in the end.
func (w *soak) end() {
	w.log("the end of the chapter: no more faults")
	w.recoverTrouble(nil)
	w.stop = ""
	w.policy.Mode, w.policy.Withdraw = model.Sync, true
	w.licences(1000)
	if !w.annex.configured && !w.annex.forgotten && w.populated(w.annex) > 0 {
		w.configureAnnex()
	}
	for _, ou := range []string{soakBerlin, soakAnnex} {
		b := w.branchOf(ou)
		if !b.configured || !w.empty(b) {
			continue
		}
		n := w.newHuman() // an empty directory is never believed
		w.enter(&account{human: n, uid: fmt.Sprintf("last%02d", n), csi: w.humans[n].csi, first: "Last", last: "Man", ou: ou})
		w.log("join human %d in %s, for somebody must stay", n, ou)
	}
	w.restart()
	w.endLeaves()
	for range 10 {
		w.advance(25 * time.Hour)
		r := w.run(hook{})
		if doubted(r) || r.Plan.Tripped(model.GuardBaseline) {
			w.acceptBaseline(nil)
		}
		w.approve(nil)
		w.forgetFormer()
		w.deleteAbandoned(r)
		w.withdrawShared(r)
	}
	w.settled()
	for n := range w.humans {
		w.judgeEnd(n)
	}
}

// deleteAbandoned does what the report asks for where a create was interrupted and its person left:
// nobody has the password, and the program does not take what may not be ours.
func (w *soak) deleteAbandoned(r dirsync.Report) {
	for _, held := range r.Plan.Held {
		match := regexp.MustCompile(`created the credential (\S+) and handed it to nobody, .* delete it in the cockpit`).FindStringSubmatch(english.Join(held.Reasons))
		if match == nil {
			continue
		}
		w.put(func(s *worksim.State) {
			for _, c := range s.Credentials {
				if c.Username == match[1] {
					withdrawIn(s, c)
				}
			}
		})
		w.accept()
		w.log("by hand: delete %s, as the report asks for", match[1])
	}
}

// withdrawShared does what the report asks for where several people use the credential of a leaver.
func (w *soak) withdrawShared(r dirsync.Report) {
	for _, held := range r.Plan.Held {
		if held.Ask != model.AskByHand || w.present(w.accountOf(held.Person).human) {
			continue
		}
		for _, c := range w.credentialsOf(w.accountOf(held.Person).human) {
			w.put(func(s *worksim.State) { withdrawIn(s, c) })
			w.accept()
			w.log("by hand: withdraw %s, as the report asks for", c.Username)
		}
	}
}

// settled: a further pass, and a preview, want nothing.
func (w *soak) settled() {
	planner := w.planner()
	r := planner.Preview(w.rt.Context())
	if due := changes(r, model.Due); len(due) > 0 || !r.Planned {
		w.rt.Fatalf("not settled, still due: %v\n%s", due, text(r))
	}
}

// judgeEnd: who is entitled is at work, who left is out.
func (w *soak) judgeEnd(n int) {
	if w.humans[n].blurred != "" {
		return // held by name, until somebody corrects the directory and the package
	}
	if w.present(n) {
		w.judgeAtWork(n)
	} else {
		w.judgeOut(n)
	}
}

func (w *soak) credentialsOf(n int) []worksim.Credential {
	return slices.DeleteFunc(w.sim.State().Credentials, func(c worksim.Credential) bool {
		human, known := w.belongs[c.ID]
		return !known || human != n
	})
}

// judgeAtWork: exactly one credential, with the right settings and a password that somebody has.
func (w *soak) judgeAtWork(n int) {
	a := w.latest(n)
	if w.namesake(a) || w.humans[n].withdrawnByHand && !w.policy.Recreate || w.humans[n].lost || w.takenNumber(a) {
		return
	}
	credentials := w.credentialsOf(n)
	if len(credentials) != 1 {
		w.rt.Fatalf("%v is entitled and has %d credentials\n%s", a, len(credentials), w.told())
	}
	c := credentials[0]
	if w.leftToOthers(c.ID) {
		return
	}
	if !strings.HasPrefix(c.ID, "c/old") && !slices.Contains(slices.Collect(maps.Values(w.handedOver())), c.Password) {
		w.rt.Fatalf("%v: nobody has the password of %s\n%s", a, c.Username, w.told())
	}
	settings := w.sim.State().Settings[c.ID]
	for name, want := range map[string]string{"th_csi": a.csi, "th_firstname": a.first, "th_lastname": a.last, "th_job_title": a.title} {
		if got, _ := settings[name].(string); got != want {
			w.rt.Fatalf("%v: %s is %q, want %q\n%s", a, name, got, want, w.told())
		}
	}
}

// leftToOthers tells whether a credential that we did not make was never taken over: nobody with
// its csi was entitled at any pass, or several use it.
func (w *soak) leftToOthers(credential string) bool {
	users := 0
	for _, on := range w.usedOn {
		if on == credential {
			users++
		}
	}
	return strings.HasPrefix(credential, "c/old") && (w.holder[credential] == nil || users > 1)
}

// takenNumber tells whether somebody else who is entitled has the csi, or it stands on a credential that
// is left to others, or that belongs to somebody who is held by name.
func (w *soak) takenNumber(a *account) bool {
	return slices.ContainsFunc(w.accounts, func(b *account) bool { return b.human != a.human && b.csi == a.csi && w.entitledNow(b) }) || slices.ContainsFunc(w.sim.State().Credentials, func(c worksim.Credential) bool {
		n, known := w.belongs[c.ID]
		return known && w.csiOf[c.ID] == a.csi && (w.leftToOthers(c.ID) || n != a.human && w.humans[n].blurred != "")
	})
}

// namesake tells whether somebody else has, or had, the username of an account.
func (w *soak) namesake(a *account) bool {
	return slices.ContainsFunc(w.accounts, func(b *account) bool { return b.human != a.human && b.uid == a.uid })
}

// judgeOut: no credential, and no Threema ID beyond what the policy leaves.
func (w *soak) judgeOut(n int) {
	for _, c := range w.credentialsOf(n) {
		if w.leftToOthers(c.ID) {
			return
		}
		w.rt.Fatalf("human %d has left, and credential %s is still there\n%s", n, c.Username, w.told())
	}
	if w.policy.ID == model.KeepID {
		return
	}
	for _, u := range w.sim.State().Users {
		if human, known := w.phones[u.ID]; known && human == n && w.belongs[w.usedOn[u.ID]] == n && w.seen[u.ID] && !w.leftToOthers(w.usedOn[u.ID]) {
			w.rt.Fatalf("human %d has left, and %s is still there under id: %s\n%s", n, u.ID, w.policy.ID, w.told())
		}
	}
}

// told is what the program says of it.
func (w *soak) told() string {
	planner := w.planner()
	return text(planner.Preview(w.rt.Context()))
}
