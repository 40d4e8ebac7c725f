package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
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
	Command string    // what to type, or to do where nothing can be typed
	// Whom names the first of them and the steps that wait, where the plan is known.
	Whom []WaitingPerson
	// ReadFirst is the guard for leavers whose words come before the command, "" if it takes nobody out.
	ReadFirst string
	// Answered counts those whom it was about in the pass that asked, and about whom somebody said since.
	Answered int
	// Covers is for how many people the command says yes, CoversSteps to how many steps, where that is more than
	// the wait is about; else 0.
	Covers, CoversSteps int
	// Check is what to look at before the command is typed, where no guard says that; else "".
	Check string
}

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

// Stands tells whether somebody is asked by now. A licence may come free by itself, and the pass after one that
// found the world changed plans anew, so that is waited for longer than one pass before anybody is troubled with it.
func (w Wait) Stands() bool {
	return w.Code != WaitNoLicence && w.Code != WaitSkipped || w.Since.Before(w.Seen)
}

// Words tell since when, of whom, and what to do.
func (w Wait) Words() string {
	words := "since " + wording.Stamp(w.Since)
	switch {
	case w.People > 0 && w.Code == WaitCode(GuardBaseline): // it concerns more: these have steps that stand still
		words += ", " + wording.Counted(w.People, "person with a step that stands still or a credential that is missing", "people with steps that stand still or credentials that are missing")
	case w.People > 0:
		words += ", " + wording.Counted(w.People, "person", "people")
	}
	if w.Answered > 0 {
		words += fmt.Sprintf(" (%d more: answered)", w.Answered)
	}
	return words + ": " + w.Ask()
}

// Ask is the command, and what it says where it is no answer before somebody has looked: that people left.
func (w Wait) Ask() string {
	command := w.Command
	if command == PlanCommand {
		command += " (part of what was asked is answered; it tells the hash of the rest)"
	}
	if covers := w.CoversWords(); covers != "" {
		command += " (" + covers + ")"
	}
	if w.ReadFirst == "" {
		return command
	}
	return "read first what GUARD " + w.ReadFirst + " says; if they really left: " + command
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

// WhomWords tell what waits for whom, a line each, and how many more there are, for a screen beside the plan.
func (w Wait) WhomWords() []string { return w.NameWhom(": `" + PlanCommand + "` names all") }

// NameWhom tells it. where follows the number of those who are not named: where all are.
func (w Wait) NameWhom(where string) []string {
	lines := make([]string, 0, len(w.Whom)+3)
	parted := w.Code != WaitCode(GuardBaseline)
	for _, x := range w.Whom {
		if !parted && !x.Missing {
			parted = true
			lines = append(lines, "accepting it is a yes to none of these steps that take something away. They stand still until then; each goes on by its own rules, and asks for a yes of its own where it needs one:")
		}
		lines = append(lines, wording.Harmless(x.words()))
	}
	if more := w.People - len(w.Whom); more > 0 && len(w.Whom) > 0 {
		lines = append(lines, wording.More(more, where))
	}
	if w.Check != "" {
		lines = append(lines, wording.Harmless("Check first: "+w.Check))
	}
	return lines
}

// Words name the person, and what is to be done with them.
func (w WaitingPerson) Words() string { return wording.Harmless(w.words()) }

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

// CoversWords say that the yes is for more people, or steps, than the wait is about, "" if it is not.
func (w Wait) CoversWords() string {
	switch {
	case w.Covers > 0:
		return "this HASH is a yes for all " + wording.Counted(w.Covers, "person", "people") + " that wait for one; with --only PERSON or --only OU it is for these alone"
	case w.CoversSteps > 0:
		return "this is a yes to " + wording.Counted(w.CoversSteps, "step", "steps") + " of theirs, also to those that wait for another reason"
	}
	return ""
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
