package app

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/doctor"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// started is an installation as something other than the command would start it: with one person to take in.
func started(t *testing.T) (Installation, *worksim.Server) {
	t.Helper()
	const suffix = "dc=example,dc=org"
	password := secret.New("reader-password")
	directory, err := memdir.Start(t.Context(), memdir.Options{Suffix: suffix, BindDN: "cn=reader," + suffix, BindPassword: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(directory.Close)
	err = directory.Add(memdir.Entry{DN: "uid=anna," + suffix, Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"anna"}, "cn": {"Anna Meier"}, "givenName": {"Anna"}, "sn": {"Meier"}, "employeeNumber": {"E-1"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := worksim.New(worksim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api, err := worksim.Start(t.Context(), "127.0.0.1:0", sim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`policy: sync
state_dir: %s
sources: [{name: corp, profile: openldap, urls: [%q], ca_file: ca.pem, bind_dn: %q, bind_password_file: bind-password, base_dn: %q}]
threema: {base_url: %q, api_key_file: api-key}
mapping: {csi: "{{ .employeeNumber }}", username: "{{ .uid }}"}
handover: {file: %s}
`, filepath.Join(dir, "state"), directory.URL(), "cn=reader,"+suffix, suffix, api.BaseURL(), filepath.Join(dir, "state", "handover.csv"))
	for name, content := range map[string]string{
		"config.yaml": text, "ca.pem": string(directory.CAPEM()), "bind-password": password.Reveal(), "api-key": sim.APIKey(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Installation{
		ConfigFile: filepath.Join(dir, "config.yaml"), Getenv: func(string) string { return "" }, Version: "test",
		Logger:   func(*config.Config) *slog.Logger { return slog.New(slog.DiscardHandler) },
		Progress: func(string, int, int) {},
	}, sim
}

// TestAnInstallationNeedsNoCommand: what package main starts, anything else can start too, from looking to a pass.
func TestAnInstallationNeedsNoCommand(t *testing.T) {
	t.Parallel()
	i, sim := started(t)
	reads := func(want bool) {
		t.Helper()
		err := i.WithReader(t.Context(), func(_ *config.Config, _ func() time.Time, reader *ledger.Reader) error {
			if (reader != nil) != want {
				t.Errorf("there is a ledger: %t, want %t", reader != nil, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	reads(false)
	err := i.WithLock(t.Context(), func(a *Assembly, l *ledger.Ledger) error {
		if _, err := LockPass(a.Config); !errors.Is(err, ErrBusy) {
			t.Errorf("a second pass: %v", err)
		}
		report := a.Pass(l).Run(t.Context())
		return report.Err
	})
	if people := len(sim.State().Credentials); err != nil || people != 1 {
		t.Errorf("%d credentials, want 1: %v", people, err)
	}
	reads(true)
	err = i.WithReader(t.Context(), func(cfg *config.Config, _ func() time.Time, _ *ledger.Reader) error {
		if waiting, err := HandoverWaiting(cfg); err != nil || len(waiting) != 1 || waiting[0].Lines != 1 {
			t.Errorf("one password waits, and told is %+v, %v", waiting, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	found, lost, err := i.Check(t.Context(), false)
	if err != nil || lost != nil {
		t.Fatal(err, lost)
	}
	areas := map[doctor.Area]bool{}
	for _, f := range found {
		areas[f.Area] = true
		if f.Verdict == ldapsource.Failure {
			t.Errorf("all is well, and yet: %+v", f)
		}
	}
	if !slices.ContainsFunc(found, func(f doctor.Finding) bool {
		return f.Name == "handover.file: waiting" && strings.Contains(english.Say(f.Came), "1 line with passwords to be fetched in ")
	}) {
		t.Error("check says nothing of the password that waits")
	}
	for _, area := range []doctor.Area{doctor.Files, doctor.LicencePackage, doctor.SourceArea("corp")} {
		if !areas[area] {
			t.Errorf("nothing is told of %s", area)
		}
	}
}

// TestACheckMakesNoLedger: where there is none yet, a check looks at everything and leaves nothing behind. Only a
// password that the directory refused is written down: the next check does not try it again.
func TestACheckMakesNoLedger(t *testing.T) {
	t.Parallel()
	i, sim := started(t)
	dir := filepath.Dir(i.ConfigFile)
	check := func(name string) (found doctor.Finding) {
		t.Helper()
		all, lost, err := i.Check(t.Context(), false)
		if err != nil || lost != nil {
			t.Fatal(err, lost)
		}
		for _, f := range all {
			if f.Name == name {
				found = f
			}
		}
		return found
	}
	left := func() []os.DirEntry {
		t.Helper()
		files, err := os.ReadDir(filepath.Join(dir, "state"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if f := check("quota"); f.Verdict != ldapsource.Pass || !strings.Contains(english.Say(f.Came), "of 10000 left") || strings.Contains(english.Say(f.Came), "10000 of") || len(sim.Requests()) == 0 {
		t.Errorf("%+v", f)
	}
	if f := check("csi"); f.Verdict != ldapsource.Pass || len(left()) > 0 {
		t.Errorf("%+v, left behind: %v", f, left())
	}
	if err := os.WriteFile(filepath.Join(dir, "bind-password"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := check("bind"); f.Verdict != ldapsource.Failure || len(left()) == 0 {
		t.Errorf("%+v, and nobody remembers: %v", f, left())
	}
	if f := check("bind"); f.Verdict != ldapsource.Failure || !strings.Contains(english.Say(f.Came)+english.Say(f.Advice), "--try-login") {
		t.Errorf("tried again: %+v", f)
	}
}

// TestMistakesOfTheConfigurationAreTold: whoever starts an installation tells them from what may pass.
func TestMistakesOfTheConfigurationAreTold(t *testing.T) {
	t.Parallel()
	i, _ := started(t)
	if err := os.Remove(filepath.Join(filepath.Dir(i.ConfigFile), "api-key")); err != nil {
		t.Fatal(err)
	}
	err := i.WithMeter(t.Context(), func(*Assembly, *ledger.Meter) error { return errors.New("it went on") })
	if _, ok := errors.AsType[*ConfigError](err); !ok {
		t.Errorf("a missing secret: %v", err)
	}
	i.ConfigFile += "-gone"
	err = i.WithReader(t.Context(), func(*config.Config, func() time.Time, *ledger.Reader) error { return errors.New("it went on") })
	if _, ok := errors.AsType[*ConfigError](err); !ok {
		t.Errorf("a missing configuration: %v", err)
	}
}
