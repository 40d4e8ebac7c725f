package sync_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

func (w *soak) stepClock(rt *rapid.T) {
	step := time.Duration(rapid.SampledFrom([]int{-90, -44, -2, 2, 20, 100}).Draw(rt, "minutes")) * time.Minute
	if (w.offset + step).Abs() > 3*time.Hour {
		rt.Skip("far enough")
	}
	w.setClock(w.offset + step)
	w.log("the clock steps by %s", step)
}

func (w *soak) restarting(*rapid.T) {
	w.restart()
	w.log("restart")
}

func (w *soak) reconfigure(rt *rapid.T) {
	switch what := rapid.SampledFrom([]string{"mode", "id", "approval", "access", "scope", "stop", "limits", "licences"}).Draw(rt, "what"); what {
	case "mode":
		w.policy.Mode = rapid.SampledFrom([]model.Mode{model.Sync, model.Sync, model.Observe, model.CreateOnly, model.UpsertOnly}).Draw(rt, "mode")
	case "id":
		if w.policy.ID != model.KeepID { // what was settled as kept stays so
			w.policy.ID = rapid.SampledFrom([]model.IDPolicy{model.DetachID, model.RevokeID}).Draw(rt, "id")
		}
	case "approval":
		w.policy.Approval = rapid.SampledFrom([]model.Approval{model.ApproveNone, model.ApproveNone, model.ApproveIrreversible, model.ApproveAll}).Draw(rt, "approval")
	case "access":
		w.policy.Withdraw = rapid.IntRange(0, 3).Draw(rt, "keep access") > 0
	case "scope":
		w.narrow = !w.narrow
		w.restart()
	case "stop":
		w.stop = rapid.SampledFrom([]string{"", "", "stop file"}).Draw(rt, "stop file")
	case "limits":
		w.policy.LeaversRun.Count = rapid.SampledFrom([]int{1, 2, 1000}).Draw(rt, "limit")
	case "licences":
		w.licences(1000)
	}
	w.log("policy: %s, id %s, approval %s, withdraw %v, narrow %v, stop %q, %d a run", w.policy.Mode, w.policy.ID, w.policy.Approval,
		w.policy.Withdraw, w.narrow, w.stop, w.policy.LeaversRun.Count)
}

// approve says yes to what is right by the truth, as somebody does who knows the people.
func (w *soak) approve(*rapid.T) { w.approving(w.right) }

// approveAll says yes to whatever waits. What is wrong of it is the operator's doing, and only that.
func (w *soak) approveAll(*rapid.T) {
	w.approving(func(c model.Change) bool {
		if !w.right(c) {
			w.blame(c)
		}
		return true
	})
}

func (w *soak) approving(yes func(model.Change) bool) {
	planner := w.planner()
	r := planner.Preview(context.Background())
	waiting := r.Plan.AwaitingApproval()
	if !r.Planned || len(waiting) == 0 {
		return
	}
	picked := map[string]bool{}
	for _, c := range waiting {
		picked[c.ID] = yes(c)
		asked := slices.Contains(c.Asks, model.AskOthersUse) || slices.Contains(c.Asks, model.AskSamePerson)
		if picked[c.ID] && c.ThreemaID != "" && asked && !w.present(w.phones[c.ThreemaID]) {
			w.agreed[c.ThreemaID] = true // the question was whose it is
		}
		if picked[c.ID] && c.Op == model.Withdraw {
			w.said[humanKey(w.belongs[c.CredentialID])] = true
			w.agreed[c.CredentialID] = w.agreed[c.CredentialID] || asked && !w.present(w.belongs[c.CredentialID])
			for _, key := range w.accountOf(c.Person).keys() {
				w.vouched[key] = w.vouched[key] || slices.Contains(c.Asks, model.AskView)
			}
		}
	}
	approver := dirsync.Approver{Planner: planner, Approvals: picking{w.ledger, picked}, By: "anna"}
	_, _, err := approver.Approve(context.Background(), r.Plan.Hash, 72*time.Hour)
	for _, c := range waiting {
		w.log("approve: %v %s %s of %s %s, asks %v, %v", picked[c.ID], c.Op, c.Username, c.DN, c.ThreemaID, c.Asks, err)
	}
}

// picking is a ledger in which somebody says yes to some of the changes only.
type picking struct {
	dirsync.Approvals
	picked map[string]bool
}

func (p picking) Approve(ctx context.Context, hash, by string, approvals []model.GivenApproval) error {
	return p.Approvals.Approve(ctx, hash, by, slices.DeleteFunc(approvals, func(a model.GivenApproval) bool { return !p.picked[a.ChangeID] }))
}

// right tells what somebody says who knows all the people: whose account it is, whose credential, and
// who uses which phone.
func (w *soak) right(c model.Change) bool {
	if slices.Contains(w.unshown, w.accountOf(c.Person)) {
		return false // first the server, or the rights, are fixed
	}
	switch c.Op {
	case model.Withdraw:
		owner, known := w.belongs[c.CredentialID]
		return known && !w.present(owner)
	case model.DisableContact, model.Detach, model.Revoke:
		user, known := w.phones[c.ThreemaID]
		return known && !w.present(user)
	case model.Transfer, model.Adopt:
		owner, known := w.belongs[c.CredentialID]
		return known && owner == w.accountOf(c.Person).human
	case model.Create:
		n := w.accountOf(c.Person).human
		return w.present(n) && (!w.owns(n) || w.isResumedFor(n, c))
	case model.SetSettings, model.UnsetSetting, model.PublishContact:
	}
	return true
}

// isResumedFor: the credential about which an interrupted create asks was made for this human, and nobody
// uses it yet.
func (w *soak) isResumedFor(n int, c model.Change) bool {
	return slices.Contains(c.Asks, model.AskResume) && slices.ContainsFunc(w.credentialsOf(n), func(made worksim.Credential) bool {
		return made.Username == c.Username && len(made.Users) == 0
	})
}

// blame notes what a wrong yes may lead to.
func (w *soak) blame(c model.Change) {
	const why = "somebody said yes to what is wrong"
	switch c.Op {
	case model.Withdraw:
		w.named[c.CredentialID] = true
	case model.Detach, model.Revoke:
		w.named[c.ThreemaID] = true
	}
	w.blur(w.accountOf(c.Person).human, why)
	switch owner, known := w.belongs[c.CredentialID]; {
	case c.Op == model.Transfer || c.Op == model.Adopt:
		w.stray(c.CredentialID, w.accountOf(c.Person), why)
	case known:
		w.blur(owner, why)
	}
}

// correctListed corrects the csi of entries that the baseline lists as somebody of before, and that are
// somebody else's: who accepts it says yes to them all. It tells whether anybody could see the list.
func (w *soak) correctListed() bool {
	planner := w.planner()
	r := planner.Preview(context.Background())
	for _, c := range r.Plan.Changes {
		if c.Op != model.Transfer || w.right(c) {
			continue
		}
		a := w.accountOf(c.Person)
		if a.csi == w.humans[a.human].csi {
			w.humans[a.human].csi = fmt.Sprintf("N%02d", a.human)
		}
		w.correct(a)
	}
	return r.Planned
}

// accountOf is the entry that a change is about.
func (w *soak) accountOf(person model.PersonID) *account {
	n := slices.IndexFunc(w.accounts, func(a *account) bool { return a.uuid() == person.ID })
	if n < 0 {
		w.rt.Fatalf("a change is about %s, and there is no such entry", person)
	}
	return w.accounts[n]
}

// acceptBaseline accepts package and scope as they are. From then on who is outside has left.
func (w *soak) acceptBaseline(*rapid.T) {
	if w.hidden != "" || len(w.unshown) > 0 {
		return // who says that the hidden have left, says what is wrong
	}
	if !w.correctListed() {
		return
	}
	w.log("approve --baseline")
	before := w.narrowInForce
	w.narrowInForce = w.narrow
	r := w.passing(hook{}, func(p *dirsync.Pass, ctx context.Context) dirsync.Report { return p.AcceptBaseline(ctx, "anna") })
	if !r.Planned || r.Err != nil {
		w.narrowInForce = before
		return
	}
	w.vouchMissed()
}

// vouchMissed: who accepts the baseline says of everybody whom it lists that they left, and says so of whom
// a new view missed as a yes to their very step does (docs/decisions/0017-who-reads-and-from-where.md).
// Their row counts from when they were missed, although they may have left later.
func (w *soak) vouchMissed() {
	for key := range w.missed {
		if !w.there(key) {
			w.vouched[key] = true
		}
	}
}
