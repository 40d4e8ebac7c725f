package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// BenchmarkCompute plans for a package of 100,000 people: at rest, when everybody changes, when
// everybody is new, and when everybody is gone.
func BenchmarkCompute(b *testing.B) {
	const size = 100_000
	for _, row := range []struct {
		name string
		do   func(*world)
	}{
		{"at rest", func(*world) {}},
		{"everybody changes", func(w *world) {
			for _, e := range w.source().people {
				e.last = "Neu"
			}
		}},
		{"everybody is new", func(w *world) {
			w.pkg.Credentials, w.pkg.Settings = nil, nil
			w.state.Owned, w.state.RolledOut = nil, false
		}},
		{"everybody is gone", func(w *world) {
			for _, e := range w.source().people {
				e.leave(model.Expired)
			}
		}},
		{"everybody has one csi", func(w *world) {
			w.state.Owned = nil
			for _, e := range w.source().people {
				e.csi = "E-1"
			}
		}},
		{"everybody is withdrawn by hand", func(w *world) {
			w.pkg.Credentials = nil
			for n, own := range w.state.Owned {
				id := fmt.Sprintf("ID%06d", n)
				w.pkg.Users = append(w.pkg.Users, model.User{ID: id})
				w.state.UsersSeen = append(w.state.UsersSeen, model.SeenUser{ThreemaID: id, CredentialID: own.CredentialID})
			}
		}},
	} {
		b.Run(row.name, func(b *testing.B) {
			w := crowd(size)
			row.do(w)
			w.now = w.now.Add(time.Hour)
			in := w.input()
			b.ReportAllocs()
			for b.Loop() {
				plan.Compute(in)
			}
		})
	}
}
