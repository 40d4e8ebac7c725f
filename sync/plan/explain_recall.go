package plan

import (
	"fmt"
	"strings"
	"time"
)

// UnreadSide is a source, or the licence package, that could not be read when somebody asked.
type UnreadSide struct {
	Source string // "": the licence package
	Why    string
	// Conditions are the certificate of a source, as far as the read got.
	Conditions []Condition
}

func (u UnreadSide) name() string {
	if u.Source == "" {
		return "licence package"
	}
	return "source " + u.Source
}

// Recall is [Explain] without a plan: where the licence package cannot be read, what the ledger remembers of
// somebody is all that is known, beside what the sources show.
func Recall(in Input, query string, past []Held) (Explanation, error) {
	in.Inventory = Inventory{}
	p := Plan{
		Update:  StateUpdate{Observations: in.State.Observations, FormerLinks: in.State.FormerLinks},
		Effects: ShownEffects(in.State.Effects, in.Now),
		Alarms:  in.State.Alarms,
	}
	for _, s := range in.Sources {
		p.Sources = append(p.Sources, s.Snapshot.Report())
	}
	return Explain(in, p, query, past)
}

// Lacks notes what could not be read, and as of when the ledger remembers the person.
func (x *Explanation) Lacks(unread []UnreadSide, state State) {
	x.Unread = unread
	for _, d := range state.Reads {
		if d.Source == x.Person.Source {
			x.AsOf = later(x.AsOf, d.Last)
		}
	}
	if x.packageUnread() != "" {
		x.Next = NextStep{Words: "not known: " + x.describeUnread() + "; what is remembered stands below, as of " + x.asOf()}
	}
}

// sourceUnread says why the person's source could not be read, "" if it could.
func (x Explanation) sourceUnread() string { return x.whyUnread(x.Person.Source) }

func (x Explanation) packageUnread() string { return x.whyUnread("") }

func (x Explanation) whyUnread(source string) string {
	for _, u := range x.Unread {
		if u.Source == source {
			return u.Why
		}
	}
	return ""
}

func (x Explanation) describeUnread() string {
	var words []string
	for _, u := range x.Unread {
		words = append(words, u.name()+" could not be read")
	}
	return strings.Join(words, ", ")
}

// asOf is when a pass read the person's source wholly for the last time.
func (x Explanation) asOf() string {
	if x.AsOf.IsZero() {
		return "no pass: none has read source " + x.Person.Source + " wholly"
	}
	return fmt.Sprintf("the pass of %s, the last one that read source %s wholly", stamp(x.AsOf), x.Person.Source)
}

// formatUnread tells first what could not be read.
func (x Explanation) formatUnread(out *printer) {
	for _, u := range x.Unread {
		out.fact("NOT READ", u.name(), u.Why)
		for _, c := range u.Conditions {
			if !c.OK {
				out.fact("failed: " + c.Name + ": " + c.Detail)
			}
		}
	}
	if len(x.Unread) > 0 {
		out.fact("as of", x.asOf())
	}
}

// describeRemembered heads what is remembered.
func (x Explanation) describeRemembered() string {
	if len(x.Unread) == 0 {
		return "Remembered:"
	}
	return "Remembered, as of " + x.asOf() + ":"
}

func (x Explanation) jsonUnread(doc map[string]any) {
	type object = map[string]any
	doc["unread"] = convert(x.Unread, func(u UnreadSide) object { return object{"source": u.Source, "reason": u.Why} })
	doc["asOf"] = (*time.Time)(nil)
	if len(x.Unread) > 0 {
		doc["asOf"] = optionalTime(x.AsOf)
	}
}
