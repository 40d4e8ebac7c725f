package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Missed is somebody of ours whom a read does not show as entitled any more, and that proves nothing: a
// condition of its certificate fails (design §5.1 row b). The memory of them stays as it was, so no change
// and no hold tells of them. A held leaver is never silent (design §1).
type Missed struct {
	model.Subject
	Shown    model.Reason // what the read shows of them
	LastSeen time.Time    // as entitled
	// Conditions are those that fail. They hold again, or somebody says that people left.
	Conditions []string
}

// missed lists them: who is remembered as entitled, and was read as something else.
func (p *evidence) missed() []Missed {
	doubted, shown := map[string][]string{}, map[model.PersonID]model.Sighting{}
	for _, s := range p.Sources {
		if failed := s.Report().Failed(); len(failed) > 0 {
			doubted[s.Snapshot.Source] = failed
		}
		for _, sighting := range s.Snapshot.Sightings {
			shown[sighting.ID] = sighting
		}
	}
	var list []Missed
	for _, own := range p.State.Owned {
		o, i := p.observations[own.Person], p.identities[own.Person]
		conditions, doubt := doubted[own.Person.Source]
		_, present := p.identities[own.Person]
		if !doubt || o.State != model.Entitled || p.undated[own.Person] || present && i.State != model.Departed || p.owned[own.Person].CredentialID != own.CredentialID {
			continue
		}
		m := Missed{Subject: own.WithDN(o.DN), Shown: model.Because("not-found-by-read"), LastSeen: o.LastSeen, Conditions: conditions}
		if seen := shown[own.Person].Gone(); present {
			m.Shown = model.Because("departed-by", i.Evidence.String())
		} else if seen.State == model.Departed {
			m.Shown = model.Because("departed-by", seen.Evidence.String())
		}
		list = append(list, m)
	}
	return list // the owned are sorted
}

// Reason says what is known of them, what they wait for, and what to type.
func (m Missed) Reason() model.Reason {
	todo := model.Because("look-what-failed", m.tells())
	if acceptable(m.Conditions...) {
		todo = model.Because("accept-if-left")
	}
	if m.LastSeen.IsZero() {
		return model.Because("missed-and-never-seen", m.Shown, m.Conditions, todo)
	}
	return model.Because("missed", m.Shown, m.LastSeen, m.Conditions, todo)
}

// tells says which command tells of which condition: none knows all of them.
func (m Missed) tells() []model.Reason {
	var told []model.Reason
	if names := m.shownBy(model.CheckCommand); len(names) > 0 {
		told = append(told, model.Because("told-by-check", model.CheckCommand, names))
	}
	if names := m.shownBy(model.PlanCommand); len(names) > 0 {
		told = append(told, model.Because("told-by-plan", names))
	}
	return told
}

// shownBy are the conditions of which a command tells.
func (m Missed) shownBy(command string) []string {
	return slices.DeleteFunc(slices.Clone(m.Conditions), func(name string) bool { return Shows(name) != command })
}

// acceptable tells conditions that somebody who accepts the baseline accepts too: see doubt.
func acceptable(conditions ...string) bool {
	for _, name := range conditions {
		switch name {
		case conditionCount, conditionSentinels, conditionAccount, conditionProgress:
		default:
			return false
		}
	}
	return true
}

// Shows is the command that shows why a condition of a certificate fails. check, which reads the directory alone,
// finds nothing wrong where only the memory can judge.
func Shows(condition string) string {
	if condition == conditionMapped || acceptable(condition) {
		return model.PlanCommand
	}
	return model.CheckCommand
}
