package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// pastReport is what of a stored report tells which changes waited.
type pastReport struct {
	Hash    string         `json:"hash"`
	Omitted map[string]int `json:"omitted"`
	Changes []pastChange   `json:"changes"`
}

// pastChange is what is read back of a change in JSON.
type pastChange struct {
	ID        string            `json:"id"`
	Op        model.Op          `json:"op"`
	ThreemaID string            `json:"threemaId"`
	After     map[string]string `json:"after"`
	Status    model.Status      `json:"status"`
	Guard     string            `json:"guard"`
	Asks      []model.Ask       `json:"asks"`
	AskedBy   []string          `json:"askedBy"`
	Person    view.PersonJSON   `json:"person"`
}

func (c pastChange) change() model.Change {
	protected, byClass := model.Rules(c.AskedBy)
	return model.Change{
		ID: c.ID, Op: c.Op, ThreemaID: c.ThreemaID, After: c.After, Status: c.Status, Guard: c.Guard, Asks: c.Asks,
		Person: c.Person.PersonID(), CSI: c.Person.CSI, DN: c.Person.DN, Protected: protected, ByClass: byClass,
	}
}

func (r pastReport) waiting() []model.Change {
	return plan.Plan{Changes: r.changes()}.AwaitingApproval()
}

func (r pastReport) changes() []model.Change {
	var changes []model.Change
	for _, c := range r.Changes {
		changes = append(changes, c.change())
	}
	return changes
}

// ReadPlan reads its plan back from the report of a pass.
func ReadPlan(report json.RawMessage) plan.PastPlan {
	var told pastReport
	if json.Unmarshal(report, &told) != nil {
		return plan.PastPlan{}
	}
	return plan.PastPlan{Hash: told.Hash, Changes: told.changes()}
}

// sound checks the members that a request relies on.
func (c pastChange) sound(seen map[string]bool) error {
	statuses := []model.Status{model.Due, model.Waiting, model.NeedsApproval, model.Blocked, model.Deferred, model.Withheld, model.Suspended}
	switch {
	case c.ID == "":
		return errors.New("it has no id")
	case seen[c.ID]:
		return fmt.Errorf("the id %.40q is there twice", c.ID)
	case !slices.Contains(model.Ops(), c.Op):
		return fmt.Errorf("%.40q is no op", c.Op)
	case !slices.Contains(statuses, c.Status):
		return fmt.Errorf("%.40q is no status", c.Status)
	}
	seen[c.ID] = true
	return nil
}
