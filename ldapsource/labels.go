package ldapsource

import (
	"strings"

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
	alone := groupSet{sets: []*memberSet{r}, doubt: strings.Join(r.faults, "; ")}
	if state, _ := alone.judgeNonMember(t, was); state != model.Departed {
		return model.MembershipUnknown
	}
	return model.NoMember
}

// showsNobody is the rule for groups that need not be there for anybody in scope. One that shows
// no member at all may still have some that the bind account may not read: nothing tells the two
// apart, so nobody loses a label by it.
func (r *memberSet) showsNobody() string {
	if r.shown || r.people > 0 {
		return ""
	}
	return "it shows no member: either it is empty, or the bind account may not read who is in it"
}

func (v *session) certifyLabels() {
	if len(v.cfg.LabelGroups) == 0 {
		return
	}
	detail := v.labelling.describe()
	if v.labelling.doubt != "" {
		v.logger.Warn("a group of mapping.category was not read wholly: who is not seen in it keeps the labels as they are", "source", v.cfg.Name)
		detail += "; as long as that is so, who is not seen in it keeps the labels as they are"
	}
	v.certificate.satisfy(labelGroups, "%s", detail)
}
