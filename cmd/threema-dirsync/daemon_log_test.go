package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestLogOfAPass: the line that a pass ends with says why it did not do its work, and never that there was
// nothing to do. Nobody is named.
func TestLogOfAPass(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		arrange func(*testing.T, *world)
		says    []string
		not     string
	}{
		"a directory that is down": {func(t *testing.T, w *world) { w.set("sources.0.urls", []any{"ldaps://" + freeAddress(t)}) },
			[]string{"pass ended without a plan", "result=incomplete", "directory not read", "source=corp", "connection refused", "whether the server runs"}, "nothing to do"},
		"a key that is refused": {func(t *testing.T, w *world) { w.writeSecret(t, "api-key", canary("key")) },
			[]string{`msg="pass failed"`, "result=failed", "err=", "401", "check threema.api_key_file"}, "nothing to do"},
		"a create that fails": {func(t *testing.T, w *world) {
			w.sim.fault(t, worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: http.StatusTeapot})
		}, []string{`msg="pass failed"`, "failed=2", "err=", "418"}, "nothing to do"},
		"no fault": {func(*testing.T, *world) {}, []string{`msg="pass ended"`, "result=ok", "2 create"}, "pass failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 2)
			w := newWorld(t, dir.site)
			w.set("log.level", "info")
			row.arrange(t, w)
			d := w.serve(t)
			d.told(t, "READY=1")
			eventually(t, "a pass ends", func() bool { return strings.Contains(d.stderr.String(), "result=") })
			d.stop(t)
			log := d.stderr.String()
			for _, part := range row.says {
				if !strings.Contains(log, part) {
					t.Errorf("%q is not said:\n%s", part, log)
				}
			}
			for _, p := range dir.people {
				if strings.Contains(log, p.Account) || strings.Contains(log, p.Surname) || strings.Contains(log, row.not) {
					t.Errorf("somebody is named, or %q is said:\n%s", row.not, log)
				}
			}
		})
	}
}

// TestTooManyWords: whoever types more words than a command takes is told which it takes.
func TestTooManyWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 1).site)
	for _, row := range [][]string{
		{`"x" is too much: threema-dirsync plan`, "plan", "x"}, {`"x" is too much: threema-dirsync status`, "status", "x"},
		{"put in quotes what has a blank", "explain", "Anna", "Müller"}, {"name the person by csi, username, mail, DN, Threema ID or name", "explain"},
		{"2 words are too many: threema-dirsync approve", "approve", "x", "y"},
	} {
		if out := w.must(t, 1, row[1:]...); !strings.Contains(out.stderr, row[0]) || strings.Contains(out.stderr, "arg(s)") {
			t.Errorf("%v", out)
		}
	}
}
