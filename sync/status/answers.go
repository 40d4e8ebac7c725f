package status

import (
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Answer is what was said since the last pass that ended to what it asked, or against what it was
// allowed. The set of answers is closed.
type Answer struct {
	Answer string // approved, taken-back, on-leave
	Steps  int
	People int
	Whom   []model.WaitingPerson // the first of them
	Words  string
}

// Freed are those who go without a yes, since a yes to others made room in a limit.
type Freed struct {
	People int
	Whom   []model.WaitingPerson // the first of them
}

// addAnswers takes from what is waited for what somebody has answered since, so that nobody is asked twice.
func (s *Status) addAnswers(f Facts) {
	answers := plan.AnswersTo(f.State, f.Report.Plan, s.Waits, f.Policy, f.Now)
	s.answer("approved", "approved", answers.Approved)
	s.answer("on-leave", "on leave of absence by now", answers.OnLeave)
	s.answer("taken-back", "the yes to it was taken back", plan.StepsOf(f.State, f.TakenBack))
	waits := answers.Unanswered(s.Waits)
	if f.Asked != nil {
		waits = answers.Left(s.Waits, f.Asked.Waits)
		s.Freed = &Freed{f.Asked.FreedPeople, f.Asked.Freed}
	}
	s.Waits = slices.DeleteFunc(waits, s.doneByNow)
	for n := range s.Guards {
		g := &s.Guards[n]
		asked := slices.ContainsFunc(s.Waits, func(w model.Wait) bool { return string(w.Code) == g.Name || w.ReadFirst == g.Name })
		g.Answered = !asked && s.asked[model.WaitCode(g.Name)]
	}
}

// describeAnswers tell that everything is answered for which the last pass waited, "" if it is not.
func (s *Status) describeAnswers() string {
	if len(s.Waits) > 0 || len(s.asked) == 0 {
		return ""
	}
	words := []string{}
	for _, a := range s.Answered {
		words = append(words, a.Words)
	}
	if len(words) == 0 {
		words = append(words, "what it asked to be done is done")
	}
	return "what it waited for is answered since (" + strings.Join(words, "; ") + "); the next pass judges it"
}

func (s *Status) answer(answer, words string, changes []model.Change) {
	if len(changes) == 0 {
		return
	}
	people := map[model.PersonID]bool{}
	for _, c := range changes {
		people[c.Person] = true
	}
	s.Answered = append(s.Answered, Answer{answer, len(changes), len(people), plan.Whom(changes), english.CountedSteps(changes) + ": " + words})
}

// doneByNow tells of a wait for something else than a yes that it was done: the stop file is gone, or each
// source that is not configured any more was renamed or forgotten.
func (s *Status) doneByNow(w model.Wait) bool {
	switch w.Code {
	case model.GuardStopFile:
		return s.Stop == ""
	case model.GuardBaseline:
		return len(s.Removed) == 0 && strings.HasPrefix(w.Command, "threema-dirsync source rename ")
	case model.WaitCode(model.AskForgotten):
		unsaid := slices.ContainsFunc(s.Removed, func(r RemovedSource) bool { return r.ForgottenAt.IsZero() })
		return !unsaid && strings.HasPrefix(w.Command, "threema-dirsync source ") && !strings.Contains(w.Command, ";")
	}
	return false
}

// nameWaiting adds whom the waits are about, which only a report with a plan tells.
func (s *Status) nameWaiting(told []model.Wait) {
	for n := range s.Waits {
		if i := slices.IndexFunc(told, func(w model.Wait) bool { return w.Code == s.Waits[n].Code }); i >= 0 {
			w := told[i]
			s.Waits[n].Whom, s.Waits[n].Covers, s.Waits[n].CoversSteps, s.Waits[n].Check = w.Whom, w.Covers, w.CoversSteps, w.Check
		}
	}
}
