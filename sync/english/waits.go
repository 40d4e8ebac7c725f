package english

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Wait tells since when somebody is waited for, of whom, and what to do.
func Wait(w model.Wait) string {
	words := "since " + wording.Stamp(w.Since)
	switch {
	case w.People > 0 && w.Code == model.WaitCode(model.GuardBaseline): // it concerns more: these have steps that stand still
		words += ", " + wording.Counted(w.People, "person with a step that stands still or a credential that is missing", "people with steps that stand still or credentials that are missing")
	case w.People > 0:
		words += ", " + wording.Counted(w.People, "person", "people")
	}
	if w.Answered > 0 {
		words += fmt.Sprintf(" (%d more: answered)", w.Answered)
	}
	return words + ": " + Ask(w)
}

// Ask is the command, and what it says where it is no answer before somebody has looked: that people left.
func Ask(w model.Wait) string {
	command := Command(w)
	if command == model.PlanCommand {
		command += " (part of what was asked is answered; it tells the hash of the rest)"
	}
	if covers := Covers(w); covers != "" {
		command += " (" + covers + ")"
	}
	if w.ReadFirst == "" {
		return command
	}
	return "read first what GUARD " + w.ReadFirst + " says; if they really left: " + command
}

// Command is what to type, or to do where nothing can be typed.
func Command(w model.Wait) string {
	if w.Command != "" {
		return w.Command
	}
	switch w.Code {
	case model.WaitCode(model.AskByHand):
		return "withdraw (Zugang entziehen) by hand in the management cockpit what the plan lists as held for that"
	case model.WaitOrder:
		return "withdraw (Zugang entziehen) by hand in the management cockpit, or take the order back: threema-dirsync withdraw --undo PERSON --reason TEXT"
	case model.WaitRestarted:
		return "let complete passes follow each other more closely, or set leavers.confirm.max_gap"
	case model.WaitSkipped:
		return "end what the last look found, see each person (`threema-dirsync explain PERSON` says how): each pass tries again"
	case model.WaitNoLicence:
		return "buy licences in the management cockpit, or withdraw (Zugang entziehen) credentials there that nobody needs"
	}
	return ""
}

// Covers says that the yes is for more people, or steps, than the wait is about, "" if it is not.
func Covers(w model.Wait) string {
	switch {
	case w.Covers > 0:
		return "this HASH is a yes for all " + wording.Counted(w.Covers, "person", "people") + " that wait for one; with --only PERSON or --only OU it is for these alone"
	case w.CoversSteps > 0:
		return "this is a yes to " + wording.Counted(w.CoversSteps, "step", "steps") + " of theirs, also to those that wait for another reason"
	}
	return ""
}

// Whom tells what waits for whom, a line each, and how many more there are, for a screen beside the plan.
func Whom(w model.Wait) []string { return NameWhom(w, ": `"+model.PlanCommand+"` names all") }

// NameWhom tells it. where follows the number of those who are not named: where all are.
func NameWhom(w model.Wait, where string) []string {
	lines := make([]string, 0, len(w.Whom)+3)
	parted := w.Code != model.WaitCode(model.GuardBaseline)
	for _, x := range w.Whom {
		if !parted && !x.Missing {
			parted = true
			lines = append(lines, "accepting it is a yes to none of these steps that take something away. They stand still until then; each goes on by its own rules, and asks for a yes of its own where it needs one:")
		}
		lines = append(lines, Waiting(x))
	}
	if more := w.People - len(w.Whom); more > 0 && len(w.Whom) > 0 {
		lines = append(lines, wording.More(more, where))
	}
	if len(w.Check) > 0 {
		lines = append(lines, wording.Harmless("Check first: "+Sentences(w.Check)))
	}
	return lines
}

// Waiting names a person as every screen does, and what waits.
func Waiting(w model.WaitingPerson) string {
	name := w.Whose()
	if w.Missing {
		name = "the credential is missing: " + name
	}
	if len(w.AskedBy) > 0 {
		name += "; asked by " + strings.Join(w.AskedBy, " and ")
	}
	if len(w.Also) > 0 {
		name += "; the same yes is also for: " + steps(w.Also)
	}
	if len(w.Why) > 0 {
		name += "; " + Join(w.Why)
	}
	if len(w.Steps) == 0 {
		return wording.Harmless(name)
	}
	return wording.Harmless(steps(w.Steps) + ": " + name)
}

func steps(ops []model.Op) string {
	return strings.Join(model.Convert(ops, model.Op.CockpitWord), ", ")
}
