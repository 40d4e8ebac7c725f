package worksim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

const day = 24 * time.Hour

// withPerson starts a simulator in which jo has a credential with settings and an active phone.
func withPerson(t *testing.T, o worksim.Options) (h *harness, cred, id string) {
	t.Helper()
	h = start(t, o)
	cred = h.credential("jo", "pw", object{"lock": true})
	h.set(cred, object{"th_firstname": "Jo", "th_lastname": "Doe", "th_csi": "E-1"})
	return h, cred, h.activate("jo", "pw", "")
}

func TestActivationReportsSettingsAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.ask("POST", "/mdm", object{"property": "th_department", "value": "Works"}, 204)
	h.ask("POST", "/mdm", object{"property": "th_csi", "value": "global"}, 204)
	cred := h.credential("jo", "pw")
	h.set(cred, object{"th_firstname": "Jo", "th_lastname": "Doe", "th_csi": "E-1", "th_nickname": "jojo", "th_category": "a,b", "th_job_title": "Fitter"})
	id := h.activate("jo", "pw", "")

	now := worksim.Time{Time: startTime()}
	want := &worksim.User{
		ID: id, CredentialID: cred, CSI: "E-1", FirstName: "Jo", LastName: "Doe", LastCheck: now, Nickname: "jojo",
		Category: "a,b", JobTitle: "Fitter", Department: "Works", Version: "android - 6.4", CreatedAt: now,
	}
	if diff := cmp.Diff(want, h.user(id)); diff != "" {
		t.Error(diff)
	}
	contact := &worksim.Contact{ID: id, Type: "auto", FirstName: "Jo", LastName: "Doe", Enabled: true, DirectoryEnabled: true}
	if diff := cmp.Diff(contact, h.contact(id)); diff != "" {
		t.Error(diff)
	}
	if usage := h.ask("GET", "/credentials/"+escape(cred), nil, 200).object()["usage"]; usage != 1.0 {
		t.Errorf("usage %v, want 1", usage)
	}
}

func TestNoAutomaticContact(t *testing.T) {
	t.Parallel()
	h, _, id := withPerson(t, worksim.Options{NoAutoContacts: true})
	if got := h.contact(id); got != nil {
		t.Errorf("contact %v, want none", got)
	}
}

func TestActivationRefusals(t *testing.T) {
	t.Parallel()
	h, _, id := withPerson(t, worksim.Options{})
	revoked := func() string {
		h.credential("other", "pw")
		dead := h.activate("other", "pw", "")
		h.ask("DELETE", "/users/"+dead, nil, 204)
		return dead
	}()
	for _, row := range []struct {
		name                   string
		username, password, id string
		want                   error
	}{
		{"wrong password", "jo", "nope", "", worksim.ErrWrongCredentials},
		{"unknown username", "nobody", "pw", "", worksim.ErrWrongCredentials},
		{"locked to another", "jo", "pw", "", worksim.ErrLocked},
		{"revoked ID", "other", "pw", revoked, worksim.ErrRevoked},
		{"gateway ID", "other", "pw", "*GATEWAY", worksim.ErrBadThreemaID},
		{"same ID again", "jo", "pw", id, nil},
		{"an ID from elsewhere", "other", "pw", "ZZZZ9999", nil},
	} {
		if _, err := h.sim.Activate(row.username, row.password, row.id); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
	}
}

func TestUnlockedCredentialGathersUsers(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	cred := h.credential("team", "pw", object{"licenseCount": 3})
	h.activate("team", "pw", "")
	h.activate("team", "pw", "")
	if usage := h.ask("GET", "/credentials/"+escape(cred), nil, 200).object()["usage"]; usage != 2.0 {
		t.Errorf("usage %v, want 2", usage)
	}
}

func TestCheckInFollowsSettings(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.set(cred, object{"th_lastname": "Roe"})
	h.advance(23 * time.Hour)
	if got := h.user(id).LastName; got != "Doe" {
		t.Errorf("before the check-in: %s, want Doe", got)
	}
	h.advance(time.Hour)
	if got := h.user(id); got.LastName != "Roe" || ago(h, got.LastCheck) != 0 {
		t.Errorf("after the check-in: %+v", got)
	}
	if got := h.contact(id).LastName; got != "Roe" {
		t.Errorf("contact: %s, want Roe", got)
	}
}

func TestContactKeepsNamesUntilAppReportsOthers(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.ask("PUT", "/contacts/"+id, object{"firstName": "J.", "lastName": "D.", "enabled": false, "directory_enabled": true}, 204)
	h.advance(3 * day)
	if got := h.contact(id); got.FirstName != "J." || got.Enabled {
		t.Errorf("unchanged report: %+v", got)
	}
	h.set(cred, object{"th_firstname": "Joanna"})
	h.advance(day)
	if got := h.contact(id); got.FirstName != "Joanna" || got.Enabled {
		t.Errorf("new report: %+v", got)
	}
}

func TestUnsetSettingsInReports(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.set(cred, object{"th_job_title": "Fitter"})
	h.advance(day)
	for _, name := range []string{"th_firstname", "th_csi", "th_job_title"} {
		h.ask("DELETE", "/credentials/"+escape(cred)+"/mdm/"+name, nil, 204)
	}
	h.advance(day)
	if got := h.user(id); got.FirstName != "Jo" || got.CSI != "E-1" || got.JobTitle != "" {
		t.Errorf("got %+v, want names and csi kept, job title emptied", got)
	}
}

func TestDetachedIDComesBack(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.ask("POST", "/users/"+id+"/detach", nil, 204)
	if h.user(id) != nil || h.contact(id) != nil {
		t.Fatal("the ID or its automatic contact is still there")
	}
	h.ask("GET", "/users/"+id, nil, 404)
	h.advance(day)
	if got := h.user(id); got == nil || got.CredentialID != cred {
		t.Errorf("user %v, want it back", got)
	}
	if h.contact(id) == nil {
		t.Error("its contact is not back")
	}
	if got := h.sim.State().Detached; len(got) != 1 || got[0].ID != id {
		t.Errorf("detached %v", got)
	}
}

func TestDetachFreesTheLock(t *testing.T) {
	t.Parallel()
	h, _, first := withPerson(t, worksim.Options{})
	h.ask("POST", "/users/"+first+"/detach", nil, 204)
	second := h.activate("jo", "pw", "")
	h.advance(2 * day)
	if h.user(first) != nil || !h.locked(first) {
		t.Error("the first ID came back although the lock is on another")
	}
	if h.user(second) == nil {
		t.Error("the second ID is gone")
	}
}

func TestWithdrawnThenDetachedStaysAway(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.ask("DELETE", "/credentials/"+escape(cred), nil, 204)
	h.ask("POST", "/users/"+id+"/detach", nil, 204)
	h.advance(30 * day)
	if h.user(id) != nil {
		t.Error("the ID is back")
	}
}

func TestWithdrawalLocksAfter24Hours(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.advance(time.Hour)
	h.ask("DELETE", "/credentials/"+escape(cred), nil, 204)
	withdrawn := h.sim.Now()

	orphan := h.user(id)
	if orphan == nil || orphan.CredentialID != "" {
		t.Fatalf("user %+v, want an orphan", orphan)
	}
	h.advance(24*time.Hour - time.Second)
	if h.locked(id) {
		t.Error("locked too early")
	}
	last := h.user(id).LastCheck
	if want := startTime().Add(day); !last.Equal(want) {
		t.Errorf("last check %v, want %v: it may still check", last, want)
	}
	h.advance(time.Second)
	if !h.locked(id) {
		t.Errorf("not locked at %v, withdrawn at %v", h.sim.Now(), withdrawn)
	}
	h.advance(10 * day)
	if got := h.user(id).LastCheck; got != last {
		t.Errorf("last check %v, want it to stay %v", got, last)
	}
	if h.contact(id) == nil {
		t.Error("withdrawal took the contact away")
	}
	if diff := cmp.Diff([]worksim.Withdrawn{{ID: cred, Username: "jo", At: worksim.Time{Time: withdrawn}}}, h.sim.State().Withdrawn); diff != "" {
		t.Error(diff)
	}
}

func TestReturnerAfterCutKeepsID(t *testing.T) {
	t.Parallel()
	h, cred, id := withPerson(t, worksim.Options{})
	h.ask("DELETE", "/credentials/"+escape(cred), nil, 204)
	again := h.credential("jo", "new")
	h.advance(2 * day)
	if !h.locked(id) {
		t.Error("the phone goes on with the old password")
	}
	h.activate("jo", "new", id)
	h.advance(day)
	if got := h.user(id); got.CredentialID != again || ago(h, got.LastCheck) != 0 {
		t.Errorf("user %+v, want it linked to the new credential", got)
	}
}

func TestTransferMovesTheLink(t *testing.T) {
	t.Parallel()
	h, first, id := withPerson(t, worksim.Options{})
	second := h.credential("jo2", "pw")
	h.activate("jo2", "pw", id)
	for cred, want := range map[string]float64{first: 0, second: 1} {
		if got := h.ask("GET", "/credentials/"+escape(cred), nil, 200).object()["usage"]; got != want {
			t.Errorf("usage %v, want %v", got, want)
		}
	}
}

func TestChangedPasswordLocksAtNextCheck(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]object{
		"password": {"username": "jo", "password": "new", "hash": true, "lock": true},
		"username": {"username": "joanna", "password": "pw", "hash": false, "lock": true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, cred, id := withPerson(t, worksim.Options{})
			h.ask("PUT", "/credentials/"+escape(cred), body, 204)
			h.advance(23 * time.Hour)
			if h.locked(id) {
				t.Error("locked before the check")
			}
			h.advance(time.Hour)
			if !h.locked(id) || h.user(id) == nil {
				t.Error("want the phone locked and the user kept")
			}
		})
	}
}

func TestRevocationIsForEver(t *testing.T) {
	t.Parallel()
	h, _, id := withPerson(t, worksim.Options{})
	h.ask("DELETE", "/users/"+id, nil, 204)
	if h.user(id) != nil || h.contact(id) != nil {
		t.Fatal("still there")
	}
	h.ask("DELETE", "/users/"+id, nil, 404)
	h.advance(30 * day)
	if h.user(id) != nil {
		t.Error("a dead ID is back")
	}
	if phones := h.sim.State().Phones; len(phones) != 0 {
		t.Errorf("phones %v, want none", phones)
	}
	if id2 := h.activate("jo", "pw", ""); id2 == id {
		t.Error("the ID was given out again")
	}
}

func TestDelayedRevocation(t *testing.T) {
	t.Parallel()
	h, _, id := withPerson(t, worksim.Options{RevokeAfter: time.Hour})
	h.ask("DELETE", "/users/"+id, nil, 204)
	h.ask("DELETE", "/users/"+id, nil, 204)
	if _, err := h.sim.Activate("jo", "pw", id); !errors.Is(err, worksim.ErrRevoked) {
		t.Errorf("activation: %v", err)
	}
	h.advance(59 * time.Minute)
	if h.user(id) == nil {
		t.Fatal("gone too early")
	}
	h.advance(time.Minute)
	if got := h.sim.State(); h.user(id) != nil || len(got.Revoked) != 1 || len(got.Revoking) != 0 {
		t.Errorf("revoked %v, revoking %v", got.Revoked, got.Revoking)
	}
	h.advance(2 * day)
	if h.user(id) != nil {
		t.Error("back")
	}
}

func TestCustomContactSurvivesItsUser(t *testing.T) {
	t.Parallel()
	for _, end := range []struct{ method, suffix string }{{"POST", "/detach"}, {"DELETE", ""}} {
		h := start(t, worksim.Options{})
		h.credential("jo", "pw")
		h.ask("POST", "/contacts", object{"threemaId": "CUSTOM01", "firstName": "A"}, 201)
		h.activate("jo", "pw", "CUSTOM01")
		h.ask(end.method, "/users/CUSTOM01"+end.suffix, nil, 204)
		if got := h.contact("CUSTOM01"); got == nil || got.Type != "custom" {
			t.Errorf("%s: contact %v, want the custom one kept", end.method, got)
		}
	}
}

func TestLongAdvanceEqualsManyShortOnes(t *testing.T) {
	t.Parallel()
	build := func() *harness {
		h, cred, _ := withPerson(t, worksim.Options{RevokeAfter: time.Hour})
		second := h.credential("b", "pw")
		h.advance(5 * time.Hour)
		gone := h.activate("b", "pw", "")
		h.credential("c", "pw")
		detached := h.activate("c", "pw", "")
		h.ask("POST", "/users/"+detached+"/detach", nil, 204)
		h.credential("d", "pw")
		h.ask("DELETE", "/users/"+h.activate("d", "pw", ""), nil, 204)
		h.set(cred, object{"th_lastname": "Roe"})
		h.advance(7 * time.Hour)
		h.ask("DELETE", "/credentials/"+escape(second), nil, 204)
		_ = gone
		return h
	}
	long, short := build(), build()
	long.advance(30 * day)
	for range 30 * 24 {
		short.advance(time.Hour)
	}
	if diff := cmp.Diff(short.sim.State(), long.sim.State()); diff != "" {
		t.Errorf("short steps (-) against one long step (+):\n%s", diff)
	}
}

func TestClockRunsByItself(t *testing.T) {
	t.Parallel()
	now := startTime()
	h, _, id := withPerson(t, worksim.Options{Now: func() time.Time { return now }})
	now = now.Add(49 * time.Hour)
	if got := h.user(id).LastCheck; ago(h, got) != time.Hour {
		t.Errorf("last check %v, want one hour ago", got)
	}
}
