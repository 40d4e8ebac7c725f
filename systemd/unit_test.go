// Package systemd_test checks what an administrator installs from this folder: that systemd understands the unit
// and finds it hardened, that its user, folders and secrets fit together, and that the alert rules fire when they
// should. The folder holds no Go code; start with README.md, then threema-dirsync.service.
//
// systemd-analyze does the first two, promtool the last. `make servers` installs them. Where one is missing its
// tests are skipped, and with CI=true they fail.
package systemd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

const unitFile = "threema-dirsync.service"

// maxExposure is the worst score accepted from `systemd-analyze security`, in tenths (pitfall F9 measured 1.2).
const maxExposure = "15"

func TestUnitIsUnderstood(t *testing.T) {
	t.Parallel()
	testdir.Require(t, "systemd-analyze")
	output, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", runnable(t)).CombinedOutput()
	if err != nil || len(output) != 0 { // an unknown key is only a warning with exit code 0
		t.Errorf("systemd-analyze verify: %v\n%s", err, output)
	}
}

func TestUnitIsHardened(t *testing.T) {
	t.Parallel()
	testdir.Require(t, "systemd-analyze")
	output, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold="+maxExposure, runnable(t)).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, output)
	}
}

// TestUnitKeepsItsPromises holds what systemd-analyze cannot know: the agreements with the program and with the
// other files of this folder.
func TestUnitKeepsItsPromises(t *testing.T) {
	t.Parallel()
	unit := readUnit(t)
	promises := []struct{ key, want, why string }{
		{"Type", "notify", "READY comes after configuration and ledger (pitfall F8)"},
		{"NotifyAccess", "main", "nobody else may report readiness"},
		{"ExecStart", "/usr/bin/threema-dirsync run", "the daemon, with its default configuration"},
		{"User", "threema-dirsync", "a static user, so that a pass by hand leaves files the service can open (F6)"},
		{"StateDirectory", "threema-dirsync", "state_dir is /var/lib/threema-dirsync by default"},
		{"StateDirectoryMode", "0700", "it holds personal data (E5)"},
		{"UMask", "0077", "SQLite would make its files 0644 (E5)"},
		{"ProtectSystem", "strict", "everything but the state is read-only"},
		{"RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX", "without AF_UNIX there is no notify, no journal and no systemd-resolved"},
		{"LimitCORE", "0", "a core dump holds the API key (G1)"},
		{"WatchdogSec", "", "the daemon does not ping; a free ticker would prove nothing (F8)"},
		{"DynamicUser", "", "see User"},
	}
	for _, p := range promises {
		if got := strings.Join(unit[p.key], " "); got != p.want {
			t.Errorf("%s=%s, want %q: %s", p.key, got, p.want, p.why)
		}
	}
	if codes := strings.Fields(strings.Join(unit["RestartPreventExitStatus"], " ")); !slices.Contains(codes, "78") {
		t.Errorf("RestartPreventExitStatus=%s: waiting does not fix a wrong configuration (78)", codes)
	}
	const requestTimeout = 60 * time.Second
	if stop, err := time.ParseDuration(strings.Join(unit["TimeoutStopSec"], " ")); err != nil || stop <= requestTimeout {
		t.Errorf("TimeoutStopSec=%s, %v: the request in flight may take %s (F7)", unit["TimeoutStopSec"], err, requestTimeout)
	}
}

// TestSecretsFitTogether: each secret that the unit loads is locked away by the tmpfiles rule and told in the README
// under the name that the configuration uses.
func TestSecretsFitTogether(t *testing.T) {
	t.Parallel()
	tmpfiles, readme, example := read(t, "threema-dirsync.tmpfiles"), read(t, "README.md"), read(t, "../config.example.yaml")
	loaded := readUnit(t)["LoadCredential"]
	if len(loaded) != 2 {
		t.Errorf("LoadCredential=%q, want the API key and the bind password", loaded)
	}
	for _, credential := range loaded {
		name, path, _ := strings.Cut(credential, ":")
		if path != "/etc/threema-dirsync/"+name {
			t.Errorf("credential %s comes from %s: by hand the same bare name is looked up beside config.yaml", name, path)
		}
		if fields := lineWith(tmpfiles, path); len(fields) < 4 || fields[0] != "z" || fields[2] != "0600" || fields[3] != "root" {
			t.Errorf("threema-dirsync.tmpfiles does not keep %s at 0600 root: %q", path, fields)
		}
		if !strings.Contains(example, "_file: "+name+"\n") {
			t.Errorf("config.example.yaml does not name %s: the unit could not read another file", name)
		}
		if !strings.Contains(readme, "_file: "+name) {
			t.Errorf("README.md does not show how to name %s in the configuration", name)
		}
	}
}

func TestUserFitsTogether(t *testing.T) {
	t.Parallel()
	user := strings.Join(readUnit(t)["User"], " ")
	if fields := lineWith(read(t, "threema-dirsync.sysusers"), user); len(fields) < 3 || fields[0] != "u" {
		t.Errorf("threema-dirsync.sysusers does not create the user %q of the unit", user)
	}
	for _, folder := range []string{"/etc/threema-dirsync", "/var/lib/threema-dirsync"} {
		if fields := lineWith(read(t, "threema-dirsync.tmpfiles"), folder); len(fields) < 5 || fields[4] != user {
			t.Errorf("threema-dirsync.tmpfiles: %s is not readable for %q: %q", folder, user, fields)
		}
	}
}

// runnable writes a copy of the unit whose program exists on this machine: the test binary itself.
func runnable(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unit := strings.Replace(read(t, unitFile), "ExecStart=/usr/bin/threema-dirsync ", "ExecStart="+binary+" ", 1)
	if !strings.Contains(unit, binary) {
		t.Fatal("the unit does not start /usr/bin/threema-dirsync")
	}
	file := filepath.Join(t.TempDir(), unitFile)
	if err := os.WriteFile(file, []byte(unit), 0o644); err != nil { // systemd warns of modes that differ
		t.Fatal(err)
	}
	return file
}

// readUnit returns the settings of the unit: each key with its values in order.
func readUnit(t *testing.T) map[string][]string {
	t.Helper()
	settings := map[string][]string{}
	for line := range strings.Lines(read(t, unitFile)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && !strings.HasPrefix(key, "#") {
			settings[key] = append(settings[key], value)
		}
	}
	return settings
}

// lineWith returns the fields of the line whose second field is word.
func lineWith(text, word string) []string {
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[1] == word {
			return fields
		}
	}
	return nil
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
