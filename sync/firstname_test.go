package sync_test

import (
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestFirstNameTakenAway: we wrote the first name of somebody, and it was taken off the credential before any
// pass had read it there. An account made anew with the csi is the same person all the same.
func TestFirstNameTakenAway(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(w *world){
		"on a credential of ours": func(*world) {},
		"on an adopted one": func(w *world) {
			w.put(func(s *worksim.State) {
				s.Credentials = []worksim.Credential{{ID: "c/old=", Username: "old.name", Password: "p", LicenseCount: 1}}
				s.Settings = map[string]map[string]any{"c/old=": {"th_csi": "E03"}}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(4)...)
			before(w)
			w.ok()
			credential := w.credentialOf("E03")
			w.put(func(s *worksim.State) { delete(s.Settings[credential], "th_firstname") })
			again := employee(3)
			again.ID = "id-99"
			w.directory.remove("id-03")
			w.directory.put(again)
			w.exits(dirsync.ExitOK)
			w.equal("credential", credential, w.credentialOf("E03"))
			w.taken(0, 0, 0)
			w.settled()
		})
	}
}

// credentialOf is the credential that has a csi.
func (w *world) credentialOf(csi string) string {
	w.Helper()
	for id, settings := range w.sim.State().Settings {
		if settings["th_csi"] == csi {
			return id
		}
	}
	w.Fatalf("no credential has the csi %s", csi)
	return ""
}
