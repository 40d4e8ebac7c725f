package explain

import (
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// UnreadSide is a source, or the licence package, that could not be read when somebody asked.
type UnreadSide struct {
	Source string // "": the licence package
	Why    string
	Codes  []model.Code // of a source: that Why words
	// Conditions are the certificate of a source, as far as the read got.
	Conditions []model.Condition
}

// Name words which side it is.
func (u UnreadSide) Name() string {
	if u.Source == "" {
		return "licence package"
	}
	return "source " + u.Source
}

// Recall is [Explain] without a plan: where the licence package cannot be read, what the ledger remembers of
// somebody is all that is known, beside what the sources show.
func Recall(in plan.Input, query string, past []model.Subject) (Explanation, error) {
	in.Inventory = model.Inventory{}
	p := plan.Plan{
		Update:  model.StateUpdate{Observations: in.State.Observations, FormerLinks: in.State.FormerLinks},
		Effects: plan.ShownEffects(in.State.Effects, in.Now),
		Alarms:  in.State.Alarms,
		Names:   in.State.Names().With(in.Sources),
	}
	for _, s := range in.Sources {
		p.Sources = append(p.Sources, s.Report())
	}
	return Explain(in, p, query, past)
}

// Lacks notes what could not be read, and as of when the ledger remembers the person.
func (x *Explanation) Lacks(unread []UnreadSide, state model.State) {
	x.Unread = unread
	for _, d := range state.Reads {
		if d.Source == x.Person.Source {
			x.AsOf = model.Later(x.AsOf, d.Last)
		}
	}
	if x.PackageUnread() != "" {
		x.Next = NextStep{Words: "not known: " + x.DescribeUnread() + "; what is remembered stands below, as of " + x.KnownAsOf()}
	}
}

// SourceUnread says why the person's source could not be read, "" if it could.
func (x Explanation) SourceUnread() string { return x.whyUnread(x.Person.Source) }

// PackageUnread says why the licence package could not be read, "" if it could.
func (x Explanation) PackageUnread() string { return x.whyUnread("") }

func (x Explanation) whyUnread(source string) string {
	for _, u := range x.Unread {
		if u.Source == source {
			return u.Why
		}
	}
	return ""
}

// DescribeUnread words what could not be read.
func (x Explanation) DescribeUnread() string {
	var words []string
	for _, u := range x.Unread {
		words = append(words, u.Name()+" could not be read")
	}
	return strings.Join(words, ", ")
}

// KnownAsOf is when a pass read the person's source wholly for the last time.
func (x Explanation) KnownAsOf() string {
	if x.AsOf.IsZero() {
		return "no pass: none has read source " + x.Person.Source + " wholly"
	}
	return fmt.Sprintf("the pass of %s, the last one that read source %s wholly", wording.Stamp(x.AsOf), x.Person.Source)
}
