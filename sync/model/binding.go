package model

import "strings"

// SourceBinding ties a source to one directory and one scope (design §5.10).
type SourceBinding struct {
	NamingContext string
	Scope         string
	Server        string
	// Reader is the bind account of the last proved view (sync/plan/views.go), the zero value if no pass
	// recorded it yet. AccountSeen tells that it was once seen as an entry of the directory.
	Reader      Reader
	AccountSeen bool
}

// ScopeFingerprint joins the fingerprint of a whole scope and those of its settings, `KEY=PART`.
func ScopeFingerprint(whole string, parts ...string) string {
	return strings.Join(append([]string{whole}, parts...), " ")
}
