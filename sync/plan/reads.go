package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Absence is a row of complete reads, and a row has no holes: nobody knows whom a read would have
// shown in between (design §5.2). How long a hole is depends on how often a pass runs, which the
// ledger knows.

const (
	// readMemory is how long a gap between two reads counts as usual.
	readMemory = 30 * 24 * time.Hour
	// usualGaps is how many times the longest usual gap is no hole yet, leastGap what never is one.
	usualGaps = 3
	leastGap  = 48 * time.Hour
	// restartsTold is how often a row begins afresh before somebody is told.
	restartsTold = 2
)

// gap is the time since the complete read of a source before this one, and how long it may be.
type gap struct {
	length  time.Duration // 0: there is no earlier read
	allowed time.Duration
}

// measureGaps compares, for each source, the time since its last complete read with what is usual.
func (p *directory) measureGaps() {
	p.readDays = p.readsBefore()
	for _, d := range p.readDays {
		g := p.gaps[d.Source]
		g.length = p.Now.Sub(d.Last) // the days are sorted
		g.allowed = cmp.Or(p.Policy.MaxGap, max(g.allowed, leastGap))
		if p.Policy.MaxGap == 0 && d.Longest <= readMemory && p.Now.Sub(d.Last) <= readMemory {
			g.allowed = max(g.allowed, usualGaps*d.Longest)
		}
		p.gaps[d.Source] = g
	}
}

// readsBefore are the days that still count, and of each source the last one, sorted. What was read
// in the future was so by a wrong clock.
func (p *directory) readsBefore() []model.ReadDay {
	days := sorted(p.State.Reads, model.ReadDay.Compare)
	days = slices.DeleteFunc(days, func(d model.ReadDay) bool { return d.Day.After(p.Now) })
	last := map[string]time.Time{}
	for n := range days {
		if days[n].Last.After(p.Now) {
			days[n].Last = p.Now
		}
		last[days[n].Source] = days[n].Day
	}
	return slices.DeleteFunc(days, func(d model.ReadDay) bool {
		return p.Now.Sub(d.Last) > readMemory && d.Day.Before(last[d.Source])
	})
}

// reads are the days after this pass. A read under doubt is none.
func (p *directory) reads() []model.ReadDay {
	days := slices.Clone(p.readDays)
	today := p.Now.UTC().Truncate(24 * time.Hour)
	for _, s := range p.Sources {
		if !s.Snapshot.Departures() {
			continue
		}
		d := model.ReadDay{Source: s.Snapshot.Source, Day: today, Last: p.Now, Longest: p.gaps[s.Snapshot.Source].length}
		n := slices.IndexFunc(days, func(had model.ReadDay) bool { return had.Compare(d) == 0 })
		if n < 0 {
			days = append(days, d)
			continue
		}
		d.Longest = max(d.Longest, days[n].Longest)
		days[n] = d
	}
	slices.SortFunc(days, model.ReadDay.Compare)
	return days
}

// holed tells that nobody has looked for too long to go on with the row of a departure. Who looked,
// but could prove nothing of this person, did not. What is confirmed stays so.
func (p *directory) holed(o model.Observation) bool {
	g := p.gaps[o.Person.Source]
	if !o.LastRead.IsZero() {
		g.length = p.Now.Sub(o.LastRead)
	}
	return o.State == model.Departed && o.Reads > 0 && o.ConfirmedAt.IsZero() && g.length > g.allowed
}

// Restarted is somebody whose row of reads began afresh again and again because of holes, so that
// the departure is never confirmed: somebody must make the passes run more often, or say that such
// holes are usual.
type Restarted struct {
	model.Subject
	Restarts int
	Since    time.Time // when the present row began
	Allowed  time.Duration
}

// Why says what is wrong and what to do.
func (r Restarted) Why() model.Reason {
	return model.Because("departure-restarts", r.Restarts, r.Person.Source, r.Allowed)
}

// restarted lists those of ours whose row began afresh more than once and is not confirmed. For who is on
// leave nobody needs the proof yet.
func (p *doubts) restarted() []Restarted {
	var list []Restarted
	for _, own := range p.State.Owned {
		o := p.observations[own.Person]
		if o.State == model.Departed && o.ConfirmedAt.IsZero() && o.Restarts >= restartsTold && !p.suspended(own.Person) {
			list = append(list, Restarted{
				Subject: own.WithDN(o.DN), Restarts: o.Restarts, Since: o.Since, Allowed: p.gaps[own.Person.Source].allowed,
			})
		}
	}
	return list // the owned are sorted
}
