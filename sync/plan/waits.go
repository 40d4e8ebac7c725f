package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// SaysTheyLeft tells the guards that stop people who leave together.
func SaysTheyLeft(guard string) bool {
	switch guard {
	case model.GuardLeaversRun, model.GuardLeaversDay, model.GuardLeaversWeek, model.GuardLeaversOU, model.GuardAhead:
		return true
	}
	return false
}

// StandingWaits are those of which somebody is asked by now, in the order of [model.WaitCodes]. Of several guards
// for leavers about the same people the first says why, and the people wait under its name: before each yes
// that takes leavers out stands a guard that says why.
func StandingWaits(all []model.Wait) []model.Wait {
	standing := slices.DeleteFunc(slices.Clone(all), func(w model.Wait) bool { return !w.Stands() })
	order := model.WaitCodes()
	slices.SortStableFunc(standing, func(a, b model.Wait) int {
		return cmp.Compare(slices.Index(order, a.Code), slices.Index(order, b.Code))
	})
	lead := slices.IndexFunc(standing, func(w model.Wait) bool { return SaysTheyLeft(string(w.Code)) })
	for n := range standing {
		w := &standing[n]
		switch {
		case lead < 0 || !w.Hashed():
			w.ReadFirst = ""
		case SaysTheyLeft(string(w.Code)) && w.People > 0:
			w.ReadFirst = string(w.Code)
		case w.Parted(): // it takes out nobody of whom a guard speaks
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
	Code   model.WaitCode
	Person model.PersonID
}

// Waits lists what somebody is asked for: exit 3 says that there is something.
func (p Plan) Waits() []model.Wait { return StandingWaits(p.AllWaits()) }

// AllWaits lists also what nobody is asked for yet. It is what the ledger keeps, so that a row of
// passes has a beginning.
func (p Plan) AllWaits() []model.Wait {
	waiting := p.waiting()
	var waits []model.Wait
	for _, code := range model.WaitCodes() {
		people, there := waiting[code]
		if there {
			w := model.Wait{Code: code, Since: p.waitsSince(code), Seen: p.GeneratedAt, People: len(people), Command: p.waitCommand(code, people)}
			yes := p.saidBy(w.Command, people)
			w.Whom = p.whom(code, people, yes)
			w.Cover(yes)
			if code == model.WaitCode(model.AskView) {
				w.Check = p.CheckView
			}
			waits = append(waits, w)
		}
	}
	return waits
}

// waiting finds the codes, and of each the people who would go on.
func (p Plan) waiting() map[model.WaitCode]map[model.PersonID]bool {
	waiting := map[model.WaitCode]map[model.PersonID]bool{}
	add := func(code model.WaitCode, people ...model.PersonID) {
		if waiting[code] == nil {
			waiting[code] = map[model.PersonID]bool{}
		}
		for _, person := range people {
			waiting[code][person] = true
		}
	}
	for _, g := range p.Guards {
		add(model.WaitCode(g.Name))
	}
	for _, c := range p.Changes {
		for _, code := range c.WaitCodes() {
			add(code, c.Person)
		}
	}
	for _, h := range p.Held {
		if h.Ask != "" {
			add(model.WaitCode(h.Ask), h.Person)
		}
	}
	for _, r := range p.Restarted {
		add(model.WaitRestarted, r.Person)
	}
	for _, w := range p.Waiters {
		add(w.Code, w.Person)
	}
	if _, asked := waiting[model.WaitCode(model.GuardBaseline)]; asked && p.Baseline != nil {
		for _, b := range p.Baseline.Missing {
			add(model.WaitCode(model.GuardBaseline), b.Person)
		}
	}
	return waiting
}

// waitsSince is when the row of passes began that waited for this. One that began in the future
// was timed by a wrong clock.
func (p Plan) waitsSince(code model.WaitCode) time.Time {
	for _, w := range p.WaitedFor {
		if w.Code == code && !w.Since.After(p.GeneratedAt) {
			return w.Since
		}
	}
	return p.GeneratedAt
}

// waitCommand is what to type to end a wait, "" where nothing can be typed.
func (p Plan) waitCommand(code model.WaitCode, people map[model.PersonID]bool) string {
	switch code {
	case model.WaitCode(model.GuardBaseline):
		if len(p.Renamed) > 0 {
			return renameCommands(p.Renamed)
		}
		return model.ApproveBaseline
	case model.WaitCode(model.GuardHeld):
		return model.ApproveBaseline
	case model.WaitCode(model.GuardStopFile):
		return "rm " + model.ShellWord(p.StopFile)
	case model.WaitCode(model.AskForgotten):
		return p.forgetCommand(people)
	case model.WaitCode(model.AskByHand), model.WaitOrder, model.WaitRestarted, model.WaitSkipped, model.WaitNoLicence:
		return ""
	}
	return p.waitYes(code, people)
}

// Unwait takes people from those who are waited for under a code, for what a pass has found out
// since the plan was made.
func (p *Plan) Unwait(code model.WaitCode, people map[model.PersonID]bool) {
	p.Waiters = slices.DeleteFunc(slices.Clone(p.Waiters), func(w Waiter) bool { return w.Code == code && people[w.Person] })
}

// Wait adds a person to those who are waited for under a code.
func (p *Plan) Wait(code model.WaitCode, person model.PersonID) {
	if w := (Waiter{code, person}); !slices.Contains(p.Waiters, w) {
		p.Waiters = append(slices.Clip(p.Waiters), w)
	}
}
