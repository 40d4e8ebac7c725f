package view

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func writeHistory(x explain.Explanation, out *printer) {
	h := x.History
	out.line("\nHistory (settings are written in bulk and not listed):")
	if len(h.Steps) == 0 && len(h.Departures) == 0 {
		out.fact("none")
	}
	if h.Omitted > 0 {
		out.fact(fmt.Sprintf("… %d older steps", h.Omitted))
	}
	for _, s := range h.Steps {
		erased := ""
		if s.Erased {
			erased = "erased since, only this is left"
		}
		out.fact(wording.Stamp(s.At), s.Op.CockpitWord(), describeStep(s), strings.Join(s.ThreemaIDs, " "), fmt.Sprintf("pass %d, policy %s", s.Run, s.Mode), describeLeave(s), s.Message, erased)
	}
	for _, d := range h.Departures {
		out.fact(wording.Stamp(d.StartedAt), "departure", cmp.Or(d.Ended, "under way"), "withdrawn "+describeWithdrawal(h, d.CredentialID, d.WithdrawnAt, d.GraceFrom()), "ended "+wording.StampOr(d.EndedAt, "not yet"))
	}
}

// describeStep say what became of a step, for people.
func describeStep(s model.PastStep) string {
	switch s.State {
	case "intent":
		return "begun, and not answered yet"
	case "unknown":
		return "sent, and no answer says whether it was done"
	case "reverted":
		return "not done, all as before"
	}
	return s.State
}

// describeLeave says by whose leave a step was taken.
func describeLeave(s model.PastStep) string {
	switch {
	case s.ByOrder():
		return "ordered (`audit export` tells by whom and why)"
	case s.AlreadyGone:
		return "it was gone already: the departure goes on from here"
	case s.ByApproval():
		return "approved"
	}
	return ""
}

// describeWithdrawal says when a credential was withdrawn. An order comes before the departure that goes on from it.
func describeWithdrawal(h model.History, credentialID string, at, from time.Time) string {
	for _, s := range h.Steps {
		if s.Op == model.Withdraw && s.Ordered && s.State == "done" && credentialID != "" && s.CredentialID == credentialID && !at.IsZero() {
			return wording.Stamp(s.SettledAt) + " by order; counted for the departure from " + wording.Stamp(from)
		}
	}
	if from.After(at) {
		return "by " + wording.Stamp(at) + "; counted for the departure from " + wording.Stamp(from)
	}
	return wording.StampOr(at, "not yet")
}
