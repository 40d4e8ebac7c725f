package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// TestCheckSeesAsTheService: root types check on a machine with the unit, and each advice that it gives
// is followed until the service would start.
func TestCheckSeesAsTheService(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can see more than the service"))
	}
	w := newWorld(t, newMemory(t, 1).site)
	for _, folder := range []string{filepath.Dir(w.dir), filepath.Dir(filepath.Dir(w.stateDir)), filepath.Dir(w.stateDir)} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(w.stateDir, serviceUID, serviceUID); err != nil {
		t.Fatal(err)
	}
	w.setMode(t, 0o755, "")
	elsewhere := t.TempDir()
	if err := os.Chown(elsewhere, serviceUID, serviceUID); err != nil {
		t.Fatal(err)
	}
	w.set("handover.file", filepath.Join(elsewhere, "handover.csv"))
	w.set("threema.api_key_file", filepath.Join(w.dir, "api-key"))
	lines := "User=nobody\nProtectSystem=strict\nReadWritePaths=" + w.stateDir + "\nExecStart=/usr/bin/threema-dirsync run --config " + w.configFile() + "\n"
	w.installUnit(t, lines+fmt.Sprintf("LoadCredential=api-key:%s/api-key\n", w.dir))
	out := w.must(t, 1, "check")
	for _, part := range []string{
		"chmod 640 " + w.configFile(), "ReadWritePaths=" + elsewhere,
		"sed -i 's#" + w.dir + "/api-key#api-key#' ", "LoadCredential=bind-password:" + w.dir + "/bind-password",
	} {
		if strings.Count(out.stdout, part) != 1 {
			t.Errorf("%q is not said once: %v", part, out)
		}
	}
	if found := strings.Count(out.stdout, "FAIL  files: service"); found != 4 || strings.Count(out.stdout, "FAIL") != 4 {
		t.Errorf("%d failures: %v", found, out)
	}

	w.set("threema.api_key_file", "api-key")
	w.must(t, 1, "check") // writes the configuration
	w.setMode(t, 0o644, "config.yaml")
	w.installUnit(t, lines+fmt.Sprintf("LoadCredential=api-key:%[1]s/api-key\nLoadCredential=bind-password:%[1]s/bind-password\nReadWritePaths=%[2]s\n", w.dir, elsewhere))
	wantSays(t, w.startRaw(t, "--config", w.configFile(), "check").wait(t), "it may read and write what the configuration names")

	w.installUnit(t, "User=nobody\nExecStart=/usr/bin/threema-dirsync run\n")
	wantSays(t, w.must(t, 0, "check", "--json"), "the service reads "+defaultConfig)
}

// installUnit lets the program find a unit, with these lines of [Service].
func (w *world) installUnit(t *testing.T, lines string) {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "unit")
	err := errors.Join(os.WriteFile(file, []byte("[Service]\n"+lines), 0o644),
		writeProgram(filepath.Join(folder, "systemctl"), []byte("#!/bin/sh\ntest \"$*\" = 'cat threema-dirsync' && exec cat "+file+"\n")))
	if err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "PATH="+folder+":"+os.Getenv("PATH"))
}

// TestAFileOfRootsAloneIsOneFinding: a CA that the user of the service may not read is a line of check with what to
// type, and everything else is looked at; what it tells is followed.
func TestAFileOfRootsAloneIsOneFinding(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can see more than the service"))
	}
	s := newMemory(t, 1).site
	w := newWorld(t, s)
	ca := filepath.Join(w.dir, "ca.pem")
	pem, err := os.ReadFile(s.caFile)
	if err = errors.Join(err, os.WriteFile(ca, pem, 0o600), os.Chown(w.stateDir, serviceUID, serviceUID)); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Dir(w.dir), filepath.Dir(filepath.Dir(w.stateDir)), filepath.Dir(w.stateDir), w.dir} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.set("sources.0.ca_file", ca)
	w.installUnit(t, "User=nobody\nExecStart=/usr/bin/threema-dirsync run --config "+w.configFile()+
		fmt.Sprintf("\nLoadCredential=api-key:%[1]s/api-key\nLoadCredential=bind-password:%[1]s/bind-password\n", w.dir))
	out := w.must(t, 1, "check")
	wantSays(t, out, "(sources[0].ca_file)", "chmod 644 "+ca, "licence package: API key", "source corp: people")
	if failed := strings.Count(out.stdout, "FAIL") - strings.Count(out.stdout, "chmod 640"); failed != 1 {
		t.Errorf("%d failures beside the configuration's: %v", failed, out)
	}
	w.setMode(t, 0o644, "ca.pem")
	if out = w.run(t, "check"); strings.Contains(out.stdout, "ca_file") {
		t.Errorf("what it told was done: %v", out)
	}
}
