package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestAcceptingIsNoYesToAStep: what a baseline accepts stands apart from the steps that are judged after it, with
// those that wait for another yes, and before it is accepted nobody reads them as what is asked about.
func TestAcceptingIsNoYesToAStep(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.policy.ID, w.policy.Approval, w.policy.GraceID = plan.RevokeID, plan.ApproveIrreversible, 0
	w.activate("p000050")
	w.later(t, time.Hour)
	w.source().people[50].leave(plan.Disabled)
	w.later(t, time.Hour)
	w.later(t, 25*time.Hour) // withdrawn: the revocation waits for a yes
	w.leaveOU(0, plan.Disabled)
	w.source().people[60].leave(plan.Disabled) // of another OU
	w.source().scope = "s9"
	p := w.plan()
	const noYes = "accepting it is a yes to none of these steps"
	wantParts(t, formatted(t, p), "Accepting it carries nothing out.", noYes)
	baseline := p.Waits()[0]
	if words := baseline.WhomWords(); baseline.Code != plan.WaitCode(plan.GuardBaseline) || !strings.Contains(words[0], noYes) {
		t.Errorf("%s: %q", baseline.Code, words)
	}
	w.accept = true
	p = w.plan()
	p.Baseline.Accepted = true // as sync does when it is recorded
	accepted, after, parted := strings.Cut(formatted(t, p), "NOT ACCEPTED WITH IT, and not carried out")
	if !parted || strings.Contains(accepted, "widerrufen") || strings.Contains(accepted, "GUARD") || !strings.Contains(accepted, "Accepted: the scope of source corp") {
		t.Errorf("not parted:\n%s\n---\n%s", accepted, after)
	}
	wantParts(t, after, "Waiting for another yes, see the end: "+plan.CountedSteps(p.AwaitingApproval()), "Under way and not due yet: ", "GUARD ", "revoke / widerrufen (1):")
}

// TestAdviceToChangeTheScope says that another scope has to be accepted, and nobody else hears of it.
func TestAdviceToChangeTheScope(t *testing.T) {
	t.Parallel()
	for kind, advised := range map[plan.EvidenceKind]bool{plan.OutOfScope: true, plan.Disabled: false, plan.Tombstone: false} {
		w := running(t, 100)
		w.leaveOU(0, kind)
		p := w.later(t, 2*time.Hour)
		if len(p.Guards) == 0 || strings.Contains(p.Guards[0].Check, "another scope, which you accept then: read `plan`, then type `threema-dirsync approve --baseline`") != advised {
			t.Errorf("%s: %+v", kind, p.Guards)
		}
	}
}

// formatted is all of a plan as people read it.
func formatted(t *testing.T, p plan.Plan) string {
	t.Helper()
	var b strings.Builder
	if err := p.Format(&b, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
