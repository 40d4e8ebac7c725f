package sync

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/typo"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// SourceLedger is what the commands about sources need of the ledger.
type SourceLedger interface {
	State(ctx context.Context) (model.State, error)
	// ForgetSource records that somebody gave up a source; RenameSource calls one otherwise, and returns
	// how many approvals are void by that.
	ForgetSource(ctx context.Context, name, by string) error
	RenameSource(ctx context.Context, was, name, by string) (voided int, err error)
}

// Sources tells the ledger what became of a source that is not configured any more. The caller holds
// the lock of the passes.
type Sources struct {
	Configured []string
	Ledger     SourceLedger
	By         string // who says so, for the record
}

// Forget gives a source up: its people are absent from now on (sync/plan/forgotten.go).
func (s Sources) Forget(ctx context.Context, name string) (outcomes.Forgotten, error) {
	state, err := s.Ledger.State(ctx)
	if err != nil {
		return outcomes.Forgotten{}, err
	}
	if slices.Contains(s.Configured, name) {
		return outcomes.Forgotten{}, fmt.Errorf("source %s is configured, so its directory says who left; take it out of the configuration first. Nothing was done", name)
	}
	if err := s.known(state, name); err != nil {
		return outcomes.Forgotten{}, err
	}
	people := state.CountAtStake()[name]
	if f, already := givenUp(state, name); already {
		return outcomes.Forgotten{ForgottenSource: f, Already: true, People: people}, nil
	}
	if err := s.Ledger.ForgetSource(ctx, name, s.By); err != nil {
		return outcomes.Forgotten{}, err
	}
	if state, err = s.Ledger.State(ctx); err != nil {
		return outcomes.Forgotten{}, err
	}
	f, _ := givenUp(state, name)
	return outcomes.Forgotten{ForgottenSource: f, People: people}, nil
}

// Rename calls a source otherwise that has another name in the configuration now.
func (s Sources) Rename(ctx context.Context, was, name string) (outcomes.Renamed, error) {
	state, err := s.Ledger.State(ctx)
	if err != nil {
		return outcomes.Renamed{}, err
	}
	if err := s.known(state, was); err != nil {
		return outcomes.Renamed{}, err
	}
	_, taken := state.Sources[name]
	switch {
	case taken:
		return outcomes.Renamed{}, fmt.Errorf("the ledger knows a source %s already, and people of two sources cannot be told apart by then; who stands in both passes "+
			"to the one that is configured, and who is left of %s leaves by `threema-dirsync source forget %s`. Nothing was done", name, was, was)
	case slices.Contains(s.Configured, was):
		return outcomes.Renamed{}, fmt.Errorf("source %s is configured by that name; write the new one into the configuration first. Nothing was done", was)
	case !slices.Contains(s.Configured, name):
		return outcomes.Renamed{}, fmt.Errorf("no source is called %s in the configuration%s; write the new name there first. Nothing was done", name, meant(name, s.Configured))
	}
	voided, err := s.Ledger.RenameSource(ctx, was, name, s.By)
	return outcomes.Renamed{Was: was, Name: name, People: state.CountAtStake()[was], Voided: voided}, err
}

// known refuses a source that the ledger never bound.
func (s Sources) known(state model.State, name string) error {
	if _, known := state.Sources[name]; known {
		return nil
	}
	names := slices.Sorted(maps.Keys(state.Sources))
	if len(names) == 0 {
		return fmt.Errorf("the ledger knows no source yet, so there is no %s. Nothing was done", name)
	}
	return fmt.Errorf("the ledger knows no source %s%s; it knows %s. Nothing was done", name, meant(name, names), strings.Join(names, ", "))
}

func meant(name string, known []string) string {
	if closest := typo.Closest(name, known); closest != "" {
		return fmt.Sprintf(" (did you mean %s?)", closest)
	}
	return ""
}

func givenUp(state model.State, name string) (model.ForgottenSource, bool) {
	n := slices.IndexFunc(state.Forgotten, func(f model.ForgottenSource) bool { return f.Source == name })
	if n < 0 {
		return model.ForgottenSource{}, false
	}
	return state.Forgotten[n], true
}
