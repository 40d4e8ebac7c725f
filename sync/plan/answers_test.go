package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// given is the yes of now to some changes of a plan, as the ledger has it.
func (w *world) given(p plan.Plan, changes ...model.Change) {
	for _, c := range changes {
		w.give(model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, CSI: c.CSI, Hash: p.Hash, At: w.now, Until: w.now.Add(day)})
	}
}

// TestUnanswered: an answered wait goes, with those that only count the same people; of one that is answered in
// part the rest stays, whose hash `plan` tells. The hash alone tells that everything is answered.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	due := func() (*world, plan.Plan) {
		w := running(t, 100)
		w.leaveOU(0, model.Disabled)
		w.later(t, 2*time.Hour)
		return w, w.later(t, 25*time.Hour)
	}
	for name, row := range map[string]struct {
		answer   func(*world, plan.Plan) plan.PastPlan
		waits    []string
		people   int // of the first
		answered int
		command  string
	}{
		"nobody said anything": {func(_ *world, p plan.Plan) plan.PastPlan { return plan.PastPlan{Hash: p.Hash, Changes: p.Changes} },
			[]string{"leavers-run", "leavers-day", "leavers-week"}, 9, 0, "approve"},
		"a yes to all": {func(w *world, p plan.Plan) plan.PastPlan {
			w.given(p, p.AwaitingApproval()...)
			return plan.PastPlan{Hash: p.Hash, Changes: p.Changes}
		}, nil, 0, 0, ""},
		"a yes to all, and the record is cut": {func(w *world, p plan.Plan) plan.PastPlan {
			w.given(p, p.AwaitingApproval()...)
			return plan.PastPlan{Hash: p.Hash, Changes: p.Changes[:3]}
		}, nil, 0, 0, ""},
		"a yes to all, and a pass without the source since": {func(w *world, p plan.Plan) plan.PastPlan {
			w.given(p, p.AwaitingApproval()...)
			return plan.PastPlan{Hash: "another"}
		}, nil, 0, 0, ""},
		"a yes to some": {func(w *world, p plan.Plan) plan.PastPlan {
			w.given(p, p.AwaitingApproval()[:4]...)
			return plan.PastPlan{Hash: p.Hash, Changes: p.Changes}
		}, []string{"leavers-run", "leavers-day", "leavers-week"}, 5, 4, "plan"},
		"a yes to some, and the record is cut": {func(w *world, p plan.Plan) plan.PastPlan {
			w.given(p, p.AwaitingApproval()[:4]...)
			return plan.PastPlan{Hash: p.Hash, Changes: p.Changes[:6]}
		}, []string{"leavers-run", "leavers-day", "leavers-week"}, 5, 4, "plan"},
		"all are on leave": {func(w *world, p plan.Plan) plan.PastPlan {
			for _, c := range p.AwaitingApproval() {
				w.state.Suspensions = append(w.state.Suspensions, model.Suspension{Subject: model.Subject{Person: c.Person}, Since: w.now, Until: w.now.Add(9 * day)})
			}
			return plan.PastPlan{Hash: p.Hash, Changes: p.Changes}
		}, nil, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := due()
			left := plan.AnswersTo(w.state, row.answer(w, p), p.Waits(), w.policy, w.now).Unanswered(p.Waits())
			var codes []string
			for _, x := range left {
				codes = append(codes, string(x.Code))
			}
			slices.Sort(codes)
			slices.Sort(row.waits)
			if !slices.Equal(codes, row.waits) {
				t.Fatalf("%v", codes)
			}
			if len(left) == 0 {
				return
			}
			command := map[string]string{"plan": "threema-dirsync plan", "approve": "threema-dirsync approve " + p.Hash}[row.command]
			if left[0].People != row.people || left[0].Answered != row.answered || left[0].Command != command || len(left[0].Whom) == 0 {
				t.Errorf("%+v", left[0])
			}
		})
	}
}
