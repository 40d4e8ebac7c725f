package doctor

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
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
		"a CA that is not there": {unit{}, func(s *serviceView, dir string) {
			s.config.Sources[0].CAFile, s.sees = dir+"/none.pem", blind(dir+"/none.pem")
		}, "pass", []string{"may read and write"}},
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
				line := strings.Join([]string{f.Tried, english.Say(f.Came), english.Say(f.Advice)}, " ")
				said := string(f.Verdict) == row.verdict && f.Area == Files && f.Name == "service"
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

// TestSeenWithoutAUnit: something else starts the service, perhaps as root. What its user may not read is
// a warning, once the state folder is theirs.
func TestSeenWithoutAUnit(t *testing.T) {
	t.Parallel()
	testdir.Starts(t)
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can look as somebody else"))
	}
	nobody, err := user.Lookup("nobody")
	testdir.RequireNil(t, err)
	uid, _ := strconv.Atoi(nobody.Uid)
	dir := t.TempDir()
	state, file := filepath.Join(dir, "state"), filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf(`policy: observe
state_dir: %s
sources: [{name: corp, profile: openldap, urls: ["ldaps://ldap.example"], bind_dn: "cn=reader,dc=example", bind_password_file: bind-password, base_dn: "dc=example"}]
handover: {file: %s}
`, state, filepath.Join(state, "handover.csv"))
	if err := errors.Join(os.Mkdir(state, 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	seen := func(u unit, name string) []Finding { return seenBy(t.Context(), file, os.Getenv, u, name) }
	if findings := seen(nil, "nobody"); findings != nil {
		t.Errorf("root does the passes: %+v", findings)
	}
	if err := os.Chown(state, uid, uid); err != nil {
		t.Fatal(err)
	}
	findings := seen(nil, "nobody")
	if len(findings) == 0 || findings[0].Verdict != ldapsource.Warning || !strings.Contains(findings[0].Tried, file) {
		t.Errorf("want a warning about the configuration: %+v", findings)
	}
	if findings := seen(nil, "no-such-user"); findings != nil {
		t.Errorf("nobody to look as: %+v", findings)
	}
	findings = seen(unit{"User": {"no-such-user"}, "ExecStart": {"threema-dirsync run --config=" + file}}, "")
	if len(findings) != 1 || findings[0].Verdict != ldapsource.Failure || findings[0].Advice.Code != "make-service-user" {
		t.Errorf("want a failure about the user of the unit: %+v", findings)
	}
}
