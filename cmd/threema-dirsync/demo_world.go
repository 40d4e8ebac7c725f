package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

const (
	demoSuffix = "dc=example,dc=org"
	demoReader = "cn=reader," + demoSuffix
	demoPeople = 200
)

// demoWorld is the outside of the demo: a directory, a Work API, and a configuration that
// names both.
type demoWorld struct {
	directory  *memdir.Server
	simulator  *worksim.Server
	api        *worksim.Listening
	configFile string
	handover   string
}

func newDemoWorld(ctx context.Context, dir string) (*demoWorld, error) {
	password := secret.New("demo-" + rand.Text())
	directory, err := memdir.Start(ctx, memdir.Options{Suffix: demoSuffix, BindDN: demoReader, BindPassword: password})
	if err != nil {
		return nil, err
	}
	w := &demoWorld{directory: directory, handover: filepath.Join(dir, "handover.csv")}
	if err := w.fill(ctx, dir, password); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *demoWorld) fill(ctx context.Context, dir string, password secret.Value) (err error) {
	if err := w.directory.Add(demoEntries()...); err != nil {
		return err
	}
	if w.simulator, err = worksim.New(worksim.Options{Subscription: worksim.Subscription{Name: "Example AG"}}); err != nil {
		return err
	}
	if w.api, err = worksim.Start(ctx, "127.0.0.1:0", w.simulator); err != nil {
		return err
	}
	w.configFile = filepath.Join(dir, "config.yaml")
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "ca.pem"), w.directory.CAPEM(), 0o600),
		os.WriteFile(filepath.Join(dir, "bind-password"), []byte(password.Reveal()), 0o600),
		os.WriteFile(filepath.Join(dir, "api-key"), []byte(w.simulator.APIKey()), 0o600),
		os.WriteFile(w.configFile, []byte(w.config(dir)), 0o600),
	)
}

// config is what an administrator would write, with the defaults left out.
func (w *demoWorld) config(dir string) string {
	return fmt.Sprintf(`policy: sync
state_dir: %[1]s
sources:
  - name: example
    profile: openldap
    urls: [%[2]q]
    ca_file: ca.pem
    bind_dn: %[3]q
    bind_password_file: bind-password
    base_dn: %[4]q
threema:
  base_url: %[5]s
  api_key_file: api-key
mapping:
  csi: "{{ .employeeNumber }}"
  first_name: "{{ .givenName }}"
  last_name: "{{ .sn }}"
  username: "{{ .uid | lower }}"
  department: "{{ .departmentNumber }}"
handover: {file: %[6]s}
leavers: {app_access: withdraw, id: detach}
metrics: {listen: ""}
log: {level: error}
`, dir, w.directory.URL(), demoReader, "ou=people,"+demoSuffix, w.api.BaseURL(), w.handover)
}

func (w *demoWorld) controlURL() string { return strings.TrimSuffix(w.api.BaseURL(), worksim.BasePath) }

func (w *demoWorld) close() {
	if w.api != nil {
		w.api.Close()
	}
	w.directory.Close()
}

// demoEntries is a company in three towns.
func demoEntries() []memdir.Entry {
	entries := []memdir.Entry{{DN: "ou=people," + demoSuffix, Attributes: map[string][]string{
		"objectClass": {"organizationalUnit"}, "ou": {"people"}}}}
	for _, town := range demoTowns() {
		entries = append(entries, memdir.Entry{DN: demoOU(town), Attributes: map[string][]string{
			"objectClass": {"organizationalUnit"}, "ou": {town}}})
	}
	for n := range demoPeople {
		entries = append(entries, demoPerson(n))
	}
	return entries
}

func demoTowns() []string { return []string{"Bern", "Berlin", "Wien"} }

func demoOU(town string) string { return "ou=" + town + ",ou=people," + demoSuffix }

func demoUID(n int) string { return fmt.Sprintf("u%04d", n) }

func demoDN(n int) string { return "uid=" + demoUID(n) + "," + demoOU(demoTowns()[n%3]) }

func demoPerson(n int) memdir.Entry {
	first := []string{"Anna", "Beat", "Chloé", "Dörte", "Emil", "Fatma", "Götz", "Heidi", "Igor", "Jürg"}
	last := []string{"Müller", "Schmid", "Weiß", "Keller", "Özdemir", "Huber", "Łukasz", "Meier", "Nuñez", "Brunner", "Steiner"}
	return memdir.Entry{DN: demoDN(n), Attributes: map[string][]string{
		"objectClass":      {"inetOrgPerson"},
		"uid":              {demoUID(n)},
		"cn":               {first[n%len(first)] + " " + last[n%len(last)]},
		"givenName":        {first[n%len(first)]},
		"sn":               {last[n%len(last)]},
		"employeeNumber":   {fmt.Sprintf("E-%04d", 1000+n)},
		"departmentNumber": {fmt.Sprintf("D-%02d", n%7)},
	}}
}
