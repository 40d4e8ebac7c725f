package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestWhatIsAskedAfterAYes counts until somebody's word or a pass changes it. That nothing is asked is an
// answer, too.
func TestWhatIsAskedAfterAYes(t *testing.T) {
	t.Parallel()
	yes := model.GivenApproval{ChangeID: "w1", Op: model.Withdraw, Person: person("ada"), Until: start.AddDate(0, 0, 1)}
	for name, word := range map[string]func(*testing.T, *Ledger) error{
		"another yes": func(t *testing.T, l *Ledger) error {
			return l.Approve(t.Context(), "cafe", "anna", []model.GivenApproval{yes})
		},
		"a yes that is taken back": func(t *testing.T, l *Ledger) error { return l.EndApprovals(t.Context(), "anna", []string{"w1"}) },
		"a leave": func(t *testing.T, l *Ledger) error {
			_, err := l.Suspend(t.Context(), onLeave(person("bob"), start.AddDate(0, 0, 9)))
			return err
		},
		"a pass with a plan": func(t *testing.T, l *Ledger) error {
			return l.FinishRun(t.Context(), startRun(t, l), model.RunEnd{Result: "ok", Planned: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			if err := l.Approve(t.Context(), "cafe", "anna", []model.GivenApproval{yes}); err != nil {
				t.Fatal(err)
			}
			freed := []model.WaitingPerson{{Subject: model.Subject{Person: person("bob"), CSI: "E2"}, Steps: []model.Op{model.Withdraw}}}
			for _, want := range []*model.AfterYes{{}, {
				Waits: []model.Wait{{Code: model.WaitApproval, Since: start, People: 2, Command: "threema-dirsync approve beef", CoversSteps: 3, Check: model.Told("", "look").Some(), Whom: freed}},
				Freed: freed, FreedPeople: 1,
			}} {
				if err := l.Asked(t.Context(), *want); err != nil {
					t.Fatal(err)
				}
				if got, err := l.AskedAfter(t.Context()); err != nil || cmp.Diff(want, got, cmpopts.EquateEmpty()) != "" {
					t.Errorf("%+v, %v", got, err)
				}
			}
			if err := word(t, l); err != nil {
				t.Fatal(err)
			}
			if got, err := l.AskedAfter(t.Context()); err != nil || got != nil {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
