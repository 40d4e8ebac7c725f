package main

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// answerStatus is what was said since the last pass that ended to what it asked, or against what it was
// allowed. The set of answers is closed.
type answerStatus struct {
	Answer string                   `json:"answer"` // approved, taken-back, on-leave
	Steps  int                      `json:"steps"`
	People int                      `json:"people"`
	Whom   []view.WaitingPersonJSON `json:"whom"` // the first of them

	whom  []model.WaitingPerson
	words string
}

// freedStatus are those who go without a yes, since a yes to others made room in a limit.
type freedStatus struct {
	People int                      `json:"people"`
	Whom   []view.WaitingPersonJSON `json:"whom"` // the first of them

	whom []model.WaitingPerson
}

// print warns of them as long as no pass has judged that.
func (f *freedStatus) print(w io.Writer) {
	if f == nil || f.People == 0 {
		return
	}
	say(w, "CAUTION, not approved:\t%s who waited before and wait no more, for no limit stops them: they go when they are due, without a yes", model.Counted(f.People, "person", "people"))
	for _, x := range f.whom {
		say(w, "\t%s", english.Waiting(x))
	}
	if more := f.People - len(f.whom); more > 0 {
		say(w, "\t… and %s", model.Counted(more, "more person", "more people"))
	}
	say(w, "  If one should not go:\t%s", english.KeepThem)
}

// addAnswers takes from what is waited for what somebody has answered since, so that nobody is asked twice.
// taken is what was taken back since, asked what is asked for by a hash after the last yes, nil if that is not known.
func (s *status) addAnswers(state model.State, report json.RawMessage, taken []model.GivenApproval, asked *model.AfterYes, policy model.Policy, now time.Time) {
	answers := plan.AnswersTo(state, dirsync.ReadPlan(report), s.Waits, policy, now)
	s.Answered = []answerStatus{}
	s.answer("approved", "approved", answers.Approved)
	s.answer("on-leave", "on leave of absence by now", answers.OnLeave)
	s.answer("taken-back", "the yes to it was taken back", plan.StepsOf(state, taken))
	waits := answers.Unanswered(s.Waits)
	if asked != nil {
		waits = answers.Left(s.Waits, asked.Waits)
		s.Freed = &freedStatus{asked.FreedPeople, view.NewWaitingPeopleJSON(asked.Freed), asked.Freed}
	}
	s.Waits = append([]model.Wait{}, slices.DeleteFunc(waits, s.doneByNow)...)
	for n := range s.Guards {
		g := &s.Guards[n]
		asked := slices.ContainsFunc(s.Waits, func(w model.Wait) bool { return string(w.Code) == g.Guard || w.ReadFirst == g.Guard })
		g.Answered = !asked && s.asked[model.WaitCode(g.Guard)]
	}
}

// describeAnswers tell that everything is answered for which the last pass waited, "" if it is not.
func (s *status) describeAnswers() string {
	if len(s.Waits) > 0 || len(s.asked) == 0 {
		return ""
	}
	words := []string{}
	for _, a := range s.Answered {
		words = append(words, a.words)
	}
	if len(words) == 0 {
		words = append(words, "what it asked to be done is done")
	}
	return "what it waited for is answered since (" + strings.Join(words, "; ") + "); the next pass judges it"
}

func (s *status) answer(answer, words string, changes []model.Change) {
	if len(changes) == 0 {
		return
	}
	people := map[model.PersonID]bool{}
	for _, c := range changes {
		people[c.Person] = true
	}
	whom := plan.Whom(changes)
	s.Answered = append(s.Answered, answerStatus{answer, len(changes), len(people), view.NewWaitingPeopleJSON(whom), whom, english.CountedSteps(changes) + ": " + words})
}

// doneByNow tells of a wait for something else than a yes that it was done: the stop file is gone, or each
// source that is not configured any more was renamed or forgotten.
func (s *status) doneByNow(w model.Wait) bool {
	switch w.Code {
	case model.GuardStopFile:
		return s.Stop == ""
	case model.GuardBaseline:
		return len(s.Removed) == 0 && strings.HasPrefix(w.Command, "threema-dirsync source rename ")
	case model.WaitCode(model.AskForgotten):
		unsaid := slices.ContainsFunc(s.Removed, func(r removedStatus) bool { return r.ForgottenAt == nil })
		return !unsaid && strings.HasPrefix(w.Command, "threema-dirsync source ") && !strings.Contains(w.Command, ";")
	}
	return false
}

// printAnswers tells what was answered, and when that counts.
func (s *status) printAnswers(w io.Writer) {
	for _, a := range s.Answered {
		say(w, "ANSWERED since then:\t%s", a.words)
		for _, x := range a.whom {
			say(w, "\t%s", english.Waiting(x))
		}
		if more := a.People - len(a.whom); more > 0 {
			say(w, "\t… and %s", model.Counted(more, "more person", "more people"))
		}
	}
	if len(s.Answered) > 0 {
		say(w, "  What comes of it:\t%s", s.judged())
	}
	s.Freed.print(w)
}

// scheduled says when the next pass is by the schedule, as far as that is known here: whether the service runs is not.
func (s *status) scheduled() string {
	return "if the service runs, by the schedule at " + stamp(s.NextPass)
}

// judged says who acts on an answer, and when.
func (s *status) judged() string {
	return "the next pass judges it, " + s.scheduled() + ", or at once with `threema-dirsync run --once`; a step that is not due then goes when it is"
}
