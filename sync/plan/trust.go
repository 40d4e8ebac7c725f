package plan

import (
	"fmt"
	"slices"
	"time"
)

// TrustError says why an inventory must not be planned on. Nothing is written; exit 1.
type TrustError struct{ Reason string }

func (e *TrustError) Error() string {
	return "the licence package is not trusted: " + e.Reason + "; nothing was changed"
}

// Trust checks that an inventory can be what it says (design §5.10, F1, F2, F22): an expired
// package, an empty list or a mass loss must never look like "everybody is gone".
func Trust(inv Inventory, state State, now time.Time) error {
	if state.Subscription != "" && state.Subscription != inv.Subscription.ID {
		return nil // another package: Compute makes the plan a preview
	}
	if until := inv.Subscription.ValidUntil; !until.IsZero() && !now.Before(until) {
		return &TrustError{fmt.Sprintf("its licence ended on %s (validUntil); renew it in the management cockpit", until.Format(time.DateOnly))}
	}
	state.Owned = expected(state)
	if reason := emptyList(inv, state); reason != "" {
		return &TrustError{reason}
	}
	there := map[string]bool{}
	for _, c := range inv.Credentials {
		there[c.ID] = true
	}
	missing, owned := 0, len(state.Owned)
	for _, own := range state.Owned {
		if !there[own.CredentialID] && own.MissingReads == 0 {
			missing++
		}
	}
	if missing > handful(owned) && state.Gap.Kind != OlderLedger { // an older one: Compute makes the plan a preview
		return &TrustError{fmt.Sprintf("%d of the %d credentials that we manage are missing at once; "+
			"was an older state_dir put back? If they were deleted on purpose, restore them or start with an empty ledger in another state_dir", missing, owned)}
	}
	return nil
}

// expected lists what is owned and must be in the package: what went by somebody's order is no
// loss, nor what we asked to withdraw when the answer was lost.
func expected(state State) []Ownership {
	asked := map[string]bool{}
	for _, o := range state.Orders {
		asked[o.CredentialID] = true
	}
	for _, op := range state.Open {
		if op.Op == Withdraw {
			asked[op.CredentialID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(state.Owned), func(own Ownership) bool { return asked[own.CredentialID] })
}

// emptyList names a list that is empty although the ledger says it cannot be.
func emptyList(inv Inventory, state State) string {
	const empty = "its list of %s is empty, yet %d of them are ours; the API key may belong to another package, or the answer was cut"
	switch {
	case len(state.Owned) > 0 && len(inv.Credentials) == 0:
		return fmt.Sprintf(empty, "credentials", len(state.Owned))
	case len(state.Owned) > 0 && settled(state) && len(inv.Settings) == 0:
		return fmt.Sprintf(empty, "individual settings", len(state.Owned))
	case len(inv.Users) == 0 && usersOnOwned(state) > 3:
		return fmt.Sprintf(empty, "users", usersOnOwned(state))
	}
	return ""
}

// usersOnOwned counts the users seen on credentials that are still ours. A handful may well
// be detached by hand; only a larger number makes an empty list implausible.
func usersOnOwned(state State) int {
	owned := map[string]bool{}
	for _, own := range state.Owned {
		owned[own.CredentialID] = true
	}
	n := 0
	for _, u := range state.UsersSeen {
		if owned[u.CredentialID] {
			n++
		}
	}
	return n
}

// settled tells whether some owned credential must have settings: one that we created and
// whose create is not still open. One that was adopted may have had none.
func settled(state State) bool {
	created := 0
	for _, own := range state.Owned {
		if own.Created {
			created++
		}
	}
	for _, op := range state.Open {
		if op.Op == Create && op.CredentialID != "" {
			created--
		}
	}
	return created > 0
}
