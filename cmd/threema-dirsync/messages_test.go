package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// firstHour is what a newcomer gets wrong, and what the program says about it.
type firstHour struct {
	name    string
	arrange func(*testing.T, *world)
	says    []string
}

func (w *world) removeFile(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func firstHours() []firstHour {
	secret := func(text string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.writeFile(t, "api-key", text) }
	}
	key := func(path string, value any) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.set(path, value) }
	}
	return []firstHour{
		{"a secret that is missing", func(t *testing.T, w *world) { w.removeFile(t, "api-key") },
			[]string{"threema.api_key_file", "no such file", "install -m 600 /dev/null ", "api-key", "in one line"}},
		{"a secret in a folder that is missing", func(_ *testing.T, w *world) {
			w.set("threema.api_key_file", filepath.Join(w.dir, "secrets", "api-key"))
		},
			[]string{"threema.api_key_file", "no such file", "install -D -m 600 /dev/null ", "secrets/api-key"}},
		{"a secret and an empty line", secret("\nkey\n"), []string{"threema.api_key_file", "an empty line beside the secret", "remove that"}},
		{"two secrets", secret("key\nother\n"), []string{"threema.api_key_file", "more than one line"}},
		{"a secret in UTF-16", secret("\xff\xfek\x00e\x00y\x00"), []string{"threema.api_key_file", "UTF-16", "save it as UTF-8", "iconv"}},
		{"authorities in UTF-16", func(t *testing.T, w *world) {
			w.writeFile(t, "ca.pem", "\xff\xfe-\x00-\x00")
			w.set("sources.0.ca_file", "ca.pem")
		},
			[]string{"sources[0].ca_file", "UTF-16", "iconv"}},
		{"authorities that are missing", key("threema.ca_file", "gone.pem"), []string{"threema.ca_file", "gone.pem", "correct the path"}},
		{"no policy", key("policy", nil), []string{"policy", "has no value", "observe, create-only, upsert-only, sync", "observe is the harmless one"}},
		{"an attribute without a dot", key("mapping.csi", "{{ employeeID }}"), []string{"mapping.csi", "an attribute begins with a dot", "{{ .employeeID }}"}},
		{"an attribute without braces", key("mapping.csi", "employeeID"), []string{"mapping.csi", "with a dot", "{{ .employeeID }}"}},
		{"a folder below a missing one", func(_ *testing.T, w *world) { w.set("state_dir", filepath.Join(w.dir, "a", "b")) },
			[]string{"state_dir", "mkdir -p "}},
		{"an IPv6 address without brackets", key("sources.0.urls", []any{"ldaps://fd00::12"}), []string{"sources[0].urls[0]", "in brackets", "[fd00::1]"}},
	}
}

// TestFirstHour: each of these is refused with the line, what it means and what to type (exit 78).
func TestFirstHour(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 1)
	for _, row := range firstHours() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dir.site)
			row.arrange(t, w)
			out := w.must(t, 78, "check")
			for _, part := range append(row.says, "line ") {
				if !strings.Contains(out.stderr, part) {
					t.Errorf("%q is not said: %v", part, out)
				}
			}
		})
	}
}

// TestFirstHourOfTheFile: what an editor, Windows or a hasty hand makes of the configuration itself.
func TestFirstHourOfTheFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 1).site)
	w.must(t, 0, "plan") // writes the file
	sound, err := os.ReadFile(w.configFile())
	if err != nil {
		t.Fatal(err)
	}
	text := string(sound)
	for _, row := range []struct {
		name, file string // "": no file
		code       int
		says       []string
	}{
		{"a byte order mark", "\ufeff" + text, 0, nil},
		{"Windows line ends", strings.ReplaceAll(text, "\n", "\r\n"), 0, nil},
		{"no file", "", 78, []string{"no such file", "copy config.example.yaml there", "--config"}},
		{"Latin-1", "# M\xfcller\n" + text, 78, []string{"line 1: byte 4 of the line (0xfc)", "Latin-1", "save it as UTF-8", "iconv -f WINDOWS-1252"}},
		{"UTF-16", "\xff\xfep\x00", 78, []string{"UTF-16", "save it as UTF-8", "iconv"}},
		{"a tab", strings.Replace(text, "schedule:", "leavers:\n\tid: keep\nschedule:", 1), 78, []string{"indent with spaces, never tabs"}},
		{"a backslash in double quotes", strings.Replace(text, "schedule:", "x: \"CORP\\svc\"\nschedule:", 1), 78, []string{"in single quotes", `'CORP\svc'`}},
	} {
		if err := errors.Join(os.RemoveAll(w.configFile()), writeUnlessEmpty(w.configFile(), row.file)); err != nil {
			t.Fatal(err)
		}
		out := w.startRaw(t, "--config", w.configFile(), "plan").wait(t)
		if out.code != row.code {
			t.Errorf("%s: %v", row.name, out)
		}
		if at := lineOf(row.file, "\t", "CORP"); at > 0 {
			row.says = append(row.says, "line "+strconv.Itoa(at)+": ")
		}
		for _, part := range row.says {
			if !strings.Contains(out.stderr, part) {
				t.Errorf("%s: %q is not said: %v", row.name, part, out)
			}
		}
	}
}

func writeUnlessEmpty(file, text string) error {
	if text == "" {
		return nil
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

// lineOf is the first line of a text that has one of the marks, 0 if none has.
func lineOf(text string, marks ...string) int {
	for n, line := range strings.Split(text, "\n") {
		for _, mark := range marks {
			if strings.Contains(line, mark) {
				return n + 1
			}
		}
	}
	return 0
}

// TestAllMistakesAtOnce: one run lists what is wrong in the file and in what it names, in the order of the
// file, each with its line. Each is there once, and in JSON with a code.
func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 1).site)
	w.removeFile(t, "api-key")
	w.writeFile(t, "bind-password", "one\ntwo\n")
	w.set("policy", "snyc")
	w.set("state_dir", filepath.Join(w.dir, "a", "b"))
	w.set("sources.0.ca_file", "gone.pem")
	w.set("mapping.csi", "employeeID")
	w.set("mapping.last_name", "{{ .sn | lowr }}")
	out := w.must(t, 78, "check")
	text, err := yaml.Marshal(w.settings)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Mistakes []struct {
			Path, Code, Message string
			Line                int
		}
	}
	w.json(t, &report, 78, "check", "--json")
	codes := map[string]string{ // of state_dir root is told something else than others
		"policy": "choice-unknown", "state_dir": "state-folder-", "sources[0].ca_file": "certificates-missing", "sources[0].bind_password_file": "secret-of-many-lines",
		"threema.api_key_file": "secret-missing", "mapping.csi": "bad-template", "mapping.last_name": "bad-template",
	}
	for _, m := range report.Mistakes {
		if !strings.HasPrefix(m.Code, codes[m.Path]) || !strings.Contains(out.stderr, "line "+strconv.Itoa(m.Line)+": "+m.Path+": "+m.Message) {
			t.Errorf("%+v is not what the text says, or has not the code %q", m, codes[m.Path])
		}
	}
	if len(report.Mistakes) != len(codes) {
		t.Errorf("%d mistakes in JSON, want %d", len(report.Mistakes), len(codes))
	}
	lines := strings.Split(string(text), "\n")
	for path := range codes {
		key := path[strings.LastIndex(path, ".")+1:] + ":"
		line := 0
		for n, text := range lines {
			if strings.HasPrefix(strings.TrimLeft(text, " -"), key) {
				line = n + 1
			}
		}
		if said := strings.Count(out.stderr, "\nline "+strconv.Itoa(line)+": "+path+": "); said != 1 {
			t.Errorf("%s in line %d is told %d times: %v", path, line, said, out)
		}
	}
}

// TestNotForThisUser: who may not read a file is named, with what lets them, whether systemd started the
// program as them or it gave up root. Whoever types it comes further.
func TestNotForThisUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can start the program as somebody else"))
	}
	w := newWorld(t, newMemory(t, 1).site)
	for _, folder := range []string{filepath.Dir(w.dir), filepath.Dir(filepath.Dir(w.stateDir)), filepath.Dir(w.stateDir)} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.MkdirAll(w.stateDir, 0o700), os.Chown(w.stateDir, serviceUID, serviceUID)); err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(w.settings["sources"].([]any)[0].(map[string]any)["ca_file"].(string))
	if err != nil {
		t.Fatal(err)
	}
	w.writeFile(t, "ca.pem", string(ca))
	w.set("sources.0.ca_file", "ca.pem")
	says := func(code int, parts ...string) {
		t.Helper()
		out := w.must(t, code, "check")
		for _, part := range parts {
			if !strings.Contains(out.stderr, part) {
				t.Errorf("%q is not said: %v", part, out)
			}
		}
	}
	says(0) // root reads it, and works as the other user then
	w.must(t, 0, "plan", "--json")
	w.goesOnWithout(t)

	w.startAs(t, "nobody")
	w.setMode(t, 0o700, "")
	says(78, "config.yaml: permission denied", "runs as nobody", "let that user enter "+w.dir, "chgrp nobody "+w.dir)
	w.env = append(w.env, "CREDENTIALS_DIRECTORY="+t.TempDir()) // as the service itself
	says(78, "config.yaml: permission denied", "passes are done by nobody", "chgrp nobody "+w.dir)
	w.env = w.env[:len(w.env)-1]
	w.notTheirs(t, "")
	w.setMode(t, 0o755, "")
	says(78, "config.yaml: permission denied", "runs as nobody", "as root (sudo)", "chmod 640 "+w.configFile())
	w.notTheirs(t, "config.yaml")
	w.setMode(t, 0o644, "config.yaml")
	says(78, "ca.pem: permission denied", "runs as nobody", "chmod 644 ")
}

// goesOnWithout has a state folder that its own user may not write to: check says what to type, and tries all
// that can be tried without the ledger. No password is.
func (w *world) goesOnWithout(t *testing.T) {
	t.Helper()
	if err := os.Chmod(w.stateDir, 0o500); err != nil {
		t.Fatal(err)
	}
	out := w.must(t, 1, "check")
	first, _, _ := strings.Cut(out.stdout, "\n")
	for _, says := range []string{"FAIL  files: state_dir", "open ledger: ", "its mode is 0500, so type: chmod u+rwx " + w.stateDir} {
		if !strings.Contains(first, says) {
			t.Errorf("check does not say %q of the state folder: %v", says, out)
		}
	}
	for _, says := range []string{"ok    source corp: connect", "the password is not tried", "ok    licence package: API key"} {
		if !strings.Contains(out.stdout, says) {
			t.Errorf("check does not say %q: %v", says, out)
		}
	}
	if err := os.Chmod(w.stateDir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// notTheirs has a file or folder that lets in the group of a service: who is not in it is told no command that takes it
// from that group.
func (w *world) notTheirs(t *testing.T, name string) {
	t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.Chown(file, 0, 1); err != nil { // daemon
		t.Fatal(err)
	}
	out := w.must(t, 78, "check")
	if !strings.Contains(out.stderr, "runs as nobody: type the command as root (sudo)") || strings.Contains(out.stderr, "chgrp") || strings.Contains(out.stderr, "chmod") {
		t.Errorf("the service would be shut out of %s: %v", file, out)
	}
	if err := os.Chown(file, 0, 0); err != nil {
		t.Fatal(err)
	}
}

func (w *world) setMode(t *testing.T, mode os.FileMode, name string) {
	t.Helper()
	if err := os.Chmod(filepath.Join(w.dir, name), mode); err != nil {
		t.Fatal(err)
	}
}

// writeProgram writes a file that is to be run. A process that another test forks meanwhile would have it
// open to write, and keep it from running (ETXTBSY).
func writeProgram(path string, data []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, data, 0o755)
}

// startAs starts the program from now on as systemd does, as another user, who may run this build of it.
func (w *world) startAs(t *testing.T, user string) {
	t.Helper()
	program, err := exec.LookPath(commandName)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := errors.Join(writeProgram(filepath.Join(folder, commandName), data), os.Chmod(filepath.Dir(folder), 0o755)); err != nil {
		t.Fatal(err)
	}
	setpriv, err := exec.LookPath("setpriv")
	testdir.RequireNil(t, err)
	w.under = []string{setpriv, "--reuid=" + user, "--regid=nogroup", "--clear-groups"}
	w.env = []string{"PATH=" + folder}
}
