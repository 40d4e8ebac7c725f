package model

import (
	"slices"
	"strings"
	"time"
)

// WaitCode names what somebody is waited for. The set is closed: it is part of the JSON and a
// metric label; later codes are only added.
type WaitCode string

// The codes beside the names of the guards and the questions.
const (
	// WaitApproval: a step needs a yes because of its class or its person.
	WaitApproval WaitCode = "approval"
	// WaitOrder: what somebody ordered is not done, and no yes helps (sync/plan/openorder.go).
	WaitOrder WaitCode = "order"
	// WaitNoLicence: people get no credential, for no licence is free.
	WaitNoLicence WaitCode = "no-licence"
	// WaitRestarted: passes are so rare that somebody's departure is never confirmed (sync/plan/reads.go).
	WaitRestarted WaitCode = "row-restarted"
	// WaitSkipped: the last look before their requests stops changes that the plan has as due.
	WaitSkipped WaitCode = "skipped"
)

// WaitCodes lists all codes, in the order in which they are shown.
func WaitCodes() []WaitCode {
	var codes []WaitCode
	for _, guard := range Guards() {
		codes = append(codes, WaitCode(guard))
	}
	codes = append(codes, WaitApproval)
	for _, ask := range Asks() {
		codes = append(codes, WaitCode(ask))
	}
	return append(codes, WaitOrder, WaitNoLicence, WaitRestarted, WaitSkipped)
}

// Wait is one thing that somebody is asked for: what exit 3 means.
type Wait struct {
	Code    WaitCode
	Since   time.Time // the first pass of the unbroken row of those that waited for it
	Seen    time.Time // the last one
	People  int       // who would go on; none where something else holds them too
	Command string    // what to type, "" where nothing can be typed: the code says what to do
	// Whom names the first of them and the steps that wait, where the plan is known.
	Whom []WaitingPerson
	// ReadFirst is the guard for leavers whose words come before the command, "" if it takes nobody out.
	ReadFirst string
	// Answered counts those whom it was about in the pass that asked, and about whom somebody said since.
	Answered int
	// Covers is for how many people the command says yes, CoversSteps to how many steps, where that is more than
	// the wait is about; else 0.
	Covers, CoversSteps int
	// Check is what to look at before the command is typed, where no guard says that.
	Check []Reason
}

// WaitingPerson is one of those for whom somebody is waited for, with the steps that wait.
type WaitingPerson struct {
	Subject
	Steps []Op // none where it is no step that waits, but the person
	// Also are their further steps to which the command of the wait says yes: they wait for another reason.
	Also []Op
	// AskedBy names the rules that ask, of the wait approval.
	AskedBy []string
	// Missing tells that it is their credential which the package lacks.
	Missing bool
	// Why is what the last look found, of steps that it stopped.
	Why []Reason
}

// Stands tells whether somebody is asked by now. A licence may come free by itself, and the pass after one that
// found the world changed plans anew, so that is waited for longer than one pass before anybody is troubled with it.
func (w Wait) Stands() bool {
	return w.Code != WaitNoLicence && w.Code != WaitSkipped || w.Since.Before(w.Seen)
}

// Hashed tells that the command is a yes by the hash, leavers included.
func (w Wait) Hashed() bool {
	return strings.HasPrefix(w.Command, ApproveHash) && w.Command != ApproveBaseline
}

// Hash is that of the plan to which the command says yes.
func (w Wait) Hash() string {
	hash, _, _ := strings.Cut(strings.TrimPrefix(w.Command, ApproveHash), YesOnly)
	return hash
}

// Parted tells that the command says yes for the people of the wait and for nobody else.
func (w Wait) Parted() bool { return w.Hashed() && strings.Contains(w.Command, YesOnly) }

// AddSkip notes a step that the last look stopped, and why. That the step before it was not done says nothing new.
func (w *WaitingPerson) AddSkip(c Change) {
	if !slices.Contains(w.Steps, c.Op) {
		w.Steps = append(w.Steps, c.Op)
	}
	told := func(r Reason) bool { return r.Key() == c.Skipped.Why.Key() }
	if !slices.ContainsFunc(w.Why, told) && (len(w.Why) == 0 || c.Skipped.Why.Code != StepBefore) {
		w.Why = append(w.Why, c.Skipped.Why)
	}
}

// AddStep notes a step once, by whether it waits under the code of the wait, or the yes to that is also one to it.
func (w *WaitingPerson) AddStep(c Change, code WaitCode, yes bool) {
	switch {
	case !slices.Contains(c.WaitCodes(), code):
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

// Cover counts to what the command of a wait says yes, where that is more than the wait is about.
func (w *Wait) Cover(yes []Change) {
	people, steps := map[PersonID]bool{}, 0
	for _, c := range yes {
		people[c.Person] = true
		if slices.Contains(c.WaitCodes(), w.Code) {
			steps++
		}
	}
	if len(people) > w.People {
		w.Covers = len(people)
	}
	if len(yes) > steps {
		w.CoversSteps = len(yes)
	}
}

// The commands that say yes.
const (
	ApproveHash     = "threema-dirsync approve "
	YesOnly         = " --only "
	ApproveBaseline = ApproveHash + "--baseline"
	PlanCommand     = "threema-dirsync plan" // it tells the hash
	CheckCommand    = "threema-dirsync check"
)

// ThePlan is how the plan speaks of itself. What it and other screens tell alike names no command that may be the
// very one that was typed.
const ThePlan = "the plan"

// AfterYes is what a yes found that looked afresh: what is asked for by a hash since, and whose departure, though asked
// about before and not approved, goes without a yes, as the limits have room for it.
type AfterYes struct {
	Waits []Wait
	Freed []WaitingPerson // the first of them
	// FreedPeople counts them all.
	FreedPeople int
}
