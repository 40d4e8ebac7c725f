package memdir

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// syntax says how the values of an attribute are compared (RFC 4517).
type syntax int

const (
	syntaxText syntax = iota // case and runs of spaces do not count
	syntaxDN
	syntaxUUID
	syntaxTime    // generalized time
	syntaxInteger // a number; the only one that has bits
	syntaxClass   // an object class; those below it count too
	syntaxOctets  // a password: exactly, and never shown
)

// attributeType is one attribute that the directory knows.
type attributeType struct {
	name, oid   string
	syntax      syntax
	operational bool
}

// objectClass is one class that the directory knows, with the class above it.
type objectClass struct{ name, oid, parent string }

// schema is all that the directory knows: keys are in lower case.
type schema struct {
	attributes map[string]attributeType
	classes    map[string]objectClass
}

func newSchema() schema {
	s := schema{attributes: make(map[string]attributeType), classes: make(map[string]objectClass)}
	for _, a := range slices.Concat(userAttributes(), operationalAttributes()) {
		s.attributes[strings.ToLower(a.name)] = a
	}
	for _, c := range objectClasses() {
		s.classes[strings.ToLower(c.name)] = c
	}
	return s
}

// attribute finds an attribute by name, in any case, or by OID.
func (s schema) attribute(name string) (attributeType, bool) {
	if a, ok := s.attributes[strings.ToLower(name)]; ok {
		return a, true
	}
	for _, a := range s.attributes {
		if a.oid == name {
			return a, true
		}
	}
	return attributeType{}, false
}

// isA tells whether a class is the other one or below it.
func (s schema) isA(class, other string) bool {
	for class != "" {
		if strings.EqualFold(class, other) {
			return true
		}
		class = s.classes[strings.ToLower(class)].parent
	}
	return false
}

// definition writes an attribute as RFC 4512 §4.1.2 does.
func (a attributeType) definition() string {
	rules := map[syntax]string{
		syntaxText:    "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15",
		syntaxDN:      "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12",
		syntaxUUID:    "EQUALITY UUIDMatch ORDERING UUIDOrderingMatch SYNTAX 1.3.6.1.1.16.1",
		syntaxTime:    "EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24",
		syntaxInteger: "EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE",
		syntaxClass:   "EQUALITY objectIdentifierMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.38",
		syntaxOctets:  "EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40",
	}[a.syntax]
	usage := ""
	if a.operational {
		usage = " USAGE directoryOperation"
	}
	return fmt.Sprintf("( %s NAME '%s' %s%s )", a.oid, a.name, rules, usage)
}

func (c objectClass) definition() string {
	if c.parent == "" {
		return fmt.Sprintf("( %s NAME '%s' ABSTRACT )", c.oid, c.name)
	}
	return fmt.Sprintf("( %s NAME '%s' SUP %s )", c.oid, c.name, c.parent)
}

// userAttributes are those of RFC 4519, RFC 4524, RFC 2798 and RFC 2307 that describe people,
// groups and what holds them.
func userAttributes() []attributeType {
	return []attributeType{
		{name: "objectClass", oid: "2.5.4.0", syntax: syntaxClass},
		{name: "cn", oid: "2.5.4.3"},
		{name: "sn", oid: "2.5.4.4"},
		{name: "l", oid: "2.5.4.7"},
		{name: "o", oid: "2.5.4.10"},
		{name: "ou", oid: "2.5.4.11"},
		{name: "title", oid: "2.5.4.12"},
		{name: "description", oid: "2.5.4.13"},
		{name: "telephoneNumber", oid: "2.5.4.20"},
		{name: "member", oid: "2.5.4.31", syntax: syntaxDN},
		{name: "userPassword", oid: "2.5.4.35", syntax: syntaxOctets},
		{name: "givenName", oid: "2.5.4.42"},
		{name: "uid", oid: "0.9.2342.19200300.100.1.1"},
		{name: "mail", oid: "0.9.2342.19200300.100.1.3"},
		{name: "manager", oid: "0.9.2342.19200300.100.1.10", syntax: syntaxDN},
		{name: "dc", oid: "0.9.2342.19200300.100.1.25"},
		{name: "mobile", oid: "0.9.2342.19200300.100.1.41"},
		{name: "departmentNumber", oid: "2.16.840.1.113730.3.1.2"},
		{name: "employeeNumber", oid: "2.16.840.1.113730.3.1.3"},
		{name: "employeeType", oid: "2.16.840.1.113730.3.1.4"},
		{name: "displayName", oid: "2.16.840.1.113730.3.1.241"},
		{name: "uidNumber", oid: "1.3.6.1.1.1.1.0", syntax: syntaxInteger},
		{name: "gidNumber", oid: "1.3.6.1.1.1.1.1", syntax: syntaxInteger},
		{name: "homeDirectory", oid: "1.3.6.1.1.1.1.3"},
	}
}

// operationalAttributes are those of RFC 4512, RFC 4530 and the password policy draft.
func operationalAttributes() []attributeType {
	attributes := []attributeType{
		{name: "createTimestamp", oid: "2.5.18.1", syntax: syntaxTime},
		{name: "modifyTimestamp", oid: "2.5.18.2", syntax: syntaxTime},
		{name: "subschemaSubentry", oid: "2.5.18.10", syntax: syntaxDN},
		{name: "attributeTypes", oid: "2.5.21.5"},
		{name: "objectClasses", oid: "2.5.21.6"},
		{name: "entryUUID", oid: "1.3.6.1.1.16.4", syntax: syntaxUUID},
		{name: "entryDN", oid: "1.3.6.1.1.20", syntax: syntaxDN},
		{name: "memberOf", oid: "1.2.840.113556.1.2.102", syntax: syntaxDN},
		{name: "namingContexts", oid: "1.3.6.1.4.1.1466.101.120.5", syntax: syntaxDN},
		{name: "supportedExtension", oid: "1.3.6.1.4.1.1466.101.120.7"},
		{name: "supportedControl", oid: "1.3.6.1.4.1.1466.101.120.13"},
		{name: "supportedLDAPVersion", oid: "1.3.6.1.4.1.1466.101.120.15"},
		{name: "vendorName", oid: "1.3.6.1.1.4"},
		{name: "pwdChangedTime", oid: "1.3.6.1.4.1.42.2.27.8.1.16", syntax: syntaxTime},
		{name: "pwdAccountLockedTime", oid: "1.3.6.1.4.1.42.2.27.8.1.17", syntax: syntaxTime},
	}
	for i := range attributes {
		attributes[i].operational = true
	}
	return attributes
}

func objectClasses() []objectClass {
	return []objectClass{
		{"top", "2.5.6.0", ""},
		{"organization", "2.5.6.4", "top"},
		{"organizationalUnit", "2.5.6.5", "top"},
		{"person", "2.5.6.6", "top"},
		{"organizationalPerson", "2.5.6.7", "person"},
		{"organizationalRole", "2.5.6.8", "top"},
		{"groupOfNames", "2.5.6.9", "top"},
		{"device", "2.5.6.14", "top"},
		{"dcObject", "1.3.6.1.4.1.1466.344", "top"},
		{"simpleSecurityObject", "0.9.2342.19200300.100.4.19", "top"},
		{"inetOrgPerson", "2.16.840.1.113730.3.2.2", "organizationalPerson"},
		{"posixAccount", "1.3.6.1.1.1.2.0", "top"},
		{"subentry", "2.5.17.0", "top"},
		{"subschema", "2.5.20.1", "top"},
		{"extensibleObject", "1.3.6.1.4.1.1466.101.120.111", "top"},
	}
}

const (
	schemaDN    = "cn=Subschema"
	oidStartTLS = "1.3.6.1.4.1.1466.20037"
	oidWhoAmI   = "1.3.6.1.4.1.4203.1.11.3"
)

// rootDSE describes the server (RFC 4512 §5.1).
func rootDSE(suffix string) Entry {
	return Entry{Attributes: map[string][]string{
		"objectClass":          {"top"},
		"namingContexts":       {suffix},
		"subschemaSubentry":    {schemaDN},
		"supportedControl":     {ldap.ControlTypePaging},
		"supportedExtension":   {oidStartTLS, oidWhoAmI},
		"supportedLDAPVersion": {"3"},
		"vendorName":           {"threema-dirsync memdir"},
	}}
}

// subschema shows the schema as an entry (RFC 4512 §4.2).
func subschema() Entry {
	entry := Entry{DN: schemaDN, Attributes: map[string][]string{
		"objectClass": {"top", "subentry", "subschema", "extensibleObject"},
		"cn":          {"Subschema"},
	}}
	for _, a := range slices.Concat(userAttributes(), operationalAttributes()) {
		entry.Attributes["attributeTypes"] = append(entry.Attributes["attributeTypes"], a.definition())
	}
	for _, c := range objectClasses() {
		entry.Attributes["objectClasses"] = append(entry.Attributes["objectClasses"], c.definition())
	}
	return entry
}
