package ldapsource

import (
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// FuzzFilter: whatever two values hold, the filter keeps its form, compares those attributes and no
// others, and the values arrive as they are (pitfall A13).
func FuzzFilter(f *testing.F) {
	f.Add("Müller", "*)(uid=*))(|(uid=*")
	f.Add("\\2a\\", "\x00\xff(")
	f.Add("", "\\")
	f.Fuzz(func(t *testing.T, a, b string) {
		packet, err := ldap.CompileFilter(string(allOf(anyOf(equal("cn", a), equal("sn", b)), present("uid"))))
		if err != nil {
			t.Fatal(err)
		}
		if packet.Tag != ldap.FilterAnd || len(packet.Children) != 2 || len(packet.Children[0].Children) != 2 {
			t.Fatalf("another form: %d children", len(packet.Children))
		}
		for i, want := range []string{a, b} {
			assertion := packet.Children[0].Children[i]
			if got := assertion.Children[1].Data.String(); assertion.Tag != ldap.FilterEqualityMatch || got != want {
				t.Errorf("%q became %q", want, got)
			}
		}
		if got := attributesOf(packet); !slices.Equal(got, []string{"cn", "sn", "uid"}) {
			t.Errorf("compares %q", got)
		}
	})
}
