package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestWhomNoGroupEntitlesIsNamed: how many, the first ten of them by csi and DN, and to which group somebody who is
// missed belongs; whom base_dn and filter do not cover is none of them.
func TestWhomNoGroupEntitlesIsNamed(t *testing.T) {
	t.Parallel()
	w := crowd(20)
	w.leaveGroups(0, "")
	w.leaveGroups(1, "")
	w.source().people[19].leave(model.OutOfScope)
	out := w.pass(t).Sources[0].Outside
	want := 0
	for _, e := range w.source().people {
		if e.state == model.Departed && !e.outside {
			want++
		}
	}
	lines := english.Outside(out)
	if out.People != want || want <= 10 || len(lines) != 12 || !strings.HasPrefix(lines[11], fmt.Sprintf("… and %d more", want-10)) {
		t.Fatalf("%d: %v", want, lines)
	}
	if !strings.Contains(lines[0], "add them to the group CN=Threema,DC=corp") || !strings.Contains(lines[1], "OU=OU0") || strings.Contains(strings.Join(lines, "\n"), "PERSON") {
		t.Error(lines)
	}
}
