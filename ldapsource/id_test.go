package ldapsource

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"pgregory.net/rapid"
)

// TestB9_GUID has the vectors of MS-DTYP 2.3.4.2 and of a real domain: read as a UUID, both
// come out wrong.
func TestB9_GUID(t *testing.T) {
	t.Parallel()
	for text, raw := range map[string]string{
		"1b15ffde-0001-0203-0405-060708090a0b": "\xde\xff\x15\x1b\x01\x00\x03\x02\x04\x05\x06\x07\x08\x09\x0a\x0b",
		"2a583f8e-d658-465b-aa16-ade2d75fffff": "\x8e\x3f\x58\x2a\x58\xd6\x5b\x46\xaa\x16\xad\xe2\xd7\x5f\xff\xff",
		"00000000-0000-0000-0000-000000000000": strings.Repeat("\x00", 16),
	} {
		got, err := guidToText(raw)
		if err != nil || got != text {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
		back, err := textToGUID(text)
		if err != nil || back != raw {
			t.Errorf("%x, %v; want %x", back, err, raw)
		}
	}
	for _, raw := range []string{"", "short", strings.Repeat("x", 17)} {
		if got, err := guidToText(raw); err == nil {
			t.Errorf("%q is taken for %s", raw, got)
		}
	}
}

func TestIDCodecs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		attribute string
		values    []string
		want      string // "": refused
		filter    filter
	}{
		"GUID":           {"objectGUID", []string{"(*)\\\x00abcdefghijk"}, "5c292a28-6100-6362-6465-666768696a6b", `(objectGUID=\28\2a\29\5c\00abcdefghijk)`},
		"UUID":           {"entryUUID", []string{"39EC110A-7A3A-1041-9D9E-C7C72BBE27E4"}, "39ec110a-7a3a-1041-9d9e-c7c72bbe27e4", "(entryUUID=39ec110a-7a3a-1041-9d9e-c7c72bbe27e4)"},
		"text":           {"employeeNumber", []string{"A*1"}, "A*1", `(employeeNumber=A\2a1)`},
		"missing":        {"entryUUID", nil, "", ""},
		"two":            {"entryUUID", []string{"39ec110a-7a3a-1041-9d9e-c7c72bbe27e4", "39ec110a-7a3a-1041-9d9e-c7c72bbe27e5"}, "", ""},
		"no UUID":        {"entryUUID", []string{"39ec110a7a3a10419d9ec7c72bbe27e4"}, "", ""},
		"braces":         {"entryUUID", []string{"{9ec110a-7a3a-1041-9d9e-c7c72bbe27e}"}, "", ""},
		"blank":          {"employeeNumber", []string{" "}, "", ""},
		"not text":       {"employeeNumber", []string{"\xff"}, "", ""},
		"GUID as a UUID": {"objectGUID", []string{"39ec110a-7a3a-1041-9d9e-c7c72bbe27e4"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codec := newIDCodec(tt.attribute)
			got, err := codec.decode(tt.values)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Fatalf("%q, %v; want %q", got, err, tt.want)
			}
			if tt.want == "" {
				return
			}
			if f, err := codec.match(got); err != nil || f != tt.filter {
				t.Errorf("filter %s, %v; want %s", f, err, tt.filter)
			}
		})
	}
}

func FuzzGUID(f *testing.F) {
	f.Add("0123456789abcdef")
	f.Add("")
	f.Fuzz(func(t *testing.T, raw string) {
		text, err := guidToText(raw)
		if err != nil {
			return
		}
		if back, err := textToGUID(text); err != nil || back != raw {
			t.Errorf("%x → %s → %x, %v", raw, text, back, err)
		}
		match, err := newIDCodec("objectGUID").match(text)
		if err != nil {
			t.Fatal(err)
		}
		packet, err := ldap.CompileFilter(string(match))
		if err != nil || packet.Children[1].Data.String() != raw {
			t.Errorf("the filter %s does not carry the bytes: %v", match, err)
		}
	})
}

// TestSIDOfADomain: the others stand for whoever fits a rule.
func TestSIDOfADomain(t *testing.T) {
	for want, ids := range map[bool][]sid{
		true:  {{authority: 5, subAuthorities: []uint32{21, 1, 2, 3, 1107}}},
		false: {{authority: 5, subAuthorities: []uint32{11}}, {authority: 1, subAuthorities: []uint32{0}}, {authority: 16, subAuthorities: []uint32{21, 4096}}, {authority: 5}},
	} {
		for _, id := range ids {
			if id.ofDomain() != want {
				t.Errorf("%s: want %t", id, want)
			}
		}
	}
}

func TestSID(t *testing.T) {
	t.Parallel()
	got, err := parseSID(rawSID(21, 473388572, 3201820588, 2885780625, 501))
	if err != nil || got.String() != "S-1-5-21-473388572-3201820588-2885780625-501" || got.rid() != 501 {
		t.Errorf("%v, %v", got, err)
	}
	for _, raw := range []string{"", "\x01\x01\x00\x00\x00\x00\x00\x05", "\x02\x00\x00\x00\x00\x00\x00\x05", rawSID(1, 2) + "x"} {
		if got, err := parseSID(raw); err == nil {
			t.Errorf("%x is taken for %v", raw, got)
		}
	}
	if empty, err := parseSID(rawSID()); err != nil || empty.rid() != 0 {
		t.Errorf("%v, %v", empty, err)
	}
}

// TestA13_ValuesInFilters: any value arrives as it is.
func TestA13_ValuesInFilters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := string(rapid.SliceOf(rapid.Byte()).Draw(t, "value"))
		packet, err := ldap.CompileFilter(string(allOf(anyOf(equal("cn", value)), anything)))
		if err != nil {
			t.Fatal(err)
		}
		if got := packet.Children[0].Children[0].Children[1].Data.String(); got != value {
			t.Errorf("%q became %q", value, got)
		}
	})
}
