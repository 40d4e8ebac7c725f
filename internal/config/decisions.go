package config

import "github.com/threema-dirsync/threema-dirsync/sync/plan"

// batch is how many creates share one bulk request for their settings: what a crash can leave
// to be resumed, against requests.
const batch = 100

// Decisions are what of the configuration decides in a plan, in its words.
func (c *Config) Decisions() plan.Policy {
	return plan.Policy{
		Mode:            c.Policy,
		Withdraw:        c.Leavers.AppAccess == AppWithdraw,
		ID:              c.Leavers.ID,
		Evidence:        c.Leavers.Evidence,
		ConfirmReads:    c.Leavers.Confirm.Reads,
		ConfirmOver:     c.Leavers.Confirm.Over,
		MaxGap:          c.Leavers.Confirm.MaxGap,
		GraceWithdraw:   c.Leavers.Grace.Withdraw,
		GraceID:         c.Leavers.Grace.ID,
		Approval:        c.Leavers.Approval,
		Protected:       c.Protect.CSI,
		NeverRevoke:     c.Leavers.NeverRevoke,
		LeaversRun:      plan.Window(c.Limits.Leavers.Run),
		LeaversDay:      plan.Window(c.Limits.Leavers.Day),
		LeaversWeek:     plan.Window(c.Limits.Leavers.Week),
		CreatesRun:      plan.Window(c.Limits.Creates.Run),
		ChangesRun:      plan.Window(c.Limits.Changes.Run),
		Held:            plan.HeldLimit(c.Limits.Held),
		PublishContacts: c.Contacts.Publish,
		AdoptUsername:   c.Adopt.Username,
		AdoptPersonal:   c.Adopt.Personal,
		Recreate:        c.Credentials.Recreate,
		Hash:            c.Credentials.Hash,
		Lock:            c.Credentials.Lock,
		ChunkSize:       c.Threema.ChunkSize,
		Batch:           batch,
	}
}
