package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// doubts are what the memory holds against the reads of this pass. They stand in the certificates of the snapshots.
type doubts struct {
	*recovered
	switched     map[string]bool           // sources that were read from another copy of the directory than before
	undated      map[model.PersonID]bool   // a date decides about them, and the clock is in doubt
	unwhole      map[string][]model.Reason //  by source: what failed of its own certificate, which no yes settles
	clockInDoubt bool                      // our own, not just that of one server
}

func newDoubts(r *recovered) *doubts {
	p := &doubts{recovered: r, switched: map[string]bool{}, undated: map[model.PersonID]bool{}, unwhole: map[string][]model.Reason{}}
	p.judge()
	return p
}

// judge adds to each certificate the conditions that only the memory can judge. It comes before
// observe, which believes no departure in a snapshot under doubt.
func (p *doubts) judge() {
	for _, s := range p.Sources {
		if !s.Snapshot.Departures() {
			p.unwhole[s.Snapshot.Source] = s.Snapshot.Failures()
		}
	}
	p.judgeClocks()
	p.judgeServers()
	p.judgeMapping()
	csis := p.entitledCSIs()
	for n := range p.Sources {
		s := &p.Sources[n].Snapshot
		p.judgeAccount(s)
		v := showing(*s, csis)
		p.judgeSentinels(s, v)
		p.judgeCount(s, v)
	}
}

// doubt adds a condition that fails. Whoever accepts the baseline accepts it too: it would fail
// for ever otherwise. Against another directory or another scope the memory proves nothing, and
// the guard of the baseline stops everything anyway.
func (p *directory) doubt(s *model.Snapshot, name string, detail model.Reason) {
	switch {
	case p.AcceptBaseline:
		s.Satisfy(name, model.Because("condition-accepted", detail))
	case len(p.differences()) > 0:
		s.Satisfy(name, model.Because("condition-not-judged"))
	default:
		s.Conditions = append(slices.Clip(s.Conditions), model.Condition{Name: name, Detail: detail})
	}
}

// shown is what one source shows of the people of ours, in its snapshot or to the look-up by ID.
type shown struct {
	present   map[model.PersonID]bool
	sightings map[model.PersonID]model.Sighting
	csis      map[string]bool // of everybody who is entitled in any source
}

func showing(s model.Snapshot, csis map[string]bool) shown {
	v := shown{present: make(map[model.PersonID]bool, len(s.People)), sightings: map[model.PersonID]model.Sighting{}, csis: csis}
	for _, person := range s.People {
		v.present[person.ID] = true
	}
	for _, sighting := range s.Sightings {
		v.sightings[sighting.ID] = sighting
	}
	return v
}

// entitledCSIs tell of people whose account was created anew: they are there, under another ID.
func (p *directory) entitledCSIs() map[string]bool {
	csis := map[string]bool{}
	for _, s := range p.Sources {
		for _, i := range s.Identities {
			if i.CSI != "" && i.Entitled() {
				csis[i.CSI] = true
			}
		}
	}
	return csis
}

// silent tells that there is no trace of a person: no entry, no tombstone, no other ID.
func (v shown) silent(o model.Observation) bool {
	return !v.present[o.Person] && !v.csis[o.CSI] && !v.sightings[o.Person].Found
}

// lacking tells that a person is silent, or gone by weak evidence.
func (v shown) lacking(o model.Observation) bool {
	s := v.sightings[o.Person]
	weak := s.State == model.Departed && !s.Evidence.Kind.Positive()
	return v.silent(o) || weak && !v.present[o.Person] && !v.csis[o.CSI]
}

// lastSeen is the observation of a person, with no more than the name if there is none.
func (p *recovered) lastSeen(person model.PersonID) model.Observation {
	o := p.observations[person]
	o.Person = person
	return o
}

// ouShare is how many of an OU's people are missing.
type ouShare struct {
	ou           string
	missing, all int
}

// tally is the shares of all OUs, by name.
type tally map[string]ouShare

func (t tally) add(ou string, missing bool) {
	share := t[ou]
	share.ou = ou
	share.all++
	if missing {
		share.missing++
	}
	t[ou] = share
}

func (t tally) total() (missing, all int) {
	for _, share := range t {
		missing += share.missing
		all += share.all
	}
	return missing, all
}

// where are the shares that fit, the one with the most missing first.
func (t tally) where(fits func(ouShare) bool) []ouShare {
	var shares []ouShare
	for _, share := range t {
		if fits(share) {
			shares = append(shares, share)
		}
	}
	slices.SortFunc(shares, func(a, b ouShare) int { return cmp.Or(cmp.Compare(b.missing, a.missing), strings.Compare(a.ou, b.ou)) })
	return shares
}

// shownShares keeps a message readable where hundreds of OUs are concerned.
const shownShares = 5

// lacking tells where people are missing.
func lacking(shares []ouShare) []model.Reason {
	var where []model.Reason
	for _, share := range shares[:min(len(shares), shownShares)] {
		where = append(where, model.Because("lacking-in-ou", share.missing, share.all, placeName(share.ou)))
	}
	if more := len(shares) - shownShares; more > 0 {
		where = append(where, model.Because("lacking-in-more-ous", more))
	}
	return where
}
