package worksim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

func TestControlActivation(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.credential("jo", "pw", object{"lock": true})
	id := as[string](t, h.control("POST", "/activations", object{"username": "jo", "password": "pw"}, 201).object()["threemaId"])
	if h.user(id) == nil {
		t.Fatal("no user")
	}
	for name, row := range map[string]struct {
		body   any
		status int
	}{
		"same ID":        {object{"username": "jo", "password": "pw", "threemaId": id}, 201},
		"other ID":       {object{"username": "jo", "password": "pw", "threemaId": "OTHER001"}, 409},
		"new ID":         {object{"username": "jo", "password": "pw"}, 409},
		"wrong password": {object{"username": "jo", "password": "no"}, 403},
		"bad ID":         {object{"username": "jo", "password": "pw", "threemaId": "jo"}, 400},
		"misspelt":       {object{"user": "jo"}, 400},
		"not JSON":       {"jo", 400},
	} {
		t.Run(name, func(*testing.T) { h.control("POST", "/activations", row.body, row.status) })
	}
	h.ask("DELETE", "/users/"+id, nil, 204)
	h.control("POST", "/activations", object{"username": "jo", "password": "pw", "threemaId": id}, 403)
}

func TestControlClock(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	got := h.control("POST", "/clock", object{"advance": "24h"}, 200).object()["now"]
	if got != "2026-03-03T09:30:00+0000" || h.sim.State().Now.Format(time.RFC3339) != "2026-03-03T09:30:00Z" {
		t.Errorf("now %v", got)
	}
	for _, body := range []string{`{"advance":"-1h"}`, `{"advance":"1d"}`, `{}`, `{"by":"1h"}`, ``, `{"advance":"2000000h"}`} {
		h.control("POST", "/clock", body, 400)
	}
}

func TestControlRequests(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.ask("GET", "", nil, 200)
	h.ask("GET", "/credentials?pageSize=5000&page=0", nil, 200)
	h.ask("GET", "/credentials/a%2Fb", nil, 404)
	h.control("GET", "/state", nil, 200)
	want := `[{"method":"GET","path":"/","status":200},` +
		`{"method":"GET","path":"/credentials","query":"pageSize=5000&page=0","status":200},` +
		`{"method":"GET","path":"/credentials/a%2Fb","status":404}]`
	if got := strings.TrimSpace(string(h.control("GET", "/requests", nil, 200).body)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	h.control("DELETE", "/requests", nil, 204)
	if got := strings.TrimSpace(string(h.control("GET", "/requests", nil, 200).body)); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}

func TestControlIsForThisMachineOnly(t *testing.T) {
	t.Parallel()
	sim, err := worksim.New(worksim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/_sim/state", "/api/v1/_sim/state"} {
		for peer, want := range map[string]int{
			"127.0.0.1:1": 200, "127.8.8.8:1": 200, "[::1]:1": 200, "[::ffff:127.0.0.1]:1": 200,
			"192.0.2.1:1": 403, "[2001:db8::1]:1": 403, "": 403, "@": 403,
		} {
			request := httptest.NewRequest("GET", path, nil)
			request.RemoteAddr = peer
			answer := httptest.NewRecorder()
			sim.ServeHTTP(answer, request)
			if answer.Code != want {
				t.Errorf("%s from %q: %d, want %d", path, peer, answer.Code, want)
			}
		}
	}
}

func TestControlUnknown(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.control("GET", "/nothing", nil, 404)
	h.control("PATCH", "/state", nil, 404)
	if r, err := h.send("GET", h.origin+"/api/v1/_sim/requests", nil); err != nil || r.status != 200 {
		t.Errorf("control below the base: %v %v", r, err)
	}
}

// crowded makes a simulator in which every kind of thing is under way.
func crowded(t *testing.T) *harness {
	t.Helper()
	h := start(t, worksim.Options{RevokeAfter: 6 * time.Hour})
	state := h.sim.State()
	state.Logos = map[string]worksim.Logo{"dark": {ContentType: "image/svg+xml", Data: []byte("<svg/>")}}
	state.AllowedAddresses = []string{"127.0.0.0/8"}
	if err := h.sim.SetState(state); err != nil {
		t.Fatal(err)
	}
	h.ask("POST", "/mdm", object{"property": "th_keep_messages_days", "value": 30}, 204)
	jo := h.credential("jo", "pw", object{"hash": true, "lock": true})
	h.set(jo, object{"th_firstname": "Jo", "th_disable_export": true, "th_keep_messages_days": 7})
	h.activate("jo", "pw", "")
	h.advance(5 * time.Hour)
	cut := h.credential("cut", "pw")
	h.activate("cut", "pw", "")
	h.credential("detached", "pw")
	detached := h.activate("detached", "pw", "")
	h.credential("revoked", "pw")
	revoked := h.activate("revoked", "pw", "")
	h.advance(7 * time.Hour)
	h.ask("DELETE", "/credentials/"+escape(cut), nil, 204)
	h.ask("POST", "/users/"+detached+"/detach", nil, 204)
	h.ask("DELETE", "/users/"+revoked, nil, 204)
	h.set(jo, object{"th_lastname": "Doe"})
	return h
}

func TestStateRoundTrip(t *testing.T) {
	t.Parallel()
	h := crowded(t)
	before := h.control("GET", "/state", nil, 200).body
	other := start(t, worksim.Options{RevokeAfter: 6 * time.Hour, Now: func() time.Time { return startTime().Add(999 * day) }})
	other.control("PUT", "/state", string(before), 204)
	if diff := cmp.Diff(string(before), string(other.control("GET", "/state", nil, 200).body)); diff != "" {
		t.Fatalf("state put into another simulator:\n%s", diff)
	}
	for range 30 {
		h.advance(5 * time.Hour)
		other.advance(5 * time.Hour)
		if diff := cmp.Diff(h.sim.State(), other.sim.State()); diff != "" {
			t.Fatalf("pending effects differ at %v:\n%s", h.sim.Now(), diff)
		}
	}
}

func TestStateHasTheDocumentedShape(t *testing.T) {
	t.Parallel()
	h := crowded(t)
	state := h.control("GET", "/state", nil, 200).object()
	for member, shape := range map[string]string{
		"subscription": "id name validUntil type licenseAmount",
		"credentials":  "id username password hashed locked licenseCount users",
		"users":        "id credentialId csi firstName lastName lastCheck nickname category jobTitle department version createdAt",
		"contacts":     "id type firstName lastName enabled directory_enabled",
		"withdrawn":    "id username at",
		"detached":     "id at",
	} {
		record, ok := state[member].(object)
		if !ok {
			record = as[object](t, as[[]any](t, state[member])[0])
		}
		for name := range strings.FieldsSeq(shape) {
			if _, ok := record[name]; !ok {
				t.Errorf("%s lacks %s: %v", member, name, record)
			}
		}
	}
	if state["autoContacts"] != true || as[float64](t, state["requestsToday"]) < 8 || state["now"] != "2026-03-02T21:30:00+0000" {
		t.Errorf("autoContacts %v, requestsToday %v, now %v", state["autoContacts"], state["requestsToday"], state["now"])
	}
	jo := as[object](t, as[[]any](t, state["credentials"])[0])
	want := object{"th_firstname": "Jo", "th_lastname": "Doe", "th_disable_export": true, "th_keep_messages_days": 7.0}
	if diff := cmp.Diff(want, as[object](t, state["settings"])[as[string](t, jo["id"])]); diff != "" {
		t.Error(diff)
	}
	if jo["password"] != "pw" || jo["hashed"] != true {
		t.Errorf("got %v, want the password of a hashed credential in the state", jo)
	}
	if revoked := as[[]any](t, state["revoked"]); len(revoked) != 0 {
		t.Errorf("revoked is %v, want [] as long as the revocation is held back", revoked)
	}
}

// TestStateWrittenByHand loads what a person would write: the documented members only.
func TestStateWrittenByHand(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	h.control("PUT", "/state", `{
		"subscription": {"licenseAmount": 2, "_links": []},
		"credentials": [{"id":"c/1","username":"jo","password":"pw","users":["ABCD1234"]},{"id":"c2","username":"ann","password":"pw"}],
		"users": [{"id":"ABCD1234","lastCheck":"2026-01-01T00:00:00Z"},{"id":"ORPHAN01"},{"id":"*GATEWAY","credentialId":"c2"},{"id":"ABCD5678","credentialId":"c2","csi":"E-2"}],
		"contacts": [{"id":"ABCD1234","type":"auto","firstName":"","lastName":"","enabled":true,"directory_enabled":true}],
		"settings": {"c/1": {"th_csi":"E-1","th_keep_messages_days":7}},
		"requestsToday": 5, "comment": "unknown members are ignored"
	}`, 204)
	state := h.sim.State()
	if !state.AutoContacts || state.Subscription.ID != "SIMULATED1" || state.RequestsToday != 5 || !state.Now.Equal(startTime()) {
		t.Errorf("defaults: %+v", state)
	}
	if got := h.user("ABCD1234"); got.CredentialID != "c/1" {
		t.Errorf("user %+v, want the link that its credential names", got)
	}
	h.control("PUT", "/state", string(h.control("GET", "/state", nil, 200).body), 204)
	h.ask("POST", "/credentials", object{"username": "x", "password": "x"}, 403)
	h.ask("GET", "/users", nil, 200)
	h.advance(day)
	if got := h.user("ABCD1234"); got.CSI != "E-1" || ago(h, got.LastCheck) != 0 {
		t.Errorf("user %+v, want its phone to check in", got)
	}
	if got := h.user("ORPHAN01"); ago(h, got.LastCheck) != day {
		t.Errorf("orphan %+v, want it silent", got)
	}
}

func TestBadStates(t *testing.T) {
	t.Parallel()
	h := crowded(t)
	before := h.sim.State()
	for name, body := range map[string]string{
		"not JSON":          `{`,
		"null":              `null`,
		"array":             `[]`,
		"no id":             `{"credentials":[{"username":"a","password":"b"}]}`,
		"double id":         `{"credentials":[{"id":"1","username":"a","password":"b"},{"id":"1","username":"c","password":"b"}]}`,
		"double username":   `{"credentials":[{"id":"1","username":"a","password":"b"},{"id":"2","username":"a","password":"b"}]}`,
		"bad Threema ID":    `{"users":[{"id":"x"}]}`,
		"double user":       `{"users":[{"id":"ABCD1234"},{"id":"ABCD1234"}]}`,
		"dangling link":     `{"users":[{"id":"ABCD1234","credentialId":"none"}]}`,
		"missing user":      `{"credentials":[{"id":"1","username":"a","password":"b","users":["ABCD1234"]}]}`,
		"bad contact":       `{"contacts":[{"id":"ABCD1234","type":"friend"}]}`,
		"double contact":    `{"contacts":[{"id":"ABCD1234"},{"id":"ABCD1234"}]}`,
		"foreign settings":  `{"settings":{"none":{"th_csi":"x"}}}`,
		"null setting":      `{"globalSettings":{"th_csi":null}}`,
		"fraction setting":  `{"globalSettings":{"th_keep_messages_days":7.5}}`,
		"bad time":          `{"now":"yesterday"}`,
		"impossible clock":  `{"now":"9999-01-01T00:00:00Z"}`,
		"bad logo":          `{"logos":{"pink":{}}}`,
		"bad address":       `{"allowedAddresses":["here"]}`,
		"bad phone":         `{"phones":[{"threemaId":"x"}]}`,
		"negative licences": `{"credentials":[{"id":"1","username":"a","password":"b","licenseCount":-1}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			h.control("PUT", "/state", body, 400)
			if diff := cmp.Diff(before, h.sim.State()); diff != "" {
				t.Errorf("a refused state left traces:\n%s", diff)
			}
		})
	}
}

func TestLoadForTheCommand(t *testing.T) {
	t.Parallel()
	from := crowded(t)
	data, err := json.Marshal(from.sim.State())
	if err != nil {
		t.Fatal(err)
	}
	sim, err := worksim.New(worksim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Load(strings.NewReader(string(data))); err != nil {
		t.Fatal(err)
	}
	if len(sim.APIKey()) < 20 {
		t.Errorf("key %q, want a random one", sim.APIKey())
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	sim, err := worksim.New(worksim.Options{APIKey: key})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	byContext, err := worksim.Start(ctx, "127.0.0.1:0", sim)
	if err != nil {
		t.Fatal(err)
	}
	byHand, err := worksim.Start(t.Context(), "127.0.0.1:0", sim)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*worksim.Listening{byContext, byHand} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", l.BaseURL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Api-Key", key)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != 200 {
			t.Errorf("%s: %d", l.BaseURL(), response.StatusCode)
		}
	}
	cancel()
	<-byContext.Done()
	byHand.Close()
	select {
	case <-byHand.Done():
	default:
		t.Error("Close returned before the server had ended")
	}
	byHand.Close()
	if _, err := worksim.Start(t.Context(), "127.0.0.1:99999", sim); err == nil {
		t.Error("want an impossible address refused")
	}
}
