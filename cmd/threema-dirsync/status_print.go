package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

func (p *program) printStatus(s status) error {
	w := tabwriter.NewWriter(p.Stdout, 0, 8, 2, ' ', 0)
	s.LastPass.print(w)
	s.printAnswers(w)
	s.printOrders(w)
	for _, a := range s.Alarms {
		say(w, "ALARM %s:\t%s %s, since %s: %s", a.Kind, a.CSI, a.DN, stamp(a.Since), a.Detail())
	}
	for _, x := range s.Waits {
		say(w, "WAITS FOR YOU %s:\t%s%s", x.Code, s.unreadFirst(x), english.Wait(x))
		for _, line := range english.Whom(x) {
			say(w, "\t%s", line)
		}
	}
	s.printHandover(w)
	s.printCounts(w)
	s.printWaiting(w)
	for _, source := range s.Sources {
		say(w, "Source %s:\t%s", source.Name, source.words())
		for n, words := range english.Outside(source.outside()) {
			say(w, "%s\t%s", []string{"  in no group", ""}[min(n, 1)], words)
		}
		if !source.Complete {
			say(w, "  as of\t%s", s.asOf())
		}
		for _, c := range source.Conditions {
			say(w, "  %s\t%s", c.Name, c.words())
		}
	}
	s.Held.print(w)
	for _, r := range s.Removed {
		say(w, "Source %s:\t%s", r.Name, r.words())
	}
	for _, g := range s.Guards {
		if g.Answered {
			say(w, "GUARD %s:\t%s of the last pass: answered since", g.Guard, g.Source)
			continue
		}
		say(w, "GUARD %s:\t%s %s", g.Guard, g.Source, g.Detail)
		if g.Check != "" {
			say(w, "  Check first:\t%s", g.Check)
		}
	}
	say(w, "Pending leavers:\t%d", len(s.Leavers))
	for _, l := range s.Leavers {
		say(w, "  %s %s\t%s since %s, %s, %s", l.CSI, l.DN, l.Evidence, stamp(l.Since), model.Counted(l.Reads, "read", "reads"), l.words())
	}
	leaves := plan.ToldLeaves(s.Suspended) // of what has no departure to come any more the audit and explain tell
	if len(leaves) > 0 {
		say(w, "Leave of absence:\t%d (`threema-dirsync hold` tells why)", len(leaves))
	}
	for _, x := range leaves {
		say(w, "  %s %s\t%s", x.CSI, x.DN, x.Detail())
	}
	say(w, "Effects not verified yet:\t%d", len(s.Effects))
	for _, e := range s.Effects {
		say(w, "  %s %s\t%s, requested %s, effective by %s", e.CSI, e.DN, e.Title(), stamp(e.RequestedAt), stamp(e.EffectiveBy()))
	}
	return w.Flush()
}

// unreadFirst says of a wait that it is as old as the pass that saw it: while a source is not read, a yes to what
// the pass before asked is refused.
func (s *status) unreadFirst(x model.Wait) string {
	n := slices.IndexFunc(s.Sources, func(source sourceStatus) bool { return source.Error != "" })
	if n < 0 {
		return ""
	}
	return fmt.Sprintf("first let source %s be read (`%s` says what to fix); as of the pass of %s this waits: ", s.Sources[n].Name, typeCheck, stamp(x.Seen))
}

// asOf says how old it is what the last report tells of a source, and when somebody looks again: what was
// fixed since then shows only after that.
func (s *status) asOf() string {
	seen := "the last pass that ended"
	if s.LastPass != nil && s.LastPass.Finished != nil {
		seen = "the last pass, which ended " + stamp(*s.LastPass.Finished)
	}
	return seen + "; what was fixed since shows after the next one: " + s.scheduled() + ", or at once with `threema-dirsync run --once`"
}

func (p *passStatus) print(w io.Writer) {
	switch {
	case p == nil:
		say(w, "Last pass:\tnone yet")
	case p.Finished == nil:
		say(w, "Last pass:\tbegan %s under policy %s and has not ended: it is running, or it was killed", stamp(p.Started), p.Policy)
	default:
		say(w, "Last pass:\t%s (exit %d), policy %s, ended %s", p.Result, p.ExitCode, p.Policy, stamp(*p.Finished))
	}
	if p != nil && p.Cause != "" {
		say(w, "  Why:\t%s", p.Cause)
		if p.Check != "" {
			say(w, "  Check first:\t%s", p.Check)
			say(w, "  Type:\tif they really left: %s", p.Command)
			return
		}
		if p.Command != "" {
			say(w, "  Type:\t%s", p.Command)
		}
	}
}

func (s *status) printCounts(w io.Writer) {
	say(w, "Managed credentials:\t%d", s.Managed)
	if s.Seats.Licences > 0 { // known from the report of a pass that read the package
		say(w, "Licences:\t%s", s.Seats.Words())
	}
	if s.Quota.Unlimited {
		say(w, "Requests:\tnot limited")
	} else {
		say(w, "Requests:\t%d left of the rolling day", s.Quota.Remaining)
	}
	say(w, "Requests without a known outcome:\t%d", s.Open)
}

func (s *status) printWaiting(w io.Writer) {
	if b := s.Baseline; b != nil {
		state := "waits for you, see the guard"
		if b.Accepted {
			state = "accepted in the last pass"
			if s.LastPass != nil && s.LastPass.ExitCode == dirsync.ExitIncomplete {
				state += "; what stops now is the source, which is not read wholly (`threema-dirsync check` says what to fix)"
			}
		}
		say(w, "Baseline:\t%s: %s; names: `plan`, or status --json", state, view.BaselineWords(b.Enters, b.Leaves, b.Rekeyed, b.Missing, b.Unclear))
	}
	s.Approved.print(w)
	if s.Stop != "" {
		say(w, "STOP:\t%s", s.Stop)
	}
}

// printHandover tells of passwords that nobody has fetched yet, and of what keeps new ones from being handed over.
func (s *status) printHandover(w io.Writer) {
	if s.NoHandover != "" {
		say(w, "Hand-over:\tNOBODY GETS A CREDENTIAL, for nobody would learn its password: %s", s.NoHandover)
	}
	for _, f := range s.Handover {
		say(w, "Hand-over:\t%s", f.Words())
	}
	if s.unlooked != nil {
		say(w, "Hand-over:\t%v", s.unlooked)
	}
}

// outside are the people in none of the groups, as the report has them.
func (s sourceStatus) outside() model.Outside {
	return model.Outside{People: s.Outside, Groups: s.Groups, Shown: model.Convert(s.OutsidePeople, func(o view.PersonJSON) model.OutsidePerson {
		return model.OutsidePerson{Person: model.PersonID{Source: o.Source, ID: o.ID}, CSI: o.CSI, DN: o.DN}
	})}
}

func (s sourceStatus) words() string {
	switch {
	case s.Error != "":
		return "NOT READ, nothing happened: " + s.Error
	case s.Complete:
		return "read wholly"
	}
	var failed []string
	for _, c := range s.Conditions {
		if !c.OK {
			failed = append(failed, c.Name)
		}
	}
	return "INCOMPLETE: " + english.Consequence(failed)
}

func (r removedStatus) words() string {
	if r.ForgottenAt != nil {
		return fmt.Sprintf("forgotten %s by %s; people of it that are still managed: %d", stamp(*r.ForgottenAt), r.ForgottenBy, r.People)
	}
	return fmt.Sprintf("NOT CONFIGURED any more; people of it that are managed: %d. Configure it again, or type `threema-dirsync source rename %s NEW` "+
		"or `threema-dirsync source forget %s`", r.People, r.Name, r.Name)
}

func (c conditionStatus) words() string {
	if c.OK {
		return "holds: " + c.Detail
	}
	return "FAILED: " + c.Detail
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func (l leaverStatus) words() string {
	if l.Suspended {
		return l.Stage + ", suspended: on leave of absence"
	}
	return l.Stage
}
