package doctor

import (
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkChoices says what a bold configuration costs. It is allowed; it should be known.
func (d Doctor) checkChoices() []Finding {
	policy := d.Config.Decisions()
	choices := []struct {
		made         bool
		name, advice string
	}{
		{policy.ConfirmReads == 1 || policy.ConfirmOver == 0, "leavers.confirm",
			"a person who is missing from one read, or for an instant, counts as gone; two reads over 24h are the default"},
		{policy.GraceWithdraw == 0, "leavers.grace.withdraw", "the credential goes at once: a mistake in the directory cannot be taken back in time"},
		{policy.ID == model.RevokeID, "leavers.id",
			"the Threema ID of a leaver is destroyed (revoke / widerrufen); nobody can undo that, and a private use of the ID ends too"},
		{policy.ID != model.KeepID && policy.GraceID == 0, "leavers.grace.id", "the Threema ID goes together with the credential"},
		{policy.ID == model.RevokeID && policy.Approval == model.ApproveNone, "leavers.approval",
			"Threema IDs are revoked (widerrufen) without anybody saying yes; that can never be undone"},
		{!d.Config.Credentials.Hash, "credentials.hash", "the passwords stand readable in the management cockpit and in the API"},
	}
	var findings []Finding
	for _, c := range choices {
		if c.made {
			findings = append(findings, Finding{Configuration, c.name, ldapsource.Warning, "look at what it costs", "a bold choice", c.advice})
		}
	}
	return findings
}
