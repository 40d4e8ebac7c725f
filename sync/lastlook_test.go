package sync_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestLastLookAtThePerson: whatever the directory says right before a request, other than that
// the person departed, stops it (pitfall D6).
func TestLastLookAtThePerson(t *testing.T) {
	t.Parallel()
	id := employee(3).id()
	for name, answer := range map[string]func([]model.Tracked) ([]model.Sighting, error){
		"entitled again": func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: id, State: model.Entitled}}, nil
		},
		"unknown": func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: id, Evidence: model.Evidence{Detail: "parent not readable"}}}, nil
		},
		"their place shows nothing by now": func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: id, Placeless: true}}, nil
		},
		"error": func([]model.Tracked) ([]model.Sighting, error) { return nil, errors.New("connection lost") },
		"evidence that does not count": func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: id, State: model.Departed, Evidence: model.Evidence{Kind: model.Tombstone}}}, nil
		},
		"no answer": func([]model.Tracked) ([]model.Sighting, error) { return nil, nil },
		"another person": func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: employee(4).id(), State: model.Departed}}, nil
		},
		"protected by now": func([]model.Tracked) ([]model.Sighting, error) {
			return []model.Sighting{{ID: id, State: model.Departed, Evidence: model.Evidence{Kind: model.Disabled}, Protected: true}}, nil
		},
		"too many people": func(t []model.Tracked) ([]model.Sighting, error) { return make([]model.Sighting, len(t)+1), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.policy.ID = model.DetachID
			w.policy.Evidence = []model.EvidenceKind{model.Disabled}
			w.rollOut()
			before := w.document()
			w.directory.dismiss(t, "id-03")
			w.directory.recheck = answer
			r := w.ok()
			w.equal("results", []string{"withdraw user03 skipped", "disable-contact user03 skipped", "detach user03 skipped"}, results(r))
			w.equal("writes", []string(nil), w.writes())
			w.equal("package", before, w.document())
			w.directory.recheck = nil
			w.ok()
			w.equal("detached", 1, len(w.sim.State().Detached))
		})
	}
}

// TestAProtectedLeaverIsOutByYeses: plan and last look know alike whom a group of protect.groups has. Each step
// waits for a yes, the contact's too, is done after it, and none is skipped; also after the yes was taken back.
func TestAProtectedLeaverIsOutByYeses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(5)...)
	w.policy.ID, w.policy.GraceID = model.RevokeID, time.Hour
	w.directory.change(t, "id-03", func(p *person) { p.Protected = true })
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.wantExit(w.run(), dirsync.ExitWaiting)
	given := w.approved(day).Changes
	w.equal("asked for", []model.Op{model.Withdraw, model.DisableContact}, opsOf(given))
	w.must(w.ledger.EndApprovals(t.Context(), "bert (uid 1001)", []string{given[1].ID}))
	w.equal("withdrawn", []string{"withdraw user03 done"}, results(w.run()))
	w.wantExit(w.run(), dirsync.ExitWaiting)
	w.advance(2 * time.Hour)
	w.equal("asked for", []model.Op{model.DisableContact, model.Revoke}, opsOf(w.approved(day).Changes))
	w.equal("done", []string{"disable-contact user03 done", "revoke user03 done"}, results(w.ok()))
	w.equal("revoked", 1, len(w.sim.State().Revoked))
}

func opsOf(changes []model.Change) []model.Op {
	var ops []model.Op
	for _, c := range changes {
		ops = append(ops, c.Op)
	}
	return ops
}

// TestWhatIsSkippedAgainIsTold: one skip may be a race; a step that goes on being stopped right before its
// request waits for somebody, with each step that relies on it.
func TestWhatIsSkippedAgainIsTold(t *testing.T) {
	t.Parallel()
	w := stopped(t)
	w.advance(time.Hour)
	r := w.exits(dirsync.ExitWaiting)
	if told := r.Plan.Waits(); len(told) != 1 || told[0].Code != model.WaitSkipped || told[0].People != 1 {
		t.Errorf("waits: %+v", told)
	}
	for _, says := range []string{"connection lost", "detach of CN=", "the step before it, withdraw, was not done in this pass"} {
		if !strings.Contains(text(r), says) {
			t.Errorf("the report does not say %q:\n%s", says, text(r))
		}
	}
	w.directory.recheck = nil
	w.advance(time.Hour)
	w.ok()
	w.equal("detached", 1, len(w.sim.State().Detached))
}

// TestLastLookBeforeEachStep: a person who comes back between two steps keeps what is left.
func TestLastLookBeforeEachStep(t *testing.T) {
	t.Parallel()
	for steps, want := range [][]string{
		{"withdraw user03 skipped", "disable-contact user03 skipped", "detach user03 skipped"},
		{"withdraw user03 done", "disable-contact user03 skipped", "detach user03 skipped"},
		{"withdraw user03 done", "disable-contact user03 done", "detach user03 skipped"},
	} {
		w := newWorld(t, options{}, employees(5)...)
		w.policy.ID = model.DetachID
		w.rollOut()
		w.directory.dismiss(t, "id-03")
		asked := 0
		w.directory.recheck = func(tracked []model.Tracked) ([]model.Sighting, error) {
			state := model.Departed
			if asked++; asked > steps {
				state = model.Entitled
			}
			return []model.Sighting{{ID: tracked[0].ID, State: state, Evidence: model.Evidence{Kind: model.Disabled}}}, nil
		}
		w.equal("results", want, results(w.ok()))
		w.equal("detached", 0, len(w.sim.State().Detached))
	}
}

// TestLastLookAtTheObject: what changed in the package between the plan and the request.
func TestLastLookAtTheObject(t *testing.T) {
	t.Parallel()
	skipped := []string{"withdraw user03 skipped", "disable-contact user03 skipped", "detach user03 skipped"}
	for name, tt := range map[string]struct {
		edit func(*worksim.State)
		want []string
	}{
		"credential renamed": {func(s *worksim.State) { s.Credentials[2].Username = "renamed" }, skipped},
		"ID linked elsewhere": {func(s *worksim.State) {
			s.Credentials[0].Users = append(s.Credentials[0].Users, s.Credentials[2].Users...)
			s.Users[2].CredentialID, s.Credentials[2].Users = s.Credentials[0].ID, nil
		}, skipped},
		"other csi": {func(s *worksim.State) { s.Users[2].CSI = "E99" }, skipped},
		"a second phone": {func(s *worksim.State) {
			s.Users = append(s.Users, worksim.User{ID: "SECOND01", CredentialID: s.Credentials[2].ID})
		}, skipped},
		"other th_csi": {func(s *worksim.State) { s.Settings[s.Credentials[2].ID]["th_csi"] = "E99" }, skipped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return editing{p, func() { w.put(tt.edit) }} }
			r := w.ok()
			w.equal("results", tt.want, results(r))
			w.equal("detached", 0, len(w.sim.State().Detached))
		})
	}
}

// TestLateID: an ID that appears on the credential after the plan stops the withdrawal until a pass has
// judged it; one that comes at the very last moment, and shows only by its dangling link, joins the departure.
func TestLateID(t *testing.T) {
	t.Parallel()
	late := func(s *worksim.State) {
		s.Users = append(s.Users, worksim.User{ID: "LATECOME", CredentialID: s.Credentials[2].ID})
	}
	for name, pack := range map[string]func(*world, dirsync.WorkAPI) dirsync.WorkAPI{
		"after the plan":           func(w *world, p dirsync.WorkAPI) dirsync.WorkAPI { return editing{p, func() { w.put(late) }} },
		"right before the request": func(w *world, p dirsync.WorkAPI) dirsync.WorkAPI { return joining{p, w} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepDanglingLink}}}, employees(5)...)
			w.policy.ID, w.policy.GraceID = model.DetachID, time.Hour
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return pack(w, p) }
			w.ok()
			w.pack = nil
			w.ok()
			w.advance(2 * time.Hour)
			w.ok()
			var gone []string
			for _, d := range w.sim.State().Detached {
				gone = append(gone, d.ID)
			}
			if len(gone) != 2 || !slices.Contains(gone, "LATECOME") {
				t.Errorf("detached %v", gone)
			}
		})
	}
}

// TestCancel: the request in flight is finished and recorded, the rest waits for the next pass.
func TestCancel(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*world)
		after string // the call during which the context ends
		want  []string
		end   func(*world)
	}{
		"create":   {func(*world) {}, "create", []string{"create user01 done"}, (*world).everybodyWorks},
		"withdraw": {beginLeaver, "withdraw", []string{"withdraw user03 done"}, endLeaver},
		"settings": {func(w *world) {
			w.rollOut()
			w.policy.ChunkSize = 1
			w.directory.change(w.T, "id-01", func(p *person) { p.Last = "Married" })
			w.directory.change(w.T, "id-02", func(p *person) { p.Last = "Divorced" })
		}, "settings", []string{"set-settings user01 done"}, (*world).everybodyWorks},
		"inventory": {beginLeaver, "inventory", nil, endLeaver},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(4)...)
			w.policy.ID = model.DetachID
			tt.begin(w)
			ctx, cancel := context.WithCancel(t.Context())
			w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return interrupting{p, tt.after, cancel} }
			r := w.runWith(ctx)
			w.wantExit(r, dirsync.ExitFailed)
			w.equal("results", tt.want, results(r))
			if !errors.Is(r.Err, context.Canceled) {
				t.Errorf("error: %v", r.Err)
			}
			if n := strings.Count(r.Err.Error(), "stopped"); n > 1 {
				t.Errorf("says it %d times: %v", n, r.Err)
			}
			w.pack = nil
			w.recover()
			tt.end(w)
		})
	}
}

// TestOldPlanTakesNothing: a machine that slept between the plan and its requests takes nothing
// from anybody, for the plan says nothing of who came in the meantime.
func TestOldPlanTakesNothing(t *testing.T) {
	t.Parallel()
	for slept, want := range map[time.Duration]int{29 * time.Minute: 1, 31 * time.Minute: 0} {
		w := newWorld(t, options{}, employees(5)...)
		w.policy.ID = model.DetachID
		w.rollOut()
		w.directory.dismiss(t, "id-03")
		w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return &sleeping{p, func() { w.advance(slept) }} }
		r := w.ok()
		if got := len(w.sim.State().Detached); got != want {
			t.Errorf("after %s: %d detached, want %d\n%s", slept, got, want, text(r))
		}
		if want == 0 && !strings.Contains(text(r), "the plan is 31m old") {
			t.Errorf("nobody is told:\n%s", text(r))
		}
		w.pack = nil
		w.ok()
		w.equal("detached in the end", 1, len(w.sim.State().Detached))
	}
}

// TestLastLookAtTheCSI: whoever comes by the leaver's csi between the plan and the request may be
// the same person under another ID.
func TestLastLookAtTheCSI(t *testing.T) {
	t.Parallel()
	another := employee(3)
	another.ID, another.UID = "id-99", "user99"
	for name, tt := range map[string]struct {
		comes func(w *world, other person)
		goes  bool
		says  string
	}{
		"nobody has it":                 {func(*world, person) {}, true, ""},
		"another account of the person": {func(w *world, other person) { w.directory.put(other) }, false, "its csi is also that of CN=First03 Last03"},
		"another account with the number that the directory gave the leaver": {func(w *world, other person) {
			other.CSI = "E77"
			w.directory.put(other)
		}, false, "its csi is also that of CN=First03 Last03"},
		"one whose state cannot be told": {func(w *world, other person) { other.State = model.Unknown; w.directory.put(other) }, false, "its csi is also that of"},
		"one who is excluded": {func(w *world, other person) {
			other.State, other.Evidence.Kind, other.Excluded = model.Departed, model.Disabled, true
			w.directory.put(other)
		}, false, "its csi is also that of"},
		"one who left by what does not count": {func(w *world, other person) {
			other.State, other.Evidence.Kind = model.Departed, model.Expired
			w.directory.put(other)
		}, false, "its csi is also that of"},
		"one who left too": {func(w *world, other person) {
			other.State, other.Evidence.Kind = model.Departed, model.Disabled
			w.directory.put(other)
		}, true, ""},
		"somebody else":       {func(w *world, other person) { other.CSI = "E99"; w.directory.put(other) }, true, ""},
		"nobody can be asked": {func(w *world, _ person) { w.directory.holders = errors.New("connection lost") }, false, "could not be asked whose csi it is"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.policy.ID, w.policy.Evidence = model.RevokeID, []model.EvidenceKind{model.Disabled}
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.directory.change(t, "id-03", func(p *person) { p.CSI = "E77" })
			w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return editing{p, func() { tt.comes(w, another) }} }
			r := w.ok()
			want := []int{0, 0, 0}
			if tt.goes {
				want = []int{1, 0, 1}
			}
			w.equal("withdrawn, detached, revoked", want, w.effects())
			if !strings.Contains(text(r), tt.says) {
				t.Errorf("the report does not say %q:\n%s", tt.says, text(r))
			}
		})
	}
}
