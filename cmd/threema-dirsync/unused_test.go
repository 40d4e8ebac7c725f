package main

import (
	"slices"
	"strings"
	"testing"
)

// TestListsThatFitNothing: check warns of what fits nothing, the plan tells of what the package lacks and
// of a filter that decides who is switched off; whoever follows the words hears no more of it. It never
// was a reason to let nobody leave.
func TestListsThatFitNothing(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 5)
	says := func(command string, said bool, parts ...string) {
		t.Helper()
		out := w.must(t, 0, command)
		for _, part := range parts {
			if strings.Contains(out.stdout, part) != said {
				t.Errorf("%s: says %q: %t, want %t: %v", command, part, !said, said, out)
			}
		}
	}
	filter := []string{"the filter names pwdAccountLockedTime, by which an account ends", "take pwdAccountLockedTime out of filter"}
	personal := []string{`adopt.personal lists "nobody", which is no credential of the package`}
	excluded := []string{"look for people below ou=gone," + dir.baseDN}
	w.set("sources.0.filter", "(&(objectClass=inetOrgPerson)(!(pwdAccountLockedTime=*)))")
	w.set("sources.0.exclude_dns", []any{"ou=gone," + dir.baseDN})
	w.set("adopt.personal", []any{"nobody", w.sim.state(t).Credentials[0].Username})
	says("check", true, slices.Concat(filter, personal, excluded)...)
	says("plan", true, slices.Concat(filter, personal, []string{"? source corp", "? configuration"})...)
	w.must(t, 0, "approve", "--baseline")
	dir.disable(t, dir.people[2])
	if out := w.must(t, 0, "plan"); !strings.Contains(out.stdout, "pwdAccountLockedTime 000001010000Z") {
		t.Errorf("the second look did not find who is switched off: %v", out)
	}
	w.set("sources.0.filter", "")
	w.set("sources.0.exclude_dns", []any{})
	w.set("adopt.personal", []any{})
	says("check", false, slices.Concat(filter, personal, excluded)...)
	says("plan", false, slices.Concat(filter, personal)...)
}
