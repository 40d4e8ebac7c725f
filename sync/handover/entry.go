package handover

import "github.com/threema-dirsync/threema-dirsync/internal/secret"

// Entry is one new credential, with everything that its holder needs to activate the app.
type Entry struct {
	Username  string
	Password  secret.Value
	CSI       string
	FirstName string
	LastName  string
}
