package worksim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim/apicontract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "key-for-tests"

// start is the time at which the clock of every test stands.
func startTime() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) }

// harness is a simulator behind the contract check, over real HTTP.
type harness struct {
	t      *testing.T
	sim    *worksim.Server
	origin string
	client *http.Client
}

// start serves a simulator to which only requests that keep the contract may be sent.
func start(t *testing.T, o worksim.Options) *harness {
	t.Helper()
	return serve(t, o, apicontract.Check)
}

// startHostile serves one to which bad requests may be sent too.
func startHostile(t *testing.T, o worksim.Options) *harness {
	t.Helper()
	return serve(t, o, apicontract.CheckAnswers)
}

func serve(t *testing.T, o worksim.Options, check func(testing.TB, http.Handler) http.Handler) *harness {
	t.Helper()
	o.APIKey = key
	if o.Now == nil {
		o.Now = startTime
	}
	sim, err := worksim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(check(t, sim))
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &harness{t, sim, server.URL, client}
}

// reply is an answer, read wholly.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// send makes a request; body is nil, a string (sent as it stands) or a value that becomes JSON.
func (h *harness) send(method, address string, body any) (*reply, error) {
	h.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(h.t.Context(), method, address, content)
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("X-Api-Key", key)
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	return &reply{h.t, response.StatusCode, response.Header, answer}, err
}

// do calls the Work API; path is below the base.
func (h *harness) do(method, path string, body any) *reply {
	h.t.Helper()
	r, err := h.send(method, h.origin+worksim.BasePath+path, body)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// ask is do with the status that must come back.
func (h *harness) ask(method, path string, body any, status int) *reply {
	h.t.Helper()
	r := h.do(method, path, body)
	if r.status != status {
		h.t.Fatalf("%s %s: got %d %s, want %d", method, path, r.status, r.body, status)
	}
	return r
}

// control calls a control endpoint.
func (h *harness) control(method, path string, body any, status int) *reply {
	h.t.Helper()
	r, err := h.send(method, h.origin+"/_sim"+path, body)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status != status {
		h.t.Fatalf("%s /_sim%s: got %d %s, want %d", method, path, r.status, r.body, status)
	}
	return r
}

func (r *reply) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("read %s: %v", r.body, err)
	}
}

// object reads the answer as a JSON object.
func (r *reply) object() object {
	r.t.Helper()
	var o object
	r.into(&o)
	return o
}

// list returns the records of an answer's list.
func (r *reply) list(member string) []object {
	r.t.Helper()
	var records []object
	for _, record := range as[[]any](r.t, r.object()[member]) {
		records = append(records, as[object](r.t, record))
	}
	return records
}

func (r *reply) paging() (count, total, page int) {
	r.t.Helper()
	var list struct {
		Paging struct{ Count, Total, Page int }
	}
	r.into(&list)
	return list.Paging.Count, list.Paging.Total, list.Paging.Page
}

// linkOf returns the link of a record with this relation, "" if there is none.
func linkOf(t *testing.T, record object, member, relation string) string {
	t.Helper()
	for _, l := range as[[]any](t, record["_links"]) {
		if l := as[object](t, l); l[member] == relation {
			return as[string](t, l["link"])
		}
	}
	return ""
}

// object is a JSON object.
type object = map[string]any

// as is a type assertion that ends the test when it does not hold.
func as[T any](t *testing.T, v any) T {
	t.Helper()
	typed, ok := v.(T)
	if !ok {
		t.Fatalf("got %#v, want a %T", v, typed)
	}
	return typed
}

// credential creates one and returns its id.
func (h *harness) credential(username, password string, more ...object) string {
	h.t.Helper()
	body := object{"username": username, "password": password}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return as[string](h.t, h.ask("POST", "/credentials", body, 201).object()["id"])
}

// set writes settings of one credential in bulk.
func (h *harness) set(id string, values object) {
	h.t.Helper()
	var parameters []object
	for name, value := range values {
		parameters = append(parameters, object{"name": name, "value": value})
	}
	h.ask("POST", "/mdm-bulk", object{"credentials": []object{{"id": id, "parameters": parameters}}}, 204)
}

func (h *harness) activate(username, password, threemaID string) string {
	h.t.Helper()
	id, err := h.sim.Activate(username, password, threemaID)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *harness) advance(by time.Duration) {
	h.t.Helper()
	if _, err := h.sim.Advance(by); err != nil {
		h.t.Fatal(err)
	}
}

// user finds a user in the state; nil if there is none.
func (h *harness) user(id string) *worksim.User {
	users := h.sim.State().Users
	if i := slices.IndexFunc(users, func(u worksim.User) bool { return u.ID == id }); i >= 0 {
		return &users[i]
	}
	return nil
}

// contact finds a contact in the state; nil if there is none.
func (h *harness) contact(id string) *worksim.Contact {
	contacts := h.sim.State().Contacts
	if i := slices.IndexFunc(contacts, func(c worksim.Contact) bool { return c.ID == id }); i >= 0 {
		return &contacts[i]
	}
	return nil
}

// locked tells whether the phone with this ID is locked.
func (h *harness) locked(id string) bool {
	h.t.Helper()
	for _, p := range h.sim.State().Phones {
		if p.ThreemaID == id {
			return p.Locked
		}
	}
	h.t.Fatalf("no phone with %s", id)
	return false
}

func escape(id string) string { return url.PathEscape(id) }

func escapeQuery(value string) string { return url.QueryEscape(value) }

func ago(h *harness, t worksim.Time) time.Duration { return h.sim.Now().Sub(t.Time) }

// serveUnchecked leaves the contract check out, for tests of many large answers.
func serveUnchecked(t *testing.T, o worksim.Options) *harness {
	t.Helper()
	return serve(t, o, func(_ testing.TB, sim http.Handler) http.Handler { return sim })
}
