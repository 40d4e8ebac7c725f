package ldapsource

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ownUnit narrows a source to an organisational unit that a test has for itself, so that
// tests which change the shared domain do not see each other.
func ownUnit(t *testing.T, srv *sambaad.Server) (dn string, narrow func(*Config)) {
	t.Helper()
	dn = "OU=" + strings.ReplaceAll(t.Name(), "/", "-") + "," + srv.BaseDN
	srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}})
	return dn, func(cfg *Config) { cfg.BaseDN = dn }
}

// addTo adds n people, numbered from first, to a unit.
func addTo(t *testing.T, srv *sambaad.Server, unit string, first, n int) []testdir.Person {
	t.Helper()
	var people []testdir.Person
	for i := range n {
		p := srv.NewPerson(first + i)
		p.State = testdir.Active
		p.DN = fmt.Sprintf("CN=%s,%s", p.Account, unit)
		srv.AddPerson(t, p)
		people = append(people, p)
	}
	return people
}

func TestDomainRead(t *testing.T) {
	srv := domain.Get(t)
	snapshot := mustRead(t, mustNew(t, forDomain(t, srv, func(c *Config) { c.BaseDN = srv.StaffDN })))
	if !snapshot.Departures() {
		t.Errorf("departures are blocked: %+v", snapshot.Conditions)
	}
	got := map[string]string{}
	for account, p := range byAttribute(snapshot.People, "samaccountname") {
		got[account] = p.State.String() + " " + string(p.Evidence.Kind) + " " + strings.Join(p.Attributes["employeeid"], "+")
	}
	want := map[string]string{}
	for _, p := range srv.People {
		state := map[testdir.State]string{testdir.Active: "entitled ", testdir.Disabled: "departed disabled", testdir.Expired: "departed expired"}
		want[p.Account] = state[p.State] + " " + p.Number
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(snapshot.NamingContext, "S-1-5-21-") || snapshot.Server == "" || !strings.Contains(snapshot.Scope, " base_dn=") {
		t.Errorf("identity: %q %q %q", snapshot.NamingContext, snapshot.Server, snapshot.Scope)
	}
	for _, c := range snapshot.Conditions {
		t.Logf("%s %t: %s", c.Name, c.OK, english.Say(c.Detail))
	}
}

// TestA17_B5_WholeDomain: a search of the domain's root yields references to the
// other partitions, unless DomainScope is sent. Without the control the read fails.
// B5: the machine, the contact, Administrator, Guest and krbtgt are no people; without
// activeDirectory.skip Administrator and Guest come.
func TestA17_B5_WholeDomain(t *testing.T) {
	srv := domain.Get(t)
	for name, filter := range map[string]string{"default filter": "", "wide filter": "(objectClass=user)"} {
		t.Run(name, func(t *testing.T) {
			cfg := forDomain(t, srv, func(c *Config) { c.Filter = filter })
			accounts := byAttribute(mustRead(t, mustNew(t, cfg)).People, "samaccountname")
			for _, stranger := range []string{"Administrator", "Guest", "krbtgt", "PC1$", "DC1$"} {
				if p, ok := accounts[stranger]; ok {
					t.Errorf("%s is among the people: %+v", stranger, p)
				}
			}
			if _, ok := accounts["svc-reader"]; !ok {
				t.Error("the bind account lies in scope as a person and is missing")
			}
		})
	}
}

// TestA4_ReadTwice: a paging control that is sent again gives an empty answer with success. A
// source reads twice the same, and so do the many searches of one session: those for tracked
// people come after the pages, on the same connection.
func TestA4_ReadTwice(t *testing.T) {
	srv := domain.Get(t)
	s := mustNew(t, forDomain(t, srv, func(c *Config) { c.BaseDN = srv.StaffDN }))
	first := mustRead(t, s)
	var everybody []model.Tracked
	for _, p := range first.People {
		everybody = append(everybody, trackedAs(p))
	}
	second := mustRead(t, s)
	sightings, err := s.Recheck(t.Context(), everybody)
	if err != nil || len(sightings) != len(everybody) {
		t.Errorf("%d sightings of %d, %v", len(sightings), len(everybody), err)
	}
	for i, got := range sightings {
		if got.ID != first.People[i].ID || got.State != first.People[i].State || got.Evidence != first.People[i].Evidence {
			t.Errorf("recheck says %+v, the read said %+v", got, first.People[i])
		}
	}
	if len(first.People) != len(srv.People) || len(second.People) != len(first.People) {
		t.Errorf("%d then %d people, want %d", len(first.People), len(second.People), len(srv.People))
	}
}

func TestB9_RenameAndMoveKeepTheID(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	addTo(t, srv, unit, 5000, 2)
	s := mustNew(t, forDomain(t, srv, narrow))
	before := byAttribute(mustRead(t, s).People, "samaccountname")["u005000"]

	dn := srv.Rename(t, before.DN, `CN=Üser\, 3`)
	after := byAttribute(mustRead(t, s).People, "samaccountname")["u005000"]
	if after.ID != before.ID || after.DN != dn || len(after.Held) > 0 {
		t.Errorf("after the rename: %+v, before: %+v", after, before)
	}

	srv.Delete(t, dn)
	addTo(t, srv, unit, 5000, 1)
	reborn := byAttribute(mustRead(t, s).People, "samaccountname")["u005000"]
	if reborn.ID == before.ID {
		t.Error("a re-created account has the ID of the deleted one")
	}
}

// TestB13_Whereabouts: moved out, disabled elsewhere, deleted, hidden: four different answers
// to the same silence of a read.
func TestB13_Whereabouts(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	addTo(t, srv, unit, 5100, 5)
	s := mustNew(t, forDomain(t, srv, narrow))
	people := byAttribute(mustRead(t, s).People, "samaccountname")

	t.Run("moved out of scope", func(t *testing.T) {
		p := people["u005100"]
		dn := srv.Move(t, p.DN, srv.LeaversDN)
		got := sightingOf(t, s, trackedAs(p))
		if got.State != model.Departed || got.Evidence.Kind != model.OutOfScope || got.DN != dn {
			t.Errorf("%+v", got)
		}
	})
	t.Run("disabled out of scope", func(t *testing.T) {
		p := people["u005101"]
		srv.Disable(t, srv.Move(t, p.DN, srv.LeaversDN))
		if got := sightingOf(t, s, trackedAs(p)); got.State != model.Departed || got.Evidence.Kind != model.Disabled {
			t.Errorf("%+v", got)
		}
	})
	t.Run("deleted", func(t *testing.T) {
		p := people["u005102"]
		srv.Delete(t, p.DN)
		if got := sightingOf(t, s, trackedAs(p)); got.State != model.Departed || got.Evidence.Kind != model.Absent {
			t.Errorf("an ordinary account sees no tombstones: %+v", got)
		}
		admin := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.BindDN = srv.AdminDN }))
		if got := sightingOf(t, admin, trackedAs(p)); got.State != model.Departed || got.Evidence.Kind != model.Tombstone {
			t.Errorf("%+v", got)
		}
		again, err := s.Recheck(t.Context(), []model.Tracked{trackedAs(p), trackedAs(people["u005103"])})
		if err != nil || len(again) != 2 || again[0].Evidence.Kind != model.Absent || again[1].State != model.Entitled {
			t.Errorf("recheck: %+v, %v", again, err)
		}
	})
	t.Run("last seen where nothing is readable", func(t *testing.T) {
		p := trackedAs(people["u005102"])
		p.DN = "CN=u005102,OU=Gone," + srv.BaseDN
		if got := sightingOf(t, s, p); got.State != model.Unknown || got.Evidence.Kind != "" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("ID of another directory", func(t *testing.T) {
		p := model.Tracked{ID: model.PersonID{Source: "corp", ID: "not-a-guid"}, DN: people["u005103"].DN}
		if got := sightingOf(t, s, p); got.State != model.Unknown {
			t.Errorf("%+v", got)
		}
	})
}

// TestB14_HiddenUnit: an ACL makes a whole unit vanish, with success. Nobody of it departs:
// without the look at the parent in absence, all would be absent.
func TestB14_HiddenUnit(t *testing.T) {
	srv := domain.Get(t)
	narrow := func(c *Config) { c.BaseDN = srv.StaffDN }
	all := mustRead(t, mustNew(t, forDomain(t, srv, narrow))).People
	var tracked []model.Tracked
	for _, p := range all {
		tracked = append(tracked, trackedAs(p))
	}
	blind := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.BindDN = srv.BlindDN }))
	snapshot := mustRead(t, blind, tracked...)
	if len(snapshot.Sightings) == 0 || len(snapshot.People)+len(snapshot.Sightings) != len(all) {
		t.Fatalf("%d people and %d sightings of %d", len(snapshot.People), len(snapshot.Sightings), len(all))
	}
	for _, got := range snapshot.Sightings {
		if got.State != model.Unknown || got.Evidence.Detail == "" {
			t.Errorf("%+v", got)
		}
	}
}

// TestA15_WrongPassword: the sub-code of the domain controller is put into words, and the
// password into none. TestA15_RefusedOnce counts the binds.
func TestA15_WrongPassword(t *testing.T) {
	srv := domain.Get(t)
	s := mustNew(t, forDomain(t, srv, func(c *Config) { c.BindPassword = secret.New("canary-Wrong-1") }))
	e := refusedRead(t, s, model.ReadBind)
	if !strings.Contains(e.Error(), "the password is wrong") || strings.Contains(e.Error(), "canary") {
		t.Error(e)
	}
}

// The names that a simple bind takes, each proven by the account's own entry, as Samba does
// not answer Who Am I.
func TestA15_NamesOfTheBindAccount(t *testing.T) {
	srv := domain.Get(t)
	for _, name := range []string{srv.ReaderDN, "svc-reader@ad.example.org", `EXAMPLE\svc-reader`} {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t, forDomain(t, srv, func(c *Config) { c.BindDN, c.BaseDN = name, srv.StaffDN }))
			if c := condition(t, mustRead(t, s).Conditions, bindIdentity); !c.OK {
				t.Error(c)
			}
		})
	}
}

// TestB7_ClockSkew: with clocks an hour apart nobody departs, and the last look before a
// destructive request is refused.
func TestB7_ClockSkew(t *testing.T) {
	srv := domain.Get(t)
	for _, skew := range []time.Duration{-time.Hour, time.Hour} {
		s := mustNew(t, forDomain(t, srv), func(o *Options) {
			o.Now = func() time.Time { return time.Now().Add(skew) }
		})
		snapshot := mustRead(t, s)
		if condition(t, snapshot.Conditions, clock).OK || snapshot.Departures() {
			t.Errorf("a skew of %v goes unnoticed", skew)
		}
		if _, err := s.Recheck(t.Context(), nil); err == nil {
			t.Error("recheck works with a clock that is off")
		}
	}
}

func TestC2_TyposAreConfigurationErrors(t *testing.T) {
	srv := domain.Get(t)
	for name, tt := range map[string]struct {
		edit func(*Config)
		want string
	}{
		"filter":  {func(c *Config) { c.Filter = "(!(employeTyp=x))" }, `did you mean "employeetype"`},
		"mapping": {func(c *Config) { c.Attributes = []string{"givenname", "employeid"} }, `did you mean "employeeid"`},
		"id":      {func(c *Config) { c.IDAttribute = "objectGUIDs" }, "id_attribute"},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusedRead(t, mustNew(t, forDomain(t, srv, tt.edit)), model.ReadConfig)
			if !strings.Contains(e.Error(), tt.want) {
				t.Errorf("%v does not say %q", e, tt.want)
			}
		})
	}
}

func TestDomainNobody(t *testing.T) {
	srv := domain.Get(t)
	refusedRead(t, mustNew(t, forDomain(t, srv, func(c *Config) { c.Filter = "(employeeID=nobody)" })), model.ReadEmpty)
}

func TestExcludedPeopleAreHeldAndNeverDepart(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	inner := "OU=Board," + unit
	srv.Add(t, testdir.Entry{DN: inner, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}})
	addTo(t, srv, unit, 5200, 1)
	addTo(t, srv, inner, 5201, 2)
	s := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.ExcludeDNs = []string{strings.ToLower(inner)} }))
	people := byAttribute(mustRead(t, s).People, "samaccountname")
	if p := people["u005201"]; !p.Excluded || len(p.Held) == 0 {
		t.Errorf("%+v", p)
	}
	if p := people["u005200"]; p.Excluded || len(p.Held) > 0 {
		t.Errorf("%+v", p)
	}
	sightings, err := s.Recheck(t.Context(), []model.Tracked{trackedAs(people["u005201"])})
	if err != nil || sightings[0].State != model.Unknown {
		t.Errorf("%+v, %v", sightings, err)
	}
}

func TestDomainTLS(t *testing.T) {
	srv := domain.Get(t)
	t.Run("StartTLS", func(t *testing.T) {
		mustRead(t, mustNew(t, forDomain(t, srv, func(c *Config) { c.URLs, c.StartTLS = []string{srv.LDAP}, true })))
	})
	t.Run("wrong authority", func(t *testing.T) {
		e := refusedRead(t, mustNew(t, forDomain(t, srv, func(c *Config) { c.Roots = pool(t, srv.OtherCAFile) })), model.ReadTLS)
		if !strings.Contains(e.Hint, "ca_file") {
			t.Error(e)
		}
	})
}

func TestDomainCheck(t *testing.T) {
	srv := domain.Get(t)
	findings := mustNew(t, forDomain(t, srv)).Check(t.Context(), nil)
	for _, f := range findings {
		t.Logf("%s %s: %s: %s %s", f.Verdict, f.Name, f.Tried, english.Say(f.Came), english.Say(f.Advice))
		if f.Verdict != Pass && f.Name != "name" { // the test's server has an address only
			t.Error(f)
		}
	}
	findings = mustNew(t, forDomain(t, srv, func(c *Config) { c.BaseDN = "OU=Staf," + srv.BaseDN })).Check(t.Context(), nil)
	if last := findings[len(findings)-1]; last.Name != "people" || last.Verdict != Failure || last.Advice.Code == "" {
		t.Errorf("%+v", last)
	}
}
