package testdir

import (
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// Add adds entries, parents first.
func (e *Endpoint) Add(t testing.TB, entries ...Entry) {
	t.Helper()
	e.change(t, func(conn *ldap.Conn) error {
		for _, entry := range entries {
			request := ldap.NewAddRequest(entry.DN, nil)
			for name, values := range entry.Attributes {
				request.Attribute(name, values)
			}
			if err := conn.Add(request); err != nil {
				return err
			}
		}
		return nil
	})
}

// Modify replaces the values of an attribute; without values the attribute goes.
func (e *Endpoint) Modify(t testing.TB, dn, attribute string, values ...string) {
	t.Helper()
	request := ldap.NewModifyRequest(dn, nil)
	request.Replace(attribute, values)
	e.change(t, func(conn *ldap.Conn) error { return conn.Modify(request) })
}

// Delete removes an entry that has no children.
func (e *Endpoint) Delete(t testing.TB, dn string) {
	t.Helper()
	e.change(t, func(conn *ldap.Conn) error { return conn.Del(ldap.NewDelRequest(dn, nil)) })
}

// Move moves an entry below another parent and keeps its name. It returns the new DN.
func (e *Endpoint) Move(t testing.TB, dn, newParent string) string {
	t.Helper()
	rdn, _ := splitDN(dn)
	request := ldap.NewModifyDNRequest(dn, rdn, true, newParent)
	e.change(t, func(conn *ldap.Conn) error { return conn.ModifyDN(request) })
	return rdn + "," + newParent
}

// Rename gives an entry another RDN, such as "cn=New Name", below the same parent. It returns
// the new DN.
func (e *Endpoint) Rename(t testing.TB, dn, newRDN string) string {
	t.Helper()
	_, parent := splitDN(dn)
	request := ldap.NewModifyDNRequest(dn, newRDN, true, "")
	e.change(t, func(conn *ldap.Conn) error { return conn.ModifyDN(request) })
	return newRDN + "," + parent
}

// splitDN cuts at the first comma that is not escaped, and leaves the spelling as it is.
func splitDN(dn string) (rdn, parent string) {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return dn[:i], dn[i+1:]
		}
	}
	return dn, ""
}

// change runs do as the administrator, on a connection of its own.
func (e *Endpoint) change(t testing.TB, do func(*ldap.Conn) error) {
	t.Helper()
	conn, err := e.Dial(e.AdminDN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := do(conn); err != nil {
		t.Fatal(err)
	}
}
