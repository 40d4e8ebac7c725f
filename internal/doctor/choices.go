package doctor

import (
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkChoices says what a bold configuration costs. It is allowed; it should be known.
func (d Doctor) checkChoices() []Finding {
	policy := d.Config.Decisions()
	choices := []struct {
		made   bool
		name   string
		advice model.Reason
	}{
		{policy.ConfirmReads == 1 || policy.ConfirmOver == 0, "leavers.confirm",
			model.Because("gone-at-once")},
		{policy.GraceWithdraw == 0, "leavers.grace.withdraw", model.Because("withdrawn-at-once")},
		{policy.ID == model.RevokeID, "leavers.id",
			model.Because("ids-destroyed")},
		{policy.ID != model.KeepID && policy.GraceID == 0, "leavers.grace.id", model.Because("id-goes-at-once")},
		{policy.ID == model.RevokeID && policy.Approval == model.ApproveNone, "leavers.approval",
			model.Because("revoked-unasked")},
		{!d.Config.Credentials.Hash, "credentials.hash", model.Because("passwords-readable")},
	}
	var findings []Finding
	for _, c := range choices {
		if c.made {
			findings = append(findings, Finding{Configuration, c.name, ldapsource.Warning, "look at what it costs", model.Because("bold-choice"), c.advice})
		}
	}
	return findings
}
