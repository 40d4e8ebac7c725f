package main

import (
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// removedStatus is a source that is not configured any more and has people of ours.
type removedStatus struct {
	Name        string     `json:"name"`
	People      int        `json:"people"`
	ForgottenAt *time.Time `json:"forgottenAt"` // null: nobody said what became of it
	ForgottenBy string     `json:"forgottenBy"`
}

// removedSources finds the sources that the ledger has people of, and the configuration lacks.
func removedSources(state model.State, configured []config.Source) []removedStatus {
	removed := []removedStatus{}
	for name, people := range state.CountAtStake() {
		if slices.ContainsFunc(configured, func(s config.Source) bool { return s.Name == name }) {
			continue
		}
		r := removedStatus{Name: name, People: people}
		if n := slices.IndexFunc(state.Forgotten, func(f model.ForgottenSource) bool { return f.Source == name }); n >= 0 {
			r.ForgottenAt, r.ForgottenBy = &state.Forgotten[n].At, state.Forgotten[n].By
		}
		removed = append(removed, r)
	}
	slices.SortFunc(removed, func(a, b removedStatus) int { return strings.Compare(a.Name, b.Name) })
	return removed
}
