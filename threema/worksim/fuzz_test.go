package worksim_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

func newSim(t testing.TB) *worksim.Server {
	t.Helper()
	sim, err := worksim.New(worksim.Options{APIKey: key, Now: startTime})
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

// FuzzState puts arbitrary states: none panics, and one that is taken can be read and put back.
func FuzzState(f *testing.F) {
	seed, err := json.Marshal(people(2))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(seed))
	f.Add(`{"now":"2026-01-01T00:00:00Z","revoking":[{"id":"ABCD1234","at":""}],"users":[{"id":"ABCD1234"}]}`)
	f.Add(`{"withdrawn":[{"id":"c","username":"u","at":"0001-01-01T00:00:00+0000"}],"phones":[{"threemaId":"ABCD1234","credentialId":"c"}]}`)
	f.Add(`{"requestsToday":-3,"requestHours":[{"hour":"","count":1}],"subscription":{"type":"ä"}}`)
	f.Fuzz(func(t *testing.T, document string) {
		sim := newSim(t)
		if sim.Load(strings.NewReader(document)) != nil {
			return
		}
		before := sim.State()
		data, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		again := newSim(t)
		if err := again.Load(strings.NewReader(string(data))); err != nil {
			t.Fatalf("put back: %v\n%s", err, data)
		}
		if diff := cmp.Diff(before, again.State()); diff != "" {
			t.Fatalf("not the same:\n%s", diff)
		}
		if _, err := sim.Advance(72 * time.Hour); err != nil {
			return
		}
		sim.State()
	})
}

// FuzzRequest sends arbitrary requests: none panics, and every answer has a status of the API.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{"POST", "/credentials", `{"username":"jo","password":"pw","licenseCount":2}`},
		{"PUT", "/contacts/P0000001", `{"firstName":"a","lastName":"b","enabled":true,"directory_enabled":true}`},
		{"POST", "/mdm-bulk", `{"credentials":[{"id":"c/1","parameters":[{"name":"th_csi","value":"x"}]}]}`},
		{"POST", "/credentials/c%2F1/mdm", `{"property":"th_keep_messages_days","value":1e3}`},
		{"PUT", "/mdm/th_csi", `{"value":null}`},
		{"GET", "/users", "page=1&pageSize=3"},
		{"DELETE", "/users/P0000001", ""},
		{"POST", "/_sim/faults", `{"status":500,"truncate":0}`},
		{"POST", "/_sim/clock", `{"advance":"1h"}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		request := httptest.NewRequest("GET", "/", strings.NewReader(body))
		decoded, err := url.PathUnescape(worksim.BasePath + path)
		if err != nil {
			return
		}
		request.Method, request.URL.Path, request.URL.RawPath = method, decoded, worksim.BasePath+path
		request.URL.RawQuery = body
		request.RemoteAddr = "127.0.0.1:1"
		request.Header.Set("X-Api-Key", key)
		request.Header.Set("Content-Type", "application/json")
		sim := newSim(t)
		if err := sim.SetState(people(2)); err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		sim.ServeHTTP(answer, request)
		if answer.Code < 200 || answer.Code >= 500 {
			t.Errorf("%s %s: %d %s", method, path, answer.Code, answer.Body)
		}
	})
}
