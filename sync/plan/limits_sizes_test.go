package plan_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestLimitsOfEachSize walks through packages with the limits of config.example.yaml: of each class
// as many as are allowed go, and of one more none does (design §5.11).
func TestLimitsOfEachSize(t *testing.T) {
	t.Parallel()
	type people = map[model.Op]int
	for _, row := range []struct {
		size    int
		allowed people
	}{
		{3, people{model.Withdraw: 1}},
		{3, people{model.Detach: 1}},
		{3, people{model.Revoke: 1}},
		{3, people{model.Create: 2}},
		{3, people{model.SetSettings: 2}},
		{40, people{model.Withdraw: 2, model.Create: 8, model.SetSettings: 12}},
		{40, people{model.Withdraw: 2, model.Detach: 2}},
		{40, people{model.Revoke: 2}},
		{1000, people{model.Withdraw: 10, model.Create: 200, model.SetSettings: 300}},
		{1000, people{model.Withdraw: 10, model.Detach: 10}},
		{1000, people{model.Revoke: 10}},
		{largest(t), people{model.Withdraw: 10, model.Create: 500, model.SetSettings: 1000}},
		{largest(t), people{model.Revoke: 10}},
	} {
		for more := range 2 {
			t.Run(fmt.Sprintf("%d: %v and %d more", row.size, row.allowed, more), func(t *testing.T) {
				t.Parallel()
				w := crowd(row.size)
				for _, op := range []model.Op{model.Withdraw, model.Detach, model.Revoke, model.SetSettings, model.Create} {
					if n, asked := row.allowed[op]; asked {
						w.ask(op, n+more)
					}
				}
				p := w.plan()
				for op, n := range row.allowed {
					want := "due"
					if more > 0 {
						want = "blocked" + guardOf(op)
						wantWords(t, p, fmt.Sprintf("%d people in one pass, %d allowed (limits.", n+more, n))
					}
					if got := statuses(p, op); got[want] != n+more || len(got) != 1 {
						t.Errorf("%s: got %v, want %d %s; guards %+v", op, got, n+more, want, p.Guards)
					}
				}
			})
		}
	}
}

// largest is 10,000, and with make soak what COMPANY_PEOPLE says. From 10,000 people up no percentage
// of config.example.yaml is below its count: the same people go out of any number.
func largest(t *testing.T) int {
	t.Helper()
	text := os.Getenv("COMPANY_PEOPLE")
	if text == "" {
		return 10_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func guardOf(op model.Op) string {
	switch op {
	case model.Create:
		return model.GuardCreates
	case model.SetSettings:
		return model.GuardChanges
	}
	return model.GuardLeaversRun
}

// ask lets that much happen to n people of a crowd that it will be planned for each of them.
func (w *world) ask(op model.Op, n int) {
	people := w.source().people
	switch op {
	case model.Withdraw:
		for _, e := range people[len(people)-n:] {
			e.leave(model.Disabled)
		}
	case model.SetSettings:
		for _, e := range people[len(people)/2-n/2:][:n] {
			e.last = "Neu"
		}
	case model.Create:
		for i := range n {
			w.hire(fmt.Sprintf("j%04d", i))
		}
	case model.Detach, model.Revoke:
		w.policy.ID = map[model.Op]model.IDPolicy{model.Detach: model.DetachID, model.Revoke: model.RevokeID}[op]
		w.withdrawnSome(n)
	}
}

// withdrawnSome lets n people leave whose credentials were withdrawn last month, and whose IDs are
// due now.
func (w *world) withdrawnSome(n int) {
	ago := w.now.Add(-30 * day)
	for i := range n {
		own, phone := w.state.Owned[i], w.activate(w.state.Owned[i].Username)
		w.source().people[i].leave(model.Disabled)
		o := &w.state.Observations[i]
		o.State, o.Since, o.Reads, o.ConfirmedAt = model.Departed, ago, 2, ago
		o.Evidence = w.source().people[i].evidence
		w.state.Departures = append(w.state.Departures, model.Departure{
			Subject: model.Subject{Person: own.Person, CSI: own.CSI, DN: o.DN}, CredentialID: own.CredentialID, Username: own.Username, OU: o.OU,
			StartedAt: ago, WithdrawnAt: ago, IDs: []model.DepartingID{{ThreemaID: phone}},
		})
	}
	for _, own := range w.state.Owned[:n] {
		w.dropCredential(own.CredentialID)
	}
	w.state.Owned = w.state.Owned[n:]
}

// TestOURuleOfEachSize: an OU of ten or more that loses half of its people stops everything, where
// the other limits would let them go (design §5.11).
func TestOURuleOfEachSize(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		size, berlin, leave int
		words               string // "": they go
	}{
		{3, 3, 1, ""}, // what is smaller is not judged on its own
		{40, 9, 9, ""}, {40, 10, 4, ""}, {40, 10, 5, "50 % of ou=berlin,dc=corp (5 of 10 people)"},
		{40, 10, 10, "100 % of ou=berlin,dc=corp (10 of 10 people)"},
		{1000, 100, 49, ""}, {1000, 100, 50, "50 % of ou=berlin,dc=corp (50 of 100 people)"},
		{1000, 100, 100, "100 % of ou=berlin,dc=corp (100 of 100 people)"},
		{largest(t), 500, 500, "100 % of ou=berlin,dc=corp (500 of 500 people)"},
	} {
		t.Run(fmt.Sprintf("%d of %d in a company of %d", row.leave, row.berlin, row.size), func(t *testing.T) {
			t.Parallel()
			w := crowd(row.size)
			wide := model.Window{Count: 100_000, Percent: 50}
			w.policy.LeaversRun, w.policy.LeaversDay, w.policy.LeaversWeek = wide, wide, wide
			for i, e := range w.source().people[:row.berlin] {
				e.ou, w.state.Observations[i].OU = "Berlin", "ou=berlin,dc=corp"
				if i < row.leave {
					e.leave(model.Disabled)
				}
			}
			p := w.plan()
			want := "due"
			if row.words != "" {
				want = "blocked" + model.GuardLeaversOU
				wantWords(t, p, "leavers-ou withdraw: "+row.words+", less than 50 % allowed of an OU of 10 people or more. They are: ")
			}
			if got := statuses(p, model.Withdraw); got[want] != row.leave || len(got) != 1 {
				t.Errorf("got %v, want %d %s; guards %+v", got, row.leave, want, p.Guards)
			}
		})
	}
}

// TestEveryoneGoneIsNoLimit: where everybody is gone at once, it is no wave of departures, and no
// limit that is wide enough lets it through (design §5.11; [model.ReadEmpty] refuses it before).
func TestEveryoneGoneIsNoLimit(t *testing.T) {
	t.Parallel()
	for _, size := range []int{3, 40, 1000} {
		w := crowd(size)
		wide := model.Window{Count: 100_000, Percent: 50}
		w.policy.LeaversRun, w.policy.LeaversDay, w.policy.LeaversWeek = wide, wide, wide
		w.policy.ConfirmReads, w.policy.ConfirmOver = 1, 0
		w.leaveSome(size)
		for range 3 {
			if p := w.later(t, time.Hour); statuses(p, model.Withdraw)["due"] != 0 || len(w.pkg.Credentials) != size {
				t.Errorf("of %d: %s", size, words(p))
			}
		}
	}
}
