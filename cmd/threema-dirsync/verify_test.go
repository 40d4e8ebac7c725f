package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// effectDocument is what status and plan tell in JSON of effects and alarms.
type effectDocument struct {
	Effects []struct {
		Op, State, Username, ThreemaID, CredentialID string
		RequestedAt, EffectiveBy                     time.Time
		VerifiedAt                                   *time.Time
		Person                                       struct{ Source, ID, CSI, DN string }
	}
	Alarms []struct {
		Kind, ThreemaID, Detail string
		Since                   time.Time
		Person                  struct{ Source, ID, CSI, DN string }
	}
}

// says wants a command to tell of these effects and alarms: "detach requested", "id-returned".
func (w *world) says(t *testing.T, args []string, want ...string) effectDocument {
	t.Helper()
	var doc effectDocument
	w.json(t, &doc, 0, args...)
	var got []string
	for _, e := range doc.Effects {
		got = append(got, e.Op+" "+e.State)
	}
	for _, a := range doc.Alarms {
		got = append(got, a.Kind)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%q (-want +got):\n%s", args, diff)
	}
	return doc
}

// TestEffectsAreVerified moves both clocks: a withdrawal is requested, and verified after 24 h; a
// detach or revocation after one. status tells what is not verified yet, plan also what is.
func TestEffectsAreVerified(t *testing.T) {
	t.Parallel()
	status, plan := []string{"status", "--json"}, []string{"plan", "--json"}
	for _, op := range []string{"detach", "revoke"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			w, dir := rolledOut(t, 20)
			w.set("leavers.id", op)
			w.set("leavers.approval", "none")
			dir.disable(t, dir.people[7])
			w.must(t, 0, "run", "--once")
			doc := w.says(t, status, "withdraw requested", op+" requested")
			for n, takes := range []time.Duration{24 * time.Hour, time.Hour} {
				if e := doc.Effects[n]; e.EffectiveBy.Sub(e.RequestedAt) != takes || e.Person.CSI != dir.people[7].Number {
					t.Errorf("%s: %+v", e.Op, e)
				}
			}
			w.advance(t, 58*time.Minute)
			w.must(t, 0, "run", "--once")
			w.says(t, status, "withdraw requested", op+" requested")
			w.advance(t, 61*time.Minute) // a second list, an hour after the first
			w.must(t, 0, "run", "--once")
			w.says(t, status, "withdraw requested")
			w.says(t, plan, "withdraw requested", op+" verified")
			if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "withdraw / Zugang entziehen "+dir.people[7].Account) || !strings.Contains(out.stdout, "effective by ") {
				t.Errorf("status does not say what is not verified yet: %v", out)
			}
			w.advance(t, 21*time.Hour+59*time.Minute) // 23:58
			w.must(t, 0, "run", "--once")
			w.says(t, status, "withdraw requested")
			w.advance(t, 3*time.Minute)
			w.must(t, 0, "run", "--once")
			w.says(t, status)
			w.says(t, plan, "withdraw verified", op+" verified")
			verified := slices.DeleteFunc(w.export(t), func(e exported) bool { return e.Event != "verified" })
			if len(verified) != 2 {
				t.Errorf("the audit tells of %d verifications: %v", len(verified), verified)
			}
		})
	}
}

// TestAlarmIsShown: an ID that is back is an alarm in every view, also in the metrics of a daemon
// that has just started; no exit code changes, and nobody is taken out because of it.
func TestAlarmIsShown(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	leaver := dir.people[7]
	var id string
	for _, u := range w.sim.state(t).Users {
		if u.CSI == leaver.Number {
			id = u.ID
		}
	}
	dir.disable(t, leaver)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, leaver.Account)

	state := w.sim.state(t)
	state.Credentials = append(state.Credentials, worksim.Credential{ID: "shared=", Username: "tablets", Password: "p", LicenseCount: 5})
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	w.advance(t, 2*time.Hour)
	if !w.sim.activate(t, line{username: "tablets", password: "p"}, id) {
		t.Fatal("the shared credential does not work")
	}
	preview := w.must(t, 0, "plan")
	w.says(t, []string{"status", "--json"}, "withdraw requested", "detach requested") // a plan records nothing
	report := w.must(t, 0, "run", "--once")
	doc := w.says(t, []string{"status", "--json"}, "withdraw requested", "detach requested", "id-returned")
	w.says(t, []string{"plan", "--json"}, "withdraw requested", "detach requested", "id-returned")
	if a := doc.Alarms[0]; a.ThreemaID != id || a.Person.DN != leaver.DN || a.Since.IsZero() {
		t.Errorf("alarm: %+v", a)
	}
	for name, out := range map[string]outcome{
		"plan": preview, "run": report, "status": w.must(t, 0, "status"), "explain": w.must(t, 0, "explain", leaver.Number),
	} {
		if !strings.Contains(out.stdout, "ALARM id-returned") || !strings.Contains(out.stdout, "the Threema ID "+id+" is in the package") {
			t.Errorf("%s does not tell of the alarm: %v", name, out)
		}
	}
	d := w.serve(t)
	d.told(t, "READY=1")
	page := d.page(t, "/metrics")
	if value(page, `runs_total{result="ok"}`) != "0" || value(page, `alarms{kind="id-returned"}`) != "1" || value(page, `effects{state="requested"}`) != "2" {
		t.Errorf("metrics of a daemon before its first pass: %s", page)
	}
	d.stop(t)

	// Whoever takes the ID out by hand ends the alarm, a day later.
	state = w.sim.state(t)
	state.Users = slices.DeleteFunc(state.Users, func(u worksim.User) bool { return u.ID == id })
	state.Phones = slices.DeleteFunc(state.Phones, func(p worksim.Phone) bool { return p.ThreemaID == id })
	for n := range state.Credentials {
		state.Credentials[n].Users = slices.DeleteFunc(state.Credentials[n].Users, func(user string) bool { return user == id })
	}
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	w.must(t, 0, "run", "--once")
	w.says(t, []string{"status", "--json"}, "withdraw requested", "detach requested", "id-returned")
	w.advance(t, 24*time.Hour)
	w.must(t, 0, "run", "--once")
	w.says(t, []string{"status", "--json"})
	w.gone(t, 1, 0, leaver.Account)
	var events []string
	for _, e := range w.export(t) {
		if strings.HasPrefix(e.Event, "alarm") {
			events = append(events, e.Event)
		}
	}
	if want := []string{"alarm", "alarm-cleared"}; !slices.Equal(events, want) {
		t.Errorf("the audit tells %v, want %v", events, want)
	}
}

// TestAppThatGoesOn: who still checks in a day after the withdrawal is an alarm.
func TestAppThatGoesOn(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.id", "keep")
	dir.disable(t, dir.people[7])
	w.must(t, 0, "run", "--once")
	w.advance(t, 26*time.Hour)
	state := w.sim.state(t)
	for n, u := range state.Users {
		if u.CSI == dir.people[7].Number {
			state.Users[n].LastCheck = state.Now
		}
	}
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	w.must(t, 0, "run", "--once")
	w.says(t, []string{"status", "--json"}, "withdraw requested", "still-active")
}
