package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// sound is a package that answers, and holds nobody.
type sound struct{ told model.Subscription }

func (s sound) Subscription(context.Context) (model.Subscription, error) { return s.told, nil }
func (sound) Clock() model.ServiceClock                                  { return model.ServiceClock{} }
func (sound) TryLists(context.Context) []threema.Trial                   { return nil }
func (sound) Inventory(context.Context) (model.Inventory, error)         { return model.Inventory{}, nil }

// refusing is a package that takes no key.
type refusing struct{ sound }

func (refusing) Subscription(context.Context) (model.Subscription, error) {
	return model.Subscription{}, &threema.Error{Status: http.StatusForbidden, Kind: model.FailureForbidden, Err: errors.New("no")}
}

// remembered is a memory with the report of a last pass.
type remembered struct {
	report string
	budget model.Budget
}

func (remembered) State(context.Context) (model.State, error)     { return model.State{}, nil }
func (r remembered) Budget(context.Context) (model.Budget, error) { return r.budget, nil }
func (r remembered) LastReport(context.Context) (json.RawMessage, error) {
	return json.RawMessage(r.report), nil
}

type asIs struct{}

func (asIs) Map(model.Person) model.Identity { return model.Identity{} }
func (asIs) Groups() []string                { return nil }

func healthy(t *testing.T) Doctor {
	t.Helper()
	cfg := config.Default()
	cfg.StateDir = filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(cfg.StateDir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg.Threema.BaseURL = &url.URL{Scheme: "https", Host: "work.example"}
	return Doctor{
		Config: &cfg, Mapper: asIs{}, Package: sound{model.Subscription{Type: "professional", Licences: 9}},
		Memory: remembered{report: `{"seats":{"licences":9,"used":4,"free":5}}`, budget: model.Budget{Remaining: 100}}, Now: time.Now,
	}
}

// verdictOf is that of one line, "" if there is none.
func verdictOf(findings []Finding, area Area, name string) ldapsource.Verdict {
	n := slices.IndexFunc(findings, func(f Finding) bool { return f.Area == area && f.Name == name })
	if n < 0 {
		return ""
	}
	return findings[n].Verdict
}

// TestWhatTheDoctorIsHanded: each part is judged by what it answers, and a line says what to do where it is not well.
func TestWhatTheDoctorIsHanded(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		arrange func(*Doctor)
		area    Area
		line    string
		verdict ldapsource.Verdict
	}{
		"a state folder of ours":    {func(*Doctor) {}, Files, "state_dir", ldapsource.Pass},
		"a memory that is lost":     {func(d *Doctor) { d.Memory, d.Lost = nil, errors.New("damaged") }, Files, "state_dir", ldapsource.Failure},
		"nothing is remembered":     {func(d *Doctor) { d.Memory, d.Lost = nil, errors.New("damaged") }, LicencePackage, "seats", ""},
		"a stop file":               {func(d *Doctor) { d.Stop = "it exists" }, Files, "stop file", ldapsource.Warning},
		"no stop file":              {func(*Doctor) {}, Files, "stop file", ""},
		"free seats":                {func(*Doctor) {}, LicencePackage, "seats", ldapsource.Pass},
		"no free seat":              {func(d *Doctor) { d.Memory = remembered{report: `{"seats":{"licences":9,"used":9}}`} }, LicencePackage, "seats", ldapsource.Warning},
		"seats that nobody counted": {func(d *Doctor) { d.Memory = remembered{} }, LicencePackage, "seats", ldapsource.Skipped},
		"requests are left":         {func(*Doctor) {}, LicencePackage, "quota", ldapsource.Pass},
		"requests are spent":        {func(d *Doctor) { d.Memory = remembered{budget: model.Budget{Remaining: 5, Reserve: 5}} }, LicencePackage, "quota", ldapsource.Warning},
		"a careful configuration":   {func(*Doctor) {}, Configuration, "leavers.id", ""},
		"a bold one":                {func(d *Doctor) { d.Config.Leavers.ID = model.RevokeID }, Configuration, "leavers.id", ldapsource.Warning},
		"a package at its end": {func(d *Doctor) {
			d.Package = sound{model.Subscription{Type: "professional", ValidUntil: time.Now().Add(-time.Hour)}}
		}, LicencePackage, "term", ldapsource.Failure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := healthy(t)
			row.arrange(&d)
			found, err := d.Findings(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			if got := verdictOf(found, row.area, row.line); got != row.verdict {
				t.Errorf("%s: %s is %q, want %q", row.area, row.line, got, row.verdict)
			}
			for _, f := range found {
				if words := english.Say(f.Came); words == "" || words == string(f.Came.Code) || f.Came.Code == model.Foreign && f.Verdict == ldapsource.Pass {
					t.Errorf("what came has no sentence of its own: %+v", f)
				}
				if (f.Advice.Code == "") != (f.Verdict == ldapsource.Pass) {
					t.Errorf("what is well has no advice, and everything else has: %+v", f)
				}
			}
		})
	}
}

// TestFindingsHaveCodes: what came and what to do can be asked for by a code, and a mistake of the configuration keeps its own
// inside another error.
func TestFindingsHaveCodes(t *testing.T) {
	t.Parallel()
	lost := fmt.Errorf("look: %w", config.Mistake{Reason: model.Because("state-files-of-another", "svc", []string{"/x"}, "chown svc /x")})
	without := healthy(t)
	without.Package = refusing{}
	for name, row := range map[string]struct {
		f            Finding
		came, advice model.Code
	}{
		"a sound configuration":  {ReadConfiguration("x", nil), "configuration-sound", ""},
		"a refused one":          {ReadConfiguration("x", errors.New("bad")), "configuration-refused", "mend-configuration"},
		"a folder of another":    {Doctor{Config: &config.Config{}, Lost: lost}.checkFiles()[0], "state-files-of-another", "mend-memory-first"},
		"a lost folder":          {Doctor{Config: &config.Config{}, Lost: errors.New("damaged")}.checkFiles()[0], model.Foreign, "mend-memory-first"},
		"a key that is refused":  {without.checkPackage(t.Context())[0], model.Foreign, "check-key"},
		"nobody with everything": {checkMapping("x", []model.Identity{{State: model.Entitled, Held: model.Told("", "x").Some()}}), "mapped", "mend-mapping"},
	} {
		if row.f.Came.Code != row.came || row.f.Advice.Code != row.advice {
			t.Errorf("%s: %q, %q; want %q, %q", name, row.f.Came.Code, row.f.Advice.Code, row.came, row.advice)
		}
	}
}
