package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAScopePutBackIsNone: whoever fixes the typo instead of accepting it has no question left, and a ledger from
// before a fingerprint had parts, which knows the whole alone, learns them without a question.
func TestAScopePutBackIsNone(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna", "bert")
	parted := w.source().scope + " base_dn=a groups=b"
	w.source().scope = parted
	if p := w.later(t, time.Hour); p.Tripped(model.GuardBaseline) || w.state.Sources["corp"].Scope != parted {
		t.Errorf("%+v, the ledger knows %q", p.Guards, w.state.Sources["corp"].Scope)
	}
	w.source().scope = "s9 base_dn=a groups=typo"
	p := w.later(t, time.Hour)
	if !p.Tripped(model.GuardBaseline) || !strings.Contains(english.Join(p.Guards[0].Reasons), "(groups). If you did not mean to change it, fix it or put it back") {
		t.Errorf("%+v", p.Guards)
	}
	w.source().scope = parted
	if p := w.later(t, time.Hour); len(p.Guards) != 0 {
		t.Errorf("put back: %+v", p.Guards)
	}
}

// TestTheWayBackFromAnAcceptedScope: once it is accepted it is the scope, and who puts back what was there before
// accepts that too. So the answer says, instead of what was true before.
func TestTheWayBackFromAnAcceptedScope(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna", "bert")
	before := w.source().scope + " base_dn=a groups=b"
	w.source().scope = before
	w.later(t, time.Hour)
	w.source().scope = "s9 base_dn=a groups=typo"
	w.accept = true
	p := w.later(t, time.Hour)
	if words := english.Join(p.Baseline.Reasons); strings.Contains(words, "goes on as before") || !strings.Contains(words, "that is a change then, and you accept it by `threema-dirsync approve --baseline` too") {
		t.Error(words)
	}
	w.accept, w.source().scope = false, before
	if p := w.later(t, time.Hour); !p.Tripped(model.GuardBaseline) {
		t.Error("put back, and nothing is asked")
	}
	w.accept = true
	w.later(t, time.Hour)
	w.accept = false
	if p := w.later(t, time.Hour); len(p.Guards) != 0 {
		t.Errorf("accepted: %+v", p.Guards)
	}
}

// TestTheWaitOfABaselineCountsSteps: the change concerns more people than have a step that stands still, and the
// number is said to be of these.
func TestTheWaitOfABaselineCountsSteps(t *testing.T) {
	t.Parallel()
	for code, says := range map[model.WaitCode]string{
		model.GuardBaseline: "2 people with steps that stand still or credentials that are missing: threema", model.WaitApproval: "2 people: threema",
	} {
		if words := english.Wait(model.Wait{Code: code, People: 2, Command: "threema-dirsync approve"}); !strings.Contains(words, says) {
			t.Errorf("%s: %s", code, words)
		}
	}
}
