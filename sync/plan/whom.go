package plan

import (
	"cmp"
	"slices"
	"strings"
)

// WaitingPerson is one of those for whom somebody is waited for, with the steps that wait.
type WaitingPerson struct {
	Person  PersonID
	CSI, DN string
	Steps   []Op // none where it is no step that waits, but the person
	// Also are their further steps to which the command of the wait says yes: they wait for another reason.
	Also []Op
	// AskedBy names the rules that ask, of the wait approval.
	AskedBy []string
	// Missing tells that it is their credential which the package lacks.
	Missing bool
}

// waitNamed is how many people a wait names: enough to know what it is about. The plan names all.
const waitNamed = 10

// words name the person as every screen does, and what waits.
func (w WaitingPerson) words() string {
	steps := make([]string, 0, len(w.Steps))
	for _, op := range w.Steps {
		steps = append(steps, op.CockpitWord())
	}
	name := DescribePerson(w.CSI, w.DN, w.Person)
	if w.Missing {
		name = "the credential is missing: " + name
	}
	if len(w.AskedBy) > 0 {
		name += "; asked by " + strings.Join(w.AskedBy, " and ")
	}
	if len(w.Also) > 0 {
		name += "; the same yes is also for: " + strings.Join(Convert(w.Also, Op.CockpitWord), ", ")
	}
	if len(steps) == 0 {
		return name
	}
	return strings.Join(steps, ", ") + ": " + name
}

// addStep notes a step once, by whether it waits under the code of the wait, or the yes to that is also one to it.
func (w *WaitingPerson) addStep(c Change, code WaitCode, yes bool) {
	switch {
	case !slices.Contains(c.waitCodes(), code):
		if yes && !slices.Contains(w.Also, c.Op) {
			w.Also = append(w.Also, c.Op)
		}
		return
	case !slices.Contains(w.Steps, c.Op):
		w.Steps = append(w.Steps, c.Op)
	}
	if code == WaitApproval {
		w.AskedBy = append(w.AskedBy, c.AskedBy()...)
		slices.Sort(w.AskedBy)
		w.AskedBy = slices.Compact(w.AskedBy)
	}
}

// WhomWords tell what waits for whom, a line each, and how many more there are, for a screen beside the plan.
func (w Wait) WhomWords() []string { return w.NameWhom(": `" + planCommand + "` names all") }

// NameWhom tells it. where follows the number of those who are not named: where all are.
func (w Wait) NameWhom(where string) []string {
	lines := make([]string, 0, len(w.Whom)+3)
	parted := w.Code != WaitCode(GuardBaseline)
	for _, x := range w.Whom {
		if !parted && !x.Missing {
			parted = true
			lines = append(lines, "accepting it is a yes to none of these steps that take something away. They stand still until then; each goes on by its own rules, and asks for a yes of its own where it needs one:")
		}
		lines = append(lines, Harmless(x.words()))
	}
	if more := w.People - len(w.Whom); more > 0 && len(w.Whom) > 0 {
		lines = append(lines, "… and "+Counted(more, "more person", "more people")+where)
	}
	if w.Check != "" {
		lines = append(lines, Harmless("Check first: "+w.Check))
	}
	return lines
}

// missingFirst puts what the acceptance itself settles before what waits on after it.
func missingFirst(a, b WaitingPerson) int {
	switch {
	case a.Missing == b.Missing:
		return 0
	case a.Missing:
		return -1
	}
	return 1
}

// Words name the person, and what is to be done with them.
func (w WaitingPerson) Words() string { return Harmless(w.words()) }

// waitCodes are the codes under which a change waits for somebody.
func (c Change) waitCodes() []WaitCode {
	switch {
	case c.Status == Blocked, c.Status == Waiting && c.Ahead():
		return []WaitCode{WaitCode(c.Guard)}
	case c.orderRests():
		return []WaitCode{WaitOrder}
	case c.Status != NeedsApproval:
		return nil
	case len(c.Asks) == 0:
		return []WaitCode{WaitApproval}
	}
	return Convert(c.Asks, func(a Ask) WaitCode { return WaitCode(a) })
}

// whom names the first of the people of a wait, whose command says yes to some changes.
func (p Plan) whom(code WaitCode, people map[PersonID]bool, yes []Change) []WaitingPerson {
	said := map[string]bool{}
	for _, c := range yes {
		said[c.ID] = true
	}
	named := map[PersonID]*WaitingPerson{}
	name := func(person PersonID, csi, dn string) *WaitingPerson {
		if named[person] == nil {
			named[person] = &WaitingPerson{Person: person}
		}
		w := named[person]
		w.CSI, w.DN = cmp.Or(w.CSI, csi), cmp.Or(w.DN, dn)
		return w
	}
	for person := range people {
		name(person, "", "")
	}
	for _, c := range p.Changes {
		if !people[c.Person] {
			continue
		}
		name(c.Person, c.CSI, c.DN).addStep(c, code, said[c.ID])
	}
	for _, h := range p.Held {
		if people[h.Person] {
			name(h.Person, h.CSI, h.DN)
		}
	}
	for _, r := range p.Restarted {
		if people[r.Person] {
			name(r.Person, r.CSI, r.DN)
		}
	}
	if code == WaitCode(GuardBaseline) && p.Baseline != nil {
		for _, b := range p.Baseline.Missing {
			name(b.Person, b.CSI, b.DN).Missing = true
		}
	}
	list := make([]WaitingPerson, 0, len(named))
	for _, w := range named {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b WaitingPerson) int {
		return cmp.Or(missingFirst(a, b), strings.Compare(a.CSI, b.CSI), a.Person.Compare(b.Person))
	})
	return list[:min(len(list), waitNamed)]
}
