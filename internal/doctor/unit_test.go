package doctor

import (
	"maps"
	"os"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
)

// TestShippedUnit: what the unit of this tree says of itself.
func TestShippedUnit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../systemd/threema-dirsync.service")
	if err != nil {
		t.Fatal(err)
	}
	u := parseUnit(string(text))
	if u.last("User") != plainfile.ServiceAccount || u.configFile() != config.DefaultFile {
		t.Errorf("user %q, configuration %q", u.last("User"), u.configFile())
	}
	if want := map[string]string{"api-key": "/etc/threema-dirsync/api-key", "bind-password": "/etc/threema-dirsync/bind-password"}; !maps.Equal(u.credentials(), want) {
		t.Errorf("credentials %v", u.credentials())
	}
	for path, readOnly := range map[string]bool{"/var/lib/threema-dirsync": false, "/var/lib/threema-dirsync/x": false, "/var/lib/threema-dirsync-2": true, "/srv/hr": true, "/etc/threema-dirsync": true} {
		if u.readOnly(path) != readOnly || u.hides(path) != "" {
			t.Errorf("%s: read-only %v, hidden by %q", path, u.readOnly(path), u.hides(path))
		}
	}
	for path, by := range map[string]string{"/run/user/0/x": "ProtectHome", "/home/anna/ca.pem": "ProtectHome", "/var/tmp/out": "PrivateTmp", "/homes/x": ""} {
		if u.hides(path) != by {
			t.Errorf("%s is hidden by %q", path, u.hides(path))
		}
	}
}

// TestUnitWithDropIns: a later file counts, an empty value takes back, and lists grow.
func TestUnitWithDropIns(t *testing.T) {
	t.Parallel()
	u := parseUnit(`# /usr/lib/systemd/system/threema-dirsync.service
[Unit]
ReadWritePaths=/srv/unit
[Service]
ExecStart=/usr/bin/threema-dirsync run
User=threema-dirsync
ProtectSystem=strict
ProtectHome=yes
StateDirectory=a b:c
LoadCredential=old:/old
# /etc/systemd/system/threema-dirsync.service.d/override.conf
[Service]
ExecStart=
ExecStart=/usr/bin/threema-dirsync \
  run --config /srv/x/config.yaml
User=other
LoadCredential=
LoadCredential=key:/srv/key
LoadCredential=socket:%d/x
SetCredential=word:text
ReadWritePaths=/srv/hr -/mnt/x
ReadWritePaths=/srv/more
BindPaths=/home/hr:/home/out
ProtectHome=read-only
InaccessiblePaths=/srv/secret
`)
	if u.configFile() != "/srv/x/config.yaml" || u.last("User") != "other" {
		t.Errorf("user %q, configuration %q", u.last("User"), u.configFile())
	}
	if want := map[string]string{"key": "/srv/key", "socket": "", "word": ""}; !maps.Equal(u.credentials(), want) {
		t.Errorf("credentials %v", u.credentials())
	}
	for path, readOnly := range map[string]bool{"/srv/hr/x": false, "/mnt/x": false, "/srv/more": false, "/home/out": false, "/var/lib/a": false, "/var/lib/b": false, "/var/lib/c": true, "/srv/unit": true, "/home/hr": true} {
		if u.readOnly(path) != readOnly {
			t.Errorf("%s: read-only %v", path, u.readOnly(path))
		}
	}
	if u.hides("/home/x") != "" || u.hides("/srv/secret/x") != "InaccessiblePaths" {
		t.Errorf("hidden: %q, %q", u.hides("/home/x"), u.hides("/srv/secret/x"))
	}
	for protect, readOnly := range map[string]bool{"full": true, "yes": false, "no": false, "": false} {
		if (unit{"ProtectSystem": {protect}}).readOnly("/etc/x") != readOnly {
			t.Errorf("ProtectSystem=%s", protect)
		}
	}
	if unit(nil).readOnly("/usr") || unit(nil).hides("/home") != "" || !(unit{"ProtectSystem": {"yes"}}).readOnly("/usr/x") {
		t.Error("no unit forbids nothing; yes keeps /usr")
	}
}
