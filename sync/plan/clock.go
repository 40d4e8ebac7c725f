package plan

import (
	"fmt"
	"slices"
	"time"
)

// MaxSkew is how far our clock and another one may be apart before ours ends no grace and no account
// (pitfall B7). Kerberos allows the same.
const MaxSkew = 5 * time.Minute

// ConditionClock is the condition of the certificate that our clock is right. A source sets it by
// what its server tells, and judgeClocks by what the service tells.
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
		"from its memory: nobody departs. Set the clock right (`timedatectl`), or fix the proxy", c.words())
}

func (c ServiceClock) words() string {
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

// judgeClocks doubts every source while our clock is in doubt: whoever is let go by it may have
// been missed a minute ago. There is no accepting it; it ends when the clocks agree.
func (p *planner) judgeClocks() {
	why := p.ServiceClock.Doubt()
	for _, s := range p.Sources {
		if !p.ServiceClock.Told && !s.Snapshot.clockHolds() { // two clocks against each other, and nobody to say which is right
			why = fmt.Sprintf("the server of source %s tells another time than this machine, and the Work API none, so nobody knows who is right: nobody departs", s.Snapshot.Source)
			break
		}
	}
	p.clockInDoubt = why != ""
	for n := range p.Sources {
		s := &p.Sources[n]
		switch {
		case why != "":
			s.Snapshot.addToClock(false, why)
		case p.ServiceClock.Told:
			s.Snapshot.addToClock(true, "that of the Work API is "+p.ServiceClock.words()+" ours")
		}
		if !s.Snapshot.clockHolds() {
			p.distrustDates(s)
		}
	}
}

func (s Snapshot) clockHolds() bool {
	return !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return c.Name == ConditionClock && !c.OK })
}

// addToClock adds to what the source found about the clock.
func (s *Snapshot) addToClock(ok bool, detail string) {
	s.Conditions = slices.Clone(s.Conditions)
	n := slices.IndexFunc(s.Conditions, func(c Condition) bool { return c.Name == ConditionClock })
	if n < 0 {
		s.Conditions = append(s.Conditions, Condition{Name: ConditionClock, OK: ok, Detail: detail})
		return
	}
	c := &s.Conditions[n]
	c.OK, c.Detail = c.OK && ok, joinReasons(c.Detail, detail)
}

// distrustDates makes the state of everybody unknown whom a begin or an end date decides: by a clock
// that stands in 1970 nobody's account has ended, and leavers would get a new credential.
func (p *planner) distrustDates(s *SourceView) {
	const why = "a begin or end date decides, and the clock is in doubt"
	s.Identities = slices.Clone(s.Identities)
	for n := range s.Identities {
		if i := &s.Identities[n]; i.Dated {
			i.State, i.Evidence = Unknown, Evidence{Detail: why}
			p.undated[i.Person] = true
		}
	}
	s.Snapshot.Sightings = slices.Clone(s.Snapshot.Sightings)
	for n := range s.Snapshot.Sightings {
		if seen := &s.Snapshot.Sightings[n]; seen.Dated {
			seen.State, seen.Evidence = Unknown, Evidence{Detail: why}
			p.undated[seen.ID] = true
		}
	}
}

// rememberTimeless keeps what a clock in doubt could spoil, whichever way it is wrong: the memory of
// people, servers, windows and effects stays as it was, so that setting the clock right makes up for
// everything. Recorded is what needs no clock: whom the pass saw come back, or for the first time and
// where, and what became of requests and credentials.
func (p *planner) rememberTimeless() {
	p.bind()
	p.keepMemory()
	m := &p.plan.Update
	m.Observations = append(slices.Clip(m.Observations), p.timelessNewcomers()...)
	slices.SortFunc(m.Observations, func(a, b Observation) int { return a.Person.Compare(b.Person) })
	m.Timeless = true
	if m.SyncSince = p.State.SyncSince; p.Policy.Mode != Sync {
		m.SyncSince = time.Time{}
	}
	m.Vanished, m.Reopened = nil, nil
	m.EndedDepartures = slices.DeleteFunc(m.EndedDepartures, func(e EndedDeparture) bool { return e.Why == departureSettled })
}

// timelessNewcomers are the people whom a pass under a clock in doubt is the first to see. It may make
// them a credential, and where they stood is what their absence is proved by one day. They came after
// everybody who is remembered: that is all that is known of the time.
func (p *planner) timelessNewcomers() []Observation {
	remembered := map[PersonID]bool{}
	for _, o := range p.State.Observations {
		remembered[o.Person] = true
	}
	var seen time.Time
	if len(remembered) > 0 {
		seen = p.State.afterAll(time.Time{})
	}
	var all []Observation
	for _, i := range p.entitled {
		if o, observed := p.observations[i.Person]; observed && !remembered[i.Person] {
			o.FirstSeen, o.LastSeen = seen, seen
			all = append(all, o)
		}
	}
	return all
}
