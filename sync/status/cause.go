package status

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Pass is the last pass.
type Pass struct {
	Started  time.Time
	Finished time.Time // zero: under way, or it crashed
	Policy   model.Mode
	Result   string
	ExitCode int
	// Cause is why it failed or waits, and Command what to type then; both "" if all is well.
	Cause, Command string
	// Check is what to look at before that is typed, "" if nothing is.
	Check string
}

// typeRun is the command that ends what only a pass can end. What check finds, which asks directory and package afresh
// and knows nothing of yesterday, and what only a comparison with the memory shows, has its own.
const typeRun = "threema-dirsync run --once"

// shows is the command that shows the cause of a failure, or ends it. Reports of before the word was there have
// none.
func shows(f model.PassFailure) string {
	switch f {
	case model.PassFailureMissing, model.PassFailureStale:
		return model.PlanCommand
	case model.PassFailureTrial, model.PassFailureInterrupted:
		return typeRun
	case model.PassFailureService, model.PassFailureEnded, model.PassFailureMachine:
	}
	return model.CheckCommand
}

// shows are the commands that show why sources were not read, or not wholly.
func (r Report) shows() string {
	var commands []string
	add := func(command string) {
		if !slices.Contains(commands, command) {
			commands = append(commands, command)
		}
	}
	for _, s := range r.Sources {
		if s.Error != "" {
			add(model.CheckCommand)
			continue
		}
		for _, name := range s.Failed() {
			add(plan.Shows(name))
		}
	}
	return strings.Join(commands, "; ")
}

// withCause tells why the pass did not end well, and what to type; answered is that everything for which it
// waited is answered since, "" if it is not. A pass under way has no report yet: what
// is there is that of the one before.
func (p Pass) withCause(r Report, waits []model.Wait, answered string) Pass {
	if p.Finished.IsZero() || !r.Told {
		return p
	}
	switch p.ExitCode {
	case model.ExitConfig:
		p.Cause, p.Command = firstCause(r.Error, r.unread()), model.CheckCommand
	case model.ExitFailed:
		p.Cause, p.Command = firstCause(r.Error, r.failed()), shows(r.Failure)
		if r.Error == "" { // reading worked, so check would find nothing
			p.Command = model.PlanCommand
		}
	case model.ExitIncomplete:
		p.Cause, p.Command = firstCause(r.unread()), r.shows()
	case model.ExitWaiting:
		if p.Cause = answered; answered == "" {
			p.Cause, p.Check, p.Command = waitingCause(r.Guards, waits)
			if len(waits) > 0 && waits[0].Code == model.WaitSkipped {
				p.Cause = firstCause(r.undone("changes skipped right before their requests", model.NotTried), p.Cause)
			}
		}
	}
	return p
}

func firstCause(causes ...string) string {
	n := slices.IndexFunc(causes, func(c string) bool { return c != "" })
	if n < 0 {
		return "its report does not tell"
	}
	return causes[n]
}

// unread words which sources were not read, or not wholly.
func (r Report) unread() string {
	var words []string
	for _, s := range r.Sources {
		if !s.Complete {
			words = append(words, "source "+s.Name+": "+s.Words()+s.failures())
		}
	}
	return strings.Join(words, "; ")
}

// failed words how many changes failed, and the first of them.
func (r Report) failed() string {
	return r.undone("changes that failed", model.Failed, model.Uncertain)
}

// undone words how many changes ended in one of these ways, and the first of them, "" if none did.
func (r Report) undone(what string, results ...model.Result) string {
	bad := slices.DeleteFunc(slices.Clone(r.Results), func(x Result) bool { return !slices.Contains(results, x.Outcome) })
	if len(bad) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %d; the first: %s: %s", what, len(bad), bad[0].Op, bad[0].Message)
}

// waitingCause words for what somebody is waited for: what the guard says, where it is one.
func waitingCause(guards []Guard, waits []model.Wait) (cause, check, command string) {
	if len(waits) == 0 {
		return "its report does not tell", "", model.PlanCommand
	}
	first := waits[0]
	cause = "somebody has to decide (" + string(first.Code) + ")"
	check = english.Sentences(first.Check)
	if first.Check = nil; len(english.Whom(first)) == 1 {
		cause += ": " + english.Waiting(first.Whom[0])
	}
	if n := slices.IndexFunc(guards, func(g Guard) bool { return g.Name == string(first.Code) }); n >= 0 {
		cause = strings.TrimSpace(guards[n].Name+" "+guards[n].Source) + ": " + guards[n].Detail
	}
	if n := slices.IndexFunc(guards, func(g Guard) bool { return g.Name == first.ReadFirst && g.Check != "" }); n >= 0 {
		check = guards[n].Check
	}
	if covers := english.Covers(first); covers != "" {
		cause += "; " + covers
	}
	if more := len(waits) - 1; more > 0 {
		cause += " (" + wording.AndMore(more) + " that wait for you, see below)"
	}
	return cause, check, english.Command(first)
}
