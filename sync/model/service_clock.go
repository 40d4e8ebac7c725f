package model

import (
	"fmt"
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

// Doubt says why our clock may be wrong, "" if the service says nothing against it.
func (c ServiceClock) Doubt() string {
	if c.Ahead.Abs() <= MaxSkew {
		return ""
	}
	return fmt.Sprintf("the clock of the Work API (Date of its answers) is %s ours, so this machine's clock is wrong, or the service's, or a proxy answers "+
		"from its memory: nobody departs. Set the clock right (`timedatectl`), or fix the proxy", c.Words())
}

// Words tells both clocks.
func (c ServiceClock) Words() string {
	by := c.Ahead.Abs().Round(time.Second)
	switch {
	case !c.Told:
		return "not told"
	case by < time.Second:
		return "the same as"
	case c.Ahead < 0:
		return fmt.Sprintf("%v behind", by)
	}
	return fmt.Sprintf("%v ahead of", by)
}

// ClockHolds tells that the source shows no doubt of our clock.
func (s Snapshot) ClockHolds() bool {
	return !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return c.Name == ConditionClock && !c.OK })
}

// AddToClock adds to what the source found about the clock.
func (s *Snapshot) AddToClock(ok bool, detail string) {
	s.Conditions = slices.Clone(s.Conditions)
	n := slices.IndexFunc(s.Conditions, func(c Condition) bool { return c.Name == ConditionClock })
	if n < 0 {
		s.Conditions = append(s.Conditions, Condition{Name: ConditionClock, OK: ok, Detail: detail})
		return
	}
	c := &s.Conditions[n]
	c.OK, c.Detail = c.OK && ok, JoinReasons(c.Detail, detail)
}
