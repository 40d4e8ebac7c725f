package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// judgeClocks doubts every source while our clock is in doubt: whoever is let go by it may have
// been missed a minute ago. There is no accepting it; it ends when the clocks agree.
func (p *doubts) judgeClocks() {
	why := p.ServiceClock.Doubt()
	for _, s := range p.Sources {
		if !p.ServiceClock.Told && !s.Snapshot.ClockHolds() { // two clocks against each other, and nobody to say which is right
			why = model.Because("clock-of-one-server", s.Snapshot.Source).Some()
			break
		}
	}
	p.clockInDoubt = len(why) > 0
	for n := range p.Sources {
		s := &p.Sources[n]
		switch {
		case len(why) > 0:
			s.Snapshot.AddToClock(false, why[0])
		case p.ServiceClock.Told:
			s.Snapshot.AddToClock(true, model.Because("clock-of-service", p.ServiceClock.Reason()))
		}
		if !s.Snapshot.ClockHolds() {
			p.distrustDates(s)
		}
	}
}

// distrustDates makes the state of everybody unknown whom a begin or an end date decides: by a clock
// that stands in 1970 nobody's account has ended, and leavers would get a new credential.
func (p *doubts) distrustDates(s *model.SourceView) {
	const why = "a begin or end date decides, and the clock is in doubt"
	s.Identities = slices.Clone(s.Identities)
	for n := range s.Identities {
		if i := &s.Identities[n]; i.Dated {
			i.State, i.Evidence = model.Unknown, model.Evidence{Detail: why}
			p.undated[i.Person] = true
		}
	}
	s.Snapshot.Sightings = slices.Clone(s.Snapshot.Sightings)
	for n := range s.Snapshot.Sightings {
		if seen := &s.Snapshot.Sightings[n]; seen.Dated {
			seen.State, seen.Evidence = model.Unknown, model.Evidence{Detail: why}
			p.undated[seen.ID] = true
		}
	}
}

// rememberTimeless keeps what a clock in doubt could spoil, whichever way it is wrong: the memory of
// people, servers, windows and effects stays as it was, so that setting the clock right makes up for
// everything. Recorded is what needs no clock: whom the pass saw come back, or for the first time and
// where, and what became of requests and credentials.
func (p *record) rememberTimeless() {
	p.bind()
	p.keepMemory()
	m := &p.update
	m.Observations = append(slices.Clip(m.Observations), p.timelessNewcomers()...)
	slices.SortFunc(m.Observations, func(a, b model.Observation) int { return a.Person.Compare(b.Person) })
	m.Vanished, m.Reopened = nil, nil
	m.EndedDepartures = slices.DeleteFunc(m.EndedDepartures, func(e model.EndedDeparture) bool { return e.Why == departureSettled })
}

// syncSince is since when the policy lets leavers go. A clock in doubt begins nothing.
func (p *record) syncSince() time.Time {
	switch {
	case !p.clockInDoubt:
		return p.State.SyncBegan(p.Policy, p.Now)
	case p.Policy.Mode != model.Sync:
		return time.Time{}
	}
	return p.State.SyncSince
}

// timelessNewcomers are the people whom a pass under a clock in doubt is the first to see. It may make
// them a credential, and where they stood is what their absence is proved by one day. They came after
// everybody who is remembered: that is all that is known of the time.
func (p *record) timelessNewcomers() []model.Observation {
	remembered := map[model.PersonID]bool{}
	for _, o := range p.State.Observations {
		remembered[o.Person] = true
	}
	var seen time.Time
	if len(remembered) > 0 {
		seen = p.State.AfterAll(time.Time{})
	}
	var all []model.Observation
	for _, i := range p.entitled {
		if o, observed := p.observations[i.Person]; observed && !remembered[i.Person] {
			o.FirstSeen, o.LastSeen = seen, seen
			all = append(all, o)
		}
	}
	return all
}
