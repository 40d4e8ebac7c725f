package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Answers are what somebody said, since a pass, to what it asked. Nobody is asked the same again: the next
// pass judges it.
type Answers struct {
	Approved []model.Change // they waited for a yes, and have one now
	OnLeave  []model.Change // they waited for a yes, and the person is on leave now
	Waiting  []model.Change // not answered, as far as the record of the pass has them

	hash  string                // of the plan that the record is of
	given []model.GivenApproval // all that count
}

// Freed names the first of those to whose steps nobody said yes, and which wait for none any more, and counts them all.
func Freed(steps []model.Change) (first []model.WaitingPerson, people int) {
	whose := map[model.PersonID]bool{}
	for _, c := range steps {
		whose[c.Person] = true
	}
	return Whom(steps), len(whose)
}

// PastPlan is what a pass left behind of its plan: the changes that it did not carry out, as far as its record
// has them.
type PastPlan struct {
	Hash    string
	Changes []model.Change
}

// AnswersTo holds a plan, and the waits of it and of the whole ones before it, against what is said by now.
func AnswersTo(s model.State, past PastPlan, waits []model.Wait, policy model.Policy, now time.Time) Answers {
	answers := Answers{hash: past.Hash, given: s.LiveApprovals(policy, now)}
	live, onLeave, known := map[string]bool{}, map[model.PersonID]bool{}, map[string]bool{}
	for _, a := range answers.given {
		live[a.ChangeID] = true
	}
	for _, x := range s.Suspensions {
		onLeave[x.Person] = x.Stands(now)
	}
	for _, c := range past.Changes {
		known[c.ID] = true
		switch waits := c.AwaitsApproval(); {
		case waits && live[c.ID]:
			answers.Approved = append(answers.Approved, c)
		case waits && onLeave[c.Person] && c.Op.OfDeparture():
			answers.OnLeave = append(answers.OnLeave, c)
		case waits:
			answers.Waiting = append(answers.Waiting, c)
		}
	}
	for _, step := range StepsOf(s, answers.unrecorded(waits)) {
		if !known[step.ID] {
			answers.Approved = append(answers.Approved, step)
		}
	}
	return answers
}

// unrecorded are the yes to what waits since a pass whose record is gone, or is cut.
func (a Answers) unrecorded(waits []model.Wait) []model.GivenApproval {
	var given []model.GivenApproval
	for _, x := range a.given {
		if slices.ContainsFunc(waits, func(w model.Wait) bool { return w.Hashed() && !x.At.Before(w.Seen) }) {
			given = append(given, x)
		}
	}
	return given
}

// StepsOf are what approvals are for, as far as the ledger knows.
func StepsOf(s model.State, approvals []model.GivenApproval) []model.Change {
	seen := map[model.PersonID]model.Observation{}
	for _, o := range s.Observations {
		seen[o.Person] = o
	}
	return model.Convert(approvals, func(a model.GivenApproval) model.Change {
		return model.Change{ID: a.ChangeID, Op: a.Op, Subject: model.Subject{Person: a.Person, CSI: a.CSI, DN: seen[a.Person].DN}, OU: seen[a.Person].OU}
	})
}

// Unanswered are those of the waits that go on, each with whom it is still about. One of a rule that names
// nobody of its own goes on as long as it may concern somebody.
func (a Answers) Unanswered(waits []model.Wait) []model.Wait {
	if len(a.Approved)+len(a.OnLeave) == 0 {
		return waits
	}
	still := StandingWaits(slices.DeleteFunc(slices.Clone(waits), func(w model.Wait) bool { return w.Hashed() && a.ends(w) }))
	for n := range still {
		if still[n].Hashed() {
			a.reduce(&still[n])
		}
	}
	return still
}

// Left are the waits once somebody said yes: those that no hash ends, and what the yes, which looked afresh,
// found to be asked for by one.
func (a Answers) Left(waits, asked []model.Wait) []model.Wait {
	left := slices.Concat(slices.DeleteFunc(slices.Clone(waits), model.Wait.Hashed), asked)
	for n := range left {
		answered, _ := a.people(left[n].Code)
		left[n].Answered = len(answered)
	}
	return StandingWaits(left)
}

// ends tells that nobody is left whom a wait for a yes is about. The hash covers all that waited, also where
// no record tells what that was.
func (a Answers) ends(w model.Wait) bool {
	since := a.unrecorded([]model.Wait{w})
	if len(since) > 0 && hashOf(StepsOf(model.State{}, since)) == w.Hash() {
		return true
	}
	answered, waiting := a.people(w.Code)
	switch {
	case w.Hash() != a.hash:
		return false
	case w.People > 0:
		return len(answered) >= w.People && len(waiting) == 0
	}
	return !slices.ContainsFunc(a.Waiting, func(c model.Change) bool { return !SaysTheyLeft(string(w.Code)) || SaysTheyLeft(c.Guard) })
}

// reduce leaves of a wait whom nobody answered. The hash of before is that of another set, and what the next
// one is `plan` tells: limits that somebody leaves may have room for others.
func (a Answers) reduce(w *model.Wait) {
	w.Command, w.Covers, w.CoversSteps = model.PlanCommand, 0, 0
	if answered, waiting := a.people(w.Code); len(answered)+len(waiting) > 0 {
		w.Answered, w.People = len(answered), max(w.People-len(answered), len(waiting))
		w.Whom = Plan{Changes: a.Waiting}.whom(w.Code, waiting, nil)
	}
}

// people are those about whom a wait is, answered wholly or still waiting.
func (a Answers) people(code model.WaitCode) (answered, waiting map[model.PersonID]bool) {
	answered, waiting = map[model.PersonID]bool{}, map[model.PersonID]bool{}
	for _, c := range a.Waiting {
		if slices.Contains(c.WaitCodes(), code) {
			waiting[c.Person] = true
		}
	}
	for _, c := range slices.Concat(a.Approved, a.OnLeave) {
		if slices.Contains(c.WaitCodes(), code) && !waiting[c.Person] {
			answered[c.Person] = true
		}
	}
	return answered, waiting
}

// Whom names the first people of some changes, with their steps.
func Whom(changes []model.Change) []model.WaitingPerson {
	people := map[model.PersonID]bool{}
	var steps []model.Change
	for _, c := range changes {
		people[c.Person] = true
		c.Status, c.Asks, c.Protected, c.ByClass = model.NeedsApproval, nil, false, false
		steps = append(steps, c)
	}
	return Plan{Changes: steps}.whom(model.WaitApproval, people, nil)
}
