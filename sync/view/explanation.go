package view

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// WriteExplanation writes the explanation for people: the next step first, then what it follows from.
func WriteExplanation(w io.Writer, x explain.Explanation) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	out.line("%s", x.Whose())
	out.fact("directory ID", x.Person.String())
	out.fact("username", cmp.Or(x.Username, "(none)"))
	next := x.Next.Words
	if !x.Next.At.IsZero() {
		next += ", not before " + wording.Stamp(x.Next.At)
	}
	out.fact("NEXT STEP", next)
	writeUnread(x, out)
	if s := x.Suspension; s != nil {
		out.fact("leave of absence", english.Leave(*s), "said "+wording.Stamp(s.Since)+" by "+s.By+": "+s.Reason)
	}
	for _, a := range x.Alarms {
		out.fact("ALARM "+string(a.Kind), "since "+wording.Stamp(a.Since), english.AlarmMeaning(a)+english.AlarmQuiet(a))
	}
	writeSource(x, out)
	writeLedger(x, out)
	writePackage(x, out)
	writeDecision(x, out)
	writeHistory(x, out)
	return out.flush()
}

func writeSource(x explain.Explanation, out *printer) {
	out.line("\nDirectory now:")
	if why := x.SourceUnread(); why != "" {
		out.fact("source", x.Person.Source+" could not be read", why)
		return
	}
	if x.Source == nil {
		out.fact("source", x.Person.Source+" was not read; is it still configured?")
	} else {
		out.source(*x.Source)
	}
	e := x.Entry
	if e == nil {
		out.fact("entry", "not met, and not looked for")
		return
	}
	where := "in scope, at " + e.DN
	if !e.InScope {
		where = "not in scope; looked up by ID: " + cmp.Or(e.DN, "not found")
	}
	out.fact("entry", where)
	if e.DN != "" && x.DN != "" && model.FoldDN(e.DN) != model.FoldDN(x.DN) {
		out.fact("seen last", "at "+x.DN, "under this place plan and status name them, and its OU counts them")
	}
	out.fact("account", e.State.String(), english.Evidence(e.Evidence))
	if x.InNoGroup() {
		out.fact("to entitle", english.Say(model.HowToEntitle(x.Source.Outside.Groups)))
	}
	if e.Excluded {
		out.fact("excluded", "lies below exclude_dns")
	}
	if e.Held != "" {
		out.fact("fault", e.Held)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		out.fact(name+":", strings.Join(e.Attributes[name], " | "))
	}
}

// viewOf says through which account and server the source was read, "" if it was not.
func viewOf(x explain.Explanation) string {
	if x.Source == nil {
		return ""
	}
	n := slices.IndexFunc(x.Source.Conditions, func(c model.Condition) bool { return c.Name == plan.ConditionView })
	if n < 0 {
		return ""
	}
	return english.Say(x.Source.Conditions[n].Detail)
}

func writeDecision(x explain.Explanation, out *printer) {
	out.line("\nDecided:")
	if x.PackageUnread() != "" {
		out.fact("nothing, as " + x.DescribeUnread())
		return
	}
	switch {
	case len(x.Changes) > 0 || len(x.Held) > 0:
	case x.Missed != nil:
		out.fact("no change", "not shown as entitled by a read that proves nothing, see NEXT STEP")
	default:
		out.fact("no change")
	}
	for _, c := range x.Changes {
		out.fact(c.Op.Sign()+" "+c.Op.CockpitWord(), english.Status(c), why(c))
	}
	for _, reason := range x.Held {
		out.fact("! held", reason)
	}
	for _, n := range x.Notices {
		out.fact("? worth knowing", english.Say(n.Reason))
	}
	for _, g := range x.Guards {
		out.fact("GUARD "+g.Name, english.Join(g.Reasons))
		if len(g.Check) > 0 {
			out.fact("check first", english.Sentences(g.Check))
		}
	}
}

// writeUnread tells first what could not be read.
func writeUnread(x explain.Explanation, out *printer) {
	for _, u := range x.Unread {
		out.fact("NOT READ", u.Name(), u.Why)
		for _, c := range u.Conditions {
			if !c.OK {
				out.fact("failed: " + c.Name + ": " + english.Say(c.Detail))
			}
		}
	}
	if len(x.Unread) > 0 {
		out.fact("as of", x.KnownAsOf())
	}
}
