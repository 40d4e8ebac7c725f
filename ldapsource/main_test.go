package ldapsource

import (
	"crypto/x509"
	"errors"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

var (
	domain    = sambaad.NewShared(sambaad.Options{People: 120})
	directory = openldap.NewShared(openldap.Options{People: 600})
	redHat    = ds389.NewShared(ds389.Options{People: 150})
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(domain.Main(directory.Main(redHat.Main(m)))) }

const generous = 30 * time.Second

func pool(t testing.TB, caFile string) *x509.CertPool {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(readFile(t, caFile))
	return roots
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// forDomain is a configuration for Active Directory; edit changes it.
func forDomain(t testing.TB, srv *sambaad.Server, edit ...func(*Config)) Config {
	return configFor(t, srv.Endpoint, ActiveDirectory, []string{"employeeid", "givenname", "sn", "samaccountname", "mail"}, edit)
}

// forOpenLDAP is a configuration for OpenLDAP; edit changes it.
func forOpenLDAP(t testing.TB, srv *openldap.Server, edit ...func(*Config)) Config {
	return configFor(t, srv.Endpoint, OpenLDAP, []string{"employeenumber", "givenname", "sn", "uid", "mail"}, edit)
}

func configFor(t testing.TB, at testdir.Endpoint, profile Profile, attributes []string, edit []func(*Config)) Config {
	t.Helper()
	cfg := Config{
		Name: "corp", Profile: profile, URLs: []string{at.LDAPS}, Roots: pool(t, at.CAFile),
		BindDN: at.ReaderDN, BindPassword: secret.New(at.Password), BaseDN: at.BaseDN,
		PageSize: 50, Timeout: generous, Attributes: attributes,
	}
	for _, change := range edit {
		change(&cfg)
	}
	return cfg
}

// mustNew makes a source whose fingerprints are quick to compute: under the race detector a real one
// takes longer than a second. [TestFingerprintIsSlow] looks at those.
func mustNew(t testing.TB, cfg Config, options ...func(*Options)) *Source {
	t.Helper()
	o := Options{}
	for _, set := range options {
		set(&o)
	}
	s, err := New(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	s.rounds = 10
	return s
}

func mustRead(t testing.TB, s *Source, tracked ...model.Tracked) model.Snapshot {
	t.Helper()
	snapshot, err := s.Read(t.Context(), tracked)
	if err != nil {
		t.Fatal(err)
	}
	checkCodes(t, snapshot.Conditions, nil)
	return snapshot
}

// refusedRead reads and wants an error with the reason. It returns it.
func refusedRead(t testing.TB, s *Source, reason model.ReadReason) *model.ReadError {
	t.Helper()
	snapshot, err := s.Read(t.Context(), nil)
	e, ok := errors.AsType[*model.ReadError](err)
	if !ok {
		t.Fatalf("%d people and error %v, want a ReadError", len(snapshot.People), err)
	}
	if e.Reason != reason {
		t.Fatalf("reason %s, want %s: %v", e.Reason, reason, err)
	}
	if len(snapshot.People) > 0 {
		t.Errorf("%d people beside the error", len(snapshot.People))
	}
	if words := english.Say(e.Told()); words != e.Error() {
		t.Errorf("by its codes %q, want %q", words, e)
	}
	checkCodes(t, e.Conditions, e.Why)
	t.Log(err)
	return e
}

// checkCodes: what a read found, and why it gave nothing, has codes.
func checkCodes(t testing.TB, conditions []model.Condition, why []model.Reason) {
	t.Helper()
	for _, found := range append(model.Convert(conditions, func(c model.Condition) model.Reason { return c.Detail }), why...) {
		if found.Code == "" || found.Words != "" {
			t.Errorf("no code: %+v", found)
		}
	}
}

func condition(t testing.TB, conditions []model.Condition, name string) model.Condition {
	t.Helper()
	for _, c := range conditions {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no condition %s in %v", name, conditions)
	return model.Condition{}
}

// byAttribute finds people by a value of a mapped attribute.
func byAttribute(people []model.Person, name string) map[string]model.Person {
	found := make(map[string]model.Person, len(people))
	for _, p := range people {
		for _, value := range p.Attributes[name] {
			found[value] = p
		}
	}
	return found
}

func trackedAs(p model.Person) model.Tracked { return model.Tracked{ID: p.ID, DN: p.DN} }

// sightingOf reads with one tracked person that the scope must no longer show.
func sightingOf(t testing.TB, s *Source, tracked model.Tracked) model.Sighting {
	t.Helper()
	snapshot := mustRead(t, s, tracked)
	if len(snapshot.Sightings) != 1 {
		t.Fatalf("%d sightings, want 1", len(snapshot.Sightings))
	}
	got := snapshot.Sightings[0]
	t.Logf("%v: %v", got.State, got.Evidence)
	if absent := got.Evidence.Kind == model.Absent; got.State != model.Unknown && got.Found == absent {
		t.Errorf("found %t: %+v", got.Found, got)
	}
	return got
}
