package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// conditionCount doubts a snapshot that lost too many people at once.
const conditionCount = "count"

// judgeCount doubts a snapshot that lacks more than half of the people of ours whom the last
// one had, and more than a few: whatever hid them, it was no wave of departures. What the
// directory states, a disabled account or a tombstone, is no lack. Smaller losses are the
// business of the limits (design §5.1 row b, pitfall D3).
func (p *doubts) judgeCount(s *model.Snapshot, v shown) {
	byOU := tally{}
	for _, o := range p.State.Observations {
		if o.Person.Source == s.Source && o.State == model.Entitled && p.isOurs(o.Person) {
			byOU.add(o.OU, v.lacking(o))
		}
	}
	missing, all := byOU.total()
	allowed := model.MissingAtOnce(all)
	if missing <= allowed.Number() {
		s.Satisfy(conditionCount, model.Because("people-lacking", missing, all))
		return
	}
	losers := byOU.where(func(o ouShare) bool { return o.missing > 0 })
	p.doubt(s, conditionCount, model.Because("too-many-lacking", missing, all, missing*100/all, allowed.Reason(), lacking(losers)))
}
