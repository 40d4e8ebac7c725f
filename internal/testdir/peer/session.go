package peer

import (
	"bufio"
	"errors"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

const (
	oidStartTLS = "1.3.6.1.4.1.1466.20037"
	oidWhoAmI   = "1.3.6.1.4.1.4203.1.11.3"
	schemaDN    = "cn=Subschema"
)

// errHangup ends a connection by the script's will.
var errHangup = errors.New("the script closes the connection")

// Session is one connection, as the steps see it. Request is the one to be answered; BoundDN is
// that of the last bind request, whatever its outcome.
type Session struct {
	Request ldapwire.Message
	BoundDN string

	peer   *Peer
	conn   net.Conn
	reader *bufio.Reader
	pages  int // asked for so far
	sent   int // packets so far
}

// Send writes one packet, or closes the connection where the script wants a cut before it.
func (s *Session) Send(packet *ber.Packet) error {
	if limit := s.peer.script.CutAfter; limit > 0 && s.sent == limit {
		return errHangup
	}
	s.sent++
	return s.write(packet.Bytes())
}

func (s *Session) write(data []byte) error {
	_, err := s.conn.Write(data)
	return err
}

// next chooses the step that answers the current request.
func (s *Session) next() Step {
	script := s.peer.script
	switch op := s.Request.Op.(type) {
	case ldapwire.Bind:
		s.BoundDN = op.DN
		return script.Bind
	case ldapwire.Extended:
		return s.nextExtended(op)
	case ldapwire.Search:
		return s.nextSearch(op)
	case ldapwire.Abandon:
		return Do()
	case ldapwire.Unbind:
		return Hangup()
	}
	return Done(ldap.LDAPResultUnwillingToPerform)
}

func (s *Session) nextExtended(op ldapwire.Extended) Step {
	switch op.Name {
	case oidStartTLS:
		return s.peer.script.StartTLS
	case oidWhoAmI:
		return s.peer.script.WhoAmI
	}
	return Done(ldap.LDAPResultProtocolError)
}

func (s *Session) nextSearch(op ldapwire.Search) Step {
	script := s.peer.script
	switch {
	case op.Scope == ldap.ScopeBaseObject && op.BaseDN == "":
		return script.RootDSE
	case op.Scope == ldap.ScopeBaseObject && op.BaseDN == schemaDN:
		return script.Schema
	case op.Scope == ldap.ScopeBaseObject:
		return script.Base
	}
	page := script.Pages[min(s.pages, len(script.Pages)-1)]
	s.pages++
	return page
}
