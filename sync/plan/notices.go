package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// NoticeKind is what a notice is about; a closed set.
type NoticeKind string

// The kinds.
const (
	NoticeSeveralIDs NoticeKind = "several-ids"     // more than one Threema ID on a personal credential (D-19, D-20)
	NoticeTwoSources NoticeKind = "two-sources"     // the csi is also that of somebody in a source that comes first (precedence.go)
	NoticeNobody     NoticeKind = "listed-nobody"   // a list of the configuration names a csi that nobody has (listed.go)
	NoticeValue      NoticeKind = "unusable-value"  // one optional value of the directory is of no use; everything else goes on
	NoticeFilter     NoticeKind = "state-in-filter" // the filter of a source decides who is switched off (infilter.go)
	NoticeLogin      NoticeKind = "login-differs"   // the login changed in the directory; the credential keeps its name (D-22)
)

// Notice is worth knowing, and no change follows from it: the administrator decides.
type Notice struct {
	Kind   NoticeKind
	Person model.PersonID
	CSI    string
	DN     string
	Detail string
}

// About says whom or what it is about.
func (n Notice) About() string {
	switch {
	case n.CSI != "" || n.DN != "" || n.Person.ID != "":
		return model.DescribePerson(n.CSI, n.DN, n.Person)
	case n.Person.Source != "":
		return "source " + n.Person.Source
	}
	return "configuration"
}

// notePerson tells what of somebody who stays looks odd in the package.
func (p *draft) notePerson(i model.Identity, credentialID string) {
	users := p.people(credentialID)
	if len(users) > 1 {
		p.notice(NoticeSeveralIDs, i, fmt.Sprintf("%d Threema IDs use the credential %s: %s; all are left alone while the person stays. "+
			"If one is an old phone, detach / trennen or revoke / widerrufen it in the cockpit",
			len(users), p.credentials[credentialID].Username, lastChecks(users)))
	}
	if own := p.owned[i.Person]; own.Created && i.Username != "" && own.Username != i.Username {
		p.notice(NoticeLogin, i, fmt.Sprintf("the login is %s by now, the credential stays %s: the app logs in with the name that it stored", i.Username, own.Username))
	}
}

// noteValues tells of optional values that are of no use. The person gets everything else.
func (p *draft) noteValues() {
	for _, i := range p.entitled {
		for _, u := range i.Undecided {
			if u.Unusable {
				p.notice(NoticeValue, i, u.Reason+"; "+u.Name+" stays as it is, and everything else goes on: correct the value in the directory")
			}
		}
	}
	p.noteCells()
}

// noteCells tells of columns that stay empty in the hand-over lines that this plan leads to.
func (p *draft) noteCells() {
	for _, c := range p.plan.Changes {
		for _, cell := range c.Cells {
			if cell.Unusable != "" {
				p.notice(NoticeValue, p.identities[c.Person], cell.Unusable+"; "+cell.Column+" stays empty in the hand-over line, and everything else goes on")
			}
		}
	}
}

func (p *draft) notice(kind NoticeKind, i model.Identity, detail string) {
	p.plan.Notices = append(p.plan.Notices, Notice{Kind: kind, Person: i.Person, CSI: i.CSI, DN: i.DN, Detail: detail})
}

// lastChecks lists IDs with the day on which each was heard of last: administrators keep the
// newest (D-20). The day is all that is told of it (D-65).
func lastChecks(users []model.User) string {
	var words []string
	for _, u := range users {
		last := "never heard of"
		if !u.LastCheck.IsZero() {
			last = "last heard of on " + wording.Day(u.LastCheck)
		}
		words = append(words, u.ID+" ("+last+")")
	}
	return strings.Join(words, ", ")
}

func sortNotices(notices []Notice) {
	slices.SortFunc(notices, func(a, b Notice) int {
		return cmp.Or(a.Person.Compare(b.Person), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Detail, b.Detail))
	})
}
