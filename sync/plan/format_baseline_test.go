package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestAcceptingIsNoYesToAStep: what a baseline accepts stands apart from the steps that are judged after it, with
// those that wait for another yes, and before it is accepted nobody reads them as what is asked about.
func TestAcceptingIsNoYesToAStep(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.policy.ID, w.policy.Approval, w.policy.GraceID = model.RevokeID, model.ApproveIrreversible, 0
	w.activate("p000050")
	w.later(t, time.Hour)
	w.source().people[50].leave(model.Disabled)
	w.later(t, time.Hour)
	w.later(t, 25*time.Hour) // withdrawn: the revocation waits for a yes
	w.leaveOU(0, model.Disabled)
	w.source().people[60].leave(model.Disabled) // of another OU
	w.source().scope = "s9"
	p := w.plan()
	const noYes = "accepting it is a yes to none of these steps"
	wantParts(t, formatted(t, p), "Accepting it carries nothing out.", noYes)
	baseline := p.Waits()[0]
	if words := english.Whom(baseline); baseline.Code != model.WaitCode(model.GuardBaseline) || !strings.Contains(words[0], noYes) {
		t.Errorf("%s: %q", baseline.Code, words)
	}
	w.accept = true
	p = w.plan()
	p.Baseline.Accepted = true // as sync does when it is recorded
	accepted, after, parted := strings.Cut(formatted(t, p), "NOT ACCEPTED WITH IT, and not carried out")
	if !parted || strings.Contains(accepted, "widerrufen") || strings.Contains(accepted, "GUARD") || !strings.Contains(accepted, "Accepted: the scope of source corp") {
		t.Errorf("not parted:\n%s\n---\n%s", accepted, after)
	}
	wantParts(t, after, "Waiting for another yes, see the end: "+english.CountedSteps(p.AwaitingApproval()), "Under way and not due yet: ", "GUARD ", "revoke / widerrufen (1):")
}

// TestTheAnswerIsTheYesThatWasGiven: whom an accepted baseline lets keep a credential is approved in the answer, which
// names them, as in the plan that follows, and nobody is asked about them again.
func TestTheAnswerIsTheYesThatWasGiven(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.PublishContacts = false
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.source().scope = "s2"
	w.now = w.now.Add(time.Hour)
	young := w.successor("Petra") // asks whether it is the same person
	w.accept = true
	p := w.plan()
	p.Baseline.Accepted = true
	answer := formatted(t, p)
	wantParts(t, answer, "ACCEPTED WITH IT, for the next pass: 1 step of 1 person", "+ transfer E-anna "+young.dn())
	if len(p.AwaitingApproval()) != 0 || len(p.Waits()) != 0 {
		t.Errorf("asks for it again:\n%s", answer)
	}
	w.accept = false
	w.acceptBaseline(t)
	if next := w.plan(); next.Hash != p.Hash || w.owner(young.id) == nil && !strings.Contains(formatted(t, next), "approved until") {
		t.Errorf("the plan after it differs:\n%s", formatted(t, next))
	}
}

// TestABaselineTellsEverybodyOnce: each list has the number of its title, and nobody is in two. Of whom nothing can
// be told is called neither entitled nor a leaver.
func TestABaselineTellsEverybodyOnce(t *testing.T) {
	t.Parallel()
	w := crowd(60)
	for range 3 {
		w.later(t, 2*time.Hour)
	}
	people := w.source().people
	for _, e := range people[:4] {
		e.leave(model.OutOfScope)
	}
	for n, e := range people[4:16] {
		e.state, e.evidence = model.Unknown, model.Evidence{Detail: "userAccountControl is not readable"}
		if n < 3 {
			w.withdrawByHand(e.username)
		}
	}
	for _, e := range people[16:18] {
		w.withdrawByHand(e.username)
	}
	w.hire("new")
	w.hire("twin")
	w.hire("twin") // both are held
	w.source().scope = "s9"
	w.later(t, 2*time.Hour)
	p := w.later(t, 2*time.Hour)
	if p.Baseline == nil {
		t.Fatalf("%+v, %v", p.Guards, p.Untrusted)
	}
	listed := map[model.PersonID]string{}
	for list, people := range map[string][]model.BaselinePerson{
		"enters": p.Baseline.Enters, "leaves": p.Baseline.Leaves, "rekeyed": p.Baseline.Rekeyed, "missing": p.Baseline.Missing, "unclear": p.Baseline.Unclear,
	} {
		for _, x := range people {
			if was := listed[x.Person]; was != "" {
				t.Errorf("%s is in %s and in %s", x.DN, was, list)
			}
			listed[x.Person] = list
		}
	}
	wantParts(t, formatted(t, p), "If you accept the baseline: 1 enters, 4 of ours are not entitled any more, 0 have a new directory ID, 5 credentials are missing, 9 of ours are held, as nothing shows that they left",
		"Not entitled any more (4):", "Enter (1):", "Their credential is missing (5):", "Held, as nothing shows that they left (9):")
	wait := p.Waits()[0]
	words := strings.Join(english.Whom(wait), "\n")
	if wait.Code != model.WaitCode(model.GuardBaseline) || strings.Count(words, "the credential is missing: ") != 5 || !strings.HasPrefix(words, "the credential is missing: ") {
		t.Errorf("%s names:\n%s", wait.Code, words)
	}
}

// TestAdviceToChangeTheScope says that another scope has to be accepted, and nobody else hears of it.
func TestAdviceToChangeTheScope(t *testing.T) {
	t.Parallel()
	for kind, advised := range map[model.EvidenceKind]bool{model.OutOfScope: true, model.Disabled: false, model.Tombstone: false} {
		w := running(t, 100)
		w.leaveOU(0, kind)
		p := w.later(t, 2*time.Hour)
		if len(p.Guards) == 0 || strings.Contains(english.Sentences(p.Guards[0].Check), "another scope, which you accept then: read the plan, then type `threema-dirsync approve --baseline`") != advised {
			t.Errorf("%s: %+v", kind, p.Guards)
		}
	}
}

// formatted is all of a plan as people read it.
func formatted(t *testing.T, p plan.Plan) string {
	t.Helper()
	var b strings.Builder
	if err := view.WritePlan(&b, p, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
