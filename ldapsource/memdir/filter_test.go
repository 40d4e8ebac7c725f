package memdir

import (
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"pgregory.net/rapid"
)

func compiled(t testing.TB, filter string) predicate {
	t.Helper()
	packet, err := ldap.CompileFilter(filter)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	// As it comes over the wire, where nothing is decoded beyond its bytes.
	matches, err := newSchema().compile(ber.DecodePacket(packet.Bytes()))
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	return matches
}

func someone(t testing.TB) *node {
	t.Helper()
	n, err := newSchema().newNode(Entry{DN: "uid=a,dc=example", Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"a"}, "cn": {"Krüger,  Jürgen"}, "uidNumber": {"6"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestThreeValues holds the truth table of RFC 4511 §4.5.1.7.
func TestThreeValues(t *testing.T) {
	t.Parallel()
	n := someone(t)
	for filter, want := range map[string]truth{
		"(uid=a)": yes, "(uid=b)": no, "(typo=a)": unknown,
		"(!(uid=a))": no, "(!(uid=b))": yes, "(!(typo=a))": unknown,
		"(&(uid=a)(typo=a))": unknown, "(&(uid=b)(typo=a))": no,
		"(|(uid=a)(typo=a))": yes, "(|(uid=b)(typo=a))": unknown,
		"(&)": yes, "(|)": no,
		"(cn=KRÜGER, jürgen)": yes, "(cn=*jür*)": yes, "(cn=kr*r*r*n)": yes, "(cn=*n*n)": no,
		"(uidNumber:1.2.840.113556.1.4.803:=6)": yes, "(uidNumber:1.2.840.113556.1.4.803:=7)": no,
	} {
		if got := compiled(t, filter)(n); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
}

func TestNestedTooDeep(t *testing.T) {
	t.Parallel()
	filter := "(uid=a)"
	for range maxNested + 1 {
		filter = "(!" + filter + ")"
	}
	packet, err := ldap.CompileFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newSchema().compile(packet); err == nil {
		t.Error("no error")
	}
}

// TestKeys: equal names have equal keys, and an escaped comma never looks like a parent.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		a, b   string
		equal  bool
		within bool
	}{
		"case and spaces": {"CN=A  b, DC=X", "cn=a B,dc=x", true, true},
		"child":           {"cn=a,dc=x", "dc=x", false, true},
		"escaped comma":   {`cn=a\,dc=x`, "dc=x", false, false},
		"end of a name":   {"cn=a,dc=xdc=x", "dc=x", false, false},
		"order of a+b":    {"cn=a+sn=b,dc=x", "sn=b+cn=a,dc=x", true, true},
	} {
		a, errA := newKey(tt.a)
		b, errB := newKey(tt.b)
		if errA != nil || errB != nil || (a == b) != tt.equal || a.within(b) != tt.within {
			t.Errorf("%s: %q %q, %v %v", name, a, b, errA, errB)
		}
	}
}

func TestKeyOfAnyValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-z,\\ +="<>#äß\x00]{1,8}x`).Draw(t, "value")
		k, err := newKey("cn=" + ldap.EscapeDN(value) + ",dc=example")
		if err != nil {
			t.Fatal(err)
		}
		if parent := k.parent(); parent != "dc=example" {
			t.Errorf("parent of %q is %q", k, parent)
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, filter := range []string{"(&(uid=a)(!(cn=*x*y)))", "(|(uidNumber>=1)(uid:=x))", "(member=cn=a\\2cb)"} {
		packet, err := ldap.CompileFilter(filter)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packet.Bytes())
	}
	n := someone(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		packet, err := ber.DecodePacketErr(data)
		if err != nil {
			return
		}
		matches, err := newSchema().compile(packet)
		if err != nil {
			return
		}
		if got := matches(n); got != no && got != unknown && got != yes {
			t.Errorf("truth %d", got)
		}
	})
}
