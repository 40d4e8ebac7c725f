package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// namesakes are those beside whom a newcomer may get no credential without a yes.
type namesakes struct {
	*links
	leavers    map[string][]account         // by csi: departures under way or carried out
	folded     map[string][]holder          // by folded csi: whose it is; nil until somebody asks
	out        map[string][]model.Ownership // by csi: whom a word put out (putout.go); nil until somebody asks
	outEntries map[string][]model.Ownership // the same people by directory ID
}

func newNamesakes(l *links) *namesakes {
	p := &namesakes{links: l, leavers: map[string][]account{}}
	p.indexLeavers()
	p.markSeconds()
	return p
}

// question is what somebody must answer before a newcomer gets a credential.
type question struct {
	ask   model.Ask
	about string // whom or what it is about: part of what a yes is given to
	words model.Reason
}

// questions are what speaks against giving a newcomer a credential without anybody's yes: an account
// with the same csi beside which it stood as entitled, and a csi that differs from somebody's in case,
// compatible forms, blanks or leading zeros only.
func (p *namesakes) questions(i model.Identity) []question {
	var all []question
	if p.observations[i.Person].Second {
		all = append(all, question{model.AskSamePerson, "second account", model.Because("second-account", i.CSI)})
	}
	if asked, found := p.askPutOut(i); found {
		all = append(all, asked)
	}
	if other, found := p.alike(i); found {
		all = append(all, question{model.AskLikeCSI, other.csi, other.whyAlike(i.CSI)})
	}
	return all
}

// markSeconds marks accounts that stood beside another one with the same csi as entitled: of one
// source, in one snapshot. The mark goes with a credential, with another csi, and when the csi of the
// other one turns out to have been the wrong one.
func (p *namesakes) markSeconds() {
	together := map[string]map[string]int{} // source → csi → accounts
	for _, i := range p.entitled {
		if together[i.Person.Source] == nil {
			together[i.Person.Source] = map[string]int{}
		}
		together[i.Person.Source][i.CSI]++
	}
	for _, i := range p.entitled {
		o := p.observations[i.Person]
		_, owned := p.owned[i.Person]
		beside := together[i.Person.Source][i.CSI] > 1 || o.Second && !p.corrected(i) || p.besideLeaver(i)
		if o.Second = beside && !owned && i.CSI != ""; o.Second != p.observations[i.Person].Second {
			p.observations[i.Person] = o
		}
	}
}

// corrected tells that somebody else who is entitled had the csi, and has another one by now.
func (p *namesakes) corrected(i model.Identity) bool {
	for person, csis := range p.csis {
		if person != i.Person && slices.Contains(csis, i.CSI) && p.entitledNow(person) {
			return true
		}
	}
	return false
}

// besideLeaver tells that somebody who left, and had the csi, was entitled when this account was, with
// whatever csi.
func (p *namesakes) besideLeaver(i model.Identity) bool {
	for _, old := range p.leavers[i.CSI] {
		if old.person != i.Person && p.stoodBeside(old, i.Person) {
			return true
		}
	}
	return false
}

// indexLeavers keys the accounts whose departure is under way or was carried out by their csis.
func (p *namesakes) indexLeavers() {
	for _, departure := range p.State.Departures {
		p.indexLeaver(p.departureAccount(departure))
	}
	for _, e := range p.State.Effects {
		if e.ReturnedAt.IsZero() {
			p.indexLeaver(p.effectAccount(e))
		}
	}
}

func (p *namesakes) indexLeaver(a account) {
	for _, csi := range p.currentCSIs(a.person, a.csi) {
		p.leavers[csi] = append(p.leavers[csi], a)
	}
}

// holder is somebody or something that has a csi.
type holder struct {
	csi    string
	person model.PersonID // zero: a credential that is not ours
	name   string         // of the person; "": it stands on a credential
	// username is that of the credential on which it stands.
	username string
	// unmanaged tells that it is a credential that is not ours.
	unmanaged bool
}

// whyAlike says whose csi a newcomer's is but for its spelling, and what to do.
func (h holder) whyAlike(csi string) model.Reason {
	switch {
	case h.unmanaged:
		return model.Because("csi-like-unmanaged-credential", csi, h.csi, h.username)
	case h.username != "":
		return model.Because("csi-like-credential", csi, h.csi, h.username)
	}
	return model.Because("csi-like-person", csi, h.csi, h.name)
}

// alike finds whose csi a newcomer's would be but for its spelling. A former csi of their own is none.
func (p *namesakes) alike(i model.Identity) (holder, bool) {
	if p.folded == nil {
		p.foldCSIs()
	}
	for _, other := range p.folded[model.FoldCSI(i.CSI)] {
		if other.csi != i.CSI && other.person != i.Person && !slices.Contains(p.csis[i.Person], other.csi) {
			return other, true
		}
	}
	return holder{}, false
}

// foldCSIs keys everybody and everything that has a csi by its fold.
func (p *namesakes) foldCSIs() {
	p.folded = map[string][]holder{}
	add := func(h holder) { p.folded[model.FoldCSI(h.csi)] = append(p.folded[model.FoldCSI(h.csi)], h) }
	for csi, people := range p.lastingCSI {
		for _, person := range people {
			add(holder{csi: csi, person: person, name: p.nameOf(person)})
		}
	}
	for person, own := range p.owned {
		add(holder{csi: own.CSI, person: person, name: p.nameOf(person)})
	}
	for person, departure := range p.departures {
		add(holder{csi: departure.CSI, person: person, name: p.nameOf(person)})
	}
	for _, c := range p.Inventory.Credentials {
		if csi := p.Inventory.Settings[c.ID][model.SettingCSI]; csi != "" {
			own, managed := p.former[c.ID]
			add(holder{csi: csi, person: own.Person, username: c.Username, unmanaged: !managed})
		}
	}
	for _, holders := range p.folded {
		slices.SortFunc(holders, func(a, b holder) int {
			return cmp.Or(strings.Compare(a.csi, b.csi), a.person.Compare(b.person), strings.Compare(a.username, b.username), strings.Compare(a.name, b.name))
		})
	}
}
