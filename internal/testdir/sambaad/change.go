package sambaad

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// AddPerson adds a person, such as one of [Server.NewPerson].
func (s *Server) AddPerson(t testing.TB, p testdir.Person) {
	t.Helper()
	entry := Entry(p)
	entry.Attributes["unicodePwd"] = []string{EncodePassword(s.Password)} // an enabled account needs one
	s.Add(t, entry)
}

// Disable switches an account off.
func (s *Server) Disable(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "userAccountControl", disabledAccount)
}

// Enable switches an account on. One that was made without a password gets the common one.
func (s *Server) Enable(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "unicodePwd", EncodePassword(s.Password))
	s.Modify(t, dn, "userAccountControl", normalAccount)
}

// Expire sets the end of an account.
func (s *Server) Expire(t testing.TB, dn string, at time.Time) {
	t.Helper()
	s.Modify(t, dn, "accountExpires", FileTime(at))
}

// HideAccountState keeps userAccountControl of everybody below a unit from the reader (pitfall
// B14). The returned function ends that.
func (s *Server) HideAccountState(t testing.TB, unit string) (show func()) {
	t.Helper()
	const userAccountControl = "bf967a68-0de6-11d0-a285-00aa003049e2" // its schemaIDGUID (MS-ADA3 2.341)
	return s.hideAttribute(t, unit, userAccountControl)
}

// HideMembers keeps the members of a group from the reader, to whom it looks empty then. The denial
// stands at the group itself, as what a group allows goes before what it inherits. The returned
// function ends that.
func (s *Server) HideMembers(t testing.TB, group string) (show func()) {
	t.Helper()
	const member = "bf9679c0-0de6-11d0-a285-00aa003049e2" // its schemaIDGUID (MS-ADA2 2.43)
	return s.hideAttribute(t, group, member)
}

// hideAttribute keeps an attribute of an entry, and of everything below it, from the reader.
func (s *Server) hideAttribute(t testing.TB, dn, attribute string) (show func()) {
	t.Helper()
	before, err := s.deny(t.Context(), readerDN, dn, "RP", attribute)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := s.describe(t.Context(), dn, before); err != nil {
			t.Fatal(err)
		}
	}
}
