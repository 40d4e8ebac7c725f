package peer

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// SuffixUUID is the entryUUID of the suffix entry.
const SuffixUUID = "5a3c0b7e-0000-4000-8000-000000000000"

func rootDSE() *ldap.Entry {
	return ldap.NewEntry("", map[string][]string{
		"objectClass":             {"top"},
		"namingContexts":          {Suffix},
		"subschemaSubentry":       {schemaDN},
		"supportedControl":        {ldap.ControlTypePaging},
		"supportedExtension":      {oidStartTLS, oidWhoAmI},
		"supportedLDAPVersion":    {"3"},
		"supportedSASLMechanisms": {"EXTERNAL"},
	})
}

func schema() *ldap.Entry {
	names := strings.Fields("objectClass cn sn givenName displayName uid mail title employeeNumber " +
		"departmentNumber telephoneNumber memberOf entryUUID pwdAccountLockedTime")
	var types []string
	for i, name := range names {
		types = append(types, fmt.Sprintf("( 1.3.6.1.4.1.99999.1.%d NAME '%s' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )", i+1, name))
	}
	return ldap.NewEntry(schemaDN, map[string][]string{
		"objectClass":    {"top", "subentry", "subschema"},
		"cn":             {"Subschema"},
		"attributeTypes": types,
	})
}

func suffixOnly(s *Session) error {
	op, _ := s.Request.Op.(ldapwire.Search)
	if !strings.EqualFold(op.BaseDN, Suffix) {
		return Done(ldap.LDAPResultNoSuchObject)(s)
	}
	entry := ldap.NewEntry(Suffix, map[string][]string{
		"objectClass": {"top", "dcObject", "organization"},
		"entryUUID":   {SuffixUUID},
	})
	return Do(Entries(entry), Done(ldap.LDAPResultSuccess))(s)
}

func sayBoundDN(s *Session) error {
	return s.Send(ldapwire.RespondExtended(s.Request.ID, ldapwire.Result{}, "", "dn:"+s.BoundDN))
}
