package sync

import (
	"context"
	"fmt"
	"maps"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// resume is the only use of PUT: nobody uses the credential, and nobody knows its password.
// The row stays open whatever happens, so that the next pass looks again.
func (a *creating) resume(ctx context.Context, j *joiner) error {
	why, err := a.leftoverUnchanged(ctx, j)
	switch {
	case err != nil:
		return a.unread(ctx, j.change, err)
	case why.Code != "":
		a.skip(ctx, why, j.change)
		return nil
	}
	err = a.Package.ReplacePassword(shielded(ctx), j.change.CredentialID, j.change.Username, j.password, a.Policy.Hash, a.Policy.Lock)
	if err != nil {
		_, stop := a.conclude(ctx, j.change, err)
		return stop
	}
	return a.created(ctx, j, j.change.CredentialID)
}

// leftoverUnchanged reads a credential and its settings once more, and says what keeps its password
// from being replaced: that somebody uses it, or touched it since the plan was made. What the plan
// found stands in the change, and somebody said yes to it.
func (a *creating) leftoverUnchanged(ctx context.Context, j *joiner) (model.Reason, error) {
	credential, err := a.Package.Credential(shielded(ctx), j.change.CredentialID)
	switch {
	case err != nil:
		return model.Reason{}, fmt.Errorf("read the credential once more: %w", err)
	case credential.Usage > 0:
		return model.Because("leftover-in-use"), nil
	case credential.Username != j.change.Username:
		return model.Because("leftover-renamed"), nil
	}
	settings, err := a.Package.Settings(shielded(ctx), credential.ID)
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the settings of the credential once more: %w", err)
	}
	now := model.Leftover{Credential: credential, Settings: byName(settings)}.Foreign(j.operation, j.change.Settings, a.Policy)
	if !maps.Equal(now, j.change.Before) {
		return model.Because("leftover-changed"), nil
	}
	return model.Reason{}, nil
}
