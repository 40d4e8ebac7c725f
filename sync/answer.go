package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// Outcome words of an [Answer].
const (
	AnswerHeld    = "held"            // the departure is suspended
	AnswerEnded   = "ended"           // and is so no longer
	AnswerUndone  = "undone"          // a withdrawal is taken back
	AnswerNothing = "nothing-to-undo" // there is none
	AnswerRefused = "refused"
)

// Answer is what came of somebody's word about one person that the ledger keeps, and no request carries
// out.
type Answer struct {
	Person   model.PersonID
	CSI, DN  string
	Outcome  string
	ExitCode int
	Message  string   // in words, for who typed it
	Lines    []string // what it means, and what happens next
	// Code is that of the reason in Message, "" if there is none, Codes those of the reasons that Lines word.
	Code  model.Code
	Codes []model.Code
	// Suspension is the leave of absence that the word was about, nil if it was about none.
	Suspension *model.SuspendedPerson
}

// Format writes the answer for people.
func (a Answer) Format(out io.Writer) error {
	for _, line := range append([]string{a.Message}, a.Lines...) {
		if _, err := fmt.Fprintln(out, model.Harmless(line)); err != nil {
			return err
		}
	}
	return nil
}

// MarshalJSON writes the answer for programs: members are added, never renamed.
func (a Answer) MarshalJSON() ([]byte, error) {
	doc := map[string]any{
		"outcome": a.Outcome, "exitCode": a.ExitCode, "message": a.Message, "code": a.Code, "meaning": append([]string{}, a.Lines...), "codes": append([]model.Code{}, a.Codes...),
		"person": map[string]string{"source": a.Person.Source, "id": a.Person.ID, "csi": a.CSI, "dn": a.DN}, "suspension": nil,
	}
	if a.Suspension != nil {
		doc["suspension"] = view.NewReasonedSuspensionJSON(*a.Suspension)
	}
	return json.Marshal(doc)
}

func (a Answer) refused(why string) Answer {
	a.Outcome, a.ExitCode, a.Message = AnswerRefused, ExitFailed, "REFUSED: "+why
	return a
}

// refusedFor refuses by a rule of the plan.
func (a Answer) refusedFor(why model.Reason) Answer {
	a.Code = why.Code
	return a.refused(english.Say(why))
}

func (a Answer) name() string { return personName(a.CSI, a.DN, a.Person) }

// meant reads both sides, as far as the directory can be read, and finds the person whom somebody means.
// Nothing of it is recorded.
func (p *Planner) meant(ctx context.Context, query string, histories Histories) (plan.Input, explain.Explanation, error) {
	started := p.Now()
	d, err := p.planPartial(ctx)
	if err != nil {
		return d.in, explain.Explanation{}, &UnreadError{p.dryRun(started, d, err)}
	}
	past, err := histories.PastPeople(ctx, query)
	if err != nil {
		return d.in, explain.Explanation{}, err
	}
	x, err := explain.Explain(d.in, d.plan, query, past)
	if err != nil && len(d.unread) > 0 {
		return d.in, x, &UnreadError{p.dryRun(started, d, withoutDirectory(err, d.unread[0].Err))}
	}
	return d.in, x, err
}

// recalled finds the person in the memory alone, where the package could not be read. Of a ledger that no pass
// has seen the state is empty, and nobody is found.
func (p *Planner) recalled(ctx context.Context, query string, histories Histories) (model.State, explain.Explanation, error) {
	state, err := p.Memory.State(ctx)
	if err != nil || state.Subscription == "" {
		return state, explain.Explanation{}, err
	}
	past, err := histories.PastPeople(ctx, query)
	if err != nil {
		return state, explain.Explanation{}, err
	}
	x, err := explain.Recall(plan.Input{Configured: p.sourceNames(), State: state, Policy: p.Policy, Now: p.Now()}, query, past)
	return state, x, err
}

// UnreadError tells that somebody was not found because a side could not be read.
type UnreadError struct{ Report Report }

func (e *UnreadError) Error() string {
	if e.Report.Err != nil {
		return e.Report.Err.Error()
	}
	for _, s := range e.Report.Incomplete {
		return s.Err.Error()
	}
	return "nothing could be read"
}

// ExitCode is that of a command which fails for it.
func (e *UnreadError) ExitCode() int {
	if len(e.Report.Incomplete) > 0 {
		return ExitIncomplete
	}
	return ExitFailed
}

func withoutDirectory(unclear, why error) error {
	return fmt.Errorf("%w\nWithout the directory only whom the ledger knows is found, by csi, username, Threema ID, credential or directory ID: %w", unclear, why)
}
