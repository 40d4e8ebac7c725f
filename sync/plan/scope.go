package plan

import (
	"slices"
	"strings"
)

// A fingerprint of a scope stands for all that a source asks for: `WHOLE KEY=PART …`. WHOLE decides whether it
// is another scope. The parts, one for each setting, only tell which of them changed; a ledger from before there
// were parts has none.

// sameScope tells that two fingerprints are of one scope.
func sameScope(a, b string) bool {
	a, _, _ = strings.Cut(a, " ")
	b, _, _ = strings.Cut(b, " ")
	return a == b
}

// scopeSettings names the settings that differ, none where the ledger is too old to tell.
func scopeSettings(was, is string) []string {
	before, now := strings.Fields(was), strings.Fields(is)
	var changed []string
	for _, part := range slices.Concat(now, before) {
		key, _, parted := strings.Cut(part, "=")
		if parted && slices.Contains(now, part) != slices.Contains(before, part) && !slices.Contains(changed, key) {
			changed = append(changed, key)
		}
	}
	if len(before) < 2 {
		return nil
	}
	return changed
}
