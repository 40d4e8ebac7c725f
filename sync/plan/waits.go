package plan

import (
	"cmp"
	"fmt"
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
	// WaitOrder: what somebody ordered is not done, and no yes helps (openorder.go).
	WaitOrder WaitCode = "order"
	// WaitNoLicence: people get no credential, for no licence is free.
	WaitNoLicence WaitCode = "no-licence"
	// WaitRestarted: passes are so rare that somebody's departure is never confirmed (reads.go).
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

// The commands that say yes.
const (
	approveHash     = "threema-dirsync approve "
	yesOnly         = " --only "
	approveBaseline = approveHash + "--baseline"
	planCommand     = "threema-dirsync plan" // it tells the hash
	checkCommand    = "threema-dirsync check"
)

// thePlan is how the plan speaks of itself. What it and other screens tell alike names no command that may be the
// very one that was typed.
const thePlan = "the plan"

// Stands tells whether somebody is asked by now. A licence may come free by itself, and the pass after one that
// found the world changed plans anew, so that is waited for longer than one pass before anybody is troubled with it.
func (w Wait) Stands() bool {
	return w.Code != WaitNoLicence && w.Code != WaitSkipped || w.Since.Before(w.Seen)
}

// Words tell since when, of whom, and what to do.
func (w Wait) Words() string {
	words := "since " + Stamp(w.Since)
	switch {
	case w.People > 0 && w.Code == WaitCode(GuardBaseline): // it concerns more: these have steps that stand still
		words += ", " + Counted(w.People, "person with a step that stands still or a credential that is missing", "people with steps that stand still or credentials that are missing")
	case w.People > 0:
		words += ", " + Counted(w.People, "person", "people")
	}
	if w.Answered > 0 {
		words += fmt.Sprintf(" (%d more: answered)", w.Answered)
	}
	return words + ": " + w.Ask()
}

// Ask is the command, and what it says where it is no answer before somebody has looked: that people left.
func (w Wait) Ask() string {
	command := w.Command
	if command == planCommand {
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
	return strings.HasPrefix(w.Command, approveHash) && w.Command != approveBaseline
}

// hash is that of the plan to which the command says yes.
func (w Wait) hash() string {
	hash, _, _ := strings.Cut(strings.TrimPrefix(w.Command, approveHash), yesOnly)
	return hash
}

// parted tells that the command says yes for the people of the wait and for nobody else.
func (w Wait) parted() bool { return w.Hashed() && strings.Contains(w.Command, yesOnly) }

// SaysTheyLeft tells the guards that stop people who leave together.
func SaysTheyLeft(guard string) bool {
	switch guard {
	case GuardLeaversRun, GuardLeaversDay, GuardLeaversWeek, GuardLeaversOU, GuardAhead:
		return true
	}
	return false
}

// StandingWaits are those of which somebody is asked by now, in the order of [WaitCodes]. Of several guards
// for leavers about the same people the first says why, and the people wait under its name: before each yes
// that takes leavers out stands a guard that says why.
func StandingWaits(all []Wait) []Wait {
	standing := slices.DeleteFunc(slices.Clone(all), func(w Wait) bool { return !w.Stands() })
	order := WaitCodes()
	slices.SortStableFunc(standing, func(a, b Wait) int {
		return cmp.Compare(slices.Index(order, a.Code), slices.Index(order, b.Code))
	})
	lead := slices.IndexFunc(standing, func(w Wait) bool { return SaysTheyLeft(string(w.Code)) })
	for n := range standing {
		w := &standing[n]
		switch {
		case lead < 0 || !w.Hashed():
			w.ReadFirst = ""
		case SaysTheyLeft(string(w.Code)) && w.People > 0:
			w.ReadFirst = string(w.Code)
		case w.parted(): // it takes out nobody of whom a guard speaks
			w.ReadFirst = ""
		default:
			w.ReadFirst = string(standing[lead].Code)
		}
	}
	return standing
}

// Waiter is a person for whom somebody is waited for, where neither a guard nor a question of a
// change says so.
type Waiter struct {
	Code   WaitCode
	Person PersonID
}

// Waits lists what somebody is asked for: exit 3 says that there is something.
func (p Plan) Waits() []Wait { return StandingWaits(p.AllWaits()) }

// AllWaits lists also what nobody is asked for yet. It is what the ledger keeps, so that a row of
// passes has a beginning.
func (p Plan) AllWaits() []Wait {
	waiting := p.waiting()
	var waits []Wait
	for _, code := range WaitCodes() {
		people, there := waiting[code]
		if there {
			w := Wait{Code: code, Since: p.waitsSince(code), Seen: p.GeneratedAt, People: len(people), Command: p.waitCommand(code, people)}
			yes := p.saidBy(w.Command, people)
			w.Whom = p.whom(code, people, yes)
			w.cover(yes)
			if code == WaitCode(AskView) {
				w.Check = p.CheckView
			}
			waits = append(waits, w)
		}
	}
	return waits
}

// waiting finds the codes, and of each the people who would go on.
func (p Plan) waiting() map[WaitCode]map[PersonID]bool {
	waiting := map[WaitCode]map[PersonID]bool{}
	add := func(code WaitCode, people ...PersonID) {
		if waiting[code] == nil {
			waiting[code] = map[PersonID]bool{}
		}
		for _, person := range people {
			waiting[code][person] = true
		}
	}
	for _, g := range p.Guards {
		add(WaitCode(g.Name))
	}
	for _, c := range p.Changes {
		for _, code := range c.waitCodes() {
			add(code, c.Person)
		}
	}
	for _, h := range p.Held {
		if h.Ask != "" {
			add(WaitCode(h.Ask), h.Person)
		}
	}
	for _, r := range p.Restarted {
		add(WaitRestarted, r.Person)
	}
	for _, w := range p.Waiters {
		add(w.Code, w.Person)
	}
	if _, asked := waiting[WaitCode(GuardBaseline)]; asked && p.Baseline != nil {
		for _, b := range p.Baseline.Missing {
			add(WaitCode(GuardBaseline), b.Person)
		}
	}
	return waiting
}

// waitsSince is when the row of passes began that waited for this. One that began in the future
// was timed by a wrong clock.
func (p Plan) waitsSince(code WaitCode) time.Time {
	for _, w := range p.WaitedFor {
		if w.Code == code && !w.Since.After(p.GeneratedAt) {
			return w.Since
		}
	}
	return p.GeneratedAt
}

// waitCommand is what ends a wait.
func (p Plan) waitCommand(code WaitCode, people map[PersonID]bool) string {
	switch code {
	case WaitCode(GuardBaseline):
		if len(p.Renamed) > 0 {
			return renameCommands(p.Renamed)
		}
		return approveBaseline
	case WaitCode(GuardHeld):
		return approveBaseline
	case WaitCode(GuardStopFile):
		return "rm " + ShellWord(p.StopFile)
	case WaitCode(AskForgotten):
		return p.forgetCommand(people)
	case WaitCode(AskByHand):
		return "withdraw (Zugang entziehen) by hand in the management cockpit what " + thePlan + " lists as held for that"
	case WaitOrder:
		return "withdraw (Zugang entziehen) by hand in the management cockpit, or take the order back: threema-dirsync withdraw --undo PERSON --reason TEXT"
	case WaitRestarted:
		return "let complete passes follow each other more closely, or set leavers.confirm.max_gap"
	case WaitSkipped:
		return "read the reason in the report of the last pass, and fix that: each pass tries again"
	case WaitNoLicence:
		return "buy licences in the management cockpit, or withdraw (Zugang entziehen) credentials there that nobody needs"
	}
	return p.waitYes(code, people)
}

// ShellWord quotes what a shell would take apart.
func ShellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,=", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Unwait takes people from those who are waited for under a code, for what a pass has found out
// since the plan was made.
func (p *Plan) Unwait(code WaitCode, people map[PersonID]bool) {
	p.Waiters = slices.DeleteFunc(slices.Clone(p.Waiters), func(w Waiter) bool { return w.Code == code && people[w.Person] })
}

// Wait adds a person to those who are waited for under a code.
func (p *Plan) Wait(code WaitCode, person PersonID) {
	if w := (Waiter{code, person}); !slices.Contains(p.Waiters, w) {
		p.Waiters = append(slices.Clip(p.Waiters), w)
	}
}
