package model

import (
	"cmp"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"slices"
	"strings"
)

// Outside are the people whom base_dn and filter of a source cover, and who are in none of the groups that
// entitle. A joiner whom somebody forgot to put into one is among them, and nothing else tells of them.
type Outside struct {
	People int
	Shown  []Subject // the first of them
	Groups []string  // the DNs of the groups
}

// shownOutside caps whom a screen names: a directory may have thousands who are never to have access.
const shownOutside = 10

// outside finds them, in the order of csi and DN.
func (s SourceView) outside() Outside {
	o := Outside{Groups: s.Snapshot.EntitledBy}
	for _, i := range s.Identities {
		if i.InNoGroup() {
			o.Shown = append(o.Shown, i.Subject)
		}
	}
	slices.SortFunc(o.Shown, func(a, b Subject) int {
		return cmp.Or(strings.Compare(a.CSI, b.CSI), strings.Compare(a.DN, b.DN), a.Person.Compare(b.Person))
	})
	o.People = len(o.Shown)
	o.Shown = o.Shown[:min(shownOutside, o.People):min(shownOutside, o.People)]
	return o
}

// HowToEntitle says what is to be done for somebody who is in none of the groups.
func HowToEntitle(groups []string) Reason {
	switch len(groups) {
	case 0:
		return Because("add-to-a-group")
	case 1:
		return Because("add-to-the-group", wording.Harmless(groups[0]))
	}
	return Because("add-to-one-group", Convert(groups, wording.Harmless))
}
