package sync_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestCreateFaults: whatever happens to the second of three creates, in the end everybody has
// exactly one credential, with settings and a password that works.
func TestCreateFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault   worksim.Fault
		outcome string
		left    int    // credentials after the pass that met the fault
		put     string // a request that proves the recovery of design §5.7
	}{
		"connection lost after the effect":  {worksim.Fault{Drop: worksim.DropAfter}, "unknown", 3, "PUT /credentials/"},
		"connection lost in the answer":     {worksim.Fault{Drop: worksim.DropMiddle}, "unknown", 3, "PUT /credentials/"},
		"500 after the effect":              {worksim.Fault{Status: 500, Effect: true}, "unknown", 3, "PUT /credentials/"},
		"HTML with 201 after the effect":    {worksim.Fault{Status: 201, Effect: true, Body: "<html>", ContentType: "text/html"}, "unknown", 3, "PUT /credentials/"},
		"connection lost before the effect": {worksim.Fault{Drop: worksim.DropBefore}, "unknown", 2, ""},
		"500 before the effect":             {worksim.Fault{Status: 500}, "unknown", 2, ""},
		"redirect":                          {worksim.Fault{Status: 302, Location: "http://127.0.0.1:1/"}, "unknown", 2, ""},
		"refused":                           {worksim.Fault{Status: 400}, "failed", 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(3)...)
			tt.fault.Method, tt.fault.Path, tt.fault.Times, tt.fault.Skip = http.MethodPost, "/credentials", 1, 1
			w.fault(tt.fault)
			r := w.exits(dirsync.ExitFailed)
			// Creates are told in the order of their requests, then when they are handed over.
			w.equal("results", []string{"create user02 " + tt.outcome, "create user01 done", "create user03 done"}, results(r))
			w.equal("credentials", tt.left, len(w.sim.State().Credentials))
			w.sim.ClearRequests()
			w.ok()
			if tt.put != "" && !slices.ContainsFunc(w.writes(), func(r string) bool { return strings.HasPrefix(r, tt.put) }) {
				t.Errorf("not resumed: %v", w.writes())
			}
			if tt.put != "" && slices.Contains(w.writes(), "POST /credentials") {
				t.Errorf("created twice: %v", w.writes())
			}
			w.everybodyWorks()
		})
	}
}

// TestStop: after some answers the rest of the pass would fail as well, and nothing more is sent.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault worksim.Fault
		exit  int
		sent  int // creates that went out, of five
		open  int // rows whose end is not known then
	}{
		"401":                         {worksim.Fault{Status: 401}, dirsync.ExitFailed, 2, 0},
		"429":                         {worksim.Fault{Status: 429}, dirsync.ExitFailed, 2, 2},
		"403: no licence, no failure": {worksim.Fault{Status: 403}, dirsync.ExitOK, 2, 0},
		"500, three times":            {worksim.Fault{Status: 500}, dirsync.ExitFailed, 4, 3},
		"HTML, three times":           {worksim.Fault{Status: 200, Body: "<html>", ContentType: "text/html"}, dirsync.ExitFailed, 4, 3},
		"a redirect, three times":     {worksim.Fault{Status: 307, Location: "/"}, dirsync.ExitFailed, 4, 3},
		"409 concerns only one":       {worksim.Fault{Status: 409, Times: 1}, dirsync.ExitFailed, 5, 0},
		"500 now and then":            {worksim.Fault{Status: 500, Times: 2}, dirsync.ExitFailed, 5, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			tt.fault.Method, tt.fault.Path, tt.fault.Skip = http.MethodPost, "/credentials", 1
			w.fault(tt.fault)
			w.equal("unsettled", tt.open, w.exits(tt.exit).Unsettled)
			sent := len(slices.DeleteFunc(w.writes(), func(r string) bool { return r != "POST /credentials" }))
			w.equal("creates sent", tt.sent, sent)
			w.sim.ClearFaults()
			w.advance(25 * time.Hour) // 429 has blocked the day
			w.ok()
			w.ok()
			w.everybodyWorks()
		})
	}
}

// TestStrikesAreInARow: lost answers with good ones between them do not end the pass.
func TestStrikesAreInARow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(8)...)
	for skip := range 4 {
		w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: 500, Times: 1, Skip: skip})
	}
	r := w.exits(dirsync.ExitFailed)
	w.equal("tried", 8, len(r.Results))
}

// TestQuota: 429 blocks every request until the service's own day ends, whatever process asks.
func TestQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(2)...)
	w.fault(worksim.Fault{Status: 429, Times: 1})
	w.exits(dirsync.ExitFailed)
	w.sim.ClearRequests()
	w.exits(dirsync.ExitFailed)
	w.equal("requests while blocked", 0, len(w.sim.Requests()))
	budget, err := w.ledger.Budget(t.Context())
	w.must(err)
	w.equal("free again", time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), budget.FreeAt)
	w.advance(14*time.Hour + 29*time.Minute)
	w.exits(dirsync.ExitFailed)
	w.advance(time.Minute)
	w.ok()
	w.everybodyWorks()
}

// TestOwnCount: when our own count is spent, the service has asked for nothing: no block.
func TestOwnCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{daily: 6}, employees(2)...)
	r := w.ok() // the inventory takes five, and one more to learn the page of the settings
	w.equal("deferred", []string{"create user01", "create user02"}, changes(r, model.Deferred))
	w.exits(dirsync.ExitFailed)
	budget, err := w.ledger.Budget(t.Context())
	w.must(err)
	w.equal("free again", time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC), budget.FreeAt) // the end of the hour, a day later
}

// brokenCount is a count of requests that cannot be written: the disk is full.
type brokenCount struct{ threema.PageSizes }

func (brokenCount) Take(context.Context) error     { return errors.New("disk full") }
func (brokenCount) GiveBack(context.Context) error { return nil }

// TestBrokenCount: nothing is sent that is not counted, and once it can be, the day is not lost.
func TestBrokenCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{daily: 100}, employees(2)...)
	broken := newClient(t, w.baseURL, brokenCount{w.ledger}, nil)
	w.pack = func(dirsync.WorkAPI) dirsync.WorkAPI { return broken }
	w.exits(dirsync.ExitFailed)
	w.equal("requests", 0, len(w.sim.Requests()))
	w.pack = nil
	w.ok()
	w.equal("usernames", []string{"user01", "user02"}, w.usernames())
}

// TestGoneAlready: 404 on an effect is success.
func TestGoneAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(6)...)
	w.policy.ID = model.DetachID
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return racing{p} }
	r := w.ok()
	w.pack = nil
	w.equal("results", []string{"withdraw user03 done", "disable-contact user03 done", "detach user03 done"}, results(r))
	w.settled()
}

// TestRefusedValue: a bulk write is halved until the one bad value is found; the others are
// written, the person is held, and tried again when the value changes.
func TestRefusedValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(9)...)
	w.rollOut()
	for _, id := range []string{"id-02", "id-03", "id-04", "id-05"} {
		w.directory.change(t, id, func(p *person) { p.Title += "+" })
	}
	w.directory.change(t, "id-04", func(p *person) { p.First = "BAD" })
	w.refusing("BAD")
	r := w.exits(dirsync.ExitFailed)
	w.equal("results", []string{
		"set-settings user02 done", "set-settings user03 done", "set-settings user04 failed", "set-settings user05 done",
	}, results(r))
	w.wantSettings(w.directory.people["id-03"])
	w.equal("the other value of the person", any("Title04+"), w.settings("user04")["th_job_title"])
	w.equal("the bad value", any("First04"), w.settings("user04")["th_firstname"])

	w.sim.ClearRequests()
	r = w.ok()
	w.equal("held", true, strings.Contains(held(r, "E04"), "th_firstname"))
	w.equal("writes", []string(nil), w.writes())
	w.settled()

	w.directory.change(t, "id-04", func(p *person) { p.First = "Good" })
	w.ok()
	w.wantSettings(w.directory.people["id-04"])
	w.settled()
}

// TestRefusedValueOfAJoiner: nobody gets a password whose settings are not complete.
func TestRefusedValueOfAJoiner(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.directory.change(t, "id-02", func(p *person) { p.First = "BAD" })
	w.refusing("BAD")
	r := w.exits(dirsync.ExitFailed)
	w.equal("results", []string{
		"create user02 failed", "create user01 done", "create user03 done", "create user04 done",
	}, results(r))
	if _, handed := w.handedOver()["user02"]; handed {
		t.Error("handed over without its settings")
	}
	w.equal("held", true, strings.Contains(held(w.ok(), "E02"), "th_firstname"))
	w.directory.change(t, "id-02", func(p *person) { p.First = "Good" })
	w.ok()
	w.everybodyWorks()
}

// TestRefusesAll: a service that refuses on principle is not asked for every single value, and
// what it refused is not sent again.
func TestRefusesAll(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*world){
		"creates":  func(*world) {},
		"settings": func(w *world) { w.rollOut() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(60)...)
			start(w)
			for _, p := range employees(60) {
				p.Title = "BAD" + p.ID
				w.directory.put(p)
			}
			w.policy.ChangesRun.Percent = 100
			w.refusing("BAD")
			// Half of the base may change in a pass.
			for id := range w.directory.people {
				if id > "id-30" {
					w.directory.change(t, id, func(p *person) { p.Title = "Title" + id[3:] })
				}
			}
			w.sim.ClearRequests()
			w.exits(dirsync.ExitFailed)
			first := len(w.bulks())
			if first > 21*8 {
				t.Errorf("%d bulk requests to find out", first)
			}
			w.exits(dirsync.ExitFailed)
			w.exits(dirsync.ExitWaiting) // all of them are held
			w.sim.ClearRequests()
			w.exits(dirsync.ExitWaiting)
			w.equal("bulk requests when all are known", 0, len(w.bulks()))
		})
	}
}

func (w *world) bulks() []string {
	return slices.DeleteFunc(w.writes(), func(r string) bool { return r != "POST /mdm-bulk" })
}

// TestInventoryFaults: a package that cannot be read wholly is not touched.
func TestInventoryFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]worksim.Fault{
		"HTML with 200":             {Path: "/users", Status: 200, Body: "<html>", ContentType: "text/html"},
		"a list that ends early":    {Path: "/credentials", Truncate: new(1)},
		"settings that end early":   {Path: "/mdm-bulk", Truncate: new(0)},
		"500":                       {Status: 500},
		"401":                       {Status: 401},
		"403":                       {Path: "/contacts", Status: 403},
		"404":                       {Path: "/users", Status: 404},
		"redirect":                  {Status: 302, Location: "/"},
		"connection lost":           {Path: "/contacts", Drop: worksim.DropBefore},
		"connection lost in a list": {Path: "/contacts", Drop: worksim.DropMiddle},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(4)...)
			w.rollOut()
			before := w.document()
			w.directory.dismiss(t, "id-03")
			w.directory.put(employee(5))
			w.fault(fault)
			r := w.exits(dirsync.ExitFailed)
			if r.Err == nil || r.Planned || len(w.writes()) > 0 {
				t.Errorf("planned %v, error %v, writes %v", r.Planned, r.Err, w.writes())
			}
			w.equal("package", before, w.document())
			w.sim.ClearFaults()
			w.ok()
			w.equal("withdrawn", 1, len(w.sim.State().Withdrawn))
		})
	}
}

// TestMassLoss: a package that lost its credentials is not trusted.
func TestMassLoss(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(6)...)
	w.rollOut()
	w.put(func(s *worksim.State) {
		s.Credentials, s.Users, s.Phones, s.Settings = s.Credentials[:1], nil, nil, nil
		s.Credentials[0].Users = nil
	})
	before := w.document()
	r := w.exits(dirsync.ExitFailed)
	if r.Err == nil || len(w.writes()) > 0 {
		t.Errorf("error %v, writes %v", r.Err, w.writes())
	}
	w.equal("package", before, w.document())
	w.advance(59 * time.Minute)
	w.exits(dirsync.ExitFailed)
	w.wantExit(w.pass().AcceptBaseline(t.Context(), "anna"), dirsync.ExitFailed) // nobody can say yes to one list
	w.advance(time.Minute)
	r = w.exits(dirsync.ExitWaiting)
	w.equal("people asked about", 5, len(r.Plan.Baseline.Missing))
	w.policy.Recreate = true
	w.wantExit(w.pass().AcceptBaseline(t.Context(), "anna"), dirsync.ExitOK)
	w.advance(day)
	w.ok()
	w.settled()
	w.equal("the one who is left works on, and nobody is made anew", []string{"POST /mdm-bulk"}, w.writes())
}

// TestMassLossOfLeavers: whoever takes people out by hand, in the cockpit and in the directory, is asked for
// nothing: no yes, and no limit. Their Threema IDs follow as ever.
func TestMassLossOfLeavers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(30)...)
	w.policy.ID, w.policy.Approval = model.DetachID, model.ApproveAll
	w.policy.LeaversRun = model.Window{Count: 2, Percent: 2}
	w.rollOut()
	w.put(func(s *worksim.State) {
		for _, n := range []string{"01", "02", "03", "04", "05"} {
			withdrawnByHand(s, "user"+n)
			w.directory.dismiss(t, "id-"+n)
		}
	})
	w.exits(dirsync.ExitWaiting) // for the IDs, and for nothing else
	w.advance(time.Hour)
	r := w.exits(dirsync.ExitWaiting)
	for _, c := range r.Plan.AwaitingApproval() {
		w.equal("waits for a yes", model.Detach, c.Op)
	}
	w.equal("guards", 0, len(r.Plan.Guards))
	w.equal("waiting for a yes", 5, len(r.Plan.AwaitingApproval()))
	w.equal("contacts that are settled", 5, len(results(r)))
	w.equal("withdrawn from here", 0, len(w.sim.State().Withdrawn))
	state, err := w.ledger.State(t.Context())
	w.must(err)
	w.equal("they fill no window of the limits", 0, len(state.Taken))
}

// TestHandoverFails: a credential that could not be handed over is resumed when it can be.
func TestHandoverFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.diskFull = true
	r := w.exits(dirsync.ExitFailed)
	w.equal("results", []string{"create user01 unknown", "create user02 unknown", "create user03 unknown"}, results(r))
	w.equal("unsettled", 3, r.Unsettled)
	w.equal("credentials", 3, len(w.sim.State().Credentials))
	w.diskFull = false
	w.ok()
	w.everybodyWorks()
}

// TestHandoverIsTriedFirst: where no password could be handed over, no credential is created, nor is an
// interrupted one given a new password. Everything else of the pass is done.
func TestHandoverIsTriedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.ok()
	w.directory.put(employee(4))
	w.directory.change(t, "id-02", func(p *person) { p.First = "Other" })
	w.must(os.Chmod(w.handoverFile(), 0o644)) // everybody could read the passwords
	r := w.exits(dirsync.ExitFailed)
	w.equal("results", []string{"set-settings user02 done"}, results(r))
	w.equal("credentials", 3, len(w.sim.State().Credentials))
	if text := r.Err.Error(); !strings.Contains(text, "no credential was created (1 are due)") || !strings.Contains(text, "chmod 600 "+w.handoverFile()) {
		t.Errorf("the pass says %q", text)
	}
	w.must(os.Chmod(w.handoverFile(), 0o600))
	w.diskFull = true
	w.exits(dirsync.ExitFailed)
	w.diskFull = false
	password := w.credential("user04").Password
	w.must(os.Chmod(w.handoverFile(), 0o644))
	w.exits(dirsync.ExitFailed)
	w.equal("password of the interrupted one", password, w.credential("user04").Password)
	w.must(os.Chmod(w.handoverFile(), 0o600))
	w.ok()
	w.everybodyWorks()
}

// TestSettingsOfNewCredentialsFail: they are not handed over, and resumed.
func TestSettingsOfNewCredentialsFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/mdm-bulk", Status: 500})
	r := w.exits(dirsync.ExitFailed)
	w.equal("results", []string{"create user01 unknown", "create user02 unknown", "create user03 unknown"}, results(r))
	w.equal("handed over", 0, len(w.handedOver()))
	w.sim.ClearFaults()
	w.ok()
	w.everybodyWorks()
}

// TestActivatedBeforeHandover: an interrupted create that somebody uses is never given a new password.
// It waits until somebody says that it is the person's, and then stays as it is.
func TestActivatedBeforeHandover(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	w := newWorld(t, options{metrics: dirsync.NewMetrics(registry, "v1", "go1", nil)}, employees(3)...)
	beginInterrupted(w)
	c := w.credential("user02")
	_, err := w.sim.Activate(c.Username, c.Password, "")
	w.must(err)
	r := w.exits(dirsync.ExitWaiting)
	w.equal("results", []string{"create user01 done", "create user03 done"}, results(r))
	w.equal("password", c.Password, w.credential("user02").Password)
	w.equal("unsettled", 1, r.Unsettled)
	if out := gathered(t, registry); !strings.Contains(out, "operations_unknown 1\n") {
		t.Errorf("the metric does not show it:\n%s", out)
	}
	w.approved(day)
	w.equal("results", []string{"adopt user02 done"}, results(w.ok()))
	w.equal("password", c.Password, w.credential("user02").Password)
	w.equal("unsettled", 0, w.ok().Unsettled)
	w.directory.dismiss(t, "id-02")
	w.ok()
	w.equal("credentials", 2, len(w.sim.State().Credentials)) // it is theirs, and goes with them
}

// TestLastLookAtAnInterruptedCreate: the credential gets a new password only if it is what the
// plan saw, and unused.
func TestLastLookAtAnInterruptedCreate(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*worksim.State){
		"renamed": func(s *worksim.State) { s.Credentials[1].Username = "renamed" },
		"in use": func(s *worksim.State) {
			s.Users = append(s.Users, worksim.User{ID: "SOMEBODY", CredentialID: s.Credentials[1].ID})
		},
		"given to somebody else":    func(s *worksim.State) { s.Settings[s.Credentials[1].ID]["th_csi"] = "E99" },
		"written to":                func(s *worksim.State) { s.Settings[s.Credentials[1].ID]["th_nickname"] = "Kiosk" },
		"a value changed":           func(s *worksim.State) { s.Settings[s.Credentials[1].ID]["th_lastname"] = "Else" },
		"its password made by hand": func(s *worksim.State) { s.Credentials[1].Hashed = false },
		"unlocked":                  func(s *worksim.State) { s.Credentials[1].Locked = false },
		"gone": func(s *worksim.State) {
			delete(s.Settings, s.Credentials[1].ID)
			s.Credentials = slices.Delete(s.Credentials, 1, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(3)...)
			beginInterrupted(w)
			w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return editing{p, func() { w.put(edit) }} }
			password := w.credential("user02").Password
			r := w.run()
			w.equal("done", []string{"create user01 done", "create user03 done"}, slices.DeleteFunc(results(r), func(x string) bool { return strings.Contains(x, "user02") }))
			w.equal("handed over", 2, len(w.handedOver()))
			for _, c := range w.sim.State().Credentials {
				if c.Username != "user01" && c.Username != "user03" && c.Password != password {
					t.Errorf("%s got a new password", c.Username)
				}
			}
		})
	}
}

// TestInterruptedCreateOfAnAccountMadeAnew: the credential passes to the new ID, and what was interrupted
// is finished for it. Nobody is told to delete what somebody is about to get.
func TestInterruptedCreateOfAnAccountMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	beginInterrupted(w)
	anew := employee(2)
	anew.ID = "id-anew"
	w.directory.remove("id-02")
	w.directory.put(anew)
	r := w.ok()
	w.equal("results", []string{"transfer user02 done", "create user01 done", "create user03 done"}, results(r))
	if got := text(r); strings.Contains(got, "delete it") {
		t.Error(got)
	}
	w.equal("results", []string{"create user02 done"}, results(w.ok()))
	w.equal("password", w.handedOver()["user02"], w.credential("user02").Password)
	w.everybodyWorks()
}

// TestInterruptedCreatesNeedNoLicence: they are not stuck behind those that do.
func TestInterruptedCreatesNeedNoLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employee(2), employee(3))
	beginInterrupted(w)
	w.directory.put(employee(1))
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: 403, Times: 1})
	r := w.ok()
	w.equal("results", []string{"create user01 skipped", "create user02 done", "create user03 done"}, results(r))
	w.ok()
	w.everybodyWorks()
}

// TestLostWithdrawal: a lost answer is settled by looking, and the departure goes on.
func TestLostWithdrawal(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]worksim.Fault{
		"before the effect": {Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1},
		"after the effect":  {Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropAfter, Times: 1},
		"of the detach":     {Method: http.MethodPost, Path: "/users/", Drop: worksim.DropAfter, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(4)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.fault(fault)
			r := w.exits(dirsync.ExitFailed)
			w.equal("unsettled", 1, r.Unsettled)
			w.ok()
			w.advance(time.Hour) // for what one list lacks
			w.ok()
			state := w.sim.State()
			w.equal("effects", []int{1, 1}, []int{len(state.Withdrawn), len(state.Detached)})
			w.settled()
		})
	}
}

// TestNoIntentNoRequest: what the ledger does not take is not sent.
func TestNoIntentNoRequest(t *testing.T) {
	t.Parallel()
	for _, op := range []model.Op{model.Withdraw, model.DisableContact, model.Detach, model.SetSettings, model.UnsetSetting, model.PublishContact, model.Create} {
		t.Run(string(op), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{NoAutoContacts: true, Quirks: []string{worksim.KeepContacts}}}, employees(8)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			w.directory.dismiss(t, "id-03")
			w.directory.change(t, "id-01", func(p *person) { p.Last = "Married" })
			w.directory.change(t, "id-02", func(p *person) { p.Title = "" })
			w.directory.put(employee(9))
			w.put(func(s *worksim.State) {
				s.Contacts = slices.DeleteFunc(s.Contacts, func(c worksim.Contact) bool { return c.LastName == "Last04" })
			})
			pass := w.pass()
			pass.Ledger = fullDisk{pass.Ledger, op}
			r := pass.Run(t.Context())
			w.wantExit(r, dirsync.ExitFailed)
			for _, x := range r.Results {
				if x.Change.Op == op {
					t.Errorf("%s was tried", op)
				}
			}
			for _, sent := range w.writes() {
				if strings.Contains(sent, requestOf(op)) {
					t.Errorf("%s was sent: %s", op, sent)
				}
			}
			if r.Err == nil || !strings.Contains(r.Err.Error(), "disk full") {
				t.Errorf("error: %v", r.Err)
			}
			w.ok()
			w.ok()
			w.settled()
		})
	}
}

// requestOf is what the requests of an operation have in common.
func requestOf(op model.Op) string {
	return map[model.Op]string{
		model.Withdraw: "DELETE /credentials", model.DisableContact: "PUT /contacts", model.Detach: "POST /users", model.SetSettings: "POST /mdm-bulk",
		model.UnsetSetting: "/mdm/th_", model.PublishContact: "POST /contacts", model.Create: "POST /credentials",
	}[op]
}
