package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A source that is not configured any more says nothing of its people: somebody may have taken it out
// of the configuration by mistake, or for a day. Their credentials may pass to the same people in
// another source (claim.go). For who is left somebody must say what the removal meant: the source is
// configured again, it has another name (`source rename`), or it was given up (`source forget`). Who
// belongs to a source that was given up is absent, and each step out asks for a yes
// (docs/decisions/0019-a-source-that-is-gone.md).

// removed tells that a source is not configured any more.
func (p *directory) removed(source string) bool {
	return !p.sourceRead(source) && !slices.Contains(p.Configured, source)
}

// forgotten tells that a source is not configured any more because somebody gave it up.
func (p *directory) forgotten(source string) (model.ForgottenSource, bool) {
	n := slices.IndexFunc(p.State.Forgotten, func(f model.ForgottenSource) bool { return f.Source == source })
	if n < 0 || !p.removed(source) {
		return model.ForgottenSource{}, false
	}
	return p.State.Forgotten[n], true
}

// orphaned tells that a source is not configured any more, and nobody said what that means.
func (p *directory) orphaned(source string) bool {
	_, forgotten := p.forgotten(source)
	return p.removed(source) && !forgotten
}

// takeBack ends what the forgetting of a source did to one of its people, where the source is
// configured again: their departure had no other proof, and no read of the source was part of it.
func (p *directory) takeBack(o model.Observation) model.Observation {
	for _, f := range p.State.Forgotten {
		if f.Source == o.Person.Source && !p.removed(f.Source) && o.State == model.Departed && !o.Since.Before(f.At) {
			o.State, o.Evidence = model.Unknown, model.Evidence{Detail: "its source was forgotten, and is configured again"}
			o.Since, o.Reads, o.ConfirmedAt, o.Contested = time.Time{}, 0, time.Time{}, false
		}
	}
	return o
}

// observeForgotten lets the people of the forgotten sources be absent. That counts by the passes that
// read all configured sources completely: in none of them they are known by now. It counts whatever
// leavers.evidence says of a silence, for this is somebody's word.
func (p *evidence) observeForgotten() {
	if !p.wholeRead() {
		return
	}
	for _, f := range p.stillForgotten() {
		p.gaps[f.Source] = p.widestGap()
		for _, person := range p.peopleOf(f.Source) {
			p.absent(person, f)
		}
		p.dropUnowned(f.Source)
	}
}

// absent adds one pass to the row of departures of somebody whose source was forgotten. A row of reads
// that the removal broke off begins afresh.
func (p *evidence) absent(person model.PersonID, f model.ForgottenSource) {
	o, known := p.observations[person]
	if !known {
		o.FirstSeen = p.Now
	}
	if o.State == model.Departed && o.ConfirmedAt.IsZero() && o.Since.Before(f.At) {
		o.Reads = 0
	}
	seen := model.Sighting{ID: person, DN: o.DN, OU: o.OU, State: model.Departed, Evidence: f.Evidence(), Protected: o.Protected}
	p.observations[person], p.departedNow[person] = p.advance(o, seen), true
}

// wholeRead tells that this pass read all configured sources, and completely.
func (p *directory) wholeRead() bool {
	return len(p.unread()) == 0 && !slices.ContainsFunc(p.Sources, func(s model.SourceView) bool { return !s.Snapshot.Absences() })
}

// widestGap is how far apart the passes may be that read everything: as far as the reads of any source.
func (p *directory) widestGap() gap {
	widest := gap{allowed: cmp.Or(p.Policy.MaxGap, leastGap)}
	for _, s := range p.Sources {
		widest.allowed = max(widest.allowed, p.gaps[s.Snapshot.Source].allowed)
	}
	return widest
}

// peopleOf lists whom the memory knows of a source, sorted.
func (p *recovered) peopleOf(source string) []model.PersonID {
	people := p.atStake()
	for person := range p.observations {
		people[person] = true
	}
	var theirs []model.PersonID
	for person := range people {
		if person.Source == source {
			theirs = append(theirs, person)
		}
	}
	slices.SortFunc(theirs, model.PersonID.Compare)
	return theirs
}

// askForgotten lets a step out wait for a yes where the source of the person was forgotten.
func (p *directory) askForgotten(c *model.Change) {
	if f, forgotten := p.forgotten(c.Person.Source); forgotten {
		c.Ask(model.AskForgotten, model.Because("source-forgotten", f.Source, f.At, f.By))
	}
}

// countOrphans counts, by source, the people of ours who belong to none that is configured, and whose
// credential nobody else took over.
func (p *draft) countOrphans() {
	for person := range p.atStake() {
		if p.orphaned(person.Source) {
			p.orphans[person.Source]++
		}
	}
}

// holdUnread holds somebody whose source gave no snapshot. Where it is not configured any more, this
// holds until somebody says what that means.
func (p *draft) holdUnread(whom model.Subject, reason model.Reason) {
	source := whom.Person.Source
	if !p.orphaned(source) {
		p.hold(whom, reason)
		return
	}
	if r, renamed := RenamedTo(p.renamings, source); renamed {
		p.holdFor(model.AskForgotten, whom, model.Because("source-renamed", reason, r.Now, r.Command()))
		return
	}
	p.holdFor(model.AskForgotten, whom, model.Because("source-orphaned", reason, p.orphans[source], source))
}

// stillForgotten are the forgotten sources after this pass: to configure one again takes it back. One
// that was forgotten in the future was so by a wrong clock: no row of reads is younger than that.
func (p *doubts) stillForgotten() []model.ForgottenSource {
	var still []model.ForgottenSource
	for _, f := range p.State.Forgotten {
		if f.At.After(p.Now) && !p.clockInDoubt {
			f.At = p.Now
		}
		if p.removed(f.Source) {
			still = append(still, f)
		}
	}
	slices.SortFunc(still, func(a, b model.ForgottenSource) int { return strings.Compare(a.Source, b.Source) })
	return still
}

// forgetCommand is what ends the wait for the people of sources that are gone: to give up each of which
// nobody said anything yet, and a yes to the list where somebody did.
func (p Plan) forgetCommand(people map[model.PersonID]bool) string {
	var commands []string
	for _, h := range p.Held {
		c := "threema-dirsync source forget " + model.ShellWord(h.Person.Source)
		if r, renamed := RenamedTo(p.Renamed, h.Person.Source); renamed {
			c = r.Command()
		}
		if h.Ask == model.AskForgotten && !slices.Contains(commands, c) {
			commands = append(commands, c)
		}
	}
	if slices.ContainsFunc(p.AwaitingApproval(), func(c model.Change) bool { return slices.Contains(c.Asks, model.AskForgotten) }) {
		commands = append(commands, p.waitYes(model.WaitCode(model.AskForgotten), people))
	}
	return strings.Join(commands, "; ")
}
