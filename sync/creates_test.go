package sync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// lostCreate is a company of three that gets a fourth, whose create meets a fault. Usernames may be
// adopted: a credential that passes for an administrator's is taken as it is.
func lostCreate(t *testing.T, fault worksim.Fault) *world {
	t.Helper()
	w := newWorld(t, options{unchecked: true}, employees(3)...)
	w.policy.AdoptUsername = true
	w.rollOut()
	w.directory.put(employee(4))
	fault.Method, fault.Path, fault.Times = http.MethodPost, "/credentials", 1
	w.fault(fault)
	w.run()
	w.sim.ClearFaults()
	w.advance(25 * time.Hour) // 429 has blocked the day
	return w
}

// TestAnswersThatSayNothingOfACreate: the service created the credential, and gave an answer that does
// not tell. Nobody has its password: it gets a new one, and is handed over.
func TestAnswersThatSayNothingOfACreate(t *testing.T) {
	t.Parallel()
	for _, status := range []int{303, 402, 405, 408, 418, 425, 429, 499, 500, 501, 502, 504, 599} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			w := lostCreate(t, worksim.Fault{Status: status, Effect: true})
			w.equal("handed over", 3, len(w.handedOver()))
			w.sim.ClearRequests()
			w.equal("results", []string{"create user04 done"}, results(w.ok()))
			if slices.Contains(w.writes(), "POST /credentials") {
				t.Errorf("created twice: %v", w.writes())
			}
			w.everybodyWorks()
		})
	}
}

// TestRefusalsAfterTheEffectOfACreate: the credential is there although its create was refused, or an
// administrator made it in that moment. It is never adopted with a password that nobody has, and
// never gets a new one, before somebody says so; and each way out of it ends the wait.
func TestRefusalsAfterTheEffectOfACreate(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 409, 413, 422} {
		for way, end := range map[string]func(*world){
			"a yes":            func(w *world) { w.approved(day) },
			"deleted":          func(w *world) { w.dropCredential("user04") },
			"another username": func(w *world) { w.directory.change(w.T, "id-04", func(p *person) { p.UID = "renamed04" }) },
		} {
			t.Run(fmt.Sprint(status, " ", way), func(t *testing.T) {
				t.Parallel()
				w := lostCreate(t, worksim.Fault{Status: status, Effect: true})
				before := w.credential("user04")
				for range 2 {
					r := w.exits(dirsync.ExitWaiting)
					w.equal("results", []string(nil), results(r))
				}
				w.equal("credential", before, w.credential("user04"))
				w.equal("handed over", 3, len(w.handedOver()))
				end(w)
				w.equal("results", 1, len(results(w.ok())))
				w.equal("handed over", 4, len(w.handedOver()))
				w.equal("open", 0, w.ok().Unsettled)
			})
		}
	}
}

func (w *world) dropCredential(username string) {
	w.Helper()
	id := w.credential(username).ID
	w.put(func(s *worksim.State) {
		s.Credentials = slices.DeleteFunc(s.Credentials, func(c worksim.Credential) bool { return c.ID == id })
		delete(s.Settings, id)
	})
}

// byHand puts a credential of user04 into the package, as an administrator makes one.
func (w *world) byHand(edit func(c *worksim.Credential, settings map[string]any)) {
	w.Helper()
	w.put(func(s *worksim.State) {
		c := worksim.Credential{ID: "cMANUAL", Username: "user04", Password: "by hand", Hashed: true, Locked: true, LicenseCount: 1}
		settings := map[string]any{}
		edit(&c, settings)
		s.Credentials = append(s.Credentials, c)
		s.Settings[c.ID] = settings
	})
}

// TestForeignInPlaceOfALostCreate: the request was lost before the service, and an administrator made
// a credential of that very username meanwhile, and handed out its password.
func TestForeignInPlaceOfALostCreate(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(c *worksim.Credential, settings map[string]any){
		"the csi of nobody":           func(_ *worksim.Credential, s map[string]any) { s["th_csi"] = "777" },
		"another name":                func(_ *worksim.Credential, s map[string]any) { s["th_lastname"] = "Else" },
		"the name, but not from us":   func(_ *worksim.Credential, s map[string]any) { s["th_lastname"] = "Last04" },
		"our csi and a setting":       func(_ *worksim.Credential, s map[string]any) { s["th_csi"], s["th_nickname"] = "E04", "Fritz" },
		"a switch":                    func(_ *worksim.Credential, s map[string]any) { s["th_disable_calls"] = true },
		"a password that can be read": func(c *worksim.Credential, _ map[string]any) { c.Hashed = false },
		"not locked":                  func(c *worksim.Credential, _ map[string]any) { c.Locked = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lostCreate(t, worksim.Fault{Drop: worksim.DropBefore})
			w.byHand(edit)
			before, settings := w.credential("user04"), w.settings("user04")
			w.equal("results", []string(nil), results(w.exits(dirsync.ExitWaiting)))
			w.equal("credential", before, w.credential("user04"))
			w.equal("settings", settings, w.settings("user04"))
			w.equal("handed over", 3, len(w.handedOver()))
			w.approved(day)
			w.equal("results", []string{"create user04 done"}, results(w.ok()))
			w.equal("password", w.handedOver()["user04"], w.credential("user04").Password)
			w.equal("csi", "E04", w.settings("user04")["th_csi"])
		})
	}
}

// TestForeignSecretsAreNotRepeated: a setting that an administrator wrote may be a password.
func TestForeignSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	w := lostCreate(t, worksim.Fault{Drop: worksim.DropBefore})
	w.byHand(func(_ *worksim.Credential, s map[string]any) { s["th_safe_password"] = "canary-of-the-admin" })
	r := w.exits(dirsync.ExitWaiting)
	w.approved(day)
	for _, r := range []dirsync.Report{r, w.ok()} {
		document, err := json.Marshal(&r)
		w.must(err)
		if strings.Contains(string(document), "canary-of-the-admin") || strings.Contains(fmt.Sprint(r.Plan.Changes), "canary-of-the-admin") {
			t.Errorf("the secret stands in the report:\n%s", document)
		}
	}
}

// TestAYesToALeftoverIsForWhatWasSeen: what somebody does to it afterwards is another question.
func TestAYesToALeftoverIsForWhatWasSeen(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*worksim.State){
		"another setting": func(s *worksim.State) { s.Settings["cMANUAL"]["th_nickname"] = "Fritz" },
		"another csi":     func(s *worksim.State) { s.Settings["cMANUAL"]["th_csi"] = "778" },
		"in use": func(s *worksim.State) {
			s.Users = append(s.Users, worksim.User{ID: "SOMEBODY", CredentialID: "cMANUAL"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lostCreate(t, worksim.Fault{Drop: worksim.DropBefore})
			w.byHand(func(_ *worksim.Credential, s map[string]any) { s["th_csi"] = "777" })
			w.exits(dirsync.ExitWaiting)
			w.approved(day)
			w.put(edit)
			w.equal("results", []string(nil), results(w.exits(dirsync.ExitWaiting)))
			w.equal("password", "by hand", w.credential("user04").Password)
		})
	}
}

// TestAYesToALeftoverOutlivesAFullDisk: its password is replaced, and the hand-over fails. That the
// foreign settings stand, somebody has accepted.
func TestAYesToALeftoverOutlivesAFullDisk(t *testing.T) {
	t.Parallel()
	w := lostCreate(t, worksim.Fault{Drop: worksim.DropBefore})
	w.byHand(func(_ *worksim.Credential, s map[string]any) { s["th_csi"], s["th_nickname"] = "777", "Fritz" })
	w.exits(dirsync.ExitWaiting)
	w.approved(day)
	w.diskFull = true
	w.exits(dirsync.ExitFailed)
	w.diskFull = false
	w.advance(2 * day)
	w.equal("results", []string{"create user04 done"}, results(w.ok()))
	w.equal("password", w.handedOver()["user04"], w.credential("user04").Password)
}

// TestValuesOfEachAttemptAreOurs: between an interrupted hand-over and the next pass the directory
// changed. What stands on the credential is what we sent before.
func TestValuesOfEachAttemptAreOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	beginInterrupted(w)
	w.directory.change(t, "id-02", func(p *person) { p.Last, p.Title, p.CSI = "Married", "", "E77" })
	w.ok()
	w.ok()
	w.equal("last name", "Married", w.settings("user02")["th_lastname"])
	w.equal("handed over", 3, len(w.handedOver()))
}

// TestTheCSIOnALeftoverRules: a credential that an administrator made for an entitled colleague, under
// the username of a lost create, is the colleague's.
func TestTheCSIOnALeftoverRules(t *testing.T) {
	t.Parallel()
	w := lostCreate(t, worksim.Fault{Drop: worksim.DropBefore})
	w.directory.put(employee(5))
	w.byHand(func(_ *worksim.Credential, s map[string]any) { s["th_csi"] = "E05" })
	r := w.ok()
	if !slices.Contains(results(r), "adopt user04 done") || !strings.Contains(held(r, "E04"), "Last05") {
		t.Errorf("results %v, held %q", results(r), held(r, "E04"))
	}
	w.equal("password", "by hand", w.credential("user04").Password)
	w.ok()
	w.directory.change(t, "id-04", func(p *person) { p.UID = "renamed04" })
	w.equal("results", []string{"create renamed04 done"}, results(w.ok()))
}

// TestAnAbandonedLeftoverIsNotSilent: the person left before the create could be finished. What may be
// somebody else's is withdrawn by nobody's word but a person's; what is gone needs none.
func TestAnAbandonedLeftoverIsNotSilent(t *testing.T) {
	t.Parallel()
	for way, end := range map[string]func(*world){
		"a yes":   func(w *world) { w.approved(day) },
		"deleted": func(w *world) { w.dropCredential("user04") },
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := lostCreate(t, worksim.Fault{Status: 409, Effect: true})
			w.directory.dismiss(t, "id-04")
			for range 2 {
				w.equal("results", []string(nil), results(w.exits(dirsync.ExitWaiting)))
			}
			w.credential("user04")
			end(w)
			w.ok()
			w.equal("credentials", 3, len(w.sim.State().Credentials))
			w.ok()
		})
	}
}

// TestAnswersThatSayNothingOfADestructiveStep: it happened, and the answer does not tell. The row stays
// open until two lists an hour apart show that it is done, and nothing is sent again.
func TestAnswersThatSayNothingOfADestructiveStep(t *testing.T) {
	t.Parallel()
	for _, step := range []struct {
		op     model.Op
		id     model.IDPolicy
		method string
		path   string
	}{
		{model.Withdraw, model.KeepID, http.MethodDelete, "/credentials/"},
		{model.Detach, model.DetachID, http.MethodPost, "/users/"},
		{model.Revoke, model.RevokeID, http.MethodDelete, "/users/"},
	} {
		for _, status := range []int{303, 405, 408, 425, 429, 499, 500} {
			t.Run(fmt.Sprint(step.op, " ", status), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, options{unchecked: true}, employees(5)...)
				w.policy.ID = step.id
				w.rollOut()
				w.directory.dismiss(t, "id-03")
				w.fault(worksim.Fault{Method: step.method, Path: step.path, Status: status, Effect: true})
				r := w.exits(dirsync.ExitFailed)
				if !slices.Contains(results(r), string(step.op)+" user03 unknown") {
					t.Errorf("results: %v", results(r))
				}
				w.equal("unsettled", 1, r.Unsettled)
				w.sim.ClearFaults()
				w.sim.ClearRequests()
				w.advance(25 * time.Hour)
				w.equal("unsettled, by one list without it", 1, w.ok().Unsettled)
				w.advance(time.Hour)
				w.equal("unsettled", 0, w.ok().Unsettled)
				if n := len(slices.DeleteFunc(w.writes(), func(x string) bool { return !strings.HasPrefix(x, step.method) || strings.Contains(x, "contacts") })); n > 0 {
					t.Errorf("sent again: %v", w.writes())
				}
			})
		}
	}
}
