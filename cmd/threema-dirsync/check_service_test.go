package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// blind is the sight of somebody who may do nothing with some paths, and everything with the others.
func blind(paths ...string) sight {
	return func(_, path string) bool { return !below(path, paths) }
}

// serviceOf is a service whose folder a state folder of ours is, and that may do everything.
func serviceOf(t *testing.T, u unit) (serviceView, string) {
	t.Helper()
	dir := whereTo(t.TempDir())
	state := filepath.Join(dir, "state")
	files := os.Mkdir(state, 0o700)
	for _, name := range []string{"config.yaml", "api-key", "bind-password", "ca.pem", "other"} {
		files = errors.Join(files, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	if files != nil {
		t.Fatal(files)
	}
	s := serviceView{unit: u, sees: blind(), verdict: "failure", configFile: filepath.Join(dir, "config.yaml"), config: &config.Config{StateDir: state}}
	s.who.name, s.who.group, s.who.Uid = "svc", "svcgroup", uint32(os.Getuid())
	s.config.Handover.File = filepath.Join(state, "handover.csv")
	s.config.Threema.APIKeyFile = filepath.Join(handedOver, "api-key")
	s.config.Sources = []config.Source{{Name: "corp", CAFile: filepath.Join(dir, "ca.pem")}}
	if u != nil {
		u["LoadCredential"] = append(u["LoadCredential"], "api-key:"+filepath.Join(dir, "api-key"))
	}
	return s, dir
}

// TestServiceView: each thing that root sees and the service does not, with what to type. DIR stands for
// the folder of the configuration.
func TestServiceView(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		unit    unit
		arrange func(*serviceView, string)
		verdict string
		says    []string // in one line; none: all is well
	}{
		"all is well":                 {unit{}, func(*serviceView, string) {}, "pass", []string{"may read and write"}},
		"root's secrets are no fault": {unit{}, func(s *serviceView, dir string) { s.sees = blind(dir + "/api-key") }, "pass", []string{"may read and write"}},
		"root's configuration": {unit{}, func(s *serviceView, dir string) { s.sees = blind(dir + "/config.yaml") }, "failure",
			[]string{"(configuration)", "root may read it, and the service may not", "chgrp svcgroup DIR/config.yaml; chmod 640 DIR/config.yaml"}},
		"a CA of root's": {unit{}, func(s *serviceView, dir string) { s.sees = blind(dir + "/ca.pem") }, "failure", []string{"(sources[0].ca_file)", "chmod 644 DIR/ca.pem"}},
		"a folder on the way": {unit{}, func(s *serviceView, dir string) { s.sees = blind(dir) }, "failure",
			[]string{"(configuration)", "may not enter DIR,", "chgrp svcgroup DIR; chmod g+x DIR"}},
		"a home": {unit{"ProtectHome": {"yes"}}, func(s *serviceView, _ string) { s.config.Sources[0].CAFile = "/home/anna/ca.pem" }, "failure",
			[]string{"(sources[0].ca_file)", "ProtectHome=", "install -m 640 -g svcgroup /home/anna/ca.pem /etc/threema-dirsync/"}},
		"a secret by its full path": {unit{}, func(s *serviceView, dir string) {
			s.config.Threema.APIKeyFile, s.sees = dir+"/api-key", blind(dir+"/api-key")
		}, "failure", []string{"(threema.api_key_file)", "sed -i 's#DIR/api-key#api-key#' DIR/config.yaml", "bare names"}},
		"a secret by its full path that is not loaded": {unit{}, func(s *serviceView, dir string) {
			s.config.Threema.APIKeyFile, s.sees = dir+"/other", blind(dir+"/other")
		}, "failure", []string{"(threema.api_key_file)", "systemctl edit", "LoadCredential=other:DIR/other"}},
		"a secret by its full path, where the unit loads another": {unit{}, func(s *serviceView, dir string) {
			s.unit["LoadCredential"] = []string{"other:" + dir + "/api-key"}
			s.config.Threema.APIKeyFile, s.sees = dir+"/other", blind(dir+"/other")
		}, "failure", []string{"(threema.api_key_file)", "install -m 600 DIR/other DIR/api-key"}},
		"a secret that is not loaded": {unit{}, func(s *serviceView, _ string) { s.config.Sources[0].BindPasswordFile = handedOver + "/bind-password" }, "failure",
			[]string{"(sources[0].bind_password_file)", "hands over no secret bind-password", "[Service] and LoadCredential=bind-password:DIR/bind-password"}},
		"a secret that is loaded from elsewhere": {unit{}, func(s *serviceView, dir string) { s.unit["LoadCredential"] = []string{"api-key:" + dir + "/other"} }, "warning",
			[]string{"gets DIR/other instead", "cmp DIR/api-key DIR/other"}},
		"a secret that the unit does not find": {unit{}, func(s *serviceView, dir string) {
			s.unit["LoadCredential"] = append(s.unit["LoadCredential"], "more:"+dir+"/gone")
		}, "failure", []string{"(LoadCredential=more)", "243", "install -m 600 /dev/null DIR/gone"}},
		"a secret in a folder that is not there": {unit{}, func(s *serviceView, dir string) {
			s.unit["LoadCredential"] = append(s.unit["LoadCredential"], "more:"+dir+"/secrets/gone")
		}, "failure", []string{"(LoadCredential=more)", "install -D -m 600 /dev/null DIR/secrets/gone"}},
		"passwords go elsewhere": {unit{"ProtectSystem": {"strict"}, "ReadWritePaths": {"STATE"}}, func(s *serviceView, dir string) {
			s.unit["ReadWritePaths"] = []string{s.config.StateDir}
			s.config.Handover.File = dir + "/handover.csv"
		}, "failure", []string{"(handover.file)", "read-only", "systemctl edit threema-dirsync, write [Service] and ReadWritePaths=DIR,"}},
		"a state folder elsewhere": {unit{"ProtectSystem": {"strict"}}, func(*serviceView, string) {}, "failure", []string{"(state_dir)", "read-only", "ReadWritePaths=DIR/state"}},
		"a state folder in a home": {unit{"ProtectHome": {"yes"}}, func(s *serviceView, _ string) { s.config.StateDir = "/home/anna/state" }, "failure",
			[]string{"(state_dir)", "ProtectHome=", "below /var/lib/threema-dirsync"}},
		"a state folder of somebody else": {unit{}, func(s *serviceView, _ string) { s.who.Uid++ }, "failure", []string{"(state_dir)", "belongs to somebody else", "chown svc: DIR/state"}},
		"no unit": {nil, func(s *serviceView, dir string) {
			s.verdict, s.config.Threema.APIKeyFile, s.sees = "warning", dir+"/api-key", blind(dir+"/api-key")
		}, "warning", []string{"(threema.api_key_file)", "chown svc DIR/api-key; chmod 600 DIR/api-key"}},
		"no unit, a bare name": {nil, func(*serviceView, string) {}, "pass", []string{"may read and write"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := serviceOf(t, row.unit)
			row.arrange(&s, dir)
			told := false
			for _, f := range s.judge() {
				line := strings.Join([]string{f.tried, f.came, f.advice}, " ")
				said := string(f.verdict) == row.verdict && f.area == "files" && f.name == "service"
				for _, part := range row.says {
					said = said && strings.Contains(line, strings.ReplaceAll(part, "DIR", dir))
				}
				told = told || said
			}
			if !told {
				t.Errorf("no %s that says %q: %+v", row.verdict, row.says, s.judge())
			}
		})
	}
}

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

// TestSeenWithoutAUnit: something else starts the service, perhaps as root. What its user may not read is
// a warning, once the state folder is theirs.
func TestSeenWithoutAUnit(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can look as somebody else"))
	}
	w := newWorld(t, newMemory(t, 1).site)
	w.must(t, 0, "check")
	p := &program{environment: environment{Getenv: os.Getenv}, configFile: w.configFile()}
	if findings := p.seenBy(t.Context(), nil, "nobody"); findings != nil {
		t.Errorf("root does the passes: %+v", findings)
	}
	if err := os.Chown(w.stateDir, serviceUID, serviceUID); err != nil {
		t.Fatal(err)
	}
	findings := p.seenBy(t.Context(), nil, "nobody")
	if len(findings) == 0 || findings[0].verdict != "warning" || !strings.Contains(findings[0].tried, w.configFile()) {
		t.Errorf("want a warning about the configuration: %+v", findings)
	}
	if findings := p.seenBy(t.Context(), nil, "no-such-user"); findings != nil {
		t.Errorf("nobody to look as: %+v", findings)
	}
	findings = p.seenBy(t.Context(), unit{"User": {"no-such-user"}, "ExecStart": {"threema-dirsync run --config=" + w.configFile()}}, "")
	if len(findings) != 1 || findings[0].verdict != "failure" || !strings.Contains(findings[0].advice, "systemd-sysusers") {
		t.Errorf("want a failure about the user of the unit: %+v", findings)
	}
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
