package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
)

// pair is a trial whose directory has two servers, both listed under urls.
type pair struct {
	fronted
	second *front
}

func newPair(t *testing.T) pair {
	t.Helper()
	var second *front
	x := newFronted(t, func(w *world, f *front) {
		second = &front{memory: f.memory, upstream: f.upstream}
		second.answer(t)
		w.set("sources.0.urls", []any{f.peer.LDAPS, second.peer.LDAPS})
		w.set("sources.0.ca_file", together(t, f.peer.CAFile, second.peer.CAFile))
	})
	return pair{x, second}
}

// together is a file with the certificates of all.
func together(t *testing.T, files ...string) string {
	t.Helper()
	var all []byte
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pem...)
	}
	path := filepath.Join(t.TempDir(), "both.pem")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// searches is how often each server was asked so far.
func (x pair) searches() (first, second int) {
	return len(x.front.peer.Searches()), len(x.second.peer.Searches())
}

// pass makes a pass that ends with the code and reads from one server only: first or second.
func (x pair) pass(t *testing.T, code int, from string) outcome {
	t.Helper()
	x.advance(t, time.Hour)
	first, second := x.searches()
	out := x.run(t, "run", "--once")
	if out.code != code {
		t.Errorf("want exit %d, got %v", code, out)
	}
	is, other := x.searches()
	if asked := map[bool]string{true: "first", false: "second"}[is > first]; is > first && other > second || asked != from {
		t.Errorf("want the %s server, got %d and %d searches", from, is-first, other-second)
	}
	x.spared(t)
	return out
}

// TestServers: when the first server is dead the second one is read, and the leaver goes when two
// reads of it agree. It is kept when the first is back, by another process each time.
func TestServers(t *testing.T) {
	t.Parallel()
	x := newPair(t)
	x.front.strike(fault{accept: peer.Hangup()})
	out := x.pass(t, 0, "second")
	if !strings.Contains(out.stderr, "directory server skipped") || !strings.Contains(out.stderr, x.front.peer.LDAPS) {
		t.Errorf("the log does not tell of the server that was skipped: %v", out)
	}
	if status := x.must(t, 0, "status"); !strings.Contains(status.stdout, strings.TrimPrefix(x.second.peer.LDAPS, "ldaps://")+" answered") {
		t.Errorf("status does not tell of the switch: %v", status)
	}
	if w := x.sim.state(t).Withdrawn; len(w) > 0 {
		t.Errorf("withdrawn after the first read from another server: %v", w)
	}
	x.front.strike(fault{})
	x.pass(t, 0, "second")
	x.fixed(t)
	x.pass(t, 0, "second")

	// Each server has a line, also the one that nobody needs today.
	x.front.strike(fault{accept: peer.Hangup()})
	var answer struct {
		Findings []struct{ Area, Name, Tried, Status string }
	}
	x.json(t, &answer, 0, "check", "--json")
	statuses := map[string]string{}
	for _, f := range answer.Findings {
		if f.Area == "source corp" && f.Name == "tls" {
			statuses[f.Tried] = f.Status
		}
	}
	for peer, want := range map[*peer.Peer]string{x.front.peer: "warning", x.second.peer: "ok"} {
		if got := statuses["agree on TLS with "+strings.TrimPrefix(peer.LDAPS, "ldaps://")]; got != want {
			t.Errorf("%s: %q, want %q, among %v", peer.LDAPS, got, want, statuses)
		}
	}

	// Nobody is there any more: each server, and why.
	x.second.strike(fault{accept: peer.Hangup()})
	x.advance(t, time.Hour)
	out = x.run(t, "run", "--once")
	if out.code != 4 {
		t.Errorf("want exit 4, got %v", out)
	}
	out.says(t, "none of 2 servers can be read", x.front.peer.LDAPS+": ", x.second.peer.LDAPS+": ")
	x.spared(t)
}
