package plan

import (
	"cmp"
	"slices"
	"strings"

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
	Kind NoticeKind
	model.Subject
	Reason model.Reason
}

// notePerson tells what of somebody who stays looks odd in the package.
func (p *draft) notePerson(i model.Identity, credentialID string) {
	users := p.people(credentialID)
	if len(users) > 1 {
		p.notice(NoticeSeveralIDs, i.Subject, model.Because("several-threema-ids",
			len(users), p.credentials[credentialID].Username, model.Convert(users, lastCheck)))
	}
	if own := p.owned[i.Person]; own.Created && i.Username != "" && own.Username != i.Username {
		p.notice(NoticeLogin, i.Subject, model.Because("login-differs", i.Username, own.Username))
	}
}

// noteValues tells of optional values that are of no use. The person gets everything else.
func (p *draft) noteValues() {
	for _, i := range p.entitled {
		for _, u := range i.Undecided {
			if u.Unusable {
				p.notice(NoticeValue, i.Subject, model.Because("setting-stays", u.Reason, u.Name))
			}
		}
	}
	p.noteCells()
}

// noteCells tells of columns that stay empty in the hand-over lines that this plan leads to.
func (p *draft) noteCells() {
	for _, c := range p.plan.Changes {
		for _, cell := range c.Cells {
			if cell.Unusable.Code != "" {
				p.notice(NoticeValue, p.identities[c.Person].Subject, model.Because("column-stays-empty", cell.Unusable, cell.Column))
			}
		}
	}
}

func (p *draft) notice(kind NoticeKind, whom model.Subject, reason model.Reason) {
	p.plan.Notices = append(p.plan.Notices, Notice{Kind: kind, Subject: whom, Reason: reason})
}

// lastCheck tells of an ID on which day it was heard of last: administrators keep the
// newest (D-20). The day is all that is told of it (D-65).
func lastCheck(u model.User) model.Reason {
	if u.LastCheck.IsZero() {
		return model.Because("never-heard-of", u.ID)
	}
	return model.Because("last-heard-of", u.ID, u.LastCheck)
}

func sortNotices(notices []Notice) {
	slices.SortFunc(notices, func(a, b Notice) int {
		return cmp.Or(a.Person.Compare(b.Person), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Reason.Key(), b.Reason.Key()))
	})
}
