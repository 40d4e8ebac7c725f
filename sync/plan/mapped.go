package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// conditionMapped doubts a snapshot in which many people lost what they are known by.
const conditionMapped = "mapped-attributes"

// judgeMapping counts, of our people who are entitled, those whom the directory now gives no csi
// or no username. All had both once, so of more than max(3, 1 %) of them somebody cleared or hid
// an attribute, and may not have stopped there (design §5.1 row b, pitfalls B14, D4).
func (p *doubts) judgeMapping() {
	for n := range p.Sources {
		view := &p.Sources[n]
		all, lacking := 0, 0
		for _, i := range view.Identities {
			if _, ours := p.owned[i.Person]; !ours || !i.Entitled() {
				continue
			}
			all++
			if i.CSI == "" || i.Username == "" {
				lacking++
			}
		}
		allowed := model.HiddenAttributes(all)
		c := model.Condition{Name: conditionMapped, OK: lacking <= allowed.Number()}
		if c.Detail = model.Because("people-unmapped", lacking, all); !c.OK {
			c.Detail = model.Because("too-many-unmapped", lacking, all, allowed.Reason())
		}
		view.Snapshot.Conditions = append(slices.Clip(view.Snapshot.Conditions), c)
	}
}
