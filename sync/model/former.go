package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// FormerCSI is a csi that a person had before. Lists of the configuration name a person by any csi
// that they ever had, and a phone that was off during a renumbering still reports the old one.
type FormerCSI struct {
	Person PersonID
	CSI    string
}

// Compare orders former csis by person.
func (f FormerCSI) Compare(g FormerCSI) int {
	return cmp.Or(f.Person.Compare(g.Person), strings.Compare(f.CSI, g.CSI))
}

// FormerLink tells that a Threema ID was on a person's credential, and is there no more.
type FormerLink struct {
	ThreemaID string
	Person    PersonID
	Until     time.Time // the last pass that saw it there, or took it away
}

// Compare orders former links by Threema ID.
func (l FormerLink) Compare(m FormerLink) int {
	return cmp.Or(strings.Compare(l.ThreemaID, m.ThreemaID), l.Person.Compare(m.Person))
}

// Last tells that nobody else of the links of one ID had it at the same time, or since.
func (l FormerLink) Last(links []FormerLink) bool {
	return !slices.ContainsFunc(links, func(m FormerLink) bool { return m.Person != l.Person && !m.Until.Before(l.Until) })
}
