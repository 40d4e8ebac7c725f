package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim/apicontract"
)

// simulator is the Work API of a test. All its traffic is held to the contract.
type simulator struct {
	*httptest.Server
	key string
}

func newSimulator(t *testing.T) *simulator {
	t.Helper()
	key := canary("key")
	server, err := worksim.New(worksim.Options{APIKey: key})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(apicontract.Check(t, server))
	t.Cleanup(listening.Close)
	return &simulator{listening, key}
}

func (s *simulator) base() string { return s.URL + worksim.BasePath }

// control calls a control endpoint below the address of a simulator and returns the status.
func control(t *testing.T, client *http.Client, method, address string, in, out any) int {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if out != nil && response.StatusCode < 300 {
		if err := json.NewDecoder(response.Body).Decode(out); err != nil {
			t.Fatalf("%s %s: %v", method, address, err)
		}
	}
	return response.StatusCode
}

func (s *simulator) control(t *testing.T, method, path string, in, out any, want int) {
	t.Helper()
	if status := control(t, s.Client(), method, s.URL+"/_sim/"+path, in, out); status != want {
		t.Fatalf("%s %s: status %d, want %d", method, path, status, want)
	}
}

func (s *simulator) state(t *testing.T) (state worksim.State) {
	t.Helper()
	s.control(t, http.MethodGet, "state", nil, &state, http.StatusOK)
	return state
}

// frozen is the state without what reading alone changes.
func (s *simulator) frozen(t *testing.T) worksim.State {
	t.Helper()
	state := s.state(t)
	state.RequestsToday, state.RequestHours, state.Now = 0, nil, worksim.Time{}
	return state
}

func (s *simulator) advance(t *testing.T, by time.Duration) {
	t.Helper()
	s.control(t, http.MethodPost, "clock", map[string]string{"advance": by.String()}, nil, http.StatusOK)
}

func (s *simulator) fault(t *testing.T, faults ...worksim.Fault) {
	t.Helper()
	for _, f := range faults {
		s.control(t, http.MethodPost, "faults", f, nil, http.StatusCreated)
	}
}

func (s *simulator) clearFaults(t *testing.T) {
	t.Helper()
	s.control(t, http.MethodDelete, "faults", nil, nil, http.StatusNoContent)
}

// requests lists what arrived since the last call, as "METHOD /path?query".
func (s *simulator) requests(t *testing.T) []string {
	t.Helper()
	lines := s.seen(t)
	s.control(t, http.MethodDelete, "requests", nil, nil, http.StatusNoContent)
	return lines
}

// seen is requests without forgetting them.
func (s *simulator) seen(t *testing.T) []string {
	t.Helper()
	var requests []worksim.Request
	s.control(t, http.MethodGet, "requests", nil, &requests, http.StatusOK)
	var lines []string
	for _, r := range requests {
		lines = append(lines, strings.TrimSuffix(r.Method+" "+r.Path+"?"+r.Query, "?"))
	}
	return lines
}

// awaitRequest waits until n requests that begin like this have arrived.
func (s *simulator) awaitRequest(t *testing.T, n int, prefix string) {
	t.Helper()
	eventually(t, prefix+" arrives", func() bool {
		count := 0
		for _, line := range s.seen(t) {
			if strings.HasPrefix(line, prefix) {
				count++
			}
		}
		return count >= n
	})
}

// activate lets a phone use a line of the hand-over file, and tells whether it could: a new
// phone, or the one that holds the Threema ID.
func (s *simulator) activate(t *testing.T, l line, threemaID string) bool {
	t.Helper()
	status := control(t, s.Client(), http.MethodPost, s.URL+"/_sim/activations",
		map[string]string{"username": l.username, "password": l.password, "threemaId": threemaID}, nil)
	return status == http.StatusCreated
}

// activateAll lets a new phone use the last hand-over line of each credential that none uses.
func (w *world) activateAll(t *testing.T) {
	t.Helper()
	var used []string
	for _, c := range w.sim.state(t).Credentials {
		if len(c.Users) > 0 {
			used = append(used, c.Username)
		}
	}
	for username, l := range w.latest(t) {
		if !slices.Contains(used, username) && !w.sim.activate(t, l, "") {
			t.Errorf("the last line of %s does not work", username)
		}
	}
}
