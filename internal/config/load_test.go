package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests need zones that the machine may lack

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadFindsRelativeFiles(t *testing.T) {
	t.Parallel()
	text := strings.Replace(required, "/etc/threema-dirsync/bind-password", "bind-password", 1) +
		"threema: {api_key_file: keys/api-key}\n"
	dir := t.TempDir()
	path := write(t, dir, "config.yaml", text)
	for name, row := range map[string]struct{ credentials, want string }{
		"beside the configuration":     {"", dir},
		"in the credentials directory": {"/run/credentials/x.service", "/run/credentials/x.service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := config.Load(path, env(map[string]string{"CREDENTIALS_DIRECTORY": row.credentials}))
			if err != nil {
				t.Fatal(err)
			}
			got := []string{cfg.Sources[0].BindPasswordFile, cfg.Threema.APIKeyFile, cfg.Sources[0].CAFile, cfg.Threema.CAFile}
			want := []string{row.want + "/bind-password", row.want + "/keys/api-key", "", ""}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoadFindsCertificates: they lie beside the configuration, or among the credentials. A secret that
// is missing there is missing, whatever lies beside the configuration.
func TestLoadFindsCertificates(t *testing.T) {
	t.Parallel()
	dir, credentials := t.TempDir(), t.TempDir()
	text := strings.Replace(required, "/etc/threema-dirsync/bind-password",
		"bind-password\n    ca_file: ca.pem\n    client_cert_file: client.pem\n    client_key_file: client.key", 1) + "threema: {ca_file: other.pem}\n"
	path := write(t, dir, "config.yaml", text)
	for _, name := range []string{"api-key", "bind-password", "client.key", "ca.pem", "client.pem", "other.pem"} {
		write(t, dir, name, "stale")
	}
	write(t, credentials, "ca.pem", "fresh")
	getenv := env(map[string]string{"CREDENTIALS_DIRECTORY": credentials})
	cfg, err := config.Load(path, getenv)
	if err != nil {
		t.Fatal(err)
	}
	s := cfg.Sources[0]
	got := []string{s.CAFile, s.ClientCertFile, cfg.Threema.CAFile, s.ClientKeyFile, s.BindPasswordFile, cfg.Threema.APIKeyFile}
	want := []string{credentials + "/ca.pem", dir + "/client.pem", dir + "/other.pem", credentials + "/client.key", credentials + "/bind-password", credentials + "/api-key"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, secret := range []string{s.BindPasswordFile, cfg.Threema.APIKeyFile} {
		_, err := config.NewFiles(getenv).ReadSecret(secret)
		checkRefusal(t, err, secret+": no such file")
		checkRefusal(t, err, "LoadCredential="+filepath.Base(secret)+":/etc/threema-dirsync/"+filepath.Base(secret)+" (systemctl edit threema-dirsync)")
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := config.Load(filepath.Join(dir, "none.yaml"), env(nil)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	path := write(t, dir, "bad.yaml", "policy: observe\n")
	_, err := config.Load(path, env(nil))
	problems, ok := errors.AsType[config.Errors](err)
	if !ok || len(problems) != 2 || !strings.Contains(err.Error(), path) {
		t.Errorf("bad file: %v", err)
	}
	path = write(t, dir, "large.yaml", "policy: observe\n"+strings.Repeat("# padding\n", 110_000))
	if _, err = config.Load(path, env(nil)); err == nil || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("large file: %v", err)
	}
}

// A filter nested this deep overflows the stack of the LDAP library, which nothing recovers.
func TestFilterThatIsTooDeep(t *testing.T) {
	t.Parallel()
	filter := strings.Repeat("(!", 450_000)
	text := strings.Replace(required, "base_dn:", "filter: \""+filter+"\"\n    base_dn:", 1)
	_, err := config.Parse([]byte(text), "/etc")
	checkRefusal(t, err, "sources[0].filter: the filter has 900000 bytes; write 16384 or less")
}

func TestParseValues(t *testing.T) {
	t.Parallel()
	cfg := parse(t, []byte(`
policy: sync
time_zone: Europe/Zurich
sources:
  - name: lab
    profile: active-directory
    urls: ["ldap://[::1]:389", "ldap://dc2/"]
    start_tls: true
    bind_dn: 'CORP\reader'
    bind_password_file: /p
    base_dn: DC=corp,DC=example
    filter: (&(objectClass=user)(mail=*))
    groups: []
    exclude_dns: ["ou=Test,dc=Corp,dc=Example"]
    sentinels: ["CN=Administrator,CN=Users,DC=corp,DC=example"]
threema:
  base_url: http://127.0.0.1:8080/threema/api/v1//
  proxy: http://proxy:3128
  daily_requests: 0
credentials: {hash: false, lock: False}
leavers:
  app_access: keep
  never_revoke: ["4712"]
  evidence: [expired, disabled]
  confirm: {reads: 1, over: 0s}
  grace: {withdraw: 7d, id: 1d12h}
  retention: 0s
protect: {csi: ["4711", E-boss]}
limits: {leavers: {run: {count: 0, percent: 0}}, creates: {run: {percent: 50}}}
metrics: {listen: ""}
log: {level: debug}
`))
	got := []any{
		cfg.TimeZone.String(), cfg.Sources[0].BindDN, cfg.Sources[0].StartTLS, cfg.Sources[0].PageSize, cfg.Sources[0].Sentinels,
		cfg.Threema.BaseURL.String(), cfg.Threema.Proxy.Host, cfg.Threema.DailyRequests, cfg.Credentials.Lock,
		cfg.Leavers.NeverRevoke, cfg.Leavers.Evidence, cfg.Leavers.Confirm.Over, cfg.Leavers.Grace.Withdraw, cfg.Leavers.Grace.ID, cfg.Leavers.Retention,
		cfg.Protect.CSI,
		cfg.Limits.Leavers.Run, cfg.Limits.Creates.Run, cfg.Metrics.Listen, cfg.Log.Level.Slog().String(),
	}
	want := []any{
		"Europe/Zurich", `CORP\reader`, true, 500, []string{"CN=Administrator,CN=Users,DC=corp,DC=example"},
		"http://127.0.0.1:8080/threema/api/v1", "proxy:3128", 0, false,
		[]string{"4712"}, []model.EvidenceKind{model.Expired, model.Disabled}, time.Duration(0), 7 * 24 * time.Hour, 36 * time.Hour, time.Duration(0),
		[]string{"4711", "E-boss"},
		config.Window{}, config.Window{Count: 500, Percent: 50}, "", "DEBUG",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestBaseURLOverHTTP(t *testing.T) {
	t.Parallel()
	for host, allowed := range map[string]bool{
		"127.0.0.1":           true,
		"127.8.9.10:8080":     true,
		"[::1]:8080":          true,
		"localhost:1":         true,
		"[::ffff:127.0.0.1]":  true,
		"localhost.corp":      false,
		"127.0.0.1.corp":      false,
		"127.0.0.1@evil.corp": false,
		"128.0.0.1":           false,
		"0.0.0.0":             false,
		"2130706433":          false,
	} {
		_, err := config.Parse([]byte(required+"threema: {base_url: \"http://"+host+"/api\"}\n"), "/etc")
		if (err == nil) != allowed {
			t.Errorf("http://%s: %v", host, err)
		}
	}
}

func TestNextRunGoesByTheTimeZone(t *testing.T) {
	t.Parallel()
	cfg := parse(t, []byte(required+"schedule: \"0 6 * * *\"\ntime_zone: Europe/Zurich\n"))
	for after, want := range map[string]string{
		"2026-01-10T12:00:00Z": "2026-01-11T05:00:00Z",
		"2026-07-10T03:59:59Z": "2026-07-10T04:00:00Z",
		"2026-07-10T04:00:00Z": "2026-07-11T04:00:00Z",
	} {
		from, err := time.Parse(time.RFC3339, after)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.NextRun(from).UTC().Format(time.RFC3339); got != want {
			t.Errorf("NextRun(%s) = %s, want %s", after, got, want)
		}
	}
	if next := config.Schedule("never").Next(time.Now()); !next.IsZero() {
		t.Errorf("an invalid schedule comes at %v", next)
	}
}

func TestSchedulesThatAreAccepted(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{"*/5 * * * *", "0 6,18 * * 1-5", "@hourly", "@every 5m", "@every 36h", "0 3 1 1 *", "@yearly"} {
		if _, err := config.Parse([]byte(required+"schedule: \""+spec+"\"\n"), "/etc"); err != nil {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

func TestTestOffset(t *testing.T) {
	t.Parallel()
	const name = "THREEMA_DIRSYNC_TEST_OFFSET"
	local := parse(t, []byte(required+"threema: {base_url: \"http://127.0.0.1:1/api/v1\"}\n"))
	cloud := parse(t, []byte(required))
	for row, c := range map[string]struct {
		cfg    *config.Config
		value  string
		want   time.Duration
		refuse string
	}{
		"unset":             {cloud, "", 0, ""},
		"simulator":         {local, "25h", 25 * time.Hour, ""},
		"simulator, days":   {local, "8d", 8 * 24 * time.Hour, ""},
		"real service":      {cloud, "25h", 0, "unset the variable"},
		"real service, bad": {cloud, "x", 0, "unset the variable"},
		"no unit":           {local, "25", 0, "lacks its unit"},
	} {
		got, err := config.TestOffset(c.cfg, env(map[string]string{name: c.value}))
		if got != c.want {
			t.Errorf("%s: %v, want %v", row, got, c.want)
		}
		if c.refuse == "" && err != nil || c.refuse != "" && (err == nil || !strings.Contains(err.Error(), c.refuse)) {
			t.Errorf("%s: error %v, want %q", row, err, c.refuse)
		}
	}
}
