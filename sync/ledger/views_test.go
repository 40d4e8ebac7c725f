package ledger

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAuditTellsWhoReads: another bind account is noted once, with the one before it.
func TestAuditTellsWhoReads(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	for _, reader := range []model.Reader{{ID: "r1", Name: "cn=old"}, {ID: "r1", Name: "cn=renamed"}, {ID: "r2", Name: "cn=new"}, {ID: "r2", Name: "cn=new"}} {
		remember(t, l, model.StateUpdate{Sources: map[string]model.SourceBinding{"corp": {Reader: reader}}})
	}
	var told []string
	for _, e := range story(t, l.Reader) {
		if e.Event == auditBound && strings.HasPrefix(e.Message, "bind account") {
			told = append(told, e.Message)
		}
	}
	want := []string{`bind account "cn=old", it was "an account that nobody named"`, `bind account "cn=new", it was "cn=renamed"`}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("told %q, want %q", told, want)
	}
}
