package model

import (
	"cmp"
	"slices"
	"time"
)

// Suspension is somebody's word that a departure waits (the command hold).
type Suspension struct {
	Subject // as they were known when it was said, to name them
	// LastDay is the last day of the leave as somebody typed it, and Until its end where they live.
	LastDay string
	Until   time.Time
	// Reason is in the words of who said so. It may tell of an illness, so it goes to those who ask for
	// the person or for the list, and into the audit: in no plan, report or log.
	Reason string
	By     string
	Since  time.Time
	// Over is the first of the unbroken row of passes that found the leave to be over, zero if none did.
	// No grace begins earlier, so the clock of one pass ends nothing.
	Over time.Time
}

// Compare orders by person.
func (s Suspension) Compare(t Suspension) int { return s.Person.Compare(t.Person) }

// Stands tells whether the departure is suspended. A leave is over when a pass before this one found it
// to be so; one that did by a clock ahead of this one was wrong.
func (s Suspension) Stands(now time.Time) bool { return s.Over.IsZero() || s.Over.After(now) }

// Ended tells that the last day is over, be it that no pass before this one found that.
func (s Suspension) Ended(now time.Time) bool { return !now.Before(s.Until) }

// Why says until when the leave lasts, and who said so.
func (s Suspension) Why(now time.Time) Reason {
	if s.Ended(now) {
		return Because("leave-ended", s.LastDay, s.By)
	}
	return Because("on-leave", s.LastDay, s.By)
}

// SuspendedPerson is a person of whom somebody said that they are on leave, as a pass sees them.
type SuspendedPerson struct {
	Suspension
	Account  AccountState // as it was seen last
	Standing bool         // the departure is suspended; else the leave is over
	Soon     bool         // and not for long any more
	Ended    bool         // the last day is over, and the next pass finds that
	// Earliest is when the credential may be withdrawn if the account is not enabled until then, after a grace of
	// that length, which counts from the pass that finds the leave over: which one that is nobody knows before.
	// Zero where there is no withdrawal to come.
	Earliest time.Time
	Grace    time.Duration
	Typed    string // how to name them in a command
}

// The times of a suspension.
const (
	// suspensionSoon is how long before its end it is told.
	suspensionSoon = 14 * 24 * time.Hour
	// SuspensionMemory is how long one that is over is kept at least. A wrong clock may have ended it.
	SuspensionMemory = 30 * 24 * time.Hour
)

// Suspension is what is said of the leave of a person, if anything is.
func (s State) Suspension(person PersonID) (Suspension, bool) {
	n := slices.IndexFunc(s.Suspensions, func(s Suspension) bool { return s.Person == person })
	if n < 0 {
		return Suspension{}, false
	}
	return s.Suspensions[n], true
}

// Resumes is the time before which no grace of a person begins, zero if nothing was said of a leave.
func (s State) Resumes(person PersonID, now time.Time) time.Time {
	leave, said := s.Suspension(person)
	switch {
	case !said:
		return time.Time{}
	case leave.Stands(now):
		return Later(leave.Until, now)
	}
	return leave.Over
}

// SuspendedPeople lists them by the end of the leave.
func (s State) SuspendedPeople(policy Policy, now time.Time) []SuspendedPerson {
	seen := map[PersonID]Observation{}
	for _, o := range s.Observations {
		seen[o.Person] = o
	}
	return s.SuspendedAmong(seen, s.Names(), policy, now)
}

// SuspendedAmong tells who is on leave, with what is known of their accounts.
func (s State) SuspendedAmong(seen map[PersonID]Observation, names Names, policy Policy, now time.Time) []SuspendedPerson {
	people := make([]SuspendedPerson, 0, len(s.Suspensions))
	withdrawn := map[PersonID]bool{}
	for _, departure := range s.Departures {
		withdrawn[departure.Person] = !departure.WithdrawnAt.IsZero()
	}
	owners := map[PersonID]bool{}
	for _, own := range s.Owned {
		owners[own.Person] = true
	}
	memory := s
	for _, s := range s.Suspensions {
		o := seen[s.Person]
		s.CSI, s.DN = cmp.Or(o.CSI, s.CSI), cmp.Or(o.DN, s.DN)
		stands := s.Stands(now)
		person := SuspendedPerson{
			Suspension: s, Account: o.State, Standing: stands, Soon: stands && !now.Before(s.Until.Add(-suspensionSoon)), Ended: stands && s.Ended(now), Grace: policy.GraceWithdraw, Typed: names.Typed(s.CSI, s.Person),
		}
		if o.State == Departed && policy.Withdraw && !withdrawn[s.Person] && (stands || owners[s.Person]) {
			person.Earliest = policy.Withdrawable(o, memory.Resumes(s.Person, now))
		}
		people = append(people, person)
	}
	slices.SortFunc(people, func(a, b SuspendedPerson) int {
		return cmp.Or(a.Until.Compare(b.Until), a.Person.Compare(b.Person))
	})
	return people
}
