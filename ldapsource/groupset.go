package ldapsource

import (
	"context"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// groupSet is everybody in one of several groups.
type groupSet struct {
	sets   []*memberSet
	doubts []model.Reason // why somebody may be missing from it; none if all groups were read wholly
}

func (c groupSet) has(t traits) bool {
	return slices.ContainsFunc(c.sets, func(r *memberSet) bool { return r.has(t) })
}

// mayHave says why somebody whom no set has may be in one all the same, "" if nothing speaks for it.
func (c groupSet) mayHave(t traits, was string) string {
	for _, r := range c.sets {
		if why := r.mayHave(t, was); why != "" {
			return why
		}
	}
	return ""
}

// mayProtect tells whom groups that protect have, or may have: in doubt somebody is protected.
func (c groupSet) mayProtect(t traits, was string) bool { return c.has(t) || c.mayHave(t, was) != "" }

// asksGroups tells whether groups say something about people.
func (s *Source) asksGroups() bool {
	return len(s.cfg.Groups)+len(s.cfg.ProtectGroups)+len(s.cfg.LabelGroups)+len(s.cfg.OtherGroups) > 0
}

// readGroups reads the groups that the configuration names, and judges everybody in scope by
// them. It runs after the people, so that most members are known again without being asked for.
func (v *session) readGroups(ctx context.Context, people []model.Person, tracked []model.Tracked) error {
	if !v.asksGroups() {
		return nil
	}
	r := &groupReader{session: v, known: map[string]member{}, sets: map[string]*memberSet{}, owners: formerOwners(tracked)}
	was := make(map[string]string, len(tracked))
	for _, t := range tracked {
		was[t.ID.ID] = dnKey(t.DN)
	}
	var err error
	if v.entitling, err = r.groupSetOf(ctx, v.cfg.Groups, (*memberSet).hasNobody); err != nil {
		return err
	}
	if v.protected, err = r.groupSetOf(ctx, v.cfg.ProtectGroups, (*memberSet).hasNobody); err != nil {
		return err
	}
	if v.labelling, err = r.groupSetOf(ctx, v.cfg.LabelGroups, (*memberSet).showsNobody); err != nil {
		return err
	}
	for i := range people {
		id := people[i].ID.ID
		people[i].Protected = v.protected.mayProtect(v.traits[id], was[id])
	}
	v.entitle(people, was)
	v.label(people, was)
	v.certifyGroups()
	v.certifyLabels()
	return nil
}

// groupSetOf reads groups. Of one without a fault, empty says why it may still be less than it is.
func (r *groupReader) groupSetOf(ctx context.Context, dns []string, empty func(*memberSet) model.Reason) (groupSet, error) {
	var c groupSet
	for _, dn := range dns {
		shared, err := r.membersOf(ctx, dn)
		if err != nil {
			return c, err
		}
		found := *shared // with faults of its own: other keys judge the same group by other rules
		found.dn = dn
		if len(shared.faults) == 0 {
			found.faults = empty(shared).Some()
		}
		for _, fault := range found.faults {
			c.doubts = append(c.doubts, model.Because("group-faults", dn, fault))
		}
		c.sets = append(c.sets, &found)
	}
	return c, nil
}

// entitle takes those out of the scope who are in none of the groups. As long as it is not
// certain that the groups were read wholly, that somebody is in none of them proves nothing:
// the scope is incomplete then, never smaller (design §5.1 row b).
//
// was are the DN keys under which people were seen last, by ID.
func (v *session) entitle(people []model.Person, was map[string]string) {
	if len(v.cfg.Groups) == 0 {
		return
	}
	for i := range people {
		p := &people[i]
		t := v.traits[p.ID.ID]
		if p.State == model.Entitled && !v.entitling.has(t) {
			p.State, p.Evidence = v.entitling.judgeNonMember(t, was[p.ID.ID])
		}
	}
}

// judgeNonMember judges somebody in scope who is in none of the groups. was is the DN key under which
// the person was seen last.
func (c groupSet) judgeNonMember(t traits, was string) (model.AccountState, model.Evidence) {
	switch {
	case len(c.doubts) > 0:
		return unknown("not seen in a group, but not all of them could be read (" + english.Join(c.doubts) + ")")
	case t.doubt != "":
		return unknown("not seen in a group, but that proves nothing: " + t.doubt)
	}
	if why := c.mayHave(t, was); why != "" {
		return unknown(why)
	}
	return departed(model.OutOfScope, "in none of the groups that entitle")
}

func (v *session) certifyGroups() {
	if len(v.cfg.Groups) > 0 {
		v.certifyEntitling()
	}
	if len(v.cfg.ProtectGroups) == 0 {
		return
	}
	if len(v.protected.doubts) == 0 {
		v.certificate.satisfy(protectGroups, model.Because("groups-read", v.protected.describe()))
		return
	}
	v.logger.Warn("a group of protect.groups was not read wholly: everybody counts as protected", "source", v.cfg.Name)
	v.certificate.satisfy(protectGroups, model.Because("protection-doubted", v.protected.describe()))
}

func (v *session) certifyEntitling() {
	if len(v.entitling.doubts) > 0 {
		v.certificate.doubt(groups, model.Because("groups-doubted", v.entitling.describe()))
		return
	}
	v.certificate.satisfy(groups, model.Because("groups-read", v.entitling.describe()))
}

func (c groupSet) describe() []model.Reason {
	return model.Convert(c.sets, func(r *memberSet) model.Reason { return model.Because("group-read", r.dn, r.describe()) })
}
