package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandsNameTheirConfiguration: what the program tells people to type speaks of the installation that it
// was started for, from any folder; for the default one it is as short as ever.
func TestCommandsNameTheirConfiguration(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for config, flag := range map[string]string{
		defaultConfig: "", "/etc/../etc/threema-dirsync/config.yaml": "", "/etc/lab.yaml": " --config /etc/lab.yaml", "lab.yaml": " --config " + filepath.Join(here, "lab.yaml"),
		"/etc/my lab.yaml": " --config '/etc/my lab.yaml'", "/etc/\x1b.yaml": "",
	} {
		var b bytes.Buffer
		p := &program{environment: environment{Stdout: &b}, progress: newProgress(&b)}
		p.tellFlags(p.root())
		p.configFile = config
		say(p.Stdout, "type `threema-dirsync approve f00d`, or threema-dirsync source forget x; not /usr/bin/threema-dirsync run, threema-dirsync.service, threema-dirsync: no, "+
			"systemctl start threema-dirsync")
		say(p.progress, "threema-dirsync check --config /other; threema-dirsync status")
		const recorded = "threema-dirsync approve f00d\n"
		if _, err := asRecorded(p.Stdout).Write([]byte(recorded)); err != nil || !strings.HasSuffix(b.String(), "\n"+recorded) {
			t.Errorf("%s: an audit entry is written as %q, %v", config, b.String(), err)
		}
		b.Truncate(b.Len() - len(recorded))
		want := "type `threema-dirsync" + flag + " approve f00d`, or threema-dirsync" + flag + " source forget x; not /usr/bin/threema-dirsync run, threema-dirsync.service, " +
			"threema-dirsync: no, systemctl start threema-dirsync\nthreema-dirsync check --config /other; threema-dirsync" + flag + " status\n"
		if got := b.String(); got != want {
			t.Errorf("%s:\n%q, want\n%q", config, got, want)
		}
	}
}

// TestACopiedCommand can be typed as it is told, by the text as by the JSON, and does what it says.
func TestACopiedCommand(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.approval", "all")
	dir.disable(t, dir.people[7])
	w.must(t, 3, "run", "--once")
	c := w.start(t, "status", "--json")
	c.wait(t)
	var status struct {
		Waits []struct{ Command string }
	}
	if err := json.Unmarshal([]byte(c.stdout.String()), &status); err != nil || len(status.Waits) != 1 {
		t.Fatalf("%v: %v", err, c.stdout)
	}
	command := status.Waits[0].Command
	c = w.start(t, "plan")
	c.wait(t)
	if !strings.Contains(c.stdout.String(), "type: "+command+"\n") {
		t.Errorf("plan tells another command than %q: %v", command, c.stdout)
	}
	typed := w.startRaw(t, strings.Fields(command)[1:]...)
	if out := typed.wait(t); out.code != 0 {
		t.Errorf("%s: %v", command, out)
	}
	w.must(t, 0, "run", "--once")
}
