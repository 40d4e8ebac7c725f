package plan

import (
	"fmt"
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
		c.Detail = fmt.Sprintf("%d of %d people of ours lack a csi or a username", lacking, all)
		if !c.OK {
			c.Detail += ", " + allowed.Words() + ", and had both: they are held, and nobody departs. Look at the attributes that mapping.csi and mapping.username name: " +
				"were they cleared, or hidden from the bind account?"
		}
		view.Snapshot.Conditions = append(slices.Clip(view.Snapshot.Conditions), c)
	}
}
