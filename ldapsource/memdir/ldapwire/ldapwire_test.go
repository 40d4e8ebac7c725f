package ldapwire_test

import (
	"bufio"
	"bytes"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// request wraps an operation as a client does.
func request(id int64, op *ber.Packet, controls ...ldap.Control) []byte {
	packet := ber.NewSequence("")
	packet.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	packet.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, control := range controls {
			list.AppendChild(control.Encode())
		}
		packet.AppendChild(list)
	}
	return packet.Bytes()
}

func operation(tag ber.Tag, children ...*ber.Packet) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	for _, child := range children {
		op.AppendChild(child)
	}
	return op
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func number(tag ber.Tag, n int64) *ber.Packet {
	return ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, tag, n, "")
}

func searchRequest(t testing.TB, filter string) []byte {
	t.Helper()
	compiled, err := ldap.CompileFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	attributes := ber.NewSequence("")
	attributes.AppendChild(octets("uid"))
	op := operation(ldap.ApplicationSearchRequest, octets("dc=x"), number(ber.TagEnumerated, 2), number(ber.TagEnumerated, 0),
		number(ber.TagInteger, 7), number(ber.TagInteger, 0), ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, ""),
		compiled, attributes)
	return request(5, op, &ldap.ControlPaging{PagingSize: 500, Cookie: []byte("c")})
}

func bindRequest(tag ber.Tag) []byte {
	auth := ber.NewString(ber.ClassContext, ber.TypePrimitive, tag, "secret", "")
	return request(1, operation(ldap.ApplicationBindRequest, number(ber.TagInteger, 3), octets("cn=x"), auth))
}

func extendedRequest(oid string) []byte {
	name := ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, oid, "")
	return request(2, operation(ldap.ApplicationExtendedRequest, name))
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		data []byte
		want any
	}{
		"simple bind": {bindRequest(0), ldapwire.Bind{DN: "cn=x", Password: "secret", Simple: true}},
		"SASL bind":   {bindRequest(3), ldapwire.Bind{DN: "cn=x"}},
		"extended":    {extendedRequest("1.2.3"), ldapwire.Extended{Name: "1.2.3"}},
		"delete":      {request(3, operation(ldap.ApplicationDelRequest)), ldapwire.Unsupported{Tag: ldap.ApplicationDelRequest}},
	} {
		m, err := ldapwire.Read(bufio.NewReader(bytes.NewReader(tt.data)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, m.Op); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadSearch(t *testing.T) {
	t.Parallel()
	m, err := ldapwire.Read(bufio.NewReader(bytes.NewReader(searchRequest(t, "(&(uid=*)(!(sn=a*b)))"))))
	if err != nil {
		t.Fatal(err)
	}
	search, ok := m.Op.(ldapwire.Search)
	if !ok || m.ID != 5 || search.BaseDN != "dc=x" || search.Scope != 2 || search.SizeLimit != 7 || !search.TypesOnly {
		t.Errorf("search %+v of message %d", search, m.ID)
	}
	if text, err := search.FilterText(); err != nil || text != "(&(uid=*)(!(sn=a*b)))" {
		t.Errorf("filter %q, %v", text, err)
	}
	if p := m.Paging(); p == nil || p.PagingSize != 500 || string(p.Cookie) != "c" {
		t.Errorf("paging %+v", p)
	}
}

func TestReadRefusesWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"nothing":         {},
		"text":            []byte("GET / HTTP/1.1\r\n\r\n"),
		"cut short":       searchRequest(t, "(uid=*)")[:30],
		"empty message":   ber.NewSequence("").Bytes(),
		"no operation":    {0x30, 0x03, 0x02, 0x01, 0x01},
		"empty search":    request(1, operation(ldap.ApplicationSearchRequest)),
		"empty bind":      request(1, operation(ldap.ApplicationBindRequest)),
		"ID is no number": {0x30, 0x05, 0x04, 0x01, 0x41, 0x42, 0x00},
	} {
		if m, err := ldapwire.Read(bufio.NewReader(bytes.NewReader(data))); err == nil {
			t.Errorf("%s: read as %+v", name, m)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(bindRequest(0))
	f.Add(extendedRequest("1.3.6.1.4.1.1466.20037"))
	f.Add(searchRequest(f, "(|(a=b)(c>=d)(e<=f)(g~=h)(i=*)(j=k*l*m)(n:1.2.3:=o))"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		m, err := ldapwire.Read(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			return
		}
		_ = m.Paging()
		if search, ok := m.Op.(ldapwire.Search); ok {
			_, _ = search.FilterText() // must not panic
		}
		_ = ldapwire.Respond(m, ldapwire.Result{}).Bytes()
	})
}
