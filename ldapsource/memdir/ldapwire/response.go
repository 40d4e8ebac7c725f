package ldapwire

import (
	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// Result is the outcome of a request. The zero value is success. Code is one of the
// ldap.LDAPResult… numbers.
type Result struct {
	Code                 uint16
	MatchedDN, Diagnosis string
	Referrals            []string
}

// Respond makes the answer to m: of the kind that fits the request, for a search the
// SearchResultDone.
func Respond(m Message, result Result, controls ...ldap.Control) *ber.Packet {
	return message(m.ID, respond(responseTag(m.Op), result), controls...)
}

// RespondExtended makes the answer to an extended request, with an optional response
// name and value. With ID 0 it is an unsolicited notification (RFC 4511 §4.4).
func RespondExtended(id int64, result Result, name, value string) *ber.Packet {
	op := respond(ldap.ApplicationExtendedResponse, result)
	if name != "" {
		op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 10, name, "responseName"))
	}
	if value != "" {
		op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 11, value, "responseValue"))
	}
	return message(id, op)
}

// Entry makes a SearchResultEntry.
func Entry(id int64, dn string, attributes []*ldap.EntryAttribute) *ber.Packet {
	op := application(ldap.ApplicationSearchResultEntry)
	op.AppendChild(octets(dn))
	list := ber.NewSequence("attributes")
	for _, attribute := range attributes {
		partial := ber.NewSequence("attribute")
		partial.AppendChild(octets(attribute.Name))
		values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "vals")
		for _, value := range attribute.Values {
			values.AppendChild(octets(value))
		}
		partial.AppendChild(values)
		list.AppendChild(partial)
	}
	op.AppendChild(list)
	return message(id, op)
}

// Reference makes a SearchResultReference, a continuation at other servers.
func Reference(id int64, urls ...string) *ber.Packet {
	op := application(ldap.ApplicationSearchResultReference)
	for _, url := range urls {
		op.AppendChild(octets(url))
	}
	return message(id, op)
}

// responseTag relies on RFC 4511 giving every answer the number after its request,
// but for extended operations.
func responseTag(op any) ber.Tag {
	switch op := op.(type) {
	case Bind:
		return ldap.ApplicationBindResponse
	case Search:
		return ldap.ApplicationSearchResultDone
	case Compare:
		return ldap.ApplicationCompareResponse
	case Unsupported:
		return op.Tag + 1
	}
	return ldap.ApplicationExtendedResponse
}

func respond(tag ber.Tag, result Result) *ber.Packet {
	op := application(tag)
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(result.Code), "resultCode"))
	op.AppendChild(octets(result.MatchedDN))
	op.AppendChild(octets(result.Diagnosis))
	if len(result.Referrals) > 0 {
		referral := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "referral")
		for _, url := range result.Referrals {
			referral.AppendChild(octets(url))
		}
		op.AppendChild(referral)
	}
	return op
}

func message(id int64, op *ber.Packet, controls ...ldap.Control) *ber.Packet {
	packet := ber.NewSequence("LDAPMessage")
	packet.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "messageID"))
	packet.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
		for _, control := range controls {
			list.AppendChild(control.Encode())
		}
		packet.AppendChild(list)
	}
	return packet
}

func application(tag ber.Tag) *ber.Packet {
	return ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "protocolOp")
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}
