package ldapsource

import (
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

func TestParseSchema(t *testing.T) {
	t.Parallel()
	got := parseSchema([]string{
		"( 2.5.4.4 NAME ( 'sn' 'surname' ) DESC 'RFC2256: last (family) name(s)' SUP name )",
		"( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX '1.3.6.1.4.1.1466.115.121.1.27' SINGLE-VALUE )",
		"(2.5.4.3 NAME('cn'   'commonName')SUP name)",
		"( 1.1 DESC 'has no NAME' )", "( 1.2 NAME )", "( 1.3 NAME ( ) )", "( 1.4 NAME x )", "( NAME 'short' )", "NAME", "", "'", "( 1.5 NAME 'one' 'two' )",
	})
	want := schema{
		"sn": "sn", "surname": "sn", "2.5.4.4": "sn",
		"useraccountcontrol": "useraccountcontrol", "1.2.840.113556.1.4.8": "useraccountcontrol",
		"cn": "cn", "commonname": "cn", "2.5.4.3": "cn", "one": "one", "1.5": "one",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add("( 2.5.4.4 NAME ( 'sn' 'surname' ) DESC 'x' )")
	f.Fuzz(func(t *testing.T, definition string) {
		for name, first := range parseSchema([]string{definition}) {
			if s := parseSchema([]string{definition}); !s.knows(name) || s.canonical(name) != first {
				t.Errorf("%q → %q", name, first)
			}
		}
	})
}

// TestC2_AttributesOfFilters: every place of a filter where an attribute may stand.
func TestC2_AttributesOfFilters(t *testing.T) {
	t.Parallel()
	packet, err := ldap.CompileFilter("(&(objectClass=person)(!(typo=x))(|(mail=*)(CN;lang-de=a*b)(a>=1)(b<=2)(c~=3))" +
		"(userAccountControl:1.2.840.113556.1.4.803:=2)(ou:dn:=x)(:caseExactMatch:=x))")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "b", "c", "cn", "mail", "objectclass", "ou", "typo", "useraccountcontrol"}
	if diff := cmp.Diff(want, attributesOf(packet)); diff != "" {
		t.Error(diff)
	}
}
