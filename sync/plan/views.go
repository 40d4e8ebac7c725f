package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A view is who reads a source, and from where: the bind account, and the server's copy of the
// directory. Another one may hide people whom the one before showed, and they look like leavers
// (pitfalls B16, D2; docs/decisions/0017-who-reads-and-from-where.md).
//
// A view is proved by a complete read that misses nobody of ours whom the last proved one showed, or
// by somebody who accepts the baseline. As long as it is not, whoever is missed first through it is
// marked: each step out asks for a yes. Everybody else leaves as ever, by what the directory states
// too. The mark ends with a sighting, with a statement of the directory, when a proved view misses
// the person as well, and with an accepted baseline. Who got a yes and is not ours any more stands in the
// way of the proof no longer. So a routine exchange, in which nobody is missed, is proved by its first
// read.

// ConditionView tells through which view a source was read. It never fails: what an unproved view
// stops are the steps of those whom it missed, and they say so themselves.
const ConditionView = "view"

// judgeViews comes after observe, which marks whoever is missed, and takes the marks back where the
// view is proved.
func (p *evidence) judgeViews() {
	for n := range p.Sources {
		s := &p.Sources[n].Snapshot
		if !p.AcceptBaseline && len(p.differences()) > 0 {
			s.Satisfy(ConditionView, model.Because("condition-not-judged"))
			continue
		}
		change, missed := p.changeOfView(*s), p.missedOf(s.Source)
		s.Satisfy(ConditionView, p.describeView(*s, change, missed))
		if p.proved[s.Source] = p.proves(*s, change, missed); p.proved[s.Source] {
			p.unmark(*s)
		}
	}
}

// proves tells whether the view of a read is proved by now. Of a new one only a read can tell in which
// an absence counts.
func (p *directory) proves(s model.Snapshot, change model.Reason, missed int) bool {
	if change.Code == "" {
		return s.Departures()
	}
	return s.Absences() && (missed == 0 || p.AcceptBaseline)
}

// changeOfView says in which way a read went through another view than the proved one, nothing if it did
// not. Before a pass has recorded who reads there is nothing to compare with: the first read of a
// source, or of a ledger of former days, is no change. A new password, certificate or address of the
// same account and copy is none either.
func (p *directory) changeOfView(s model.Snapshot) model.Reason {
	was := p.State.Sources[s.Source].Reader
	if !was.Known() {
		return model.Reason{}
	}
	reader, server := model.Because("another-reader", s.Reader.Reason(), was.Reason()), model.Because("another-copy", s.Server)
	switch other, proved := p.otherReader(s), p.provedCopy(s); {
	case other && !proved:
		return model.Because("another-reader-and-copy", reader, server)
	case other:
		return reader
	case !proved:
		return server
	}
	return model.Reason{}
}

// otherReader tells that the bind account is another one than that of the last proved view.
func (p *directory) otherReader(s model.Snapshot) bool {
	was := p.State.Sources[s.Source].Reader
	return was.Known() && !was.Same(s.Reader)
}

// provedCopy tells that the copy of the directory is one through which the source was proved, or
// that none is known at all.
func (p *directory) provedCopy(s model.Snapshot) bool {
	known := slices.DeleteFunc(slices.Clone(p.State.Servers), func(k model.KnownServer) bool { return k.Source != s.Source })
	return len(known) == 0 || slices.ContainsFunc(known, func(k model.KnownServer) bool { return k.Proved && k.Holds(s) })
}

// missedFirst tells whether somebody is missed whom the last proved view showed, or showed to be
// anything else than missing: no trace of them was found, or the scope covers them no more. A
// departure under way goes on as it began. Which view this is, judgeViews asks later.
func (p *evidence) missedFirst(prior model.Observation, s model.Sighting) bool {
	_, present := p.identities[s.ID]
	switch {
	case s.State == model.Departed && s.Evidence.Kind.Positive(), s.State == model.Unknown && (s.Found || present):
		return false
	case prior.State == model.Departed && prior.Reads > 0 && !p.holed(prior):
		return prior.Unproved
	}
	return prior.Unproved || s.State == model.Departed || prior.State == model.Entitled
}

// missedOf counts the people whom the view of a source misses and about whom nobody has decided. A
// credential that was withdrawn by hand decides nothing about the Threema ID.
func (p *recovered) missedOf(source string) (missed int) {
	for person, o := range p.observations {
		if person.Source == source && o.Unproved && p.undecided(person) {
			missed++
		}
	}
	return missed
}

// undecided tells of people of ours, and of those with the csi of one, who may use what a leaver has, as
// long as nobody said yes to their departure.
func (p *recovered) undecided(person model.PersonID) bool {
	_, owned := p.owned[person]
	_, leaving := p.departures[person]
	return owned || p.shares[person] && !leaving
}

// unmark takes the marks of a source back: a proved view misses the same people, as far as what it
// misses counts in this read. Their row begins with this read, for those before it may only have hidden
// them; where somebody accepts that they left, or said so of the credential, it goes on.
func (p *evidence) unmark(s model.Snapshot) {
	for person, o := range p.observations {
		if person.Source != s.Source || !o.Unproved || p.placeless[person] || !s.Absences() && !p.departedNow[person] {
			continue
		}
		o.Unproved = false
		if p.undecided(person) && p.departedNow[person] && !p.AcceptBaseline {
			o.Since, o.Reads, o.ConfirmedAt = p.Now, 0, time.Time{}
			o = p.count(o)
		}
		p.observations[person] = o
	}
}

func (p *directory) describeView(s model.Snapshot, change model.Reason, missed int) model.Reason {
	switch {
	case change.Code == "":
		return model.Because("view-as-before", s.Reader.Reason(), s.Server)
	case !s.Absences():
		return model.Because("view-not-complete", change)
	case p.AcceptBaseline:
		return model.Because("view-accepted", change)
	case missed == 0:
		return model.Because("view-misses-nobody", change)
	}
	return model.Because("view-misses-people", change, missed)
}

// askView lets a step of somebody wait for a yes whom no proved view missed, and names what changed.
func (p *directory) askView(c *model.Change, o model.Observation) {
	if o.Unproved && !c.Placeless {
		c.Ask(model.AskView, model.Because("missed-by-unproved-view", p.whatChanged(o.Person.Source)))
	}
}

// checkView says what to look at before somebody says yes to the steps of those whom no proved view missed, and
// what ends the question for all of them, nothing if nobody is asked.
func (p *record) checkView() []model.Reason {
	var checks []model.Reason
	asked := map[string]bool{}
	for _, c := range p.plan.Changes { // in their order
		source := c.Person.Source
		if asked[source] || !slices.Contains(c.Asks, model.AskView) || c.Status != model.NeedsApproval {
			continue
		}
		asked[source] = true
		checks = append(checks, model.Because("check-view", source, p.whatChanged(source)))
		if p.readWholly(source) {
			checks = append(checks, model.Because("check-view-is-accepted"))
		}
	}
	return checks
}

// whatChanged says what is not as before in the reads that miss people of a source whom no proved one missed.
func (p *directory) whatChanged(source string) model.Reason {
	for _, s := range p.Sources {
		if s.Snapshot.Source != source {
			continue
		}
		if what := p.changed(s.Snapshot); p.State.Subscription != "" && what.Code != "" {
			return what
		}
		if change := p.changeOfView(s.Snapshot); change.Code != "" {
			return change
		}
	}
	return model.Because("reader-or-server-changed")
}
