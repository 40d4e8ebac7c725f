package memdir

import (
	"bufio"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// errHangup ends a connection by the server's will.
var errHangup = errors.New("connection ends")

// session is one connection.
type session struct {
	server  *Server
	conn    net.Conn
	reader  *bufio.Reader
	secure  bool // under TLS
	boundDN string
	cookie  string // of the last page, empty when no paged search is under way
}

func (s *Server) serve(ctx context.Context, conn net.Conn, withTLS bool) {
	s.track(conn)
	defer s.forget(conn)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if s.failsBy(Down) {
		return
	}
	c := &session{server: s, conn: conn}
	if withTLS {
		c.conn, c.secure = tls.Server(conn, s.tls), true
	}
	c.reader = bufio.NewReader(c.conn)
	for {
		request, err := ldapwire.Read(c.reader)
		if err != nil {
			return // the client left, or does not speak LDAP
		}
		if c.handle(request) != nil {
			return
		}
	}
}

func (s *Server) track(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[conn] = struct{}{}
}

func (s *Server) forget(conn net.Conn) {
	_ = conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

func (c *session) send(packet *ber.Packet) error {
	_, err := c.conn.Write(packet.Bytes())
	return err
}

func (c *session) fail(m ldapwire.Message, code uint16, why string) error {
	return c.send(ldapwire.Respond(m, ldapwire.Result{Code: code, Diagnosis: why}))
}

func (c *session) handle(m ldapwire.Message) error {
	if unknownCritical(m.Controls) {
		return c.fail(m, ldap.LDAPResultUnavailableCriticalExtension, "critical control unavailable in context")
	}
	switch op := m.Op.(type) {
	case ldapwire.Bind:
		return c.bind(m, op)
	case ldapwire.Search:
		return c.search(m, op)
	case ldapwire.Compare:
		return c.compare(m, op)
	case ldapwire.Extended:
		return c.extended(m, op)
	case ldapwire.Abandon:
		return nil // requests are answered one after the other
	case ldapwire.Unbind:
		return errHangup
	}
	return c.fail(m, ldap.LDAPResultUnwillingToPerform, "this directory is read-only")
}

// unknownCritical looks for a control that the client insists on and nobody here knows
// (RFC 4511 §4.1.11).
func unknownCritical(controls []ldap.Control) bool {
	for _, control := range controls {
		if c, ok := control.(*ldap.ControlString); ok && c.Criticality {
			return true
		}
	}
	return false
}

// bind logs in. A failed attempt logs out (RFC 4511 §4.2.1).
func (c *session) bind(m ldapwire.Message, op ldapwire.Bind) error {
	c.boundDN = ""
	switch {
	case !op.Simple:
		return c.fail(m, ldap.LDAPResultAuthMethodNotSupported, "SASL is not supported")
	case op.DN == "" && op.Password == "":
		return c.send(ldapwire.Respond(m, ldapwire.Result{})) // anonymous
	case op.Password == "":
		return c.fail(m, ldap.LDAPResultUnwillingToPerform, "unauthenticated bind (DN with no password) disallowed")
	case !c.secure:
		return c.fail(m, ldap.LDAPResultConfidentialityRequired, "confidentiality required")
	}
	k, err := newKey(op.DN)
	switch {
	case err != nil:
		return c.fail(m, ldap.LDAPResultInvalidDNSyntax, "invalid DN")
	case !c.server.accepts(k, op.Password):
		return c.fail(m, ldap.LDAPResultInvalidCredentials, "")
	}
	c.boundDN = c.server.nameOf(k)
	return c.send(ldapwire.Respond(m, ldapwire.Result{}))
}

// accepts tells whether a password is that of the bind account of the options, or the userPassword of
// an entry.
func (s *Server) accepts(dn key, password string) bool {
	wants := s.tree.values(dn, "userPassword")
	if dn == s.account {
		wants = append(wants, s.options.BindPassword.Reveal())
	}
	return slices.ContainsFunc(wants, func(want string) bool {
		return subtle.ConstantTimeCompare([]byte(password), []byte(want)) == 1
	})
}

// nameOf is the DN of an account as it was written first.
func (s *Server) nameOf(dn key) string {
	if dn == s.account {
		return s.options.BindDN
	}
	return s.tree.nameOf(dn)
}

func (c *session) extended(m ldapwire.Message, op ldapwire.Extended) error {
	switch op.Name {
	case oidWhoAmI:
		who := ""
		if c.boundDN != "" {
			who = "dn:" + c.boundDN
		}
		return c.send(ldapwire.RespondExtended(m.ID, ldapwire.Result{}, "", who))
	case oidStartTLS:
		return c.startTLS(m)
	}
	return c.fail(m, ldap.LDAPResultProtocolError, "unsupported extended operation")
}

func (c *session) startTLS(m ldapwire.Message) error {
	if c.secure {
		return c.fail(m, ldap.LDAPResultOperationsError, "TLS already started")
	}
	if err := c.send(ldapwire.RespondExtended(m.ID, ldapwire.Result{}, oidStartTLS, "")); err != nil {
		return err
	}
	c.conn, c.secure = tls.Server(c.conn, c.server.tls), true
	c.reader = bufio.NewReader(c.conn)
	return nil
}

func (c *session) compare(m ldapwire.Message, op ldapwire.Compare) error {
	n, result := c.base(op.DN)
	attribute, known := c.server.schema.attribute(op.Attribute)
	switch {
	case result.Code != 0:
	case !known:
		result.Code = ldap.LDAPResultUndefinedAttributeType
	case len(n.get(attribute.name)) == 0:
		result.Code = ldap.LDAPResultNoSuchAttribute
	case c.server.schema.assertion(ldap.FilterEqualityMatch, attribute.name, op.Value)(n) == yes:
		result.Code = ldap.LDAPResultCompareTrue
	default:
		result.Code = ldap.LDAPResultCompareFalse
	}
	return c.send(ldapwire.Respond(m, result))
}

// isVirtual tells whether a DN is that of the root DSE or the schema, which everybody may read.
func isVirtual(dn string) bool { return dn == "" || strings.EqualFold(dn, schemaDN) }
