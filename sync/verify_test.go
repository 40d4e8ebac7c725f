package sync_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// watched is what a pass says of effects and alarms: "withdraw requested", "ALARM still-active".
func watched(r dirsync.Report) []string {
	var lines []string
	for _, e := range r.Plan.Effects {
		lines = append(lines, string(e.Op)+" "+string(e.State()))
	}
	for _, a := range r.Plan.Alarms {
		lines = append(lines, "ALARM "+string(a.Kind))
	}
	return lines
}

// dismissed is a world in which user03 was taken out a moment ago, and the ID that was theirs.
func dismissed(t *testing.T, o options, id model.IDPolicy) (*world, string) {
	t.Helper()
	w := newWorld(t, o, employees(5)...)
	w.policy.ID = id
	w.rollOut()
	threemaID := w.userID("user03")
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.sim.ClearRequests()
	return w, threemaID
}

// shared puts a credential into the package that several people use, and nobody manages here.
func (w *world) shared() {
	w.put(func(s *worksim.State) {
		s.Credentials = append(s.Credentials, worksim.Credential{ID: "shared=", Username: "tablets", Password: "p", LicenseCount: 5})
	})
}

// reuse lets the phone with an ID activate with the shared credential.
func (w *world) reuse(threemaID string) {
	w.Helper()
	_, err := w.sim.Activate("tablets", "p", threemaID)
	w.must(err)
}

// TestEffectsInThePackage: requested, verified, and what does not hold, against a service with
// phones that check in. No pass that finds something changes its exit code or the package.
func TestEffectsInThePackage(t *testing.T) {
	t.Parallel()
	type step struct {
		wait time.Duration
		do   func(*world, string)
		want []string
	}
	says := func(lines ...string) []string { return lines }
	for name, row := range map[string]struct {
		sim   worksim.Options
		id    model.IDPolicy
		steps []step
	}{
		"withdrawn": {worksim.Options{CheckEvery: 5 * time.Hour}, model.KeepID, []step{
			{0, nil, says("withdraw requested")}, {24*time.Hour - time.Minute, nil, says("withdraw requested")},
			{time.Minute, nil, says("withdraw verified")}, {30 * 24 * time.Hour, nil, nil},
		}},
		"withdrawn, and the links survive": {worksim.Options{CheckEvery: 5 * time.Hour, Quirks: []string{worksim.KeepDanglingLink}}, model.KeepID, []step{
			{24*time.Hour - time.Minute, nil, says("withdraw requested")}, {time.Minute, nil, says("withdraw verified")},
		}},
		"withdrawn, and the phone is never on again": {worksim.Options{CheckEvery: 400 * 24 * time.Hour}, model.KeepID, []step{
			{24 * time.Hour, nil, says("withdraw verified")},
		}},
		"withdrawn, and the app goes on": {worksim.Options{CheckEvery: 5 * time.Hour, LockAfter: 72 * time.Hour}, model.KeepID, []step{
			{26 * time.Hour, nil, says("withdraw requested", "ALARM still-active")},
			{60 * time.Hour, nil, says("withdraw requested", "ALARM still-active")},
		}},
		"detached": {worksim.Options{}, model.DetachID, []step{
			{time.Hour - time.Minute, nil, says("withdraw requested", "detach requested")},
			{time.Minute, nil, says("withdraw requested", "detach verified")}, {23 * time.Hour, nil, says("withdraw verified", "detach verified")},
		}},
		"detached, and used again with a shared credential": {worksim.Options{}, model.DetachID, []step{
			{2 * time.Hour, nil, says("withdraw requested", "detach verified")},
			{time.Hour, func(w *world, id string) { w.shared(); w.reuse(id) }, says("withdraw requested", "detach verified", "ALARM id-returned")},
			{48 * time.Hour, nil, says("withdraw verified", "detach verified", "ALARM id-returned")},
		}},
		"revoked": {worksim.Options{}, model.RevokeID, []step{
			{time.Hour - time.Minute, nil, says("withdraw requested", "revoke requested")}, {time.Minute, nil, says("withdraw requested", "revoke verified")},
		}},
		"revoked, and the service takes its time": {worksim.Options{RevokeAfter: 3 * time.Hour}, model.RevokeID, []step{
			{time.Hour, nil, says("withdraw requested", "revoke requested", "ALARM id-returned")},
			{3 * time.Hour, nil, says("withdraw requested", "revoke requested", "ALARM id-returned")},
			{time.Hour, nil, says("withdraw requested", "revoke verified", "ALARM id-returned")},
			{22 * time.Hour, nil, says("withdraw verified", "revoke verified", "ALARM id-returned")},
			{time.Hour, nil, says("withdraw verified", "revoke verified")},
		}},
		"revoked, and a second ID": {worksim.Options{}, model.RevokeID, []step{
			{2 * time.Hour, func(w *world, _ string) {
				w.put(func(s *worksim.State) { s.Users = append(s.Users, worksim.User{ID: "SECOND01", CSI: "E03"}) })
			}, says("withdraw requested", "revoke verified", "ALARM second-id")},
		}},
		"passes that fail change nothing": {worksim.Options{}, model.DetachID, []step{
			{2 * time.Hour, func(w *world, id string) {
				w.shared()
				w.reuse(id)
				w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadPaging, Err: errors.New("cookie")}
				w.exits(dirsync.ExitIncomplete)
				w.directory.failure, w.directory.scope = nil, "narrow"
				w.exits(dirsync.ExitWaiting)
				w.directory.scope = "scope-1"
				for _, e := range w.watched() {
					if e.State() != model.EffectRequested || !e.GoneAt.IsZero() {
						w.Errorf("a pass that failed judged %+v", e)
					}
				}
			}, says("withdraw requested", "detach requested", "ALARM id-returned")},
		}},
		"a returner": {worksim.Options{}, model.DetachID, []step{
			{2 * time.Hour, func(w *world, id string) { w.shared(); w.reuse(id) }, says("withdraw requested", "detach requested", "ALARM id-returned")},
			{time.Hour, func(w *world, _ string) { w.directory.rehire(w.T, "id-03") }, says("withdraw returned", "detach returned")},
			{48 * time.Hour, nil, nil},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, id := dismissed(t, options{sim: row.sim}, row.id)
			w.ok() // the first list without what was taken
			for n, s := range row.steps {
				w.advance(s.wait)
				if s.do != nil {
					s.do(w, id)
				}
				for _, r := range []dirsync.Report{w.preview(""), w.ok()} {
					if diff := cmp.Diff(s.want, watched(r), cmpopts.EquateEmpty()); diff != "" {
						t.Fatalf("step %d (-want +got):\n%s", n+1, diff)
					}
				}
			}
			if name != "a returner" && len(w.writes()) > 0 {
				t.Errorf("looking made requests: %v", w.writes())
			}
		})
	}
}

func (w *world) watched() []model.Effect {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	return state.Effects
}

// TestEffectOfALostAnswer is looked for like any other, from when it was found out.
func TestEffectOfALostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.fault(worksim.Fault{Method: "DELETE", Path: "/credentials/", Drop: worksim.DropAfter, Times: 1})
	w.exits(dirsync.ExitFailed)
	w.equal("effects of a request without an answer", 0, len(w.watched()))
	w.advance(time.Hour)
	w.ok()
	w.equal("effects by one list without the credential", 0, len(w.watched()))
	w.advance(time.Hour)
	w.ok()
	w.advance(23 * time.Hour)
	w.equal("a day after the request", []string{"withdraw requested"}, watched(w.ok()))
	w.advance(time.Hour)
	w.equal("a day after it was found out", []string{"withdraw verified"}, watched(w.ok()))
}

// TestAlarmIsTold: report, JSON, metrics and audit tell of an alarm, and of its end; the log names
// nobody.
func TestAlarmIsTold(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	metric := func(want, sample string) {
		t.Helper()
		if page := gathered(t, registry); !strings.Contains(page, "threema_dirsync_"+sample+" "+want+"\n") {
			t.Errorf("%s is not %s:\n%s", sample, want, page)
		}
	}
	m := dirsync.NewMetrics(registry, "v1", "go1.26", []string{sourceName})
	metric("0", `alarms{kind="id-returned"}`)
	metric("0", `effects{state="requested"}`)
	w, id := dismissed(t, options{metrics: m}, model.DetachID)
	w.ok()
	metric("2", `effects{state="requested"}`)
	w.shared()
	w.advance(2 * time.Hour)
	w.reuse(id)
	r := w.ok()
	metric("1", `alarms{kind="id-returned"}`)
	metric("0", `alarms{kind="still-active"}`)
	for _, says := range []string{"Alarms (1)", "ALARM id-returned", "E03 CN=First03", id, "getrennt", "Effects under way: 2"} {
		if !strings.Contains(text(r), says) {
			t.Errorf("the report does not say %q:\n%s", says, text(r))
		}
	}
	body, err := json.Marshal(r)
	w.must(err)
	var doc struct {
		Alarms []struct {
			Kind, ThreemaID, Detail string
			Person                  struct{ CSI string }
		}
		Effects []struct{ Op, State, EffectiveBy string }
	}
	w.must(json.Unmarshal(body, &doc))
	if len(doc.Alarms) != 1 || doc.Alarms[0].Kind != "id-returned" || doc.Alarms[0].ThreemaID != id || doc.Alarms[0].Person.CSI != "E03" ||
		len(doc.Effects) != 2 || doc.Effects[1].State != "requested" || doc.Effects[1].EffectiveBy == "" {
		t.Errorf("JSON: %+v", doc)
	}
	w.put(func(s *worksim.State) {
		s.Users = slices.DeleteFunc(s.Users, func(u worksim.User) bool { return u.ID == id })
		s.Credentials = slices.DeleteFunc(s.Credentials, func(c worksim.Credential) bool { return c.Username == "tablets" })
		s.Phones = nil
	})
	w.ok()
	w.advance(25 * time.Hour)
	w.ok()
	metric("0", `alarms{kind="id-returned"}`)
	metric("2", `effects{state="verified"}`)
	for line := range strings.Lines(w.logs.text()) {
		if strings.Contains(line, "alarm") && (strings.Contains(line, id) || strings.Contains(line, "E03") || strings.Contains(line, "First03")) {
			t.Errorf("the log names somebody: %s", line)
		}
	}
	for _, says := range []string{`"kind":"id-returned"`, "alarm cleared"} {
		if !strings.Contains(w.logs.text(), says) {
			t.Errorf("the log does not say %q", says)
		}
	}
}
