package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestMappedAttributes: where many lost their csi, nobody departs until they have it again, not
// even somebody who has long been confirmed. A few are held and concern nobody else.
func TestMappedAttributes(t *testing.T) {
	t.Parallel()
	names := []string{"leaver"}
	for n := range 11 {
		names = append(names, fmt.Sprint("p", n))
	}
	for lost, complete := range map[int]bool{3: true, 4: false, 11: false} {
		w, people := rolledOut(t, names...)
		w.policy.GraceWithdraw = 0
		people["leaver"].leave(model.Disabled)
		for n := range lost {
			people[fmt.Sprint("p", n)].csi = ""
		}
		p := w.later(t, time.Hour)
		source := p.Sources[0]
		i := slices.IndexFunc(source.Conditions, func(c model.Condition) bool { return c.Name == "mapped-attributes" })
		if i < 0 || source.Complete != complete || source.Conditions[i].OK != complete || !strings.HasPrefix(english.Say(source.Conditions[i].Detail), fmt.Sprintf("%d of ", lost)) {
			t.Errorf("%d lost: %+v", lost, source)
		}
		if complete {
			wantLines(t, of(p, "leaver"), "withdraw E-leaver due")
			continue
		}
		wantLines(t, of(p, "leaver"))
		for n := range lost {
			people[fmt.Sprint("p", n)].csi = fmt.Sprint("E-p", n)
		}
		wantLines(t, of(w.later(t, time.Hour), "leaver"), "withdraw E-leaver due")
	}
}
