package memdir_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// TestContract asks a real OpenLDAP and the in-memory directory the same questions over the
// same content: the answers must not differ.
func TestContract(t *testing.T) {
	t.Parallel()
	origin := openldap.Start(t, openldap.Options{
		People:  120,
		Entries: posixAccounts(),
	})
	pool, err := origin.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	want := answers(t, target{url: origin.LDAPS, plain: origin.LDAP, tls: pool, reader: origin.ReaderDN, password: origin.Password, base: origin.BaseDN})
	got := answers(t, copyOf(t, origin))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("OpenLDAP (-) and memdir (+):\n%s", diff)
	}
}

// posixAccounts have numbers, for the matching rules of integers.
func posixAccounts() []testdir.Entry {
	var entries []testdir.Entry
	for i := range 4 {
		n := fmt.Sprint(i)
		entries = append(entries, testdir.Entry{DN: "uid=posix" + n + ",ou=leavers,dc=example,dc=org", Attributes: map[string][]string{
			"objectClass": {"device", "posixAccount"}, "cn": {"Posix  " + n}, "uid": {"posix" + n},
			"uidNumber": {n}, "gidNumber": {"100"}, "homeDirectory": {"/home/" + n},
		}})
	}
	return append(entries, testdir.Entry{DN: "cn=group,ou=leavers,dc=example,dc=org", Attributes: map[string][]string{
		"objectClass": {"groupOfNames"}, "cn": {"group"}, "member": {"uid=posix1,ou=leavers,dc=example,dc=org"},
	}})
}

// target is a directory to be asked.
type target struct {
	url, plain, reader, password, base string
	tls                                *tls.Config
}

// start runs an in-memory directory until the test ends.
func start(t *testing.T) (*memdir.Server, target) {
	t.Helper()
	to := target{reader: "cn=reader,ou=service,dc=example,dc=org", password: "correct horse", base: "dc=example,dc=org"}
	dir, err := memdir.Start(t.Context(), memdir.Options{Suffix: to.base, BindDN: to.reader, BindPassword: secret.New(to.password)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dir.Close)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(dir.CAPEM())
	to.url, to.plain, to.tls = dir.URL(), dir.PlainURL(), &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
	return dir, to
}

// copyOf makes an in-memory directory with the content of a real one.
func copyOf(t *testing.T, origin *openldap.Server) target {
	t.Helper()
	dir, to := start(t)
	request := ldap.NewSearchRequest(origin.BaseDN, ldap.ScopeChildren, 0, 0, 0, false, "(objectClass=*)", []string{"*", "pwdAccountLockedTime"}, nil)
	all, err := origin.Connect(t, origin.AdminDN).Search(request)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range all.Entries {
		attributes := make(map[string][]string)
		for _, a := range entry.Attributes {
			attributes[a.Name] = a.Values
		}
		if err := dir.Add(memdir.Entry{DN: entry.DN, Attributes: attributes}); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.Modify(origin.BaseDN, "o", "Beispiel AG"); err != nil {
		t.Fatal(err)
	}
	return to
}

func (to target) dial(t *testing.T) *ldap.Conn {
	t.Helper()
	conn, err := ldap.DialURL(to.url, ldap.DialWithTLSConfig(to.tls))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (to target) login(t *testing.T) *ldap.Conn {
	t.Helper()
	conn := to.dial(t)
	if err := conn.Bind(to.reader, to.password); err != nil {
		t.Fatal(err)
	}
	return conn
}

// answers asks every question and returns what came, by the name of the question.
func answers(t *testing.T, to target) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for name, q := range questions(to.base) {
		all[name] = q.ask(to.login(t))
	}
	maps.Copy(all, sessions(t, to))
	all["paging"] = paging(t, to)
	all["schema"] = knownAttributes(t, to)
	return all
}

// question is a search. The zero scope is the whole tree below base.
type question struct {
	base, filter string
	scope        int
	sizeLimit    int
	typesOnly    bool
	attributes   []string
	controls     []ldap.Control
}

func questions(base string) map[string]question {
	const subtree, one, children, self = ldap.ScopeWholeSubtree, ldap.ScopeSingleLevel, ldap.ScopeChildren, ldap.ScopeBaseObject
	all := map[string]question{
		"root DSE":               {"", "(objectClass=*)", self, 0, false, []string{"namingContexts", "subschemaSubentry", "supportedLDAPVersion"}, nil},
		"root DSE as a subtree":  {"", "(objectClass=*)", subtree, 0, false, nil, nil},
		"schema without names":   {"cn=subschema", "(objectClass=subschema)", self, 0, false, []string{"cn", "objectClass"}, nil},
		"suffix":                 {base, "(objectClass=*)", self, 0, false, []string{"objectClass", "dc", "o"}, nil},
		"missing base":           {"ou=nobody,ou=none,ou=people," + base, "(objectClass=*)", subtree, 0, false, nil, nil},
		"foreign base":           {"dc=other", "(objectClass=*)", subtree, 0, false, nil, nil},
		"malformed base":         {"no DN", "(objectClass=*)", subtree, 0, false, nil, nil},
		"base in another case":   {"OU=PEOPLE, DC=Example,DC=org", "(uid=u000001)", subtree, 0, false, []string{"uid"}, nil},
		"one level":              {"ou=people," + base, "(objectClass=*)", one, 0, false, []string{"1.1"}, nil},
		"children":               {"ou=leavers," + base, "(objectClass=*)", children, 0, false, []string{"1.1"}, nil},
		"only names":             {base, "(uid=u000001)", subtree, 0, false, []string{"1.1"}, nil},
		"user attributes":        {base, "(uid=u000013)", subtree, 0, false, nil, nil},
		"star and operational":   {base, "(uid=u000013)", subtree, 0, false, []string{"*", "pwdAccountLockedTime"}, nil},
		"operational by name":    {base, "(uid=u000013)", subtree, 0, false, []string{"PWDACCOUNTLOCKEDTIME", "CN"}, nil},
		"missing attribute":      {base, "(uid=u000013)", subtree, 0, false, []string{"mail", "mobile"}, nil},
		"unknown attribute":      {base, "(uid=u000013)", subtree, 0, false, []string{"typo", "uid"}, nil},
		"attribute by OID":       {base, "(2.5.4.4=Krüger)", subtree, 0, false, []string{"0.9.2342.19200300.100.1.1"}, nil},
		"types only":             {base, "(uid=u000001)", subtree, 0, true, []string{"uid", "cn"}, nil},
		"size limit":             {base, "(objectClass=inetOrgPerson)", subtree, 5, false, []string{"1.1"}, nil},
		"size limit just enough": {base, "(objectClass=groupOfNames)", subtree, 1, false, []string{"1.1"}, nil},
		"critical control":       {base, "(objectClass=*)", self, 0, false, []string{"1.1"}, []ldap.Control{ldap.NewControlString("1.2.3.4", true, "")}},
		"other control":          {base, "(objectClass=*)", self, 0, false, []string{"1.1"}, []ldap.Control{ldap.NewControlString("1.2.3.4", false, "")}},
	}
	for _, filter := range filters() {
		all["filter "+filter] = question{base: base, filter: filter, scope: subtree, attributes: []string{"1.1"}}
	}
	return all
}

// filters are the questions about matching. Among them are the traps: a class by the name of
// one above it, a typo with and without "not" (C2), values that the syntax forbids (A13).
func filters() []string {
	return []string{
		"(objectClass=person)", "(objectClass=INETORGPERSON)", "(objectClass=nothing)", "(!(objectClass=nothing))",
		"(uid=U000001)", "(cn=krüger,   JÜRGEN 7)", "(cn=posix 1)", "(employeeNumber=100003)",
		"(typo=x)", "(!(typo=x))", "(typo=*)", "(!(typo=*))", "(|(typo=x)(uid=u000001))", "(&(!(typo=x))(uid=u000001))",
		"(&(objectClass=inetOrgPerson)(!(pwdAccountLockedTime=*)))", "(pwdAccountLockedTime=000001010000Z)",
		"(pwdAccountLockedTime>=20190101000000Z)", "(pwdAccountLockedTime=soon)", "(!(pwdAccountLockedTime=soon))",
		"(mail=*@EXAMPLE.org)", "(mail=u00001*)", "(cn=*g*r*)", "(cn=Kr*er,*7)", "(cn=*\\2a*)", "(!(mail=*))", "(entryUUID=*0*)",
		"(entryUUID=not-a-uuid)", "(!(entryUUID=not-a-uuid))", "(entryUUID=00000000-0000-0000-0000-000000000000)",
		"(uidNumber>=2)", "(uidNumber<=1)", "(uidNumber=02)", "(uidNumber=two)", "(uid>=u000005)",
		"(uidNumber:1.2.840.113556.1.4.803:=2)", "(uidNumber:1.2.840.113556.1.4.803:=0)", "(uid:1.2.840.113556.1.4.803:=2)",
		"(uidNumber:1.2.3.4:=2)", "(member=UID=posix1, ou=leavers,dc=example,dc=org)", "(member=no DN)",
		"(sn~=krüger)", "(&)", "(|)", "(&(|(sn=Müller)(sn=Wolf))(title=Ingenieur 1*)(!(departmentNumber=D13)))",
	}
}

// ask does the search and writes down the outcome: code, matched DN, entries. Their order and the
// texts of errors are the server's own and stay out.
func (q question) ask(conn *ldap.Conn) string {
	request := ldap.NewSearchRequest(q.base, q.scope, 0, q.sizeLimit, 0, q.typesOnly, q.filter, q.attributes, q.controls)
	result, err := conn.Search(request)
	var entries []string
	if result != nil {
		for _, entry := range result.Entries {
			entries = append(entries, describe(entry))
		}
	}
	slices.Sort(entries)
	return outcome(err) + "\n" + strings.Join(entries, "\n")
}

func outcome(err error) string {
	if e, ok := errors.AsType[*ldap.Error](err); ok {
		return fmt.Sprintf("code %d, matched %q", e.ResultCode, e.MatchedDN)
	}
	return fmt.Sprint("code 0, ", err)
}

func describe(entry *ldap.Entry) string {
	var lines []string
	for _, a := range entry.Attributes {
		lines = append(lines, fmt.Sprintf("%s=%q", a.Name, slices.Sorted(slices.Values(a.Values))))
	}
	slices.Sort(lines)
	return entry.DN + " " + strings.Join(lines, " ")
}

// sessions are the questions about logging in.
func sessions(t *testing.T, to target) map[string]string {
	t.Helper()
	all := make(map[string]string)
	self := question{base: to.base, filter: "(objectClass=*)", scope: ldap.ScopeBaseObject, attributes: []string{"1.1"}}
	for name, credentials := range map[string][2]string{
		"right": {to.reader, to.password}, "other case": {strings.ToUpper(to.reader), to.password},
		"wrong password": {to.reader, "wrong"}, "unknown DN": {"cn=nobody," + to.base, "x"}, "no DN": {"no DN", "x"},
	} {
		conn := to.login(t) // a failed bind must undo this one
		all["bind, "+name] = outcome(conn.Bind(credentials[0], credentials[1]))
		who, err := conn.WhoAmI(nil)
		if err != nil {
			t.Fatal(err)
		}
		all["who, "+name] = who.AuthzID
		all["read, "+name] = self.ask(conn)
	}
	conn := to.dial(t)
	all["read, anonymous"] = self.ask(conn)
	all["bind, no password"] = outcome(conn.UnauthenticatedBind(to.reader))
	all["bind, anonymous"] = outcome(conn.UnauthenticatedBind(""))

	conn = to.login(t)
	for name, q := range map[string][3]string{
		"true": {to.base, "o", "BEISPIEL ag"}, "false": {to.base, "o", "x"}, "missing": {to.base, "ou", "x"},
		"unknown": {to.base, "typo", "x"}, "nowhere": {"ou=none," + to.base, "ou", "x"},
	} {
		same, err := conn.Compare(q[0], q[1], q[2])
		all["compare, "+name] = fmt.Sprint(same, " ", outcome(err))
	}
	_, err := conn.Extended(ldap.NewExtendedRequest("1.2.3.4", nil))
	all["unknown extended operation"] = outcome(err)
	maps.Copy(all, startTLS(t, to))
	return all
}

func startTLS(t *testing.T, to target) map[string]string {
	t.Helper()
	conn, err := ldap.DialURL(to.plain)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	config := to.tls.Clone()
	config.ServerName, _, _ = strings.Cut(strings.TrimPrefix(to.plain, "ldap://"), ":")
	all := map[string]string{
		"clear text":                 outcome(conn.Bind(to.reader, to.password)),
		"clear text, wrong password": outcome(conn.Bind(to.reader, "wrong")),
		"StartTLS":                   fmt.Sprint(conn.StartTLS(config)),
	}
	all["after StartTLS"] = outcome(conn.Bind(to.reader, to.password))
	return all
}

// paging reads all people in pages, then uses a cookie that was never given.
func paging(t *testing.T, to target) string {
	t.Helper()
	conn := to.login(t)
	var b strings.Builder
	control := ldap.NewControlPaging(50)
	for {
		request := ldap.NewSearchRequest(to.base, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=inetOrgPerson)", []string{"uid"}, []ldap.Control{control})
		result, err := conn.Search(request)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%d entries from %s\n", len(result.Entries), result.Entries[0].DN)
		answer, ok := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok {
			t.Fatal("no paging control in the answer")
		}
		if len(answer.Cookie) == 0 {
			break
		}
		control.SetCookie(answer.Cookie)
	}
	control.SetCookie([]byte("12345678"))
	request := ldap.NewSearchRequest(to.base, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=*)", nil, []ldap.Control{control})
	_, err := conn.Search(request)
	return b.String() + outcome(err)
}

// knownAttributes looks into the schema for the attributes that the product uses, the way it
// does: by name.
func knownAttributes(t *testing.T, to target) string {
	t.Helper()
	request := ldap.NewSearchRequest("cn=Subschema", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=subschema)", []string{"attributeTypes", "objectClasses"}, nil)
	result, err := to.login(t).Search(request)
	if err != nil || len(result.Entries) != 1 {
		t.Fatalf("schema: %v, %v", result, err)
	}
	var found []string
	for name := range strings.FieldsSeq("cn sn givenName displayName uid mail title employeeNumber departmentNumber telephoneNumber mobile " +
		"memberOf member entryUUID pwdAccountLockedTime objectClass inetOrgPerson organizationalUnit typo userAccountControl") {
		for _, definition := range slices.Concat(result.Entries[0].GetAttributeValues("attributeTypes"), result.Entries[0].GetAttributeValues("objectClasses")) {
			if names, _, _ := strings.Cut(definition, " DESC "); strings.Contains(names+" ", "'"+name+"'") {
				found = append(found, name)
				break
			}
		}
	}
	return strings.Join(found, " ")
}
