package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// waitNamed is how many people a wait names: enough to know what it is about. The plan names all.
const waitNamed = 10

// missingFirst puts what the acceptance itself settles before what waits on after it.
func missingFirst(a, b model.WaitingPerson) int {
	switch {
	case a.Missing == b.Missing:
		return 0
	case a.Missing:
		return -1
	}
	return 1
}

// whom names the first of the people of a wait, whose command says yes to some changes.
func (p Plan) whom(code model.WaitCode, people map[model.PersonID]bool, yes []model.Change) []model.WaitingPerson {
	said := map[string]bool{}
	for _, c := range yes {
		said[c.ID] = true
	}
	named := map[model.PersonID]*model.WaitingPerson{}
	name := func(whom model.Subject) *model.WaitingPerson {
		if named[whom.Person] == nil {
			named[whom.Person] = &model.WaitingPerson{Subject: model.Subject{Person: whom.Person}}
		}
		w := named[whom.Person]
		w.Complete(whom)
		return w
	}
	for person := range people {
		name(model.Subject{Person: person})
	}
	for _, c := range p.Changes {
		if !people[c.Person] {
			continue
		}
		w := name(c.Subject)
		w.AddStep(c, code, said[c.ID])
		if c.SkippedAs() == code {
			w.AddSkip(c)
		}
	}
	for _, h := range p.Held {
		if people[h.Person] {
			name(h.Subject)
		}
	}
	for _, r := range p.Restarted {
		if people[r.Person] {
			name(r.Subject)
		}
	}
	if code == model.WaitCode(model.GuardBaseline) && p.Baseline != nil {
		for _, b := range p.Baseline.Missing {
			name(b.Subject).Missing = true
		}
	}
	list := make([]model.WaitingPerson, 0, len(named))
	for _, w := range named {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b model.WaitingPerson) int {
		return cmp.Or(missingFirst(a, b), strings.Compare(a.CSI, b.CSI), a.Person.Compare(b.Person))
	})
	return list[:min(len(list), waitNamed)]
}
