package sync

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/typo"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
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

// Forgotten is a source that was given up.
type Forgotten struct {
	model.ForgottenSource
	Already bool // somebody did so before
	People  int  // of ours, who are absent from now on
}

// Renamed is a source that has another name now.
type Renamed struct {
	Was, Name string
	People    int // of ours
	Voided    int // approvals that count no more
}

// Forget gives a source up: its people are absent from now on (sync/plan/forgotten.go).
func (s Sources) Forget(ctx context.Context, name string) (Forgotten, error) {
	state, err := s.Ledger.State(ctx)
	if err != nil {
		return Forgotten{}, err
	}
	if slices.Contains(s.Configured, name) {
		return Forgotten{}, fmt.Errorf("source %s is configured, so its directory says who left; take it out of the configuration first. Nothing was done", name)
	}
	if err := s.known(state, name); err != nil {
		return Forgotten{}, err
	}
	people := state.CountAtStake()[name]
	if f, already := givenUp(state, name); already {
		return Forgotten{f, true, people}, nil
	}
	if err := s.Ledger.ForgetSource(ctx, name, s.By); err != nil {
		return Forgotten{}, err
	}
	if state, err = s.Ledger.State(ctx); err != nil {
		return Forgotten{}, err
	}
	f, _ := givenUp(state, name)
	return Forgotten{f, false, people}, nil
}

// Rename calls a source otherwise that has another name in the configuration now.
func (s Sources) Rename(ctx context.Context, was, name string) (Renamed, error) {
	state, err := s.Ledger.State(ctx)
	if err != nil {
		return Renamed{}, err
	}
	if err := s.known(state, was); err != nil {
		return Renamed{}, err
	}
	_, taken := state.Sources[name]
	switch {
	case taken:
		return Renamed{}, fmt.Errorf("the ledger knows a source %s already, and people of two sources cannot be told apart by then; who stands in both passes "+
			"to the one that is configured, and who is left of %s leaves by `threema-dirsync source forget %s`. Nothing was done", name, was, was)
	case slices.Contains(s.Configured, was):
		return Renamed{}, fmt.Errorf("source %s is configured by that name; write the new one into the configuration first. Nothing was done", was)
	case !slices.Contains(s.Configured, name):
		return Renamed{}, fmt.Errorf("no source is called %s in the configuration%s; write the new name there first. Nothing was done", name, meant(name, s.Configured))
	}
	voided, err := s.Ledger.RenameSource(ctx, was, name, s.By)
	return Renamed{was, name, state.CountAtStake()[was], voided}, err
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

// Lines say what was done, and what comes next.
func (f Forgotten) Lines() []string {
	if f.Already {
		return []string{fmt.Sprintf("Source %s was forgotten on %s by %s. People that are still managed: %d. `threema-dirsync plan` tells what waits for a yes.",
			f.Source, wording.Stamp(f.At), f.By, f.People)}
	}
	return []string{
		fmt.Sprintf("Source %s is forgotten. People of it that are managed or on the way out, and absent from now on: %d", f.Source, f.People),
		"Whoever stands in another source keeps credential and Threema ID. The others leave by confirmation and grace, and each step waits for a yes:",
		"`threema-dirsync plan` lists them when they are due, and tells the hash to approve. Nobody leaves without it.",
		fmt.Sprintf("To take this back, configure %s again. A service that runs must be restarted with the configuration that lacks it.", f.Source),
	}
}

// Lines say what was done, and what comes next.
func (r Renamed) Lines() []string {
	lines := []string{fmt.Sprintf("Source %s is called %s now, with all that is known of it. People of it that are managed, or on the way out: %d. The audit keeps the old name.", r.Was, r.Name, r.People)}
	if r.Voided > 0 {
		lines = append(lines, fmt.Sprintf("Approvals that count no more, because what they were given to is called otherwise now: %d. Read `threema-dirsync plan` and approve anew.", r.Voided))
	}
	return append(lines, "A service that runs must be restarted with the new configuration.")
}
