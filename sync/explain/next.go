package explain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// NextStep is what comes next for a person, in words, and when at the earliest; zero: now, or
// nobody knows.
type NextStep struct {
	Words string
	At    time.Time
}

// nextStep says what the next pass does, or what is waited for.
func (x *Explanation) nextStep() NextStep {
	if x.Renamed != nil {
		return NextStep{Words: fmt.Sprintf("first type `%s`: source %s is called %s now, where the same directory shows this person under the same ID. Whatever is planned or held waits for that",
			x.Renamed.Command(), x.Renamed.Was, x.Renamed.Now)}
	}
	if len(x.Changes) == 0 {
		return NextStep{Words: x.whyNothing()}
	}
	c := x.Changes[0]
	if n := slices.IndexFunc(x.Changes, func(c model.Change) bool { return c.Status == model.Due }); n >= 0 {
		c = x.Changes[n]
	}
	word := c.Op.CockpitWord()
	if c.Op == model.Withdraw && c.Status == model.Waiting && x.Lost.Code != "" {
		return NextStep{Words: word + ": " + english.Say(x.Lost), At: c.NotBefore}
	}
	switch c.Status {
	case model.Due:
		if c.Skipped.Stands() {
			return NextStep{Words: word + ", by the next pass that finds nothing against it: " + english.Say(c.Skipped.Told()) + ". " + english.Say(c.Skipped.Remedy())}
		}
		return NextStep{Words: word + ", by the next pass" + x.afterCreate(c)}
	case model.NeedsApproval:
		return NextStep{Words: word + ", once somebody said yes: read `threema-dirsync plan`, then type " + x.yes}
	case model.Blocked:
		if plan.SaysTheyLeft(c.Guard) {
			return NextStep{Words: word + ", once somebody said yes, for a limit stops it: " + x.ifTheyLeft()}
		}
		return NextStep{Words: word + ", once the guard " + c.Guard + " is lifted (see below)"}
	case model.Withheld:
		return NextStep{Words: word + " is withheld by the policy (" + string(x.policy) + ")"}
	case model.Suspended:
		return NextStep{Words: word + ", once the leave of absence is over", At: c.NotBefore}
	case model.Waiting, model.Deferred:
	}
	words := word + ", " + string(c.Status)
	if c.NotBefore.IsZero() {
		words += ": " + english.Join(c.Reasons)
	}
	if c.Ahead() {
		words += "; a limit will stop it then: " + x.ifTheyLeft()
	}
	return NextStep{Words: words, At: c.NotBefore}
}

// ifTheyLeft is the yes to what a limit for leavers stops: after what the guard says, and for them alone.
func (x *Explanation) ifTheyLeft() string {
	return "read first what the guard says (see below); if they really left: " + x.yes
}

func (x *Explanation) whyNothing() string {
	switch {
	case len(x.Held) > 0:
		return "nothing, as long as they are held: " + strings.Join(x.Held, "; ")
	case x.Missed != nil:
		return "nothing: " + english.Say(x.Missed.Reason())
	case x.LoggedOut():
		return "nothing: all is as it should be from here; " + x.HowToLogIn()
	case x.NotActivated():
		return "nothing: all is as it should be from here; " + x.HowToActivate()
	case x.Entry != nil && x.Entry.State == model.Entitled:
		return "nothing: all is as it should be"
	case x.Source == nil:
		return "nothing: source " + x.Person.Source + " was not read"
	case x.PassesOn != nil:
		return "nothing of their own: their credential passes on to " + x.PassesOn.Whose() + " (transfer, " + english.Status(*x.PassesOn) + ")"
	case x.Departure != nil && !x.Departure.WithdrawnAt.IsZero():
		return "nothing is left to do: they left, and what was to be taken out is" + x.stillUnverified()
	case x.Owned == nil && x.Departure == nil && len(x.Users)+len(x.Contacts) > 0:
		return "nothing is left to do: they left, and what was to be taken out is" + x.stillUnverified() + "; what stays of them in the package stands below"
	case x.Owned == nil && x.Departure == nil:
		words := "nothing: not entitled, and nothing in the package is managed for them"
		if x.InNoGroup() {
			words += "; if they should have access, " + english.Say(model.HowToEntitle(x.Source.Outside.Groups))
		}
		return words
	}
	return "nothing for now"
}

// stillUnverified says what is not seen yet of what was taken.
func (x *Explanation) stillUnverified() string {
	if under, last := plan.UnderWay(x.Effects); under > 0 {
		return fmt.Sprintf("; not verified yet: %d, effective by %s", under, wording.Stamp(last))
	}
	return ""
}
