package plan

import (
	"slices"
	"time"
)

// Answers are what somebody said, since a pass, to what it asked. Nobody is asked the same again: the next
// pass judges it.
type Answers struct {
	Approved []Change // they waited for a yes, and have one now
	OnLeave  []Change // they waited for a yes, and the person is on leave now
	Waiting  []Change // not answered, as far as the record of the pass has them

	hash  string          // of the plan that the record is of
	given []GivenApproval // all that count
}

// AfterYes is what a yes found that looked afresh: what is asked for by a hash since, and whose departure, though asked
// about before and not approved, goes without a yes, as the limits have room for it.
type AfterYes struct {
	Waits []Wait
	Freed []WaitingPerson // the first of them
	// FreedPeople counts them all.
	FreedPeople int
}

// Free names those to whose steps nobody said yes, and which wait for none any more.
func (a *AfterYes) Free(steps []Change) {
	people := map[PersonID]bool{}
	for _, c := range steps {
		people[c.Person] = true
	}
	a.Freed, a.FreedPeople = Whom(steps), len(people)
}

// PastPlan is what a pass left behind of its plan: the changes that it did not carry out, as far as its record
// has them.
type PastPlan struct {
	Hash    string
	Changes []Change
}

// AnswersTo holds a plan, and the waits of it and of the whole ones before it, against what is said by now.
func (s State) AnswersTo(past PastPlan, waits []Wait, policy Policy, now time.Time) Answers {
	answers := Answers{hash: past.Hash, given: s.LiveApprovals(policy, now)}
	live, onLeave, known := map[string]bool{}, map[PersonID]bool{}, map[string]bool{}
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
	for _, step := range s.Steps(answers.unrecorded(waits)) {
		if !known[step.ID] {
			answers.Approved = append(answers.Approved, step)
		}
	}
	return answers
}

// unrecorded are the yes to what waits since a pass whose record is gone, or is cut.
func (a Answers) unrecorded(waits []Wait) []GivenApproval {
	var given []GivenApproval
	for _, x := range a.given {
		if slices.ContainsFunc(waits, func(w Wait) bool { return w.Hashed() && !x.At.Before(w.Seen) }) {
			given = append(given, x)
		}
	}
	return given
}

// Steps are what approvals are for, as far as the ledger knows.
func (s State) Steps(approvals []GivenApproval) []Change {
	seen := map[PersonID]Observation{}
	for _, o := range s.Observations {
		seen[o.Person] = o
	}
	return Convert(approvals, func(a GivenApproval) Change {
		return Change{ID: a.ChangeID, Op: a.Op, Person: a.Person, CSI: a.CSI, DN: seen[a.Person].DN, OU: seen[a.Person].OU}
	})
}

// Unanswered are those of the waits that go on, each with whom it is still about. One of a rule that names
// nobody of its own goes on as long as it may concern somebody.
func (a Answers) Unanswered(waits []Wait) []Wait {
	if len(a.Approved)+len(a.OnLeave) == 0 {
		return waits
	}
	still := StandingWaits(slices.DeleteFunc(slices.Clone(waits), func(w Wait) bool { return w.Hashed() && a.ends(w) }))
	for n := range still {
		if still[n].Hashed() {
			a.reduce(&still[n])
		}
	}
	return still
}

// Left are the waits once somebody said yes: those that no hash ends, and what the yes, which looked afresh,
// found to be asked for by one.
func (a Answers) Left(waits, asked []Wait) []Wait {
	left := slices.Concat(slices.DeleteFunc(slices.Clone(waits), Wait.Hashed), asked)
	for n := range left {
		answered, _ := a.people(left[n].Code)
		left[n].Answered = len(answered)
	}
	return StandingWaits(left)
}

// ends tells that nobody is left whom a wait for a yes is about. The hash covers all that waited, also where
// no record tells what that was.
func (a Answers) ends(w Wait) bool {
	since := a.unrecorded([]Wait{w})
	if len(since) > 0 && hashOf(State{}.Steps(since)) == w.hash() {
		return true
	}
	answered, waiting := a.people(w.Code)
	switch {
	case w.hash() != a.hash:
		return false
	case w.People > 0:
		return len(answered) >= w.People && len(waiting) == 0
	}
	return !slices.ContainsFunc(a.Waiting, func(c Change) bool { return !SaysTheyLeft(string(w.Code)) || SaysTheyLeft(c.Guard) })
}

// reduce leaves of a wait whom nobody answered. The hash of before is that of another set, and what the next
// one is `plan` tells: limits that somebody leaves may have room for others.
func (a Answers) reduce(w *Wait) {
	w.Command, w.Covers, w.CoversSteps = planCommand, 0, 0
	if answered, waiting := a.people(w.Code); len(answered)+len(waiting) > 0 {
		w.Answered, w.People = len(answered), max(w.People-len(answered), len(waiting))
		w.Whom = Plan{Changes: a.Waiting}.whom(w.Code, waiting, nil)
	}
}

// people are those about whom a wait is, answered wholly or still waiting.
func (a Answers) people(code WaitCode) (answered, waiting map[PersonID]bool) {
	answered, waiting = map[PersonID]bool{}, map[PersonID]bool{}
	for _, c := range a.Waiting {
		if slices.Contains(c.waitCodes(), code) {
			waiting[c.Person] = true
		}
	}
	for _, c := range slices.Concat(a.Approved, a.OnLeave) {
		if slices.Contains(c.waitCodes(), code) && !waiting[c.Person] {
			answered[c.Person] = true
		}
	}
	return answered, waiting
}

// Whom names the first people of some changes, with their steps.
func Whom(changes []Change) []WaitingPerson {
	people := map[PersonID]bool{}
	var steps []Change
	for _, c := range changes {
		people[c.Person] = true
		c.Status, c.Asks, c.Protected, c.ByClass = NeedsApproval, nil, false, false
		steps = append(steps, c)
	}
	return Plan{Changes: steps}.whom(WaitApproval, people, nil)
}
