// Package memdir is a small LDAP directory in memory, for the demo and for tests. It speaks
// the real protocol on loopback, over TLS, and looks to a client like an OpenLDAP server: root
// DSE, schema, paging, result codes, and operational attributes that must be asked for by name.
// A test holds it against a real OpenLDAP with the same content.
//
//	dir, err := memdir.Start(ctx, memdir.Options{
//		Suffix:       "dc=example,dc=org",
//		BindDN:       "cn=reader,dc=example,dc=org",
//		BindPassword: secret.New("…"),
//	})
//	defer dir.Close()
//	err = dir.Add(memdir.Entry{DN: "ou=people,dc=example,dc=org", Attributes: …})
//	// a client connects to dir.URL() and trusts dir.CAPEM()
//
// The content is changed by calls ([Server.Add], [Server.Modify], [Server.Move],
// [Server.Delete]) while clients read; over the wire it is read-only. An entry keeps its
// entryUUID until it is deleted. [Server.SetOutage] lets the directory fail in the ways that a
// sync must survive.
//
// # Why not a library
//
// jimlambrt/gldap was looked at: it hides its connections, so that it can neither cut one nor
// tell TLS from clear text, its extended responses carry no value (WhoAmI), it knows neither
// compare nor the address of a listener on port 0, and its Stop waits for idle clients.
//
// # What it does not have
//
// Limits, ACLs, aliases, referrals, attribute options, SASL, schema checks beyond the names of
// attributes and classes. Whoever is bound sees everything; who is not, nothing.
//
// # Where to look
//
//	memdir.go  the server
//	session.go one connection
//	search.go  searches and pages
//	tree.go    the entries
//	dn.go      names of entries
//	filter.go  filters, with three values
//	syntax.go  how values are compared
//	schema.go  attributes, root DSE, subschema
//	outage.go  ways to fail
package memdir
