package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestOpenLDAPRead(t *testing.T) {
	srv := directory.Get(t)
	snapshot := mustRead(t, mustNew(t, forOpenLDAP(t, srv)))
	if !snapshot.Departures() {
		t.Errorf("departures are blocked: %+v", snapshot.Conditions)
	}
	got := map[string]string{}
	for uid, p := range byAttribute(snapshot.People, "uid") {
		got[uid] = p.State.String() + " " + strings.Join(p.Attributes["mail"], "+")
	}
	want := map[string]string{}
	for _, p := range srv.People {
		state := map[testdir.State]string{testdir.Active: "entitled ", testdir.Disabled: "departed "}
		want[p.Account] = state[p.State] + p.Mail
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(snapshot.NamingContext, srv.BaseDN+" ") {
		t.Errorf("naming context %q", snapshot.NamingContext)
	}
	for _, c := range snapshot.Conditions {
		t.Logf("%s %t: %s", c.Name, c.OK, english.Say(c.Detail))
	}
}

// TestBeginAndEndOfTheServer: pwdEndTime and pwdStartTime are operational, so they come only if they are
// asked for, and a real server knows them with its password policy.
func TestBeginAndEndOfTheServer(t *testing.T) {
	srv := directory.Get(t)
	conn := srv.Connect(t, srv.AdminDN)
	for uid, attribute := range map[string]string{"ended": "pwdEndTime: 20200101000000Z", "early": "pwdStartTime: 20990101000000Z", "within": "pwdEndTime: 20990101000000Z"} {
		dn := "uid=" + uid + ",ou=leavers," + srv.BaseDN
		srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"inetOrgPerson"}, "uid": {uid}, "sn": {"x"}, "cn": {"x"}}})
		t.Cleanup(func() { srv.Delete(t, dn) })
		name, value, _ := strings.Cut(attribute, ": ")
		relax := ldap.NewControlString("1.3.6.1.4.1.4203.666.5.12", true, "") // as slapd asks for with such an attribute
		change := ldap.NewModifyRequest(dn, []ldap.Control{relax})
		change.Replace(name, []string{value})
		if err := conn.Modify(change); err != nil {
			t.Fatal(err)
		}
	}
	s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BaseDN, c.Attributes = "ou=leavers,"+srv.BaseDN, []string{"uid"} }))
	people := byAttribute(mustRead(t, s).People, "uid")
	for uid, want := range map[string]model.AccountState{"ended": model.Departed, "early": model.Unknown, "within": model.Entitled} {
		if p := people[uid]; p.State != want || (want == model.Departed) != (p.Evidence.Kind == model.Expired) {
			t.Errorf("%s: %v %+v", uid, p.State, p.Evidence)
		}
	}
}

// TestA7_C1_LimitOfTheServer: 500 people and code 4. With the error of a page ignored, this
// reads 500 people and nobody knows of the other hundred.
func TestA7_C1_LimitOfTheServer(t *testing.T) {
	srv := directory.Get(t)
	s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BindDN = srv.LimitedDN }))
	e := refusedRead(t, s, model.ReadResult)
	if !strings.Contains(e.Hint, `limits dn.exact="`+srv.LimitedDN+`" size.pr=1000 size.prtotal=unlimited`) {
		t.Error(e.Hint)
	}
	if c := condition(t, e.Conditions, resultCodes); c.OK {
		t.Error(c)
	}
}

// TestA11_NamesOfAttributes: the mapping may spell an attribute in any case and by any
// of its names; values with options are not the plain ones.
func TestA11_NamesOfAttributes(t *testing.T) {
	srv := directory.Get(t)
	dn := "uid=options,ou=leavers," + srv.BaseDN
	srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"options"}, "sn": {"Plain"}, "cn": {"zwei", "eins"},
		"sn;lang-de": {"Deutsch"}, "givenName;lang-de": {"Nur Deutsch"},
	}})
	t.Cleanup(func() { srv.Delete(t, dn) })
	s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) {
		c.BaseDN, c.Attributes = "OU=Leavers,DC=Example,DC=Org", []string{"userid", "surname", "givenname", "commonname"}
	}))
	want := map[string][]string{"userid": {"options"}, "surname": {"Plain"}, "commonname": {"eins", "zwei"}}
	if diff := cmp.Diff(want, mustRead(t, s).People[0].Attributes); diff != "" {
		t.Error(diff)
	}
}

// TestC3_HiddenUnit: the hidden third of the people is unknown, not absent. Without
// showsEntries in absence they are absent.
func TestC3_HiddenUnit(t *testing.T) {
	srv := directory.Get(t)
	all := mustRead(t, mustNew(t, forOpenLDAP(t, srv))).People
	var tracked []model.Tracked
	for _, p := range all {
		tracked = append(tracked, trackedAs(p))
	}
	blind := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BindDN = srv.BlindDN }))
	snapshot := mustRead(t, blind, tracked...)
	if len(snapshot.People) != 400 || len(snapshot.Sightings) != 200 {
		t.Fatalf("%d people and %d sightings", len(snapshot.People), len(snapshot.Sightings))
	}
	for i, got := range snapshot.Sightings {
		if got.State != model.Unknown || got.Found || !got.Placeless || !strings.Contains(got.Evidence.Detail, "nothing is proven") {
			t.Fatalf("%d: %+v", i, got)
		}
	}
	t.Run("hidden base", func(t *testing.T) {
		refusedRead(t, mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BindDN, c.BaseDN = srv.BlindDN, srv.HiddenOU })), model.ReadBase)
	})
}

// TestC3_EmptyUnit: a unit that shows nothing may hide its people, unless the server states that
// nothing is in it. Without the look at hasSubordinates the last leaver of a unit would stay
// unknown for ever; with the unit itself as the witness, hidden people would be absent.
func TestC3_EmptyUnit(t *testing.T) {
	srv := openldap.Start(t, openldap.Options{People: 30})
	id := model.PersonID{Source: "corp", ID: "5a3c0b7e-0000-4000-8000-000000000001"}
	lastOfUnit := model.Tracked{ID: id, DN: "uid=x," + srv.LeaversDN}
	s := mustNew(t, forOpenLDAP(t, srv))
	if got := sightingOf(t, s, lastOfUnit); got.Evidence.Kind != model.Absent {
		t.Errorf("an empty unit is empty: %+v", got)
	}
	blind := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BindDN = srv.BlindDN }))
	hidden := model.Tracked{ID: id, DN: "uid=x," + srv.HiddenOU}
	if got := sightingOf(t, blind, hidden); got.State != model.Unknown {
		t.Errorf("a hidden unit proves nothing: %+v", got)
	}
}

// TestPlaceGone: somebody is deleted together with their unit. That nothing of it is readable is said,
// if everything else that the account may read is there; without that it is no more than unknown.
func TestPlaceGone(t *testing.T) {
	srv := openldap.Start(t, openldap.Options{People: 30})
	person := mustRead(t, mustNew(t, forOpenLDAP(t, srv))).People[0]
	unit := "ou=branch," + srv.PeopleDN
	srv.Add(t, testdir.Entry{DN: unit, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"branch"}}})
	srv.Move(t, person.DN, unit)
	rdn, _, _ := strings.Cut(person.DN, ",")
	was := model.Tracked{ID: person.ID, DN: rdn + "," + unit}
	srv.Delete(t, was.DN)
	if got := sightingOf(t, mustNew(t, forOpenLDAP(t, srv)), was); got.Evidence.Kind != model.Absent || got.Placeless {
		t.Errorf("deleted alone: %+v", got)
	}
	srv.Delete(t, unit)
	for name, last := range map[string]model.Tracked{"deleted with the unit": was, "of whom no place is known": {ID: person.ID}} {
		if got := sightingOf(t, mustNew(t, forOpenLDAP(t, srv)), last); got.State != model.Unknown || got.Found || !got.Placeless || !strings.Contains(got.Evidence.Detail, "they were the only one there, or it is gone or hidden") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestC11_MovedDuringTheRead: people move between the units while the pages are read. Each is
// seen, by a page or by their ID. (With one base OpenLDAP 2.5 misses none on its pages; the
// peer's test of this name is the one where they do.)
func TestC11_MovedDuringTheRead(t *testing.T) {
	srv := openldap.Start(t, openldap.Options{People: 120})
	cfg := forOpenLDAP(t, srv, func(c *Config) { c.PageSize = 20 })
	var tracked []model.Tracked
	for _, p := range mustRead(t, mustNew(t, cfg)).People {
		tracked = append(tracked, trackedAs(p))
	}
	moved := false
	s := mustNew(t, cfg, func(o *Options) {
		o.Progress = func(int) {
			if moved {
				return
			}
			moved = true
			for _, p := range srv.People[:30] {
				if p.Unit != testdir.Units()[0] {
					srv.Move(t, p.DN, "ou="+testdir.Units()[0]+","+srv.PeopleDN)
				}
			}
		}
	})
	snapshot := mustRead(t, s, tracked...)
	if len(snapshot.People)+len(snapshot.Sightings) != len(tracked) {
		t.Errorf("%d people and %d sightings of %d", len(snapshot.People), len(snapshot.Sightings), len(tracked))
	}
	for _, got := range snapshot.Sightings {
		if got.State == model.Departed && got.Evidence.Kind != model.Disabled {
			t.Errorf("%+v", got)
		}
	}
	if c := condition(t, snapshot.Conditions, resultCodes); !strings.Contains(english.Say(c.Detail), "the directory changed meanwhile") {
		t.Error(c)
	}
}

func TestOpenLDAPWhereabouts(t *testing.T) {
	srv := openldap.Start(t, openldap.Options{People: 12})
	s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BaseDN = srv.PeopleDN }))
	people := byAttribute(mustRead(t, s).People, "uid")
	p := people[srv.People[0].Account]

	dn := srv.Move(t, p.DN, srv.LeaversDN)
	if got := sightingOf(t, s, trackedAs(p)); got.Evidence.Kind != model.OutOfScope || got.DN != dn {
		t.Errorf("%+v", got)
	}
	srv.Disable(t, dn)
	if got := sightingOf(t, s, trackedAs(p)); got.Evidence.Kind != model.Disabled {
		t.Errorf("%+v", got)
	}
	srv.Delete(t, dn)
	if got := sightingOf(t, s, trackedAs(p)); got.Evidence.Kind != model.Absent {
		t.Errorf("%+v", got)
	}
	t.Run("excluded", func(t *testing.T) {
		other := people[srv.People[2].Account] // in HiddenOU
		narrow := mustNew(t, forOpenLDAP(t, srv, func(c *Config) {
			c.Filter, c.ExcludeDNs = "(&(objectClass=inetOrgPerson)(uid="+srv.People[1].Account+"))", []string{srv.HiddenOU}
		}))
		if got := sightingOf(t, narrow, trackedAs(other)); got.State != model.Unknown || !got.Found {
			t.Errorf("%+v", got)
		}
	})
	t.Run("narrowed filter", func(t *testing.T) {
		other := people[srv.People[1].Account]
		narrow := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.Filter = "(&(objectClass=inetOrgPerson)(uid=" + srv.People[2].Account + "))" }))
		if got := sightingOf(t, narrow, trackedAs(other)); got.Evidence.Kind != model.OutOfScope {
			t.Errorf("%+v", got)
		}
	})
}

func TestOpenLDAPBadInput(t *testing.T) {
	srv := directory.Get(t)
	for name, tt := range map[string]struct {
		edit   func(*Config)
		reason model.ReadReason
		want   string
	}{
		"wrong password":  {func(c *Config) { c.BindPassword = secret.New("canary-wrong") }, model.ReadBind, "the name or the password is wrong"},
		"wrong authority": {func(c *Config) { c.Roots = pool(t, srv.OtherCAFile) }, model.ReadTLS, "set ca_file"},
		"wrong name":      {func(c *Config) { c.URLs = []string{strings.Replace(srv.LDAPS, "127.77.", "127.78.", 1)} }, model.ReadUnreachable, "check the name and port"},
		"wrong port":      {func(c *Config) { c.URLs = []string{"ldaps://" + strings.TrimPrefix(srv.LDAP, "ldap://")} }, model.ReadTLS, "offer TLS"},
		"wrong base":      {func(c *Config) { c.BaseDN = "ou=peeple," + srv.BaseDN }, model.ReadBase, "base_dn"},
		"filter typo":     {func(c *Config) { c.Filter = "(!(employeTyp=x))" }, model.ReadConfig, "employeetype"},
		"nobody":          {func(c *Config) { c.Filter = "(uid=nobody)" }, model.ReadEmpty, "never believed"},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusedRead(t, mustNew(t, forOpenLDAP(t, srv, tt.edit)), tt.reason)
			if text := e.Error(); !strings.Contains(text, tt.want) || strings.Contains(text, "canary") || e.Source != "corp" {
				t.Errorf("%v does not say %q", e, tt.want)
			}
		})
	}
}

func TestOpenLDAPStartTLS(t *testing.T) {
	srv := directory.Get(t)
	startTLS := func(c *Config) { c.URLs, c.StartTLS = []string{srv.LDAP}, true }
	mustRead(t, mustNew(t, forOpenLDAP(t, srv, startTLS)))
	refusedRead(t, mustNew(t, forOpenLDAP(t, srv, startTLS, func(c *Config) { c.Roots = pool(t, srv.OtherCAFile) })), model.ReadTLS)
}

// TestA2_Cancelled: a read that is stopped half-way is an error, which says so.
func TestA2_Cancelled(t *testing.T) {
	srv := directory.Get(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := mustNew(t, forOpenLDAP(t, srv), func(o *Options) { o.Progress = func(int) { cancel() } })
	snapshot, err := s.Read(ctx, nil)
	if !errors.Is(err, context.Canceled) || model.ReasonOf(err) != model.ReadTimeout || len(snapshot.People) > 0 {
		t.Errorf("%d people, %v", len(snapshot.People), err)
	}
}

func TestProgressAndPageSizes(t *testing.T) {
	srv := directory.Get(t)
	for _, size := range []int{1, 7, 500} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			last := 0
			s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) {
				c.PageSize, c.Filter = size, "(&(objectClass=inetOrgPerson)(uid=u00000*))"
			}), func(o *Options) { o.Progress = func(n int) { last = n } })
			if people := mustRead(t, s).People; len(people) != 10 || last != 10 {
				t.Errorf("%d people, progress %d", len(people), last)
			}
		})
	}
}

// TestHolders: who has a value of an attribute, in the scope and nowhere else.
func TestHolders(t *testing.T) {
	srv := directory.Get(t)
	s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BaseDN = srv.PeopleDN }))
	for value, want := range map[string]int{srv.People[5].Number: 1, "nobody's": 0, "*": 0, `x)(uid=*`: 0} {
		people, err := s.Holders(t.Context(), "employeenumber", value)
		if err != nil || len(people) != want {
			t.Errorf("%q: %d people, %v; want %d", value, len(people), err, want)
		}
		if want == 1 && people[0].DN != srv.People[5].DN {
			t.Errorf("%q is %s", value, people[0].DN)
		}
	}
	dn := "uid=holder,ou=leavers," + srv.BaseDN
	srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"holder"}, "sn": {"H"}, "cn": {"H"}, "employeeNumber": {"outside"},
	}})
	t.Cleanup(func() { srv.Delete(t, dn) })
	if people, err := s.Holders(t.Context(), "employeenumber", "outside"); err != nil || len(people) != 0 {
		t.Errorf("outside the scope: %v, %v", people, err)
	}
}
