package sync_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// accept takes what stands in the package for given: somebody else did it.
func (w *soak) accept() {
	state := w.sim.State()
	w.withdrawn, w.detached, w.revoked = len(state.Withdrawn), len(state.Detached), len(state.Revoked)
	for _, c := range state.Credentials {
		w.csiOf[c.ID] = w.csiNow(state, c.ID)
		for _, id := range c.Users {
			w.usedOn[id] = c.ID
		}
	}
}

// judge looks at all that the program did since the last time.
func (w *soak) judge() {
	state := w.sim.State()
	for _, c := range state.Withdrawn[w.withdrawn:] {
		if _, known := w.belongs[c.ID]; !known {
			w.rt.Fatalf("withdrew %s (%s), which is not ours", c.ID, c.Username)
		}
		if !w.policy.Withdraw {
			w.rt.Fatalf("withdrew %s under app_access: keep", c.Username)
		}
		w.judgeLeave("withdrew "+c.Username, c.ID)
		w.judgeYes(c.Username, w.belongs[c.ID])
		w.judgeDeparture("withdraw "+c.Username, c.ID, w.couldHave(c.ID), w.policy.GraceWithdraw, w.syncSince)
		w.withdrewAt[c.ID] = w.now()
	}
	gone := slices.Concat(state.Detached[w.detached:], state.Revoked[w.revoked:])
	for _, id := range gone {
		if _, known := w.phones[id.ID]; !known {
			w.rt.Fatalf("took %s, who is not ours", id.ID)
		}
		w.judgeLeave("took "+id.ID, id.ID)
		w.judgeLivingID(id.ID)
		w.judgeDeparture("take "+id.ID, id.ID, append(w.couldHave(w.usedOn[id.ID]), humanKey(w.phones[id.ID])), w.graceOfID(w.usedOn[id.ID]), time.Time{})
	}
	if len(state.Revoked) > w.revoked && w.policy.ID != model.RevokeID {
		w.rt.Fatalf("revoked under id: %s", w.policy.ID)
	}
	if len(state.Detached) > w.detached && w.policy.ID != model.DetachID {
		w.rt.Fatalf("detached under id: %s", w.policy.ID)
	}
	w.judgeTimes(state)
	w.judgeCreates(state)
	if now := w.foreigners(); now != w.foreign {
		w.rt.Fatalf("what is not ours has changed:\n%s\nwas:\n%s", now, w.foreign)
	}
	w.accept()
}

// graceOfID is how long the absence must be confirmed before an ID goes: both graces long. The second one
// counts from the withdrawal, so a confirmation that began afresh since then needs to be one, no more.
func (w *soak) graceOfID(credential string) time.Duration {
	if at, withdrawn := w.withdrewAt[credential]; withdrawn && w.now().Sub(at) >= w.policy.GraceID {
		return 0
	}
	return w.policy.GraceWithdraw + w.policy.GraceID
}

// judgeLivingID is the worst that can happen: the Threema ID of somebody at work is gone. Who uses it
// counts, and not on whose credential it is. Nothing excuses it but a yes to this very ID, a credential
// whose csi was somebody else's already when it was adopted, or a return that the bind account may not see
// after somebody had said, rightly, whose the ID was.
func (w *soak) judgeLivingID(id string) {
	n := w.phones[id]
	_, borrowed := w.loans[id]
	if w.named[id] || len(w.strayed[w.usedOn[id]]) > 0 || borrowed && !w.knownAs(id, n) {
		return
	}
	if !w.tellable(n, w.usedOn[id]) || w.agreed[id] && w.hides(n) {
		return
	}
	if w.present(n) {
		w.rt.Fatalf("THE ID OF A LIVING COLLEAGUE IS GONE: %s of human %d, who is entitled\n%s", id, n, text(w.report))
	}
	if !w.present(n) && !w.agreed[id] && !w.confirmed(humanKey(n), 0, time.Time{}) {
		w.rt.Fatalf("took %s of human %d, whose absence is not confirmed: %v\n%s", id, n, w.rows[humanKey(n)], text(w.report))
	}
}

// hides tells that the bind account may see none of the entries under which a human is entitled.
func (w *soak) hides(n int) bool {
	return !slices.ContainsFunc(w.accounts, func(a *account) bool {
		return a.human == n && w.entitledNow(a) && !slices.Contains(w.unshown, a)
	})
}

// tellable tells whether anything shows that a human had the credential: an entry under which they are
// entitled, or else the last one, or its csi. An account made anew with the csi of somebody else is a
// stranger to everybody.
func (w *soak) tellable(n int, credential string) bool {
	return w.humans[n].blurred == "" || slices.ContainsFunc(w.accounts, func(a *account) bool {
		counts := w.entitledNow(a) || !w.present(n) && a == w.latest(n)
		return a.human == n && counts && (a.csi == w.csiOf[credential] || a == w.holder[credential])
	})
}

// judgeYes: where each step takes a yes, somebody has given one to this departure.
func (w *soak) judgeYes(what string, n int) {
	if w.policy.Approval == model.ApproveAll && w.humans[n].blurred == "" && !w.said[humanKey(n)] {
		w.rt.Fatalf("withdrew %s of human %d, and nobody said yes to this departure\n%s", what, n, text(w.report))
	}
}

// judgeDeparture holds one destructive effect against the truth: one of those whom it may concern has
// left, and that was confirmed so long ago.
func (w *soak) judgeDeparture(what, of string, keys []string, grace time.Duration, notBefore time.Time) {
	w.log("effect: %s of %v", what, keys)
	if w.policy.Mode != model.Sync || w.stop != "" || w.clockWrong() {
		w.rt.Fatalf("%s, under policy %s, stop %q, and the clock is off by %s", what, w.policy.Mode, w.stop, w.offset)
	}
	if w.named[of] || w.agreed[of] {
		return // whoever said yes to it said it of this very one
	}
	var wrong []string
	for _, key := range keys {
		switch {
		case w.there(key):
			wrong = append(wrong, key+" is entitled")
		case !w.confirmed(key, grace, notBefore):
			wrong = append(wrong, fmt.Sprintf("the absence of %s was not confirmed %s ago: %v (may take out since %v)", key, grace, w.rows[key], notBefore))
		default:
			return
		}
	}
	w.rt.Fatalf("%s at %s: %s\n%s", what, w.now(), strings.Join(wrong, "; "), text(w.report))
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
			w.holder[c.ID] = w.bearer(c.Username, w.csiNow(state, c.ID))
			w.belongs[c.ID] = w.holder[c.ID].human
			w.log("effect: create %s for human %d", c.Username, w.belongs[c.ID])
		}
		n, known := w.belongs[c.ID]
		if known && live[n] != "" && w.humans[n].blurred == "" {
			w.rt.Fatalf("human %d has two credentials, %s and %s", n, live[n], c.Username)
		}
		if known {
			live[n] = c.Username
		}
	}
}

// csiNow is the csi that stands on a credential.
func (w *soak) csiNow(state worksim.State, credential string) string {
	csi, _ := state.Settings[credential]["th_csi"].(string)
	return csi
}

// bearer is the entry that the pass could see entitled under a username. Where a source was not read, somebody
// there with the same one was not seen; a credential whose settings were not written yet tells nothing of it.
func (w *soak) bearer(username, csi string) *account {
	bearers := w.bearers[username]
	if len(w.report.Incomplete) > 0 {
		bearers = slices.DeleteFunc(slices.Clone(bearers), func(a *account) bool { return csi != "" && a.csi != csi })
	}
	if len(bearers) != 1 {
		w.rt.Fatalf("a credential was created for %s, who is %d people", username, len(bearers))
	}
	return bearers[0]
}

// longSilence is how long somebody may still be in whose departure could be seen, and no pass says
// anything.
const longSilence = 30 * 24 * time.Hour

// judgeSilence is the next to worst: somebody has left, and could be taken out, and is still in after 30
// days, while each pass ends as if all were well.
func (w *soak) judgeSilence() {
	blind := w.disturbed || w.policy.Mode != model.Sync || !w.policy.Withdraw || w.stop != "" || w.narrow != w.narrowInForce
	still := map[string]bool{}
	for _, c := range w.sim.State().Credentials {
		n, known := w.belongs[c.ID]
		if !known || w.present(n) || blind || w.report.ExitCode() != 0 || w.leftToOthers(c.ID) || w.humans[n].blurred != "" {
			continue
		}
		still[c.ID] = true
		if _, silent := w.silentSince[c.ID]; !silent {
			w.silentSince[c.ID] = w.now()
		}
		if since := w.silentSince[c.ID]; w.now().Sub(since) > longSilence {
			w.rt.Fatalf("A LEAVER IS STILL IN: human %d has left, credential %s is there since %s, and every pass ends with 0\n%s", n, c.Username, since, text(w.report))
		}
	}
	for id := range w.silentSince {
		if !still[id] {
			delete(w.silentSince, id)
		}
	}
}
