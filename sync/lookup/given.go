package lookup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// AllApprovals is the query that means every yes.
const AllApprovals = "all"

// Given picks, of the approvals that still count, all of them, those that were given under a hash, or those
// to the steps of one person, who is found by what the ledger knows of them. The error is an
// [*UnclearPersonError], or a [*NotGivenError] if the query is neither.
func Given(state model.State, policy model.Policy, now time.Time, query string) ([]model.GivenApproval, error) {
	live := state.LiveApprovals(policy, now)
	if query == AllApprovals {
		return live, nil
	}
	if under := slices.DeleteFunc(slices.Clone(live), func(a model.GivenApproval) bool { return a.Hash != query }); len(under) > 0 {
		return under, nil
	}
	person, err := NewRegister(plan.Input{State: state}, plan.Plan{}).Find(query)
	if unclear, ok := errors.AsType[*UnclearPersonError](err); ok && !unclear.Several {
		return nil, &NotGivenError{Query: query, Titles: TitlesOf(state, live), unclear: unclear}
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(live, func(a model.GivenApproval) bool { return a.Person != person }), nil
}

// GivenOnly picks, of approvals, those of one person, or of everybody who was seen last in an OU or below it:
// the ledger knows no other place of theirs. The error is as of [Given], or an [*UnclearOUError].
func GivenOnly(state model.State, approvals []model.GivenApproval, query string) ([]model.GivenApproval, error) {
	steps := plan.StepsOf(state, approvals)
	below, err := inOU(steps, homesOf(plan.Input{}, steps), query)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, c := range below {
		ids[c.ID] = true
	}
	if len(below) > 0 {
		return slices.DeleteFunc(slices.Clone(approvals), func(a model.GivenApproval) bool { return !ids[a.ChangeID] }), nil
	}
	person, err := NewRegister(plan.Input{State: state}, plan.Plan{}).Find(query)
	if unclear, ok := errors.AsType[*UnclearPersonError](err); ok && !unclear.Several {
		return nil, &NotGivenError{Query: query, Titles: TitlesOf(state, approvals), unclear: unclear, ous: idleOUs(homesOf(plan.Input{}, steps))}
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(approvals), func(a model.GivenApproval) bool { return a.Person != person }), nil
}

// TitlesOf words what approvals are for, with who gave them.
func TitlesOf(s model.State, approvals []model.GivenApproval) []string {
	var titles []string
	for n, step := range plan.StepsOf(s, approvals) {
		titles = append(titles, fmt.Sprintf("%s, approved by %s under %s", step.Title(), wording.Harmless(approvals[n].By), wording.Harmless(approvals[n].Hash)))
	}
	slices.Sort(titles)
	return titles
}

// NotGivenError says that no yes was given under what somebody named, and that it names nobody.
type NotGivenError struct {
	Query  string
	Titles []string // of what is given

	unclear *UnclearPersonError
	ous     []string // of whose people something is given, where an OU was to be named
}

func (e *NotGivenError) Error() string {
	lines := []string{fmt.Sprintf("no yes that is not carried out was given under %s; nothing was taken back", wording.Harmless(e.Query))}
	switch {
	case len(e.ous) > 0 && likeDN(e.Query):
		lines = append(lines, "--only takes a PERSON, or an OU in which people were seen last, by its DN or the beginning of it. A yes is given to people of:")
		lines = append(lines, e.ous...)
	case likeDN(e.Query):
		lines = append(lines, "approve --undo takes the HASH of a yes, a PERSON, or all; for an OU type: threema-dirsync approve --undo --only "+model.ShellWord(e.Query))
	default:
		lines = append(lines, e.unclear.Error())
	}
	if len(e.Titles) > 0 {
		lines = append(lines, "These are given and not carried out (`threema-dirsync approve --undo all` takes all of them back):")
	}
	titles := model.Convert(e.Titles, func(title string) string { return "  " + title })
	return strings.Join(append(lines, wording.Capped(titles, shownCandidates, "")...), "\n")
}
