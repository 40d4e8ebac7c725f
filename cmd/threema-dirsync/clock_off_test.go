package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// noDate is what lets the proxy leave the date out.
const noDate = 1

// datedBy puts a proxy before the licence package that moves the date of each answer.
func (w *world) datedBy(t *testing.T) *atomic.Int64 {
	t.Helper()
	var by atomic.Int64
	w.behind(t, noRefusal, func(r *http.Response) error {
		r.Header.Del("Date")
		if d := by.Load(); d != noDate {
			r.Header.Set("Date", time.Now().Add(time.Duration(d)).UTC().Format(http.TimeFormat))
		}
		return nil
	})
	return &by
}

// noRefusal lets a proxy pass every request on.
func noRefusal(*http.Request) int { return 0 }

// behind puts a proxy before the licence package that refuses requests, with a status, and edits answers.
func (w *world) behind(t *testing.T, refuse func(*http.Request) (status int), edit func(*http.Response) error) {
	t.Helper()
	base, err := url.Parse(w.sim.base())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: base.Scheme, Host: base.Host})
			r.Out.Host = base.Host
		},
		ModifyResponse: edit,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := refuse(r); status != 0 {
			w.WriteHeader(status)
			return
		}
		w.Header()["Date"] = nil // net/http adds none of its own
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	w.set("threema.base_url", server.URL+base.Path)
}

// TestClockOfTheMachineIsOff: the clock of the machine jumps ahead, or falls back, for one pass, as the
// date of the service tells and no OpenLDAP does. Nobody's grace is over by it, in no later pass
// either, and everybody leaves at their time.
func TestClockOfTheMachineIsOff(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{12 * 24 * time.Hour, 6 * time.Minute, -6 * time.Minute, -9 * 24 * time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			w, dir := rolledOut(t, 20)
			w.set("leavers.confirm", map[string]any{"reads": 2, "over": "24h"})
			w.set("leavers.grace", map[string]any{"withdraw": "24h", "id": "24h"})
			w.advance(t, 10*24*time.Hour) // the offset is never negative
			w.must(t, 0, "run", "--once")
			date := w.datedBy(t)
			dir.disable(t, dir.people[7])
			dir.remove(t, 3)
			w.must(t, 0, "run", "--once")

			w.offset += off
			date.Store(int64(-off))
			w.must(t, 4, "run", "--once")
			if out := w.must(t, 4, "plan"); !strings.Contains(out.stdout, "failed: clock: ") || !strings.Contains(out.stdout, map[bool]string{true: "behind ours", false: "ahead of ours"}[off > 0]) {
				t.Errorf("the plan does not tell by how much which clock is off: %v", out)
			}
			if out := w.must(t, 1, "check"); !strings.Contains(out.stdout, "the clock of the Work API (Date of its answers) is") {
				t.Errorf("check does not tell: %v", out)
			}
			w.offset -= off
			date.Store(0)

			w.follow(t, []moment{
				{},
				{after: 24*time.Hour - 5*time.Minute},
				{after: 6 * time.Minute, withdrawn: 1},
				{after: 24 * time.Hour, withdrawn: 2, detached: 1},
			})
		})
	}
}

// TestClockThatNobodyTells: a proxy keeps the date, and OpenLDAP tells none. Passes go on; check says
// what that means.
func TestClockThatNobodyTells(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.datedBy(t).Store(noDate)
	dir.disable(t, dir.people[7])
	w.follow(t, []moment{{withdrawn: 1, detached: 1}})
	if out := w.must(t, 0, "check"); !strings.Contains(out.stdout, "the answer has no date") {
		t.Errorf("check does not tell: %v", out)
	}
}
