package sync_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// TestEachFailureHasItsWord, also where its error is wrapped and joined to another.
func TestEachFailureHasItsWord(t *testing.T) {
	t.Parallel()
	wrapped := func(err error) error { return errors.Join(fmt.Errorf("the pass: %w", err), nil) }
	for _, row := range []struct {
		report dirsync.Report
		want   model.PassFailure
	}{
		{dirsync.Report{}, ""},
		{dirsync.Report{Err: wrapped(&outcomes.TrustError{})}, model.PassFailureMissing},
		{dirsync.Report{Err: wrapped(&outcomes.TrustError{Distrust: model.Distrust{Ended: true}})}, model.PassFailureEnded},
		{dirsync.Report{Err: wrapped(&dirsync.StaleRequestError{})}, model.PassFailureStale},
		{dirsync.Report{Err: wrapped(serviceFailure{errors.New("503")})}, model.PassFailureService},
		{dirsync.Report{Err: wrapped(context.Canceled), Interrupted: true}, model.PassFailureInterrupted},
		{dirsync.Report{Err: wrapped(errors.New("no space"))}, model.PassFailureMachine},
	} {
		if got := row.report.Failure(); got != row.want {
			t.Errorf("%v: %q, want %q", row.report.Err, got, row.want)
		}
	}
}

type serviceFailure struct{ error }

func (serviceFailure) FailureKind() model.FailureKind { return model.FailureUnavailable }
