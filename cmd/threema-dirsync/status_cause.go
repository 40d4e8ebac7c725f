package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// pastOutcome is what a stored report tells of why its pass ended as it did.
type pastOutcome struct {
	Error   string          `json:"error"`
	Failure dirsync.Failure `json:"failure"`
	Sources []sourceStatus  `json:"sources"`
	Guards  []guardStatus   `json:"guards"`
	Results []pastResult    `json:"results"`
}

// The commands that show why a pass did not end well. check asks directory and package afresh, and knows
// nothing of yesterday: what only a comparison with the memory shows, plan tells.
const (
	typeCheck = "threema-dirsync check"
	typePlan  = "threema-dirsync plan"
	typeRun   = "threema-dirsync run --once"
)

// shows is the command that shows the cause of a failure, or ends it. Reports of before the word was there have
// none.
func shows(f dirsync.Failure) string {
	switch f {
	case dirsync.FailureMissing, dirsync.FailureStale:
		return typePlan
	case dirsync.FailureTrial, dirsync.FailureInterrupted:
		return typeRun
	case dirsync.FailureService, dirsync.FailureEnded, dirsync.FailureMachine:
	}
	return typeCheck
}

// shows are the commands that show why sources were not read, or not wholly.
func (o pastOutcome) shows() string {
	var commands []string
	add := func(command string) {
		if !slices.Contains(commands, command) {
			commands = append(commands, command)
		}
	}
	for _, s := range o.Sources {
		if s.Error != "" {
			add(typeCheck)
			continue
		}
		for _, c := range s.Conditions {
			if !c.OK {
				add(plan.Shows(c.Name))
			}
		}
	}
	return strings.Join(commands, "; ")
}

type pastResult struct {
	Op      model.Op `json:"op"`
	Outcome string   `json:"outcome"`
	Message string   `json:"message"`
}

// addCause tells why the pass did not end well, and what to type; answered is that everything for which it
// waited is answered since, "" if it is not. A pass under way has no report yet: what
// is there is that of the one before.
func (p *passStatus) addCause(report json.RawMessage, waits []model.Wait, answered string) {
	var o pastOutcome
	if p == nil || p.Finished == nil || json.Unmarshal(report, &o) != nil {
		return
	}
	switch p.ExitCode {
	case dirsync.ExitConfig:
		p.Cause, p.Command = firstCause(o.Error, o.unread()), typeCheck
	case dirsync.ExitFailed:
		p.Cause, p.Command = firstCause(o.Error, o.failed()), shows(o.Failure)
		if o.Error == "" { // reading worked, so check would find nothing
			p.Command = typePlan
		}
	case dirsync.ExitIncomplete:
		p.Cause, p.Command = firstCause(o.unread()), o.shows()
	case dirsync.ExitWaiting:
		if p.Cause = answered; answered == "" {
			p.Cause, p.Check, p.Command = waitingCause(o.Guards, waits)
			if len(waits) > 0 && waits[0].Code == model.WaitSkipped {
				p.Cause = firstCause(o.undone("changes skipped right before their requests", dirsync.Skipped), p.Cause)
			}
		}
	}
}

func firstCause(causes ...string) string {
	n := slices.IndexFunc(causes, func(c string) bool { return c != "" })
	if n < 0 {
		return "its report does not tell"
	}
	return causes[n]
}

// unread words which sources were not read, or not wholly.
func (o pastOutcome) unread() string {
	var words []string
	for _, s := range o.Sources {
		if !s.Complete {
			words = append(words, "source "+s.Name+": "+s.words()+s.failures())
		}
	}
	return strings.Join(words, "; ")
}

// failures words which conditions of a read failed, and of what, "" if there was none.
func (s sourceStatus) failures() string {
	var words []string
	for _, c := range s.Conditions {
		if !c.OK && s.Error == "" {
			words = append(words, c.Name+": "+c.Detail)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}

// failed words how many changes failed, and the first of them.
func (o pastOutcome) failed() string {
	return o.undone("changes that failed", model.Failed, model.Uncertain)
}

// undone words how many changes ended in one of these ways, and the first of them, "" if none did.
func (o pastOutcome) undone(what string, results ...model.Result) string {
	bad := slices.DeleteFunc(slices.Clone(o.Results), func(r pastResult) bool { return !slices.Contains(results, model.Result(r.Outcome)) })
	if len(bad) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %d; the first: %s: %s", what, len(bad), bad[0].Op, bad[0].Message)
}

// waitingCause words for what somebody is waited for: what the guard says, where it is one.
func waitingCause(guards []guardStatus, waits []model.Wait) (cause, check, command string) {
	if len(waits) == 0 {
		return "its report does not tell", "", typePlan
	}
	first := waits[0]
	cause = "somebody has to decide (" + string(first.Code) + ")"
	check = english.Sentences(first.Check)
	if first.Check = nil; len(english.Whom(first)) == 1 {
		cause += ": " + english.Waiting(first.Whom[0])
	}
	if n := slices.IndexFunc(guards, func(g guardStatus) bool { return g.Guard == string(first.Code) }); n >= 0 {
		cause = strings.TrimSpace(guards[n].Guard+" "+guards[n].Source) + ": " + guards[n].Detail
	}
	if n := slices.IndexFunc(guards, func(g guardStatus) bool { return g.Guard == first.ReadFirst && g.Check != "" }); n >= 0 {
		check = guards[n].Check
	}
	if covers := english.Covers(first); covers != "" {
		cause += "; " + covers
	}
	if more := len(waits) - 1; more > 0 {
		cause += fmt.Sprintf(" (and %d more that wait for you, see below)", more)
	}
	return cause, check, english.Command(first)
}
