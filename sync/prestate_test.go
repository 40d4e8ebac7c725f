package sync_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestPreStates has a row for each pre-state of design §5.6: what must hold of a Threema ID
// before it is detached or revoked. Each is tried before the plan, and between the plan and the
// request.
func TestPreStates(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit func(s *worksim.State, u *worksim.User, withdrawn string)
		goes bool
		asks string // in the plan: whose it may be
		says string // right before the request: why it does not
	}{
		"as the saga left it":               {edit: func(*worksim.State, *worksim.User, string) {}, goes: true},
		"its credential link is missing":    {edit: func(_ *worksim.State, u *worksim.User, _ string) { u.CredentialID = "" }, goes: true},
		"it names the withdrawn credential": {edit: func(_ *worksim.State, u *worksim.User, withdrawn string) { u.CredentialID = withdrawn }, goes: true},
		"it names another credential": {edit: func(s *worksim.State, u *worksim.User, _ string) {
			u.CredentialID = s.Credentials[0].ID
			s.Credentials[0].Users = append(s.Credentials[0].Users, u.ID)
		}, asks: "uses another credential by now (user01", says: "it uses another credential by now"},
		"its csi is empty":        {edit: func(_ *worksim.State, u *worksim.User, _ string) { u.CSI = "" }, goes: true},
		"its csi is the leaver's": {edit: func(_ *worksim.State, u *worksim.User, _ string) { u.CSI = "E03" }, goes: true},
		"its csi is another one":  {edit: func(_ *worksim.State, u *worksim.User, _ string) { u.CSI = "E04" }, asks: "reports the csi E04, which is that of", says: "it reports another csi (E04)"},
		"its csi differs in case": {edit: func(_ *worksim.State, u *worksim.User, _ string) { u.CSI = "e03" }, asks: "reports the csi e03, which is nobody's here", says: "it reports another csi (e03)"},
		"the ID is not listed":    {edit: func(s *worksim.State, u *worksim.User, _ string) { dropUser(s, u.ID) }},
		"the saga never persisted it": {edit: func(s *worksim.State, _ *worksim.User, _ string) {
			s.Users = append(s.Users, worksim.User{ID: "STRANGER", CSI: "E03"})
		}, goes: true}, // the one that it did persist goes; the stranger is looked for below
	} {
		for _, moment := range []string{"in the plan", "right before the request"} {
			for _, id := range []model.IDPolicy{model.DetachID, model.RevokeID} {
				t.Run(name+", "+moment+", "+string(id), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepDanglingLink}}}, employees(5)...)
					w.policy.ID, w.policy.GraceID = id, time.Hour
					w.rollOut()
					threemaID, withdrawn := w.userID("user03"), w.credential("user03").ID
					w.directory.dismiss(t, "id-03")
					w.ok()
					w.advance(2 * time.Hour)
					edit := func() {
						w.put(func(s *worksim.State) {
							n := slices.IndexFunc(s.Users, func(u worksim.User) bool { return u.ID == threemaID })
							tt.edit(s, &s.Users[n], withdrawn)
						})
					}
					if moment == "in the plan" {
						edit()
					} else {
						w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return editing{p, edit} }
					}
					exit, says := dirsync.ExitOK, tt.says
					if tt.asks != "" && moment == "in the plan" {
						exit, says = dirsync.ExitWaiting, tt.asks
					}
					r := w.exits(exit)
					state := w.sim.State()
					gone := slices.Concat(state.Detached, state.Revoked)
					if want := map[bool]int{true: 1}[tt.goes]; len(gone) != want || want == 1 && gone[0].ID != threemaID {
						t.Errorf("taken out: %v, want %d\n%s", gone, want, text(r))
					}
					if said := text(r); !strings.Contains(said, says) {
						t.Errorf("the report does not say %q:\n%s", says, said)
					}
				})
			}
		}
	}
}

func dropUser(s *worksim.State, id string) {
	s.Users = slices.DeleteFunc(s.Users, func(u worksim.User) bool { return u.ID == id })
	s.Phones = slices.DeleteFunc(s.Phones, func(p worksim.Phone) bool { return p.ThreemaID == id })
	for n := range s.Credentials {
		s.Credentials[n].Users = slices.DeleteFunc(s.Credentials[n].Users, func(user string) bool { return user == id })
	}
}

// TestNeverWhileEntitledUnderAnotherID: whoever has the leaver's csi now keeps credential and ID,
// at each stage of the way out (design §5.6).
func TestNeverWhileEntitledUnderAnotherID(t *testing.T) {
	t.Parallel()
	again := employee(3)
	again.ID = "id-99"
	for name, tt := range map[string]struct {
		before time.Duration // how long after the departure the new ID appears
		want   []string
		taken  [2]int
	}{
		"before the withdrawal":      {0, []string{"transfer user03 done"}, [2]int{0, 0}},
		"between withdrawal and end": {25 * time.Hour, []string{"create user03 done"}, [2]int{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID = model.RevokeID, 24*time.Hour, 24*time.Hour
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.ok()
			w.advance(tt.before)
			w.ok()
			w.advance(time.Minute)
			w.directory.put(again)
			w.equal("results", tt.want, results(w.ok()))
			for range 3 {
				w.advance(30 * time.Hour)
				w.ok()
			}
			state := w.sim.State()
			w.equal("withdrawn, revoked", tt.taken, [2]int{len(state.Withdrawn), len(state.Revoked)})
			w.settled()
		})
	}
}
