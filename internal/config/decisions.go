package config

import (
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// batch is how many creates share one bulk request for their settings: what a crash can leave
// to be resumed, against requests.
const batch = 100

// Decisions are what of the configuration decides in a plan, in its words.
func (c *Config) Decisions() model.Policy {
	return model.Policy{
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
		LeaversRun:      model.Window(c.Limits.Leavers.Run),
		LeaversDay:      model.Window(c.Limits.Leavers.Day),
		LeaversWeek:     model.Window(c.Limits.Leavers.Week),
		CreatesRun:      model.Window(c.Limits.Creates.Run),
		ChangesRun:      model.Window(c.Limits.Changes.Run),
		Held:            model.HeldLimit(c.Limits.Held),
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
