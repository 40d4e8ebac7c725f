package plan

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// cockpitWord puts the German word of the management cockpit beside ours (design §4).
func (o Op) cockpitWord() string {
	switch o {
	case Withdraw:
		return "withdraw / Zugang entziehen"
	case Detach:
		return "detach / trennen"
	case Revoke:
		return "revoke / widerrufen"
	}
	return string(o)
}

// sign is the mark at the start of a line: what comes, what changes, what goes.
func (o Op) sign() string {
	switch o {
	case Create, Adopt, Transfer, PublishContact:
		return "+"
	case SetSettings, UnsetSetting:
		return "~"
	}
	return "-"
}

// Format writes the plan for people: what would be done now, what waits and why, who is held.
// limit caps the lines of each list (0: no cap); what is left out is counted.
func (p Plan) Format(w io.Writer, limit int) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0), limit: limit}
	out.line("Plan %s for %s (%s), policy %s, %s", p.Hash, p.Subscription.Name, p.Subscription.ID, p.Policy, p.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC"))
	out.section(fmt.Sprintf("\nAlarms (%d), nothing is done about them from here:", len(p.Alarms)), len(p.Alarms), func(n int) string {
		a := p.Alarms[n]
		return row("  ALARM "+string(a.Kind), describePerson(a.CSI, a.DN, a.Person), "since "+stamp(a.Since), a.Detail())
	})
	if under, last := underWay(p.Effects); under > 0 {
		out.line("Effects under way: %d requested and not verified yet, effective by %s", under, stamp(last))
	}
	for _, s := range p.Sources {
		out.source(s)
	}
	out.judgement(p)
	for _, op := range Ops() {
		out.changes(op, p.Changes)
	}
	out.section(fmt.Sprintf("\nNever confirmed, as nobody looks often enough (%d):", len(p.Restarted)), len(p.Restarted), func(n int) string {
		r := p.Restarted[n]
		return row("  ! "+describePerson(r.CSI, r.DN, r.Person), r.Detail())
	})
	leaves := ToldLeaves(p.Suspended)
	out.section(fmt.Sprintf("\nLeave of absence, said by somebody (%d):", len(leaves)), len(leaves), func(n int) string {
		s := leaves[n]
		return row("  = "+describePerson(s.CSI, s.DN, s.Person), s.Detail())
	})
	out.section(fmt.Sprintf("\nNot shown as entitled by a read that proves nothing, so nothing happens to them (%d):", len(p.Missed)), len(p.Missed), func(n int) string {
		m := p.Missed[n]
		return row("  ? "+describePerson(m.CSI, m.DN, m.Person), m.Shown, "seen last "+stampOr(m.LastSeen, "by no pass that is known"), "until this holds again: "+strings.Join(m.Conditions, ", "))
	})
	out.section(fmt.Sprintf("\nHeld, nothing is done for them (%d):", len(p.Held)), len(p.Held), func(n int) string {
		h := p.Held[n]
		return row("  ! "+describePerson(h.CSI, h.DN, h.Person), h.Reason)
	})
	out.section(fmt.Sprintf("\nWorth knowing, nothing is done about it (%d):", len(p.Notices)), len(p.Notices), func(n int) string {
		x := p.Notices[n]
		return row("  ? "+x.about(), x.Detail)
	})
	out.section(fmt.Sprintf("\nUnmanaged, never touched (%d):", len(p.Unmanaged)), len(p.Unmanaged), func(n int) string {
		u := p.Unmanaged[n]
		return row("  . "+u.Kind+" "+u.ID, u.Name, u.Reason)
	})
	out.line("\n%s", p.Summary())
	out.waits(p.Waits())
	if waiting := p.AwaitingApproval(); len(waiting) > 0 {
		if words := ForEver(waiting); words != "" {
			out.line("%s.", words)
		}
		out.line("Waiting for your yes: %s. If every one of them is right, type: threema-dirsync approve %s", CountedSteps(waiting), p.Hash)
	}
	return out.flush()
}

// judgement writes which guards tripped, and what a change of the baseline means. One that was accepted comes
// first, for the guards stand on the other side of it.
func (o *printer) judgement(p Plan) {
	if p.Baseline.accepted() {
		o.baseline(p.Baseline)
		o.afterBaseline(p)
	}
	for _, g := range p.Guards {
		o.line("\nGUARD %s: %s", strings.TrimSpace(g.Name+" "+g.Source), g.Detail)
		if g.Check != "" {
			o.line("  Check first: %s", g.Check)
		}
	}
	if !p.Baseline.accepted() {
		o.baseline(p.Baseline)
	}
}

// waits writes what somebody is asked for, which is what exit 3 means: all of it, whatever the limit.
func (o *printer) waits(waits []Wait) {
	if len(waits) > 0 {
		o.line("Waits for you:")
	}
	for _, w := range waits {
		o.write(row("  * "+string(w.Code), w.Words()))
		for _, line := range w.whomWords(", named above") {
			o.write(row("", line))
		}
	}
}

// underWay counts the effects that are not verified yet, and says when the last one must be there.
func underWay(effects []Effect) (n int, last time.Time) {
	for _, e := range effects {
		if e.State() == EffectRequested {
			n++
			last = later(last, e.EffectiveBy())
		}
	}
	return n, last
}

// Summary is the plan in one line.
func (p Plan) Summary() string {
	counts := map[Op]map[Status]int{}
	for _, c := range p.Changes {
		if counts[c.Op] == nil {
			counts[c.Op] = map[Status]int{}
		}
		counts[c.Op][c.Status]++
	}
	var parts []string
	for _, op := range Ops() {
		for _, status := range slices.Sorted(maps.Keys(counts[op])) {
			parts = append(parts, fmt.Sprintf("%d %s %s", counts[op][status], op, status))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing to do"}
	}
	return fmt.Sprintf("%s; %d held; %s; licences: %d of %d used",
		strings.Join(parts, ", "), len(p.Held), Counted(p.Requests, "request", "requests"), p.Seats.Used, p.Seats.Licences)
}

// printer writes lines until the first error, which flush returns.
type printer struct {
	w     *tabwriter.Writer
	limit int
	err   error
}

// line writes one line, or more where the format itself says so: its arguments cannot.
func (o *printer) line(format string, args ...any) {
	for n, arg := range args {
		if text, ok := arg.(string); ok {
			args[n] = Harmless(text)
		}
	}
	o.write(fmt.Sprintf(format, args...))
}

func (o *printer) write(line string) {
	if o.err == nil {
		_, o.err = fmt.Fprintln(o.w, line)
	}
}

// row joins the cells of a line.
func row(cells ...string) string {
	for n := range cells {
		cells[n] = Harmless(cells[n])
	}
	return strings.Join(cells, "\t")
}

// Harmless keeps what a directory entry may have smuggled in from steering the terminal, or
// from looking like a line of its own.
func Harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func (o *printer) flush() error {
	if o.err != nil {
		return o.err
	}
	return o.w.Flush()
}

func (o *printer) source(s SourceReport) {
	state := "complete"
	if !s.Complete {
		state = "INCOMPLETE: " + Consequence(s.failed())
	}
	o.line("Source %s: %s, %s", s.Name, state, Counted(s.People, "person", "people"))
	if words := OutsideWords(s.Outside); words != "" {
		o.line("  %s", words)
	}
	for _, c := range s.Conditions {
		if !c.OK {
			o.line("  failed: %s: %s", c.Name, c.Detail)
		}
	}
}

func (o *printer) changes(op Op, all []Change) {
	var changes []Change
	for _, c := range all {
		if c.Op == op {
			changes = append(changes, c)
		}
	}
	o.section(fmt.Sprintf("\n%s (%d):", op.cockpitWord(), len(changes)), len(changes), func(n int) string {
		return changes[n].words()
	})
}

func (o *printer) section(title string, n int, line func(int) string) {
	if n == 0 {
		return
	}
	o.write(title)
	shown := n
	if o.limit > 0 {
		shown = min(n, o.limit)
	}
	for i := range shown {
		o.write(line(i))
	}
	if shown < n {
		o.line("  … and %d more%s", n-shown, AllInJSON)
	}
}

func (c Change) words() string {
	return row("  "+c.Op.sign()+" "+c.whose(), c.describeStatus(), c.why())
}

// why words the reason of a change, with its object, what it changes and the evidence.
func (c Change) why() string {
	parts := []string{c.Reason}
	if c.ThreemaID != "" {
		parts = append(parts, "ID "+c.ThreemaID)
	}
	if c.Op == SetSettings {
		for _, name := range slices.Sorted(maps.Keys(c.After)) {
			parts = append(parts, fmt.Sprintf("%s: %q → %q", name, c.Before[name], c.After[name]))
		}
	}
	if c.EvidenceText != "" && c.Op != DisableContact {
		parts = append(parts, c.EvidenceText)
	}
	return strings.Join(parts, "; ")
}

// Title names a change in one line: what is done, and to whom.
func (c Change) Title() string {
	title := c.Op.cockpitWord() + " " + c.whose()
	if c.ThreemaID != "" {
		title += " ID " + c.ThreemaID
	}
	return Harmless(title)
}

func (c Change) describeStatus() string {
	words := string(c.Status)
	if c.Guard != "" && c.Status != Waiting {
		words += " by " + c.Guard
	}
	if c.Status == Suspended {
		words += ", at the earliest " + c.NotBefore.UTC().Format(time.DateTime) + " UTC"
	}
	switch {
	case c.NotBefore.IsZero():
	case c.Status == Waiting: // a pass comes some time after that
		words += ", not before " + stamp(c.NotBefore)
	case c.Status == Deferred:
		words += " until " + c.NotBefore.UTC().Format(time.DateTime) + " UTC"
	}
	if c.Ahead() {
		words += ", then stopped by a limit (" + c.Guard + ")"
	}
	switch {
	case c.Approved && c.Status == Waiting:
		words += ", approved for when it is due"
	case c.Approved && c.ApprovedUntil.IsZero():
		words += ", approved for the departure under way"
	case c.Approved:
		words += ", approved until " + c.ApprovedUntil.UTC().Format(time.DateTime) + " UTC"
	}
	return words
}

func (c Change) whose() string { return describePerson(c.CSI, c.DN, c.Person) }

func describePerson(csi, dn string, id PersonID) string {
	return firstNonEmpty(csi, "(no csi)") + " " + firstNonEmpty(dn, id.String())
}
