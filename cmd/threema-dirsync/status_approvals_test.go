package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAYesWithoutAStepStandsForNothing: only what the last plan surely has no step for is taken from the count.
func TestAYesWithoutAStepStandsForNothing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	ada := model.PersonID{Source: "corp", ID: "ada"}
	before := model.GivenApproval{ChangeID: "c1", Op: model.Revoke, Person: ada, At: at.Add(-time.Hour), Until: at.Add(time.Hour)}
	after, over := before, before
	after.At = at.Add(time.Minute)
	over.Until = at
	const whole = `{"hash":"cafe","generatedAt":"2026-03-02T08:00:00Z","sources":[{"name":"corp","complete":true}],"changes":[{"id":"c2"}]}`
	for _, row := range []struct {
		name, report string
		given        model.GivenApproval
		live, idle   int
	}{
		{"the step is not there any more", whole, before, 0, 1},
		{"it is", strings.Replace(whole, "c2", "c1", 1), before, 1, 0},
		{"given since", whole, after, 1, 0},
		{"not read wholly", strings.Replace(whole, "true", "false", 1), before, 1, 0},
		{"a record that is cut", strings.Replace(whole, `"hash"`, `"omitted":{"changes":1},"hash"`, 1), before, 1, 0},
		{"no plan", `{"sources":[]}`, before, 1, 0},
		{"no pass yet", ``, before, 1, 0},
		{"over", whole, over, 0, 0},
	} {
		state := model.State{Approvals: []model.GivenApproval{row.given}}
		got := approvalsOf(state, model.Policy{}, at.Add(2*time.Minute), json.RawMessage(row.report))
		var out strings.Builder
		got.print(&out)
		if got.Live != row.live || got.Idle != row.idle || (got.Expires != nil) != (row.live > 0) || strings.Contains(out.String(), "given and not used up") != (row.live > 0) {
			t.Errorf("%s: %+v: %s", row.name, got, out.String())
		}
	}
}
