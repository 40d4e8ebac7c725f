package main

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// directoryFault is a way for the directory to be wrong, and what the program must answer.
type directoryFault struct {
	name   string
	inject func(*testing.T, *world, *openldap.Server)
	code   int    // of plan and run
	cause  string // in the first line
	cure   string // what to do about it, in the output
}

func directoryFaults() []directoryFault {
	key := func(path string, value any) func(*testing.T, *world, *openldap.Server) {
		return func(_ *testing.T, w *world, _ *openldap.Server) { w.set(path, value) }
	}
	return []directoryFault{
		{"wrong password", func(t *testing.T, w *world, _ *openldap.Server) {
			w.writeSecret(t, "bind-password", canary("password"))
		}, 4, "Invalid Credentials", "bind_password_file"},
		{"wrong CA", func(_ *testing.T, w *world, srv *openldap.Server) {
			w.set("sources.0.ca_file", srv.OtherCAFile)
		}, 4, "certificate", "ca_file"},
		{"no server", key("sources.0.urls", []any{"ldaps://127.0.0.1:1"}), 4, "connection refused", "check the name and port in urls"},
		{"wrong base", key("sources.0.base_dn", "ou=persons,dc=example,dc=org"), 4, "ou=persons,dc=example,dc=org", "does not exist"},
		{"filter with a typo", key("sources.0.filter", "(objektClass=inetOrgPerson)"), 78, "objektclass", `did you mean "objectclass"`},
		{"filter that finds nobody", key("sources.0.filter", "(objectClass=printer)"), 4, "nobody below", "check base_dn and filter"},
		{"attribute with a typo", key("mapping.csi", "{{ .employeNumber }}"), 78, "employenumber", `did you mean "employeenumber"`},
	}
}

// TestDirectoryFaults breaks what the program is told about a directory after a roll-out:
// nothing is lost by it, and when it is fixed, everything is as before.
func TestDirectoryFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range directoryFaults() {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			srv := small.Get(t)
			w := newWorld(t, atOpenLDAP(srv))
			w.must(t, 0, "run", "--once")
			before, lines := w.sim.frozen(t), len(w.lines(t))

			fault.inject(t, w, srv)
			for _, command := range [][]string{{"plan"}, {"plan", "--detailed-exitcode"}, {"run", "--once", "--dry-run"}, {"run", "--once"}} {
				fault.judge(t, w.must(t, fault.code, command...))
			}
			w.must(t, 1, "check")
			w.unchanged(t, before)

			w.settings["sources"] = []any{atOpenLDAP(srv).settings()}
			w.settings["mapping"] = atOpenLDAP(srv).mapping()
			w.writeSecret(t, "bind-password", srv.Password)
			w.must(t, 0, "run", "--once")
			w.holds(t, srv.People, false)
			if after := len(w.lines(t)); after != lines {
				t.Errorf("%d hand-over lines, want %d", after, lines)
			}
		})
	}
}

// judge looks at what a command says: the cause in its first line, and what to do.
func (f directoryFault) judge(t *testing.T, out outcome) {
	t.Helper()
	first, _, _ := strings.Cut(out.stdout, "\n")
	if !strings.Contains(first, f.cause) {
		t.Errorf("the first line does not name %q: %v", f.cause, out)
	}
	if !strings.Contains(out.stdout, f.cure) {
		t.Errorf("the output does not say %q: %v", f.cure, out)
	}
}

// TestOutages: a directory that is down, cut in the middle or empty takes nobody out, not even
// where a single read would be enough evidence and nothing is granted.
func TestOutages(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 20)
	w := newWorld(t, dir.site)
	w.set("leavers", map[string]any{
		"id": "revoke", "approval": "none", "confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	before := w.sim.frozen(t)
	for _, outage := range []struct {
		name string
		kind memdir.Outage
	}{{"down", memdir.Down}, {"cut", memdir.CutMidRead}, {"empty", memdir.Empty}} {
		t.Run(outage.name, func(t *testing.T) {
			dir.SetOutage(outage.kind)
			for _, command := range [][]string{{"plan"}, {"plan", "--detailed-exitcode"}, {"run", "--once"}, {"--once"}} {
				w.must(t, 4, command...)
			}
			w.must(t, 1, "check")
			w.unchanged(t, before)
		})
	}
	dir.SetOutage(memdir.NoOutage)
	w.must(t, 0, "plan", "--detailed-exitcode")
}
