package model

import (
	"slices"
	"time"
)

// MaxSkew is how far our clock and another one may be apart before ours ends no grace and no account
// (pitfall B7). Kerberos allows the same.
const MaxSkew = 5 * time.Minute

// ConditionClock is the condition of the certificate that our clock is right. A source sets it by
// what its server tells, and judgeClocks (sync/plan/clock.go) by what the service tells.
const ConditionClock = "clock"

// ServiceClock is what the answers of the Work API tell of the time (RFC 9110 §6.6.1).
type ServiceClock struct {
	Told bool // an answer had a date; without one nothing is known
	// Ahead is how far it is ahead of ours, less what the way of the answer explains; negative:
	// behind. Of several answers, the one that is furthest off.
	Ahead time.Duration
}

// Doubt says why our clock may be wrong, nothing if the service says nothing against it.
func (c ServiceClock) Doubt() []Reason {
	if c.Ahead.Abs() <= MaxSkew {
		return nil
	}
	return Because("clock-in-doubt", c.Reason()).Some()
}

// Reason compares both clocks, where the service told its own.
func (c ServiceClock) Reason() Reason {
	by := c.Ahead.Abs().Round(time.Second)
	switch {
	case by < time.Second:
		return Because("clock-the-same")
	case c.Ahead < 0:
		return Because("clock-behind", by)
	}
	return Because("clock-ahead", by)
}

// ClockHolds tells that the source shows no doubt of our clock.
func (s Snapshot) ClockHolds() bool {
	return !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return c.Name == ConditionClock && !c.OK })
}

// AddToClock adds to what the source found about the clock.
func (s *Snapshot) AddToClock(ok bool, detail Reason) {
	s.Conditions = slices.Clone(s.Conditions)
	n := slices.IndexFunc(s.Conditions, func(c Condition) bool { return c.Name == ConditionClock })
	if n < 0 {
		s.Conditions = append(s.Conditions, Condition{Name: ConditionClock, OK: ok, Detail: detail})
		return
	}
	c := &s.Conditions[n]
	c.OK = c.OK && ok
	if c.Detail.Code != "" {
		detail = Because("clock-by-both", c.Detail, detail)
	}
	c.Detail = detail
}
