package view

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
)

// WriteStatus writes the status for people: the last pass first, then what somebody has to do.
func WriteStatus(w io.Writer, s status.Status) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	out.lastPass(s.LastPass)
	out.answers(s)
	out.orders(s)
	for _, a := range s.Alarms {
		out.line("ALARM %s:\t%s %s, since %s: %s", a.Kind, a.CSI, a.DN, wording.Stamp(a.Since), english.Alarm(a))
	}
	for _, x := range s.Waits {
		out.line("WAITS FOR YOU %s:\t%s%s", x.Code, unreadFirst(s, x), english.Wait(x))
		for _, line := range english.Whom(x) {
			out.line("\t%s", line)
		}
	}
	out.unfetched(s)
	out.counts(s)
	out.baselineCounts(s)
	out.approvals(s.Approved)
	if s.Stop != "" {
		out.line("STOP:\t%s", s.Stop)
	}
	out.readSources(s)
	out.heldCount(s.Held)
	out.withheld(s)
	for _, r := range s.Removed {
		out.line("Source %s:\t%s", r.Name, removedWords(r))
	}
	out.guards(s.Guards)
	out.onTheWayOut(s)
	return out.flush()
}

func (o *printer) lastPass(p *status.Pass) {
	switch {
	case p == nil:
		o.line("Last pass:\tnone yet")
		return
	case p.Finished.IsZero():
		o.line("Last pass:\tbegan %s under policy %s and has not ended: it is running, or it was killed", wording.Stamp(p.Started), p.Policy)
	default:
		o.line("Last pass:\t%s (exit %d), policy %s, ended %s", p.Result, p.ExitCode, p.Policy, wording.Stamp(p.Finished))
	}
	if p.Cause == "" {
		return
	}
	o.line("  Why:\t%s", p.Cause)
	switch {
	case p.Check != "":
		o.line("  Check first:\t%s", p.Check)
		o.line("  Type:\tif they really left: %s", p.Command)
	case p.Command != "":
		o.line("  Type:\t%s", p.Command)
	}
}

// unreadFirst says of a wait that it is as old as the pass that saw it: while a source is not read, a yes to what
// the pass before asked is refused.
func unreadFirst(s status.Status, x model.Wait) string {
	n := slices.IndexFunc(s.Sources, func(source status.Source) bool { return source.Error != "" })
	if n < 0 {
		return ""
	}
	return fmt.Sprintf("first let source %s be read (`%s` says what to fix); as of the pass of %s this waits: ", s.Sources[n].Name, model.CheckCommand, wording.Stamp(x.Seen))
}

// unfetched tells of passwords that nobody has fetched yet, and of what keeps new ones from being handed over.
func (o *printer) unfetched(s status.Status) {
	if s.NoHandover != "" {
		o.line("Hand-over:\tNOBODY GETS A CREDENTIAL, for nobody would learn its password: %s", s.NoHandover)
	}
	for _, f := range s.Handover {
		o.line("Hand-over:\t%s", UnfetchedWords(f))
	}
	if s.Unlooked != nil {
		o.line("Hand-over:\t%s", s.Unlooked.Error())
	}
}

// UnfetchedWords tell of a hand-over file, and what to do.
func UnfetchedWords(f status.Unfetched) string {
	return fmt.Sprintf("%s with passwords to be fetched in %s, the last written %s: fetch it and delete it", wording.Counted(f.Lines, "line", "lines"), f.File, wording.Stamp(f.Last))
}

func (o *printer) counts(s status.Status) {
	o.line("Managed credentials:\t%d", s.Managed)
	if s.Seats.Licences > 0 { // known from the report of a pass that read the package
		o.line("Licences:\t%s", CountedSeats(s.Seats).Words())
	}
	if s.Quota.Unlimited {
		o.line("Requests:\tnot limited")
	} else {
		o.line("Requests:\t%d left of the rolling day", s.Quota.Remaining)
	}
	o.line("Requests without a known outcome:\t%d", s.Open)
}

func (o *printer) baselineCounts(s status.Status) {
	b := s.Baseline
	if b == nil {
		return
	}
	state := "waits for you, see the guard"
	if b.Accepted {
		state = "accepted in the last pass"
		if s.LastPass != nil && s.LastPass.ExitCode == model.ExitIncomplete {
			state += "; what stops now is the source, which is not read wholly (`threema-dirsync check` says what to fix)"
		}
	}
	o.line("Baseline:\t%s: %s; names: `plan`, or status --json", state, BaselineWords(b.Enters, b.Leaves, b.Rekeyed, b.Missing, b.Unclear))
}

func (o *printer) readSources(s status.Status) {
	for _, source := range s.Sources {
		o.line("Source %s:\t%s", source.Name, source.Words())
		for n, words := range english.Outside(source.Outside) {
			o.line("%s\t%s", []string{"  in no group", ""}[min(n, 1)], words)
		}
		if !source.Complete {
			o.line("  as of\t%s", asOf(s))
		}
		for _, c := range source.Conditions {
			words := "FAILED: "
			if c.OK {
				words = "holds: "
			}
			o.line("  %s\t%s", c.Name, words+english.Say(c.Detail))
		}
	}
}

// asOf says how old it is what the last report tells of a source, and when somebody looks again: what was
// fixed since then shows only after that.
func asOf(s status.Status) string {
	seen := "the last pass that ended"
	if s.LastPass != nil && !s.LastPass.Finished.IsZero() {
		seen = "the last pass, which ended " + wording.Stamp(s.LastPass.Finished)
	}
	return seen + "; what was fixed since shows after the next one: " + scheduled(s) + ", or at once with `threema-dirsync run --once`"
}

func removedWords(r status.RemovedSource) string {
	if !r.ForgottenAt.IsZero() {
		return fmt.Sprintf("forgotten %s by %s; people of it that are still managed: %d", wording.Stamp(r.ForgottenAt), r.ForgottenBy, r.People)
	}
	return fmt.Sprintf("NOT CONFIGURED any more; people of it that are managed: %d. Configure it again, or type `threema-dirsync source rename %s NEW` "+
		"or `threema-dirsync source forget %s`", r.People, r.Name, r.Name)
}

func (o *printer) heldCount(h status.Held) {
	if h.People == 0 {
		return
	}
	o.line("Held, nothing is done for them:\t%s. %s", wording.Counted(h.People, "person", "people"), h.Reasons)
	o.line("  Who they are:\t`threema-dirsync plan` lists them, `threema-dirsync explain PERSON` tells of one")
}

func (o *printer) withheld(s status.Status) {
	w := s.Withheld
	if w.Steps == 0 || s.LastPass == nil {
		return
	}
	atLeast := ""
	if w.More {
		atLeast = "at least "
	}
	o.line("Withheld by policy %s:\t%s%s of %s: `threema-dirsync plan` lists them", s.LastPass.Policy, atLeast, wording.Counted(w.Steps, "step", "steps"), wording.Counted(w.People, "person", "people"))
}

func (o *printer) guards(guards []status.Guard) {
	for _, g := range guards {
		if g.Answered {
			o.line("GUARD %s:\t%s of the last pass: answered since", g.Name, g.Source)
			continue
		}
		o.line("GUARD %s:\t%s %s", g.Name, g.Source, g.Detail)
		if g.Check != "" {
			o.line("  Check first:\t%s", g.Check)
		}
	}
}
