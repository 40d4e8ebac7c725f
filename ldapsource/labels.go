package ldapsource

import (
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// label says of everybody in scope whether the groups of labels have them.
func (v *session) label(people []model.Person, was map[string]string) {
	if len(v.cfg.LabelGroups)+len(v.cfg.OtherGroups) == 0 {
		return
	}
	for i := range people {
		id := people[i].ID.ID
		has := make(map[string]model.Membership, len(v.cfg.LabelGroups)+len(v.cfg.OtherGroups))
		for _, r := range v.labelling.sets {
			has[r.dn] = r.membership(v.traits[id], was[id])
		}
		for _, dn := range v.cfg.OtherGroups {
			has[dn] = model.NoMember
		}
		people[i].Groups = has
	}
}

// membership is a statement only as far as the same silence would let somebody depart.
func (r *memberSet) membership(t traits, was string) model.Membership {
	if r.has(t) {
		return model.Member
	}
	alone := groupSet{sets: []*memberSet{r}, doubts: r.faults}
	if state, _ := alone.judgeNonMember(t, was); state != model.Departed {
		return model.MembershipUnknown
	}
	return model.NoMember
}

// showsNobody is the rule for groups that need not be there for anybody in scope. One that shows
// no member at all may still have some that the bind account may not read: nothing tells the two
// apart, so nobody loses a label by it.
func (r *memberSet) showsNobody() model.Reason {
	if r.shown || r.people > 0 {
		return model.Reason{}
	}
	return model.Because("group-shows-nobody")
}

func (v *session) certifyLabels() {
	if len(v.cfg.LabelGroups) == 0 {
		return
	}
	if len(v.labelling.doubts) == 0 {
		v.certificate.satisfy(labelGroups, model.Because("groups-read", v.labelling.describe()))
		return
	}
	v.logger.Warn("a group of mapping.category was not read wholly: who is not seen in it keeps the labels as they are", "source", v.cfg.Name)
	v.certificate.satisfy(labelGroups, model.Because("labels-doubted", v.labelling.describe()))
}
