package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestTrust(t *testing.T) {
	t.Parallel()
	drop := func(n int) func(*world) {
		return func(w *world) { w.pkg.Credentials = w.pkg.Credentials[n:] }
	}
	seen := func(n int) func(*world) {
		return func(w *world) {
			for i := range n {
				w.state.UsersSeen = append(w.state.UsersSeen, model.SeenUser{ThreemaID: fmt.Sprint(i), CredentialID: fmt.Sprintf("c%06d", i)})
			}
		}
	}
	for _, row := range []struct {
		name string
		size int
		do   func(*world)
		want string // "": trusted
	}{
		{"as it was", 100, func(*world) {}, ""},
		{"first contact", 0, func(w *world) { w.state = model.State{} }, ""},
		{"expired", 100, func(w *world) { w.now = w.pkg.Subscription.ValidUntil }, "its licence ended on 2030-01-01"},
		{"one moment before", 100, func(w *world) { w.now = w.pkg.Subscription.ValidUntil.Add(-1) }, ""},
		{"no end known", 100, func(w *world) {
			w.now = w.now.AddDate(90, 0, 0)
			w.pkg.Subscription.ValidUntil = w.pkg.Subscription.ValidUntil.AddDate(-3000, 0, 0).Truncate(0)
		}, "ended"},
		{"no credentials", 100, func(w *world) { w.pkg.Credentials = nil }, "its list of credentials is empty, yet 100 of them are ours"},
		{"all are gone that somebody ordered to go", 10, func(w *world) {
			for _, c := range w.pkg.Credentials {
				w.state.Orders = append(w.state.Orders, model.PastOrder{CredentialID: c.ID})
			}
			w.pkg.Credentials, w.pkg.Settings = nil, nil
		}, ""},
		{"four more are gone than somebody ordered to go", 10, func(w *world) {
			for _, c := range w.pkg.Credentials[:5] {
				w.state.Orders = append(w.state.Orders, model.PastOrder{CredentialID: c.ID})
			}
			drop(9)(w)
		}, "4 of the 5 credentials that we manage are missing at once"},
		{"no settings", 100, func(w *world) { w.pkg.Settings = nil }, "its list of individual settings is empty"},
		{"no settings, but all were adopted by name", 3, func(w *world) {
			w.pkg.Settings = nil
			for n := range w.state.Owned {
				w.state.Owned[n].Created = false
			}
		}, ""},
		{"no settings, but the only create is open", 1, func(w *world) {
			w.pkg.Settings = nil
			w.state.Open = []model.Operation{{Op: model.Create, CredentialID: w.state.Owned[0].CredentialID}}
		}, ""},
		{"no users, four were seen", 100, seen(4), "its list of users is empty, yet 4 of them are ours"},
		{"no users, three were seen", 100, seen(3), ""},
		{"no users, those seen were on credentials of others", 100, func(w *world) {
			for range 9 {
				w.state.UsersSeen = append(w.state.UsersSeen, model.SeenUser{CredentialID: "x"})
			}
		}, ""},
		{"three missing of 100", 100, drop(3), ""},
		{"four missing of 100", 100, drop(4), "4 of the 100 credentials that we manage are missing at once"},
		{"twenty missing of 1000", 1000, drop(20), ""},
		{"21 missing of 1000", 1000, drop(21), "21 of the 1000"},
		{"known to be missing", 100, func(w *world) {
			drop(6)(w)
			for n := range 4 {
				w.state.Owned[n].MissingReads = 1
			}
		}, ""},
		{"lost answers of withdrawals, and one by hand", 100, func(w *world) {
			for _, c := range w.pkg.Credentials[:3] {
				w.state.Open = append(w.state.Open, model.Operation{Op: model.Withdraw, CredentialID: c.ID})
			}
			drop(4)(w)
		}, ""},
		{"lost answers of something else", 100, func(w *world) {
			for _, c := range w.pkg.Credentials[:4] {
				w.state.Open = append(w.state.Open, model.Operation{Op: model.Adopt, CredentialID: c.ID})
			}
			drop(4)(w)
		}, "4 of the 100"},
		{"another package is a matter of the baseline", 100, func(w *world) { w.pkg = model.Inventory{Subscription: model.Subscription{ID: "SUB2"}} }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(row.size)
			row.do(w)
			err := w.plan().Untrusted
			if row.want == "" {
				if err != nil {
					t.Errorf("not trusted: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(english.Distrusted(*err), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}
