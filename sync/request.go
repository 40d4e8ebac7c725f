package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// Request asks a pass for the changes that a written plan tells as due, and for nothing else.
// It is no approval: every gate is passed as ever.
type Request struct {
	Subscription string // the package that was planned for
	By           string // who asks, for the audit
	// Due are the changes, as far as the written plan tells them: id, op, person, what comes after.
	Due []model.Change
}

// maxRequest bounds a written plan: one of half a million people fits.
const maxRequest = 512 << 20

// ReadRequest reads a plan in JSON as `plan --json` tells it. More members than it knows are
// no fault, for a newer program may write them; a missing or doubtful one that it needs is.
func ReadRequest(r io.Reader) (Request, error) {
	limited := &io.LimitedReader{R: r, N: maxRequest + 1}
	decoder := json.NewDecoder(limited)
	var doc struct {
		Hash         string             `json:"hash"`
		Subscription string             `json:"subscription"`
		Changes      *[]view.ChangeJSON `json:"changes"`
	}
	err := decoder.Decode(&doc)
	if err == nil {
		if _, end := decoder.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("something follows the plan")
		}
	}
	switch {
	case limited.N <= 0:
		return Request{}, fmt.Errorf("it is larger than %d MiB", maxRequest>>20)
	case err != nil:
		return Request{}, fmt.Errorf("it is no JSON of a plan: %w", err)
	case doc.Hash == "" || doc.Subscription == "" || doc.Changes == nil:
		return Request{}, errors.New("it lacks hash, subscription or changes: was it written by `plan --out`?")
	}
	request := Request{Subscription: doc.Subscription}
	seen := map[string]bool{}
	for n, c := range *doc.Changes {
		if err := sound(c, seen); err != nil {
			return Request{}, fmt.Errorf("its change number %d: %w", n+1, err)
		}
		if c.Status == model.Due {
			request.Due = append(request.Due, c.Change())
		}
	}
	return request, nil
}

// sound checks the members that a request relies on.
func sound(c view.ChangeJSON, seen map[string]bool) error {
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

// split parts the due changes into those that are asked for and the others.
func (q Request) split(changes []model.Change) (listed []model.Change, left []outcomes.Step) {
	asked := map[string]bool{}
	for _, c := range q.Due {
		asked[c.ID] = true
	}
	for _, c := range changes {
		switch {
		case asked[c.ID]:
			listed = append(listed, c)
		case c.Status == model.Due:
			left = append(left, outcomes.Step{Change: c, Result: model.NotTried, Why: model.Because("not-in-written-plan")})
		}
	}
	return listed, left
}

// stillHolds compares the request with the plan of now.
func (q Request) stillHolds(now plan.Plan) error {
	if q.Subscription != now.Subscription.ID {
		return &otherPackageError{q.Subscription, now.Subscription.ID}
	}
	current := map[string]model.Change{}
	for _, c := range now.Changes {
		current[c.ID] = c
	}
	asked := map[string]bool{}
	for _, c := range q.Due {
		asked[c.ID] = true
	}
	leader := plan.Prerequisites(now.Changes)
	var differences []string
	for _, was := range q.Due {
		is, there := current[was.ID]
		if now.Unhanded.Concerns(is) { // it fails alone, and the rest goes on
			is.Status = model.Due
		}
		if what := difference(was, is, there); what != "" {
			differences = append(differences, was.Title()+": "+what)
		} else if first, led := leader(is); led && !asked[first.ID] {
			differences = append(differences, was.Title()+": the "+string(first.Op)+" that must go first is not asked for")
		}
	}
	if len(differences) > 0 {
		return &StaleRequestError{Asked: len(q.Due), Differences: differences}
	}
	return nil
}

// refusal is what the audit tells of a request that does not hold.
func (q Request) refusal(err error) model.Decision {
	d := model.Decision{Kind: model.ApplyRefused, By: q.By, Message: "the plan was written for another licence package"}
	if stale, ok := errors.AsType[*StaleRequestError](err); ok {
		d.Message = fmt.Sprintf("%d of the %d due changes of the written plan do not hold", len(stale.Differences), stale.Asked)
	}
	return d
}

// difference says why a change of a written plan cannot be carried out now, "" if it can.
func difference(was, is model.Change, there bool) string {
	switch {
	case !there:
		return "no longer in the plan: it is done, or what it relies on has changed"
	case is.Op != was.Op || is.Person != was.Person:
		return "the id is that of another change"
	case is.Status == model.Blocked:
		return "blocked by the guard " + is.Guard + " now"
	case is.Status != model.Due:
		return "no longer due, but " + string(is.Status)
	case !maps.Equal(was.After, is.After):
		return "would write something else by now"
	}
	return ""
}

// otherPackageError refuses a plan that was written for another package.
type otherPackageError struct{ written, now string }

func (e *otherPackageError) Error() string {
	return fmt.Sprintf("the written plan is for the licence package %.40q, the API key belongs to %s; nothing was carried out", e.written, e.now)
}

// StaleRequestError refuses a request that does not hold any more. Nothing was carried out.
type StaleRequestError struct {
	Asked       int
	Differences []string // in words, one for each change that does not hold
}

func (e *StaleRequestError) Error() string {
	lines := []string{fmt.Sprintf("the world has changed since the plan was written: %d of its %d due changes do not hold; nothing was carried out:",
		len(e.Differences), e.Asked)}
	var differences []string
	for _, d := range e.Differences {
		differences = append(differences, "  "+d)
	}
	lines = append(lines, wording.Capped(differences, shownDifference, "")...)
	return strings.Join(append(lines, "Write the plan again with `threema-dirsync plan --out`, and read it."), "\n")
}
