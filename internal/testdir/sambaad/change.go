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
