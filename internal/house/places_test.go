package house_test

import (
	"regexp"
	"testing"
)

// TestTheCoreParsesNoDN: in which OU a person lies says their source, which need not be a directory.
func TestTheCoreParsesNoDN(t *testing.T) {
	t.Parallel()
	parses := regexp.MustCompile(`model\.(ParentDN|FoldDN|Rdns|LeadingValue|Named)\b`)
	found := 0
	for _, file := range goFiles(t) {
		if file.isTest {
			continue
		}
		call := parses.FindString(read(t, file.path))
		if call != "" {
			found++
		}
		if file.folder == "sync/plan" && call != "" {
			t.Errorf("%s calls %s: the source says what the plan needs to know of a place", file.path, call)
		}
	}
	if found == 0 {
		t.Error("nobody parses a DN: is that still called so?")
	}
}
