package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// sharing writes a configuration with every kind of file, each where the test wants it, and loads it.
func sharing(t *testing.T, dir string, paths map[string]string) error {
	t.Helper()
	at := func(key, usual string) string {
		if path, ok := paths[key]; ok {
			return path
		}
		return dir + "/" + usual
	}
	text := fmt.Sprintf(`policy: observe
state_dir: %s/state
threema:
  api_key_file: %s
  ca_file: %s
sources:
  - name: one
    profile: openldap
    urls: [ldaps://one.example]
    bind_dn: cn=reader,dc=example
    bind_password_file: %s
    ca_file: %s
    client_cert_file: %s
    client_key_file: %s
    base_dn: dc=example
  - name: two
    profile: openldap
    urls: [ldaps://two.example]
    bind_dn: cn=reader,dc=example
    bind_password_file: %s
    ca_file: %s
    base_dn: dc=example
handover:
  file: %s
`, dir, at("key", "key"), at("ca", "ca"), at("password", "password"), at("ca1", "ca1"), at("cert", "cert"), at("client-key", "client-key"),
		at("password2", "password"), at("ca2", "ca1"), at("handover", "handover.csv"))
	_, err := config.Load(write(t, dir, "config.yaml", text), env(nil))
	return err
}

// TestFilesThatAreOne: whatever leads two keys to one file, be it there or not.
func TestFilesThatAreOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paths map[string]string // DIR is the folder
		says  string            // "" if that is in order
	}{
		"each its own":                       {nil, ""},
		"two sources, one password":          {map[string]string{"password2": "DIR/password"}, ""},
		"one CA for all":                     {map[string]string{"ca": "DIR/ca1"}, ""},
		"a certificate that is its own CA":   {map[string]string{"cert": "DIR/ca1"}, ""},
		"handed over into the key":           {map[string]string{"handover": "DIR/key"}, "line 24: handover.file: DIR/key is also threema.api_key_file"},
		"by a detour":                        {map[string]string{"handover": "DIR/state/../key"}, "handover.file: DIR/state/../key is also threema.api_key_file"},
		"by a link":                          {map[string]string{"handover": "DIR/link"}, "is also threema.api_key_file"},
		"by a second name":                   {map[string]string{"handover": "DIR/second"}, "is also threema.api_key_file"},
		"by a link of the folder":            {map[string]string{"handover": "DIR/folder/nothing", "ca": "DIR/nothing"}, "is also threema.ca_file"},
		"the configuration":                  {map[string]string{"handover": "DIR/config.yaml"}, "is also the configuration"},
		"a password of the second source":    {map[string]string{"handover": "DIR/other", "password2": "DIR/other"}, "is also sources[1].bind_password_file"},
		"the key is the password":            {map[string]string{"password": "DIR/key"}, "line 11: sources[0].bind_password_file: DIR/key is also threema.api_key_file"},
		"the key is the configuration":       {map[string]string{"key": "DIR/config.yaml"}, "threema.api_key_file: DIR/config.yaml is also the configuration"},
		"the client key is its certificate":  {map[string]string{"client-key": "DIR/cert"}, "sources[0].client_cert_file: DIR/cert is also sources[0].client_key_file"},
		"handed over into the ledger":        {map[string]string{"handover": "DIR/state/ledger.db"}, "is a file of the ledger"},
		"its log":                            {map[string]string{"handover": "DIR/state/ledger.db-wal"}, "is a file of the ledger"},
		"the high-water file":                {map[string]string{"handover": "DIR/state/ledger.db.high-water"}, "is a file of the ledger"},
		"the ledger by a second name":        {map[string]string{"handover": "DIR/ledger"}, "is a file of the ledger"},
		"the stop file":                      {map[string]string{"handover": "DIR/state/stop"}, "is the stop file"},
		"the lock":                           {map[string]string{"handover": "DIR/folder/state/lock"}, "is the lock of the passes"},
		"a password in the lock":             {map[string]string{"password": "DIR/state/lock"}, "sources[0].bind_password_file: DIR/state/lock is the lock"},
		"the hand-over file in state_dir":    {map[string]string{"handover": "DIR/state/handover.csv"}, ""},
		"a file called stop, elsewhere":      {map[string]string{"handover": "DIR/stop"}, ""},
		"a file called ledger.db, elsewhere": {map[string]string{"handover": "DIR/ledger.db"}, ""},
	} {
		for _, stateThere := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, state %v", name, stateThere), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				paths := map[string]string{}
				for key, path := range c.paths {
					paths[key] = strings.ReplaceAll(path, "DIR", dir)
					if !stateThere && (strings.Contains(path, "folder/state") || strings.HasSuffix(path, "/ledger")) {
						t.Skip("there is nothing yet that a link could lead to")
					}
				}
				write(t, dir, "key", "key")
				if err := errors.Join(os.Symlink("key", dir+"/link"), os.Link(dir+"/key", dir+"/second"), os.Symlink(".", dir+"/folder")); err != nil {
					t.Fatal(err)
				}
				if stateThere {
					write(t, dir, "ledger", "")
					if err := errors.Join(os.Mkdir(dir+"/state", 0o700), os.Link(dir+"/ledger", filepath.Join(dir, "state", "ledger.db"))); err != nil {
						t.Fatal(err)
					}
				}
				err := sharing(t, dir, paths)
				checkRefusal(t, err, strings.ReplaceAll(c.says, "DIR", dir))
				if problems, ok := errors.AsType[config.Errors](err); err != nil && (!ok || problems[0].Line == 0) {
					t.Errorf("no line: %v", err)
				}
			})
		}
	}
}

// TestStateDirOfTheSystem: the program would take such a folder for its own.
func TestStateDirOfTheSystem(t *testing.T) {
	t.Parallel()
	for path, refused := range map[string]bool{
		"/": true, "//": true, "/var/..": true, "/var/lib/": true, "/etc": true, "/tmp": true, "/usr/local": true, "/root": true, "/home": true, "/proc/self": true, "/run": true,
		"/var/lib/threema-dirsync": false, "/state": false, "/data": false, "/srv/dirsync": false, "/home/anna": false,
	} {
		_, err := config.Parse([]byte(required+"state_dir: "+path+"\n"), "/etc")
		want := ""
		if refused {
			want = "line 11: state_dir: " + filepath.Clean(path) + " is a folder of the system"
		}
		checkRefusal(t, err, want)
	}
}
