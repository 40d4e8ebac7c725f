package view

import (
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
)

// answers tells what was answered, and when that counts.
func (o *printer) answers(s status.Status) {
	for _, a := range s.Answered {
		o.line("ANSWERED since then:\t%s", a.Words)
		o.whom(a.Whom, a.People)
	}
	if len(s.Answered) > 0 {
		o.line("  What comes of it:\t%s", "the next pass judges it, "+scheduled(s)+", or at once with `threema-dirsync run --once`; a step that is not due then goes when it is")
	}
	o.freed(s.Freed)
}

// freed warns of those who go without a yes, as long as no pass has judged that.
func (o *printer) freed(f *status.Freed) {
	if f == nil || f.People == 0 {
		return
	}
	o.line("CAUTION, not approved:\t%s who waited before and wait no more, for no limit stops them: they go when they are due, without a yes", wording.Counted(f.People, "person", "people"))
	o.whom(f.Whom, f.People)
	o.line("  If one should not go:\t%s", english.KeepThem)
}

// whom names the first of some people.
func (o *printer) whom(first []model.WaitingPerson, all int) {
	for _, x := range first {
		o.line("\t%s", english.Waiting(x))
	}
	if more := all - len(first); more > 0 {
		o.line("\t%s", wording.More(more, ""))
	}
}

// scheduled says when the next pass is by the schedule, as far as that is known here: whether the service runs is not.
func scheduled(s status.Status) string {
	return "if the service runs, by the schedule at " + wording.Stamp(s.NextPass)
}

// orders tells of each what became of it, and what to type.
func (o *printer) orders(s status.Status) {
	for _, x := range s.Orders {
		o.line("ORDERED, NOT DONE:\twithdraw / Zugang entziehen %s of %s %s, ordered %s by %s", x.Username, x.CSI, x.DN, wording.Stamp(x.At), x.By)
		o.line("\t%s", becomes(s, x))
		o.line("\tto take the order back: threema-dirsync withdraw --undo %s --reason TEXT", x.Typed)
	}
}

// becomes says what an order waits for. What is told as waiting for somebody is ended by what is told there alone.
func becomes(s status.Status, o status.Order) string {
	for _, x := range s.Waits {
		if slices.ContainsFunc(x.Whom, func(who model.WaitingPerson) bool {
			return who.Person == o.Person && slices.Contains(who.Steps, model.Withdraw)
		}) {
			return "the app goes on; it waits for you (" + string(x.Code) + "): " + english.Ask(x)
		}
	}
	atOnce := scheduled(s) + ", or at once: threema-dirsync withdraw " + o.Typed + " --reason TEXT"
	switch {
	case !o.SettledFrom.IsZero():
		return english.Say(plan.LostAnswer(o.SettledFrom))
	case o.Sent:
		return english.Say(plan.LostAnswer(o.SettledFrom)) + ": " + atOnce
	}
	return "the app goes on; the next pass that may carries it out, " + atOnce
}

// approvals counts each yes that is given.
func (o *printer) approvals(a status.Approvals) {
	switch {
	case !a.Expires.IsZero():
		o.line("Approvals:\t%d given and not used up, the next one expires %s", a.Live, wording.Stamp(a.Expires))
	case a.Live > a.Ahead:
		o.line("Approvals:\t%d given and not used up, for departures under way", a.Live)
	case a.Live > 0:
		o.line("Approvals:\t%d given and not used up", a.Live)
	}
	if a.Ahead > 0 {
		o.line("  Not due yet:\t%d of them: the time of the yes counts from when the step is due, and for the first pass after that", a.Ahead)
	}
	if a.Live > 0 {
		o.line("  To take one back:\tthreema-dirsync approve --undo HASH|PERSON|all")
	}
	if a.Idle > 0 {
		o.line("Approvals without a step:\t%d, which let nothing happen: the last plan has no such steps", a.Idle)
	}
}

// onTheWayOut lists leavers, who is on leave, and what is not verified yet.
func (o *printer) onTheWayOut(s status.Status) {
	o.line("Pending leavers:\t%d", len(s.Leavers))
	for _, l := range s.Leavers {
		words := string(l.Stage)
		if l.Suspended {
			words += ", suspended: on leave of absence"
		}
		if l.Next != "" {
			words += ", " + l.Next.CockpitWord() + " not before " + wording.Stamp(l.NotBefore)
		}
		o.line("  %s %s\t%s since %s, %s, %s", l.CSI, l.DN, l.Evidence.String(), wording.Stamp(l.Since), wording.Counted(l.Reads, "read", "reads"), words)
	}
	leaves := plan.ToldLeaves(s.Suspended) // of what has no departure to come any more the audit and explain tell
	if len(leaves) > 0 {
		o.line("Leave of absence:\t%d (`threema-dirsync hold` tells why)", len(leaves))
	}
	for _, x := range leaves {
		o.line("  %s %s\t%s", x.CSI, x.DN, english.Leave(x))
	}
	o.line("Effects not verified yet:\t%d", len(s.Effects))
	for _, e := range s.Effects {
		o.line("  %s %s\t%s, requested %s, effective by %s", e.CSI, e.DN, e.Title(), wording.Stamp(e.RequestedAt), wording.Stamp(e.EffectiveBy()))
	}
}
