package openldap

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// AddPerson adds a person, such as one of [Server.NewPerson].
func (s *Server) AddPerson(t testing.TB, p testdir.Person) {
	t.Helper()
	s.Add(t, Entry(p))
	if p.State == testdir.Disabled {
		s.Disable(t, p.DN)
	}
}

// Disable locks an account as an administrator does.
func (s *Server) Disable(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "pwdAccountLockedTime", LockedByAdmin)
}

// Enable unlocks an account.
func (s *Server) Enable(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "pwdAccountLockedTime")
}

// HideUnit lets an access rule keep HiddenOU from the reader; HidePeople, the people there, while
// everything else in it stays visible. Show ends both (pitfalls B14, C3).
func (s *Server) HideUnit(t testing.TB) {
	t.Helper()
	s.Modify(t, blindGroup, "member", blindDN, readerDN)
}

// HidePeople hides less than [Server.HideUnit], see there.
func (s *Server) HidePeople(t testing.TB) {
	t.Helper()
	s.Modify(t, shyGroup, "member", blindDN, readerDN)
}

// BlindToPeople lets BlindDN see HiddenOU and what is in it, but for the people there.
func (s *Server) BlindToPeople(t testing.TB) {
	t.Helper()
	s.Modify(t, blindGroup, "member", adminDN) // whom no access rule concerns
}

// Show ends [Server.HideUnit] and [Server.HidePeople].
func (s *Server) Show(t testing.TB) {
	t.Helper()
	s.Modify(t, blindGroup, "member", blindDN)
	s.Modify(t, shyGroup, "member", blindDN)
}
