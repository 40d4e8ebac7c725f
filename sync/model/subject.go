package model

import "cmp"

// Subject is whom something is about, with csi and DN as far as these are known.
type Subject struct {
	Person  PersonID
	CSI, DN string
}

// Whose names somebody by what is known of them.
func (s Subject) Whose() string {
	return cmp.Or(s.CSI, "(no csi)") + " " + cmp.Or(s.DN, s.Person.String())
}

// WithDN is the same person, as they are, or were, at a DN.
func (s Subject) WithDN(dn string) Subject {
	s.DN = dn
	return s
}

// Complete fills in from another place what is not known yet.
func (s *Subject) Complete(by Subject) { s.CSI, s.DN = cmp.Or(s.CSI, by.CSI), cmp.Or(s.DN, by.DN) }
