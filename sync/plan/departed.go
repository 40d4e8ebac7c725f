package plan

import (
	"cmp"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// keptFromLeaving says why somebody who is not seen as entitled stays all the same.
func (p *evidence) keptFromLeaving(own model.Ownership, o model.Observation) model.Reason {
	i, present := p.identities[own.Person]
	f, forgotten := p.forgotten(own.Person.Source)
	switch {
	case !p.sourceRead(own.Person.Source) && !forgotten:
		return model.Because("source-of-leaver-unread", p.notRead(own.Person.Source))
	case forgotten && o.State != model.Departed:
		return model.Because("forgotten-unread", f.Source, f.At, f.By)
	case p.uncounted[own.Person] && !i.Excluded:
		return model.Because("evidence-uncounted", o.Evidence.Detail)
	case present && (i.Excluded || i.State == model.Unknown):
		return model.Reason{} // held with the snapshot that has them
	case o.State == model.Unknown && o.Evidence.Detail == "":
		return model.Because("not-seen-yet")
	case o.State == model.Unknown:
		return model.Because("whereabouts-unknown", o.Evidence.Detail)
	case o.State == model.Departed && !p.Policy.Withdraw:
		return model.Because("access-kept", p.describeDeparted(o))
	}
	return model.Reason{}
}

// nameOf is the DN of a person, of a leaver where they were seen last; the ID if none is known.
func (p *evidence) nameOf(person model.PersonID) string {
	if o := p.observations[person]; o.State == model.Departed && o.DN != "" {
		return o.DN
	}
	return cmp.Or(cmp.Or(p.identities[person].DN, p.observations[person].DN), person.String())
}

// departureReason says where the person stands on the way out.
func (p *evidence) departureReason(o model.Observation) model.Reason {
	if !o.ConfirmedAt.IsZero() {
		return model.Because("departure-confirmed")
	}
	if until := o.Since.Add(p.Policy.ConfirmOver); o.Reads >= p.Policy.ConfirmReads && p.Now.Before(until) {
		return p.onlyTimeMissing(o, until)
	}
	counted := min(o.Reads, p.Policy.ConfirmReads)
	reads := model.Because("reads-so-far", counted, p.Policy.ConfirmReads)
	if p.departedNow[o.Person] {
		reads = model.Because("reads-so-far-with-this", counted, p.Policy.ConfirmReads)
	}
	if o.Restarts > 0 {
		return model.Because("departure-unconfirmed-anew", reads, p.Policy.ConfirmOver, o.Restarts)
	}
	return model.Because("departure-unconfirmed", reads, p.Policy.ConfirmOver)
}

// onlyTimeMissing says the same where reads are there enough, and only the time that they must span is not.
func (p *evidence) onlyTimeMissing(o model.Observation, until time.Time) model.Reason {
	why := model.Because("departure-unconfirmed-yet", o.Reads, p.Policy.ConfirmOver, until)
	if o.Restarts > 0 {
		return model.Because("departure-unconfirmed-yet-anew", why, o.Restarts)
	}
	return why
}

// describeDeparted says what proves an observation. The row of reads is older than its latest evidence: who
// moved out of the scope first, and is disabled by now, was not disabled all along. Whether it has the read of this plan
// is told too, which is a pass's only if a pass makes it.
func (p *evidence) describeDeparted(o model.Observation) model.Reason {
	switch {
	case o.State != model.Departed:
		return model.Reason{}
	case p.departedNow[o.Person]:
		return model.Because("departed-with-this", o.Evidence.String(), o.Since, o.Reads)
	}
	return model.Because("departed", o.Evidence.String(), o.Since, o.Reads)
}
