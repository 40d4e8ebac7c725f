package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSpellingOfLettersDoesNotCount: a directory may write one letter in two ways (NFC, NFD), and change
// its mind. csi, username and settings are always NFC, so neither makes a new person nor a change;
// two people who differ in nothing else have the same csi, and the plan holds both by name.
func TestSpellingOfLettersDoesNotCount(t *testing.T) {
	t.Parallel()
	templates := full()
	templates.CSI, templates.Username = "{{ .displayName }}", "{{ .displayName | lower }}"
	m, err := mapping.New(templates)
	if err != nil {
		t.Fatal(err)
	}
	const name = "Zo\u00eb J\u00f6rgens\u00e5 \u1e69" // the last one has two marks, whose order must not count
	var first model.Identity
	for i, spelling := range []string{norm.NFC.String(name), norm.NFD.String(name), "Zoe\u0308 J\u00f6rgensa\u030a s\u0307\u0323"} {
		got := m.Map(model.Person{Attributes: map[string][]string{
			"displayname": {spelling}, "givenname": {spelling}, "sn": {spelling}, "title": {spelling},
		}})
		if len(got.Held) > 0 || got.CSI != norm.NFC.String(name) {
			t.Errorf("%+q: csi %+q, held %q", spelling, got.CSI, got.Held)
		}
		if i == 0 {
			first = got
		}
		if diff := cmp.Diff(first.CSI+"\n"+first.Username, got.CSI+"\n"+got.Username) + cmp.Diff(first.Settings, got.Settings); diff != "" {
			t.Error(diff)
		}
	}
}
