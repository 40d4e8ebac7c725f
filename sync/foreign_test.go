package sync_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// othersSet is what somebody sets in the cockpit on three of the credentials: a text, a switch, a
// number, and a text of digits.
func othersSet() map[string]map[string]any {
	return map[string]map[string]any{
		"user01": {"th_nickname": "Boss", "th_disable_web": true, "th_keep_messages_days": int64(30)},
		"user02": {"th_nickname": "0470"},
		"user04": {"th_disable_calls": false},
	}
}

func (w *world) othersSet(all map[string]map[string]any) {
	w.Helper()
	w.put(func(s *worksim.State) {
		for _, c := range s.Credentials {
			if s.Settings[c.ID] == nil {
				s.Settings[c.ID] = map[string]any{}
			}
			maps.Copy(s.Settings[c.ID], all[c.Username])
		}
	})
}

// wantOthers fails unless each of those settings is as it was.
func (w *world) wantOthers(all map[string]map[string]any) {
	w.Helper()
	for username, settings := range all {
		for name, value := range settings {
			w.equal(username+" "+name, value, w.settings(username)[name])
		}
	}
}

// rename gives everybody another last name.
func (w *world) rename(last string) {
	w.Helper()
	for id := range w.directory.people {
		w.directory.change(w.T, id, func(p *person) { p.Last = last + p.ID })
	}
}

func (w *world) bulkReading() model.Service {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	return state.Service
}

func beginForeign(w *world) {
	w.Helper()
	w.rollOut()
	w.othersSet(othersSet())
	w.rename("New")
}

// beginKnownForeign has seen a change before, so that what a write does is known.
func beginKnownForeign(w *world) {
	w.Helper()
	beginForeign(w)
	w.ok()
	w.rename("Newer")
}

func endForeign(w *world) {
	w.Helper()
	w.wantOthers(othersSet())
	for _, p := range w.directory.people {
		w.equal("last name of "+p.UID, any(p.Last), w.settings(p.UID)["th_lastname"])
		w.equal("csi of "+p.UID, any(p.CSI), w.settings(p.UID)["th_csi"])
	}
	w.equal("open trial", model.Trial{}, w.bulkReading().Trial)
}

// TestSettingsOfOthersStay: whatever a write does with settings that it does not name, nobody loses
// one. The first write finds out, the later ones know; and every pass settles.
func TestSettingsOfOthersStay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		quirks  []string
		reading model.BulkReading
		first   int // bulk writes of the pass that finds out
		later   int
	}{
		"merges":                         {nil, model.BulkMerges, 2, 1},
		"replaces":                       {[]string{worksim.BulkReplaces}, model.BulkReplaces, 3, 1},
		"merges, the list shows globals": {[]string{worksim.BulkShowsGlobal}, model.BulkMerges, 2, 1},
		"replaces, {} for none":          {[]string{worksim.BulkReplaces, worksim.EmptyObject}, model.BulkReplaces, 3, 1},
		"replaces, hides the empty":      {[]string{worksim.BulkReplaces, worksim.BulkHidesEmpty}, model.BulkReplaces, 3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: tt.quirks}}, employees(4)...)
			w.rollOut()
			w.put(func(s *worksim.State) { s.GlobalSettings = map[string]any{"th_block_unknown": true} })
			w.othersSet(othersSet())
			for n, want := range []int{tt.first, tt.later, tt.later} {
				w.rename(strings.Repeat("New", n+1))
				w.sim.ClearRequests()
				preview := w.preview("")
				r := w.ok()
				w.equal("bulk writes", want, len(w.bulks()))
				w.equal("plan and pass ask for", preview.Plan.Requests, r.Plan.Requests)
				endForeign(w)
				w.settled()
			}
			w.equal("reading", tt.reading, w.bulkReading().Bulk)
		})
	}
}

// TestGlobalSettingsTeachNothing: a list that shows the global settings with everybody's shows settings
// on each credential that none of them has; nothing is put back there, and nothing concluded.
func TestGlobalSettingsTeachNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.BulkShowsGlobal, worksim.BulkReplaces}}}, employees(4)...)
	w.rollOut()
	w.put(func(s *worksim.State) { s.GlobalSettings = map[string]any{"th_block_unknown": true} })
	w.rename("New")
	w.ok()
	for _, p := range w.directory.people {
		w.wantSettings(p)
	}
	w.equal("reading", model.BulkUnknown, w.bulkReading().Bulk)
	w.othersSet(othersSet())
	w.rename("Newer")
	w.ok()
	w.equal("reading", model.BulkReplaces, w.bulkReading().Bulk)
	endForeign(w)
	w.settled()
}

// TestRefusedValueBesideSettingsOfOthers: the search for a bad value writes in parts, and costs neither
// the good values nor what others have set.
func TestRefusedValueBesideSettingsOfOthers(t *testing.T) {
	t.Parallel()
	for _, quirks := range [][]string{nil, {worksim.BulkReplaces}, {worksim.BulkPartial}} {
		for _, known := range []bool{false, true} {
			t.Run(fmt.Sprint(quirks, known), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, options{sim: worksim.Options{Quirks: quirks}}, employees(4)...)
				w.rollOut()
				w.othersSet(othersSet())
				if known {
					w.rename("Seen")
					w.ok()
				}
				w.rename("New")
				w.directory.change(t, "id-01", func(p *person) { p.Title = "BAD" })
				w.refusing("BAD")
				w.exits(dirsync.ExitFailed)
				for range 2 {
					w.wantOthers(othersSet())
					for _, p := range w.directory.people {
						w.equal("last name of "+p.UID, any(p.Last), w.settings(p.UID)["th_lastname"])
						w.equal("csi of "+p.UID, any(p.CSI), w.settings(p.UID)["th_csi"])
					}
					w.ok()
				}
				w.refusing("")
				w.directory.change(t, "id-01", func(p *person) { p.Title = "Good" })
				w.ok()
				endForeign(w)
				w.settled()
			})
		}
	}
}

// TestTrialMeetsAFault: the write that finds out, its look before and after, and the putting back fail
// in turn; in the end nothing is lost and everything is written.
func TestTrialMeetsAFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]worksim.Fault{
		"look before":                         {Method: http.MethodGet, Path: "/credentials/", Status: 503, Times: 3},
		"look before, 404":                    {Method: http.MethodGet, Path: "/credentials/", Status: 404, Times: 1},
		"write lost before the effect":        {Method: http.MethodPost, Path: "/mdm-bulk", Drop: worksim.DropBefore, Times: 1},
		"write lost after the effect":         {Method: http.MethodPost, Path: "/mdm-bulk", Drop: worksim.DropAfter, Times: 1},
		"500 after the effect":                {Method: http.MethodPost, Path: "/mdm-bulk", Status: 500, Effect: true, Times: 1},
		"look after":                          {Method: http.MethodGet, Path: "/credentials/", Status: 503, Times: 3, Skip: 1},
		"look after, 429":                     {Method: http.MethodGet, Path: "/credentials/", Status: 429, Times: 1, Skip: 1},
		"look after, 401":                     {Method: http.MethodGet, Path: "/credentials/", Status: 401, Times: 1, Skip: 1},
		"putting back, refused at first":      {Method: http.MethodPost, Path: "/mdm-bulk", Status: 422, Times: 1, Skip: 1},
		"putting back, lost before":           {Method: http.MethodPost, Path: "/mdm-bulk", Drop: worksim.DropBefore, Times: 1, Skip: 1},
		"putting back, lost after the effect": {Method: http.MethodPost, Path: "/mdm-bulk", Drop: worksim.DropAfter, Times: 1, Skip: 1},
		"putting back, out of order":          {Method: http.MethodPost, Path: "/mdm-bulk", Status: 503, Skip: 1, Times: 2},
	} {
		for _, quirks := range [][]string{nil, {worksim.BulkReplaces}} {
			t.Run(name+" "+strings.Join(quirks, ""), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, options{sim: worksim.Options{Quirks: quirks}}, employees(4)...)
				beginForeign(w)
				w.fault(fault)
				w.run()
				w.sim.ClearFaults()
				w.advance(day)
				w.advance(day)    // 429 has blocked one
				w.rename("Newer") // what was lost is put back in this pass, and the same credential written
				w.run()
				w.ok()
				endForeign(w)
				w.settled()
			})
		}
	}
}

// TestNotPutBackIsTold: a setting that the service takes back from nobody is told in every pass, with
// where it was, until somebody sets it in the cockpit, or removes the credential.
func TestNotPutBackIsTold(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world){
		"set in the cockpit": func(w *world) {
			w.othersSet(map[string]map[string]any{"user01": {"th_nickname": "Somebody else's choice"}})
		},
		"credential removed": removeUser01,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.BulkReplaces}}}, employees(4)...)
			w.rollOut()
			w.othersSet(map[string]map[string]any{"user01": {"th_nickname": "Boss"}})
			w.directory.change(t, "id-01", func(p *person) { p.Last = "New" })
			w.refusing("Boss")
			for range 3 {
				r := w.exits(dirsync.ExitFailed)
				w.equal("the word", model.PassFailureTrial, r.Failure())
				if words := text(r); !strings.Contains(words, "th_nickname") || !strings.Contains(words, "cockpit") || strings.Contains(words, "Boss") {
					t.Errorf("told: %s", words)
				}
			}
			w.equal("last name", any("New"), w.settings("user01")["th_lastname"])
			end(w)
			w.ok()
			w.equal("open trial", model.Trial{}, w.bulkReading().Trial)
		})
	}
}

func removeUser01(w *world) {
	w.Helper()
	id := w.credential("user01").ID
	w.put(func(s *worksim.State) {
		s.Credentials = slices.DeleteFunc(s.Credentials, func(c worksim.Credential) bool { return c.ID == id })
		delete(s.Settings, id)
		for n := range s.Users {
			if s.Users[n].CredentialID == id {
				s.Users[n].CredentialID = ""
			}
		}
	})
}

// TestReadOnlyPolicyPutsNothingBack: a policy that writes no settings leaves an open trial alone.
func TestReadOnlyPolicyPutsNothingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.BulkReplaces}}}, employees(4)...)
	beginForeign(w)
	w.fault(worksim.Fault{Method: http.MethodGet, Path: "/credentials/", Status: 503, Skip: 1})
	w.run()
	w.sim.ClearFaults()
	w.sim.ClearRequests()
	w.policy.Mode = model.Observe
	w.ok()
	w.equal("writes", []string(nil), w.writes())
	w.policy.Mode = model.Sync
	w.ok()
	endForeign(w)
}

// carrying refuses to write what others have set, as a service does that knows the name no more.
type carrying struct {
	dirsync.WorkAPI
	refuses string
}

func (c carrying) SetSettings(ctx context.Context, settings []model.CredentialSettings) error {
	for _, s := range settings {
		for _, kept := range s.Keep {
			if kept.Name == c.refuses {
				return refused{}
			}
		}
	}
	return c.WorkAPI.SetSettings(ctx, settings)
}

type refused struct{}

func (refused) Error() string { return "the service does not accept this request" }

func (refused) FailureKind() model.FailureKind { return model.FailureRefused }

// TestWhatCannotBeCarriedIsNotWritten: on a service that replaces, a write that cannot carry what others
// have set does not go out at all, says why, and holds up nobody else.
func TestWhatCannotBeCarriedIsNotWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.BulkReplaces}}}, employees(4)...)
	beginForeign(w)
	w.ok()
	w.rename("Newer")
	w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return carrying{p, "th_disable_calls"} }
	r := w.exits(dirsync.ExitFailed)
	if words := text(r); !strings.Contains(words, "th_disable_calls") || !strings.Contains(words, "nothing is written") {
		t.Errorf("told: %s", words)
	}
	w.wantOthers(othersSet())
	w.equal("last name of user04", any("Newid-04"), w.settings("user04")["th_lastname"])
	w.equal("last name of user01", any("Newerid-01"), w.settings("user01")["th_lastname"])
	w.pack = nil
	w.ok()
	endForeign(w)
	w.settled()
}
