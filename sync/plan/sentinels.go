package plan

import (
	"cmp"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// conditionSentinels doubts a snapshot in which an OU lost its sentinels.
const conditionSentinels = "learned-sentinels"

const (
	sentinelsPerOU  = 5
	fewestSentinels = 3 // in a smaller OU one leaver would be more than half of it
)

// judgeSentinels doubts a snapshot that does not know more than half of the sentinels of some
// OU, and more than one: an access rule or a half-copied server hides it. One that is disabled,
// moved or proven to be deleted was seen.
func (p *doubts) judgeSentinels(s *model.Snapshot, v shown) {
	byOU := tally{}
	for _, sentinel := range p.State.Sentinels {
		if sentinel.Person.Source == s.Source && p.isOurs(sentinel.Person) {
			byOU.add(sentinel.OU, v.silent(p.lastSeen(sentinel.Person)))
		}
	}
	lost := byOU.where(func(o ouShare) bool { return o.missing > 1 && 2*o.missing > o.all })
	missing, all := byOU.total()
	switch {
	case len(lost) > 0:
		p.doubt(s, conditionSentinels, model.Because("sentinels-missing", lacking(lost)))
	case all == 0:
		s.Satisfy(conditionSentinels, model.Because("sentinels-none", fewestSentinels))
	default:
		s.Satisfy(conditionSentinels, model.Because("sentinels-seen", all-missing, all, len(byOU)))
	}
}

// sentinels are those of all sources after this pass. Only a certificate that holds teaches,
// and only under one is a sentinel let go.
func (p *doubts) sentinels() []model.Sentinel {
	certain := map[string]bool{}
	for _, s := range p.Sources {
		certain[s.Snapshot.Source] = s.Snapshot.Absences()
	}
	var all []model.Sentinel
	byOU := map[model.SentinelPlace][]model.Sentinel{}
	for _, sentinel := range p.State.Sentinels {
		if !certain[sentinel.Person.Source] {
			all = append(all, sentinel)
		} else if kept, stays := p.keepSentinel(sentinel); stays {
			byOU[kept.Place()] = append(byOU[kept.Place()], kept)
		}
	}
	for place, candidates := range p.sentinelCandidates(certain) {
		byOU[place] = fillUp(byOU[place], candidates)
	}
	for _, ofOU := range byOU {
		if len(ofOU) >= fewestSentinels {
			slices.SortFunc(ofOU, model.Sentinel.Compare)
			all = append(all, ofOU[:min(len(ofOU), sentinelsPerOU)]...)
		}
	}
	slices.SortFunc(all, func(a, b model.Sentinel) int { return a.Person.Compare(b.Person) })
	return all
}

// keepSentinel tells whether a sentinel stays one, and where. It goes when it is no longer ours,
// as after its account was created anew, when it left, which takes the confirmation of a leaver,
// and when somebody accepted that it is gone. Who moved stands for the new OU.
func (p *doubts) keepSentinel(s model.Sentinel) (model.Sentinel, bool) {
	o := p.observations[s.Person]
	if o.State == model.Entitled {
		s.OU = o.OU
	}
	return s, p.isOurs(s.Person) && o.ConfirmedAt.IsZero() && (o.State == model.Entitled || !p.AcceptBaseline)
}

// sentinelCandidates are the people of ours whom a certain snapshot has as entitled and who are
// no sentinels yet, those known longest first.
func (p *doubts) sentinelCandidates(certain map[string]bool) map[model.SentinelPlace][]model.Sentinel {
	chosen := map[model.PersonID]bool{}
	for _, s := range p.State.Sentinels {
		chosen[s.Person] = true
	}
	byOU := map[model.SentinelPlace][]model.Sentinel{}
	for _, own := range p.State.Owned {
		o := p.observations[own.Person]
		if certain[own.Person.Source] && !chosen[own.Person] && o.State == model.Entitled && p.isOurs(own.Person) {
			s := model.Sentinel{Person: own.Person, OU: o.OU, Since: p.Now}
			byOU[s.Place()] = append(byOU[s.Place()], s)
		}
	}
	for _, ofOU := range byOU {
		slices.SortFunc(ofOU, func(a, b model.Sentinel) int {
			return cmp.Or(p.observations[a.Person].FirstSeen.Compare(p.observations[b.Person].FirstSeen), a.Person.Compare(b.Person))
		})
	}
	return byOU
}

// fillUp takes as many candidates as an OU lacks.
func fillUp(have, candidates []model.Sentinel) []model.Sentinel {
	lacking := max(0, sentinelsPerOU-len(have))
	return append(have, candidates[:min(lacking, len(candidates))]...)
}
