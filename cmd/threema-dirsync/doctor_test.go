package main

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

// headLines are the lines in which check has to name the cause and what to do.
const headLines = 5

// ailment is a broken set-up.
type ailment struct {
	name   string
	world  func(*testing.T) *world
	code   int
	stderr bool     // the configuration is refused before anything is tried
	says   []string // in the first lines: the cause, then the cure
}

func ailments() []ailment {
	onOpenLDAP := func(edit func(*world, *openldap.Server)) func(*testing.T) *world {
		return func(t *testing.T) *world {
			srv := small.Get(t)
			w := newWorld(t, atOpenLDAP(srv))
			edit(w, srv)
			return w
		}
	}
	key := func(path string, value any) func(*testing.T) *world {
		return onOpenLDAP(func(w *world, _ *openldap.Server) { w.set(path, value) })
	}
	scripted := func(script peer.Script) func(*testing.T) *world {
		return func(t *testing.T) *world { return newWorld(t, atPeer(peer.Start(t, script))) }
	}
	return []ailment{
		{"wrong CA", onOpenLDAP(func(w *world, srv *openldap.Server) { w.set("sources.0.ca_file", srv.OtherCAFile) }),
			1, false, []string{"FAIL", "unknown authority", `signed by "CN=test directory"`, "set ca_file to the certificate of the authority"}},
		{"wrong name", scripted(peer.Script{Leaf: loopca.Leaf{Hosts: []string{"dc1.other.example"}}}),
			1, false, []string{"FAIL", "127.0.0.1", "for dc1.other.example", "write the server's name into urls as its certificate has it"}},
		{"expired certificate", scripted(peer.Script{Leaf: loopca.Leaf{NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)}}),
			1, false, []string{"FAIL", "expired", "valid until " + time.Now().Add(-24*time.Hour).UTC().Format(time.DateOnly), "renew the server's certificate"}},
		{"closed port", closedPort, 1, false, []string{"FAIL", "connection refused", "whether the server runs"}},
		{"unknown name", key("sources.0.urls", []any{"ldaps://dc1.corp.invalid"}),
			1, false, []string{"FAIL", "source corp: name", "resolve dc1.corp.invalid", "check the name in urls"}},
		{"bad base", key("sources.0.base_dn", "ou=persons,dc=example,dc=org"), 1, false, []string{"FAIL", "No Such Object", "ou=persons,dc=example,dc=org does not exist here"}},
		{"base of another directory", key("sources.0.base_dn", "dc=corp,dc=test"), 1, false, []string{"FAIL", "lies in no directory of this server", "fix base_dn"}},
		{"no paging", scripted(peer.Script{RootDSE: peer.Do(peer.Entries(ldap.NewEntry("", map[string][]string{
			"namingContexts": {peer.Suffix}, "subschemaSubentry": {"cn=Subschema"},
		})), peer.Done(0))}), 1, false, []string{"FAIL", "does not offer paged results", "allow the paged results control"}},
		{"size limit 500", tooManyPeople, 1, false, []string{"FAIL", "Size Limit Exceeded",
			`olcLimits: dn.exact="cn=limited,ou=service,dc=example,dc=org" size.pr=1000 size.prtotal=unlimited`}},
		{"size limit of the product", limitedDS389, 1, false, []string{"FAIL", "Size Limit Exceeded", "cn=limited,ou=service,dc=example,dc=org: nsPagedSizeLimit: -1, nsSizeLimit: -1"}},
		{"unreadable userAccountControl", scriptedDomain(func(account map[string][]string) { delete(account, "userAccountControl") }),
			1, false, []string{"FAIL", "userAccountControl of 10 of 10 people is not readable", "let the bind account read it"}},
		{"bind DN typo", key("sources.0.bind_dn", "cn=raeder,ou=service,dc=example,dc=org"),
			1, false, []string{"FAIL", "log in as cn=raeder", "Invalid Credentials", "fix bind_dn or the file bind_password_file"}},
		{"locked account", lockedAccount, 1, false, []string{"FAIL", "Invalid Credentials", "the account is locked out"}},
		{"GC port", key("sources.0.urls", []any{"ldaps://dc1.corp.example:3269"}),
			78, true, []string{"sources[0].urls[0]", "port 3269 is the Global Catalog", "leave the port out"}},
		{"clear text demanded", key("sources.0.urls", []any{"ldap://dc1.corp.example"}),
			78, true, []string{"sources[0].urls[0]", "sends the password in clear text", "write ldaps://"}},
		{"TLS on the port without", onOpenLDAP(func(w *world, srv *openldap.Server) {
			w.set("sources.0.urls", []any{strings.Replace(srv.LDAP, "ldap:", "ldaps:", 1)})
		}), 1, false, []string{"FAIL", "source corp: tls", "ldaps:// usually is port 636, ldap:// with start_tls port 389"}},
		{"attribute that nobody has", key("mapping.csi", "{{ .pager }}"), 1, false, []string{"FAIL", "source corp: mapping", "lack csi", "fix mapping"}},
		{"a label of a group that is not there", key("mapping.category", `{{ if member "cn=sales,dc=example,dc=org" }}Sales{{ end }}`),
			0, false, []string{"WARN", "read the group cn=sales,dc=example,dc=org", "it is not there, or the bind account may not read it", "fix the DN in mapping.category"}},
		{"a label of no group", key("mapping.category", `{{ if member "Sales" }}Sales{{ end }}`),
			78, true, []string{"mapping.category: line 1, column 14", `"Sales" is no DN of a group`, "write for example CN=Sales,OU=Groups,DC=corp,DC=example"}},
		{"a label in the csi", key("mapping.csi", `{{ .employeeNumber }}{{ if member "cn=sales,dc=example,dc=org" }}S{{ end }}`),
			78, true, []string{"mapping.csi: line 1, column 28", "member is for mapping.category alone"}},
		{"another product's profile", func(t *testing.T) *world {
			w := newWorld(t, atDomain(domain.Get(t)))
			w.set("sources.0.profile", "openldap")
			w.set("sources.0.filter", "(objectClass=user)")
			w.set("sources.0.id_attribute", "objectGUID")
			return w
		}, 1, false, []string{"WARN", "compare the profile openldap", "set profile to active-directory"}},
	}
}

// TestCheckNamesTheCause: whatever is broken, the first lines of check say what it is and what to
// do about it.
func TestCheckNamesTheCause(t *testing.T) {
	t.Parallel()
	for _, a := range ailments() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			w := a.world(t)
			out := w.must(t, a.code, "check")
			text := out.stdout
			if a.stderr {
				text = out.stderr
			}
			head := strings.Join(strings.SplitN(text, "\n", headLines+1)[:min(headLines, strings.Count(text, "\n"))], "\n")
			for _, want := range a.says {
				if !strings.Contains(head, want) {
					t.Errorf("the first lines do not say %q:\n%s", want, head)
				}
			}
		})
	}
}

func closedPort(t *testing.T) *world {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	w := newWorld(t, atOpenLDAP(small.Get(t)))
	w.set("sources.0.urls", []any{"ldaps://" + listener.Addr().String()})
	return w
}

// tooManyPeople is an OpenLDAP that gives the account 500 entries in all, paged or not.
func tooManyPeople(t *testing.T) *world {
	srv := openldap.Start(t, openldap.Options{People: 501})
	at := atOpenLDAP(srv)
	at.bindDN = srv.LimitedDN
	return newWorld(t, at)
}

// limitedDS389 gives the account 100 entries a page, which we ask more of.
func limitedDS389(t *testing.T) *world {
	srv := redHat.Get(t)
	at := atDS389(srv)
	at.bindDN = srv.LimitedDN
	return newWorld(t, at)
}

func atDS389(srv *ds389.Server) site {
	return site{
		profile: "389ds", url: srv.LDAPS, caFile: srv.CAFile, bindDN: srv.ReaderDN, password: srv.Password, baseDN: srv.PeopleDN,
		csi: "employeeNumber", username: "uid", department: "departmentNumber",
	}
}

func lockedAccount(t *testing.T) *world {
	p := peer.Start(t, peer.Script{Bind: peer.BindResult(ldap.LDAPResultInvalidCredentials,
		"80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 775, v4563\x00")})
	return newWorld(t, atPeerDomain(p))
}

func atPeerDomain(p *peer.Peer) site {
	at := atPeer(p)
	at.profile, at.csi, at.username, at.department = "active-directory", "employeeID", "sAMAccountName", "department"
	return at
}

// scriptedDomain is a domain controller with ten people, as edit leaves them.
func scriptedDomain(edit func(account map[string][]string)) func(*testing.T) *world {
	return func(t *testing.T) *world {
		var types []string
		for n, name := range strings.Fields("objectClass objectCategory objectGUID objectSid userAccountControl accountExpires sAMAccountName " +
			"isCriticalSystemObject employeeID givenName sn title department") {
			types = append(types, fmt.Sprintf("( 1.2.840.%d NAME '%s' )", n, name))
		}
		var people []*ldap.Entry
		for n := range 10 {
			account := map[string][]string{
				"objectGUID": {fmt.Sprintf("%016d", n)}, "sAMAccountName": {fmt.Sprint("u", n)}, "employeeID": {fmt.Sprint(n)},
				"givenName": {"Anna"}, "sn": {"Krüger"}, "userAccountControl": {"512"}, "accountExpires": {"0"},
			}
			edit(account)
			people = append(people, ldap.NewEntry(fmt.Sprintf("CN=u%d,%s", n, peer.Suffix), maps.Clone(account)))
		}
		answer := func(dn string, attributes map[string][]string) peer.Step {
			return peer.Do(peer.Entries(ldap.NewEntry(dn, attributes)), peer.Done(0))
		}
		return newWorld(t, atPeerDomain(peer.Start(t, peer.Script{
			RootDSE: answer("", map[string][]string{
				"defaultNamingContext": {peer.Suffix}, "subschemaSubentry": {"cn=Subschema"}, "supportedCapabilities": {"1.2.840.113556.1.4.800"},
				"supportedControl": {ldap.ControlTypePaging}, "dnsHostName": {"dc7.example.org"}, "isSynchronized": {"TRUE"},
			}),
			Schema: answer("cn=Subschema", map[string][]string{"attributeTypes": types}),
			Base: answer("cn=reader,"+peer.Suffix, map[string][]string{
				"objectClass": {"user"}, "sAMAccountName": {"reader"},
				"objectSid": {"\x01\x04\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00"},
			}),
			Pages: []peer.Step{peer.Page("", people...)},
		})))
	}
}

// checked is what check --json says.
type checked struct {
	Findings []struct {
		Area, Name, Status, Tried, Came, Todo, Verdict, Advice, Code, AdviceCode string
	}
}

// TestCheckHealthy: on each product, nothing fails; every line says what was tried and what came,
// and each that is not well, what to do. Nobody is named.
func TestCheckHealthy(t *testing.T) {
	t.Parallel()
	for name, get := range map[string]func(*testing.T) (site, []testdir.Person){
		"OpenLDAP":         func(t *testing.T) (site, []testdir.Person) { s := small.Get(t); return atOpenLDAP(s), s.People },
		"Active Directory": func(t *testing.T) (site, []testdir.Person) { s := domain.Get(t); return atDomain(s), s.People },
		"389":              func(t *testing.T) (site, []testdir.Person) { s := redHat.Get(t); return atDS389(s), s.People },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, people := get(t)
			w := newWorld(t, at)
			w.set("sources.0.sentinels", []any{at.baseDN})
			before := w.sim.frozen(t)
			var report checked
			w.json(t, &report, 0, "check", "--json")
			came := map[string]string{}
			for _, f := range report.Findings {
				came[f.Name] = f.Status
				t.Logf("%s %s: %s: %s: %s → %s", f.Status, f.Area, f.Name, f.Tried, f.Came, f.Todo)
				if f.Tried == "" || f.Came == "" || f.Status != "ok" && f.Todo == "" || f.Todo != f.Advice || f.Code == "" || (f.AdviceCode == "") != (f.Todo == "") {
					t.Errorf("not all is told: %+v", f)
				}
				for _, p := range people {
					if f.Area == "licence package" {
						break // its number of licences is somebody's number too
					}
					if text := f.Tried + f.Came + f.Todo; strings.Contains(text, p.Account) || strings.Contains(text, p.Number) || strings.Contains(text, p.CommonName) {
						t.Errorf("somebody is named: %+v", f)
					}
				}
			}
			for point := range strings.FieldsSeq("name tcp tls certificate connect bind server identity schema naming-context people profile limits " +
				"account-state mapping sentinels plan term quota") {
				if came[point] != "ok" {
					t.Errorf("%s is %q", point, came[point])
				}
			}
			if _, ok := came["tombstones"]; ok != (at.profile == "active-directory") {
				t.Errorf("tombstones: %v", came)
			}
			if got := len(w.sim.requests(t)); got != 11 {
				t.Errorf("%d requests, want the subscription, one page of each list, the size that one of them refuses, and all that a pass reads", got)
			}
			w.unchanged(t, before)
			if _, err := os.Stat(filepath.Join(w.stateDir, "ledger.db")); err == nil {
				t.Error("check made a ledger")
			}
			w.must(t, 0, "plan")
			memory := w.dump(t)
			w.must(t, 0, "check")
			if diff := cmp.Diff(memory, w.dump(t)); diff != "" {
				t.Errorf("check changed the ledger (-before +after):\n%s", diff)
			}
			if lines := len(w.lines(t)); lines > 0 {
				t.Errorf("%d lines handed over", lines)
			}
		})
	}
}

// TestCheckCountsWhatIsMissing: people without an identity are counted, not named.
func TestCheckCountsWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 6)
	w := newWorld(t, dir.site)
	for n, number := range map[int][]string{0: nil, 1: {dir.people[2].Number}} {
		if err := dir.Modify(dir.people[n].DN, "employeeNumber", number...); err != nil {
			t.Fatal(err)
		}
	}
	dir.disable(t, dir.people[5])
	var report checked
	w.json(t, &report, 0, "check", "--json")
	for _, f := range report.Findings {
		switch f.Name {
		case "mapping":
			if want := "5 entitled, 4 of them with everything; 1 lack csi; 2 share a csi with somebody"; f.Came != want || f.Status != "warning" {
				t.Errorf("%+v, want %q", f, want)
			}
		case "people":
			if want := "6 people: 5 entitled, 1 departed, 0 unknown; 0 of these have a fault of their own"; f.Came != want {
				t.Errorf("%+v, want %q", f, want)
			}
		case "account-state":
			if want := "1 of 6 people show pwdAccountLockedTime"; !strings.Contains(f.Came, want) || f.Status != "ok" {
				t.Errorf("%+v, want %q", f, want)
			}
		}
	}
}

// TestCheckFullPackage: a package without a free licence, and a day without requests, are told
// without asking the service more than once.
func TestCheckFullPackage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 3).site)
	state := w.sim.state(t)
	state.Subscription.LicenseAmount = 3
	w.sim.control(t, "PUT", "state", state, nil, 204)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "run", "--once") // sees what the first one made
	w.set("threema.daily_requests", len(w.sim.requests(t))+1)
	var report checked
	w.json(t, &report, 0, "check", "--json")
	if got := len(w.sim.requests(t)); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
	for _, f := range report.Findings {
		want := map[string]string{"seats": "3 of 3 used, 0 free, as of the pass of ", "quota": "0 of"}[f.Name]
		if want != "" && (f.Status != "warning" || !strings.HasPrefix(f.Came, want)) {
			t.Errorf("%+v, want %q", f, want)
		}
	}
}

// TestCheckRefusedConfiguration: what is wrong with the file is a finding too, where findings are
// asked for in JSON.
func TestCheckRefusedConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 1).site)
	w.set("sources.0.urls", []any{"ldaps://dc1.corp.example:3269"})
	var report checked
	w.json(t, &report, 78, "check", "--json")
	if f := report.Findings; len(f) != 1 || f[0].Status != "failed" || !strings.Contains(f[0].Came, "Global Catalog") || f[0].Todo == "" {
		t.Errorf("%+v", f)
	}
}

// TestCheckSkips: behind what failed, nothing is said to be well, and the package is asked all the
// same.
func TestCheckSkips(t *testing.T) {
	t.Parallel()
	var report checked
	closedPort(t).json(t, &report, 1, "check", "--json")
	status := map[string]string{}
	for _, f := range report.Findings {
		status[f.Name] = f.Status
	}
	for point, want := range map[string]string{"tcp": "failed", "connect": "skipped", "bind": "skipped", "people": "skipped", "API key": "ok"} {
		if status[point] != want {
			t.Errorf("%s: %q, want %q", point, status[point], want)
		}
	}
}
