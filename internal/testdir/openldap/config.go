package openldap

import (
	"strings"
	"text/template"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

const (
	baseDN    = "dc=example,dc=org"
	adminDN   = "cn=admin," + baseDN
	peopleDN  = "ou=people," + baseDN
	serviceDN = "ou=service," + baseDN
	readerDN  = "cn=reader," + serviceDN
	limitedDN = "cn=limited," + serviceDN
	blindDN   = "cn=blind," + serviceDN

	blindGroup = "cn=sees no unit," + serviceDN   // its members do not see HiddenOU
	shyGroup   = "cn=sees no people," + serviceDN // its members do not see the people there
)

// settings is what the configuration of a server is made from.
type settings struct {
	Dir, Password, Global, First, Extra string
	VerifyClient                        string
	TLS                                 testdir.TLS
}

// config writes slapd.conf. A client must not bind in clear text, as on a well-kept server.
func (s settings) config() (string, error) {
	const text = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
moduleload ppolicy
moduleload syncprov
pidfile {{.Dir}}/slapd.pid
argsfile {{.Dir}}/slapd.args
TLSCACertificateFile {{.TLS.CAFile}}
TLSCertificateFile {{.TLS.CertFile}}
TLSCertificateKeyFile {{.TLS.KeyFile}}
TLSVerifyClient {{.VerifyClient}}
authz-regexp "^cn={{.ClientName}}$" "{{.ReaderDN}}"
security simple_bind=128
{{.Global}}

database mdb
suffix "{{.BaseDN}}"
rootdn "{{.AdminDN}}"
rootpw {{.Password}}
directory {{.Dir}}/db
maxsize 1073741824
dbnosync
index objectClass,uid,mail,employeeNumber,entryUUID,entryCSN eq
limits dn.exact="{{.ReaderDN}}" size.soft=500 size.hard=500 size.prtotal=unlimited
limits dn.exact="{{.BlindDN}}" size.soft=500 size.hard=500 size.prtotal=unlimited
limits dn.exact="{{.LimitedDN}}" size.soft=500 size.hard=500 size.prtotal=500
{{.First}}
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="{{.HiddenOU}}" by group.exact="{{.BlindGroup}}" none by * break
access to dn.subtree="{{.HiddenOU}}" filter=(objectClass=inetOrgPerson) by group.exact="{{.ShyGroup}}" none by * break
access to * by users read by * none
overlay memberof
memberof-group-oc groupOfNames
memberof-refint true
overlay refint
refint_attributes member
refint_nothing "{{.AdminDN}}"
overlay ppolicy
overlay syncprov
{{.Extra}}
`
	var out strings.Builder
	err := template.Must(template.New("slapd.conf").Parse(text)).Execute(&out, s)
	return out.String(), err
}

// The names that the template shares with the entries.

func (settings) BaseDN() string    { return baseDN }
func (settings) AdminDN() string   { return adminDN }
func (settings) ReaderDN() string  { return readerDN }
func (settings) LimitedDN() string { return limitedDN }
func (settings) BlindDN() string   { return blindDN }
func (settings) HiddenOU() string  { return hiddenOU() }

func (settings) ClientName() string { return testdir.ClientName }

func (settings) BlindGroup() string { return blindGroup }
func (settings) ShyGroup() string   { return shyGroup }

func hiddenOU() string {
	units := testdir.Units()
	return unitDN(units[len(units)-1])
}

func unitDN(unit string) string { return "ou=" + unit + "," + peopleDN }
