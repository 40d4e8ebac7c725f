package sync_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestEachFailureHasItsWord, also where its error is wrapped and joined to another.
func TestEachFailureHasItsWord(t *testing.T) {
	t.Parallel()
	wrapped := func(err error) error { return errors.Join(fmt.Errorf("the pass: %w", err), nil) }
	for _, row := range []struct {
		report dirsync.Report
		want   dirsync.Failure
	}{
		{dirsync.Report{}, ""},
		{dirsync.Report{Err: wrapped(&dirsync.TrustError{})}, dirsync.FailureMissing},
		{dirsync.Report{Err: wrapped(&dirsync.TrustError{Distrust: model.Distrust{Ended: true}})}, dirsync.FailureEnded},
		{dirsync.Report{Err: wrapped(&dirsync.StaleRequestError{})}, dirsync.FailureStale},
		{dirsync.Report{Err: wrapped(serviceFailure{errors.New("503")})}, dirsync.FailureService},
		{dirsync.Report{Err: wrapped(context.Canceled), Interrupted: true}, dirsync.FailureInterrupted},
		{dirsync.Report{Err: wrapped(errors.New("no space"))}, dirsync.FailureMachine},
	} {
		if got := row.report.Failure(); got != row.want {
			t.Errorf("%v: %q, want %q", row.report.Err, got, row.want)
		}
	}
}

type serviceFailure struct{ error }

func (serviceFailure) FailureKind() model.FailureKind { return model.FailureUnavailable }
