// Package ldapwire is the server's side of the LDAP protocol on the wire (RFC 4511): it
// decodes requests and encodes answers. Two servers stand on it: the in-memory directory
// (ldapsource/memdir) and the scripted peer of the tests.
//
// A server reads with [Read], looks at the kind of [Message.Op], and writes the packets that
// [Entry], [Reference], [Respond] and [RespondExtended] make:
//
//	m, err := ldapwire.Read(conn)
//	switch op := m.Op.(type) {
//	case ldapwire.Search:
//		conn.Write(ldapwire.Entry(m.ID, dn, attributes).Bytes())
//		conn.Write(ldapwire.Respond(m, ldapwire.Result{}).Bytes())
//	}
//
// What the client sends is hostile input: a request that does not parse is an error, never a
// panic. The client's side of the product is go-ldap; this package shares its constants, its
// attribute type and its controls, so that nothing is named twice.
package ldapwire
