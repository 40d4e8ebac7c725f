package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// forbidden ends a create that the service forbids. That means that no licence is left; but a key
// that is wrong or not allowed any more is answered in the same way (work-api §14), so it
// is believed only while the service still opens the licence package to this key. If it does not, the
// rest of the pass would meet the same answer. That no licence is left is no failure: others may go on, and one may come free.
func (a *creating) forbidden(ctx context.Context, j *joiner, refused error) error {
	_, err := a.Package.Subscription(shielded(ctx))
	if err == nil {
		a.full = true
		a.done.add(j.change, model.NotTried, model.Because("no-seat-by-now"))
		a.Logger.WarnContext(ctx, "the service refused a create (403), the licences are probably used up; nobody more is created in this pass",
			"change", j.change.ID, "source", j.change.Person.Source)
		return a.settle(ctx, createFailed(j.operation, refused))
	}
	_, stop := a.conclude(ctx, j.change, fmt.Errorf("the service forbids the create, and opens the licence package no more: %w", err))
	if model.KindOf(err) == model.FailureForbidden {
		stop = &toldError{err}
	}
	return errors.Join(stop, a.settle(ctx, createFailed(j.operation, refused)))
}
