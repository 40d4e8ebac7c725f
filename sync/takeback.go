package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// GivenLedger is what taking a yes back needs of the ledger.
type GivenLedger interface {
	State(ctx context.Context) (model.State, error)
	// EndApprovals drops approvals, by the ids of their changes, because somebody took them back.
	EndApprovals(ctx context.Context, by string, changes []string) error
}

// TakenBack is what came of taking approvals back.
type TakenBack struct {
	Query     string
	Approvals []model.GivenApproval // that are none any more
	Titles    []string              // in words
	Left      int                   // approvals that go on
}

// TakeBack ends the approvals that a query means and no pass has carried out (see [lookup.Given]), or those of them
// that are for the people and OUs of only, if it names any (see [lookup.GivenOnly]): the next
// plan asks again for what is still to be done. It asks neither directory nor package. The caller holds the lock of the passes, so that
// none goes on with a yes that was taken back.
func TakeBack(ctx context.Context, ledger GivenLedger, query string, only []string, by string, policy model.Policy, now time.Time) (TakenBack, error) {
	state, err := ledger.State(ctx)
	if err != nil {
		return TakenBack{}, fmt.Errorf("load the ledger: %w", err)
	}
	given, err := lookup.Given(state, policy, now, query)
	if err == nil {
		given, err = pick(state, given, only)
	}
	if err != nil {
		return TakenBack{}, err
	}
	taken := TakenBack{Query: strings.Join(append([]string{query}, only...), ", only "), Approvals: given, Titles: lookup.TitlesOf(state, given), Left: len(state.LiveApprovals(policy, now)) - len(given)}
	if len(given) == 0 {
		return taken, nil
	}
	var changes []string
	for _, a := range given {
		changes = append(changes, a.ChangeID)
	}
	return taken, ledger.EndApprovals(ctx, by, changes)
}

// pick leaves of approvals those of some people and OUs, of everybody where none is named.
func pick(state model.State, given []model.GivenApproval, only []string) ([]model.GivenApproval, error) {
	if len(only) == 0 || len(given) == 0 {
		return given, nil
	}
	ids := map[string]bool{}
	for _, query := range only {
		theirs, err := lookup.GivenOnly(state, given, query)
		if err != nil {
			return nil, err
		}
		for _, a := range theirs {
			ids[a.ChangeID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(given), func(a model.GivenApproval) bool { return !ids[a.ChangeID] }), nil
}

// Format writes the answer for people. limit caps the list.
func (t TakenBack) Format(out io.Writer, limit int) error {
	lines := []string{"NOTHING TO TAKE BACK: no yes for " + t.Query + " is given and not carried out."}
	if len(t.Approvals) > 0 {
		lines = []string{"TAKEN BACK: " + english.CountedApprovals(t.Approvals) + ". What of it is still to be done, the next plan asks for again."}
		var titles []string
		for _, title := range t.Titles {
			titles = append(titles, "  "+title)
		}
		lines = append(lines, model.Capped(titles, limit, model.AllInJSON)...)
	}
	if t.Left > 0 {
		lines = append(lines, fmt.Sprintf("Still given and not carried out: %d.", t.Left))
	}
	lines = append(lines, "What was carried out already stays; `threema-dirsync withdraw --undo PERSON --reason TEXT` is the way back from a withdrawal.")
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, model.Harmless(line)); err != nil {
			return err
		}
	}
	return nil
}

// MarshalJSON writes the answer for programs: members are added, never renamed.
func (t TakenBack) MarshalJSON() ([]byte, error) {
	list := []map[string]any{}
	for _, a := range t.Approvals {
		list = append(list, map[string]any{
			"change": a.ChangeID, "op": a.Op, "person": map[string]string{"source": a.Person.Source, "id": a.Person.ID, "csi": a.CSI}, "hash": a.Hash, "by": a.By, "at": a.At, "until": a.Until,
		})
	}
	outcome := AnswerUndone
	if len(list) == 0 {
		outcome = AnswerNothing
	}
	return json.Marshal(map[string]any{"outcome": outcome, "approvals": list, "left": t.Left})
}
