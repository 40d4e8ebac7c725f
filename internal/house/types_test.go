package house_test

import (
	"path"
	"regexp"
	"testing"
)

// mostMethods is how many methods a type may have: whoever needs more carries two things.
const mostMethods = 50

// TestNoTypeDoesEverything: a stage of the plan, a pass or a ledger that grows beyond one thought is parted (CONTRIBUTING.md).
func TestNoTypeDoesEverything(t *testing.T) {
	t.Parallel()
	receiver := regexp.MustCompile(`(?m)^func \((?:\w+ )?\*?(\w+)(?:\[[^\]]*\])?\) `)
	unparted := map[string]bool{"ldapsource/session": true} // still to be parted
	methods := map[string]int{}
	for _, file := range goFiles(t) {
		if file.isTest {
			continue
		}
		for _, match := range receiver.FindAllStringSubmatch(read(t, file.path), -1) {
			methods[path.Join(file.folder, match[1])]++
		}
	}
	if len(methods) < 100 {
		t.Fatalf("methods of %d types found: are they still read?", len(methods))
	}
	for name, n := range methods {
		if (n > mostMethods) != unparted[name] {
			t.Errorf("%s has %d methods; at most %d are one thought, and who has no more is on no list", name, n, mostMethods)
		}
	}
}
