package ldapwire

import (
	"bufio"
	"errors"
	"fmt"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// Message is one request. Op is one of the types below.
type Message struct {
	ID       int64
	Op       any
	Controls []ldap.Control
}

// The requests that are decoded (RFC 4511 §4.2 to §4.12).
type (
	// Bind is a bind request. Simple is false for SASL, whose content is not decoded.
	Bind struct {
		DN, Password string
		Simple       bool
	}

	// Unbind ends the connection and has no answer.
	Unbind struct{}

	// Abandon gives up a request and has no answer.
	Abandon struct{}

	// Search is a search request. Scope is one of ldap.ScopeBaseObject and so on.
	Search struct {
		BaseDN     string
		Scope      int
		SizeLimit  int64
		TypesOnly  bool
		Filter     *ber.Packet
		Attributes []string
	}

	// Compare asks whether an entry has a value.
	Compare struct{ DN, Attribute, Value string }

	// Extended is an extended request; Name is its OID.
	Extended struct{ Name string }

	// Unsupported is any other request, known by its application tag.
	Unsupported struct{ Tag ber.Tag }
)

// FilterText returns the filter in the notation of RFC 4515.
func (s Search) FilterText() (string, error) {
	text, err := ldap.DecompileFilter(s.Filter)
	if err != nil {
		return "", fmt.Errorf("decode filter: %w", err)
	}
	return text, nil
}

// Paging returns the paged results control of the request (RFC 2696), nil without one.
func (m Message) Paging() *ldap.ControlPaging {
	paging, _ := ldap.FindControl(m.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
	return paging
}

var errMalformed = errors.New("malformed LDAP request")

// Read reads and decodes one request. An error that is not of the network means that
// the client does not speak LDAP; the connection is of no more use.
func Read(r *bufio.Reader) (Message, error) {
	packet, err := ber.ReadPacket(r)
	if err != nil {
		return Message{}, err
	}
	return Decode(packet)
}

// Decode decodes a request that was read as a packet.
func Decode(packet *ber.Packet) (Message, error) {
	f := &fields{rest: packet.Children}
	m := Message{ID: f.integer()}
	op := f.next()
	if f.err != nil {
		return Message{}, f.err
	}
	var err error
	if m.Op, err = decodeOp(op); err != nil {
		return Message{}, err
	}
	if len(f.rest) > 0 {
		if m.Controls, err = decodeControls(f.next()); err != nil {
			return Message{}, err
		}
	}
	return m, nil
}

func decodeOp(op *ber.Packet) (any, error) {
	f := &fields{rest: op.Children}
	switch op.Tag {
	case ldap.ApplicationBindRequest:
		return decodeBind(f)
	case ldap.ApplicationUnbindRequest:
		return Unbind{}, nil
	case ldap.ApplicationAbandonRequest:
		return Abandon{}, nil
	case ldap.ApplicationSearchRequest:
		return decodeSearch(f)
	case ldap.ApplicationCompareRequest:
		dn := f.text()
		assertion := &fields{rest: f.next().Children, err: f.err}
		return Compare{DN: dn, Attribute: assertion.text(), Value: assertion.text()}, assertion.err
	case ldap.ApplicationExtendedRequest:
		return Extended{Name: f.text()}, f.err
	}
	return Unsupported{Tag: op.Tag}, nil
}

func decodeBind(f *fields) (Bind, error) {
	f.integer() // version
	bind := Bind{DN: f.text()}
	auth := f.next()
	if bind.Simple = auth.Tag == 0; bind.Simple {
		bind.Password = auth.Data.String()
	}
	return bind, f.err
}

func decodeSearch(f *fields) (Search, error) {
	search := Search{BaseDN: f.text(), Scope: int(f.integer())}
	f.integer() // alias dereferencing: there are no aliases here
	search.SizeLimit = f.integer()
	f.integer() // time limit
	typesOnly, _ := f.next().Value.(bool)
	search.TypesOnly = typesOnly
	search.Filter = f.next()
	attributes := &fields{rest: f.next().Children, err: f.err}
	for len(attributes.rest) > 0 {
		search.Attributes = append(search.Attributes, attributes.text())
	}
	return search, attributes.err
}

func decodeControls(packet *ber.Packet) ([]ldap.Control, error) {
	var controls []ldap.Control
	for _, child := range packet.Children {
		control, err := ldap.DecodeControl(child)
		if err != nil {
			return nil, fmt.Errorf("decode control: %w", err)
		}
		controls = append(controls, control)
	}
	return controls, nil
}

// fields takes the elements of a sequence one after the other. The first fault stays in err;
// after it every element is an empty one, so that callers check once, at the end.
type fields struct {
	rest []*ber.Packet
	err  error
}

func (f *fields) next() *ber.Packet {
	if len(f.rest) == 0 {
		f.err = errMalformed
	}
	if f.err != nil {
		return ber.NewSequence("")
	}
	packet := f.rest[0]
	f.rest = f.rest[1:]
	return packet
}

func (f *fields) text() string { return f.next().Data.String() }

func (f *fields) integer() int64 {
	n, ok := f.next().Value.(int64)
	if !ok {
		f.err = errMalformed
	}
	return n
}
