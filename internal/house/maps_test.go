package house_test

import (
	"path"
	"regexp"
	"slices"
	"testing"
)

// unmapped is how many files a package may have, tests not counted, before its comment draws a map of them.
const unmapped = 8

// fileName is a file of the package itself in its comment; one with a folder before it is another package's.
var fileName = regexp.MustCompile(`(?:^|[^\w/.])([a-z0-9_]+\.go)\b`)

// TestEveryFileIsOnTheMap: a package comment that names files names each of its package and no other, so that a
// newcomer finds the right one, and a file that moves takes its line along. The file of the comment itself
// needs no line, nor do tests.
func TestEveryFileIsOnTheMap(t *testing.T) {
	t.Parallel()
	files, comments := map[string][]string{}, map[string]goFile{}
	for _, file := range goFiles(t) {
		if !file.isTest {
			files[file.folder] = append(files[file.folder], path.Base(file.path))
		}
		if file.doc != "" {
			comments[file.folder] = file
		}
	}
	for folder, there := range files {
		comment := comments[folder]
		drawn := onMap(comment.doc)
		if len(drawn) == 0 && len(there) <= unmapped {
			continue // few files tell by their names what they hold
		}
		for _, name := range there {
			if name != path.Base(comment.path) && !slices.Contains(drawn, name) {
				t.Errorf("%s: the package comment does not say what %s holds", comment.path, name)
			}
		}
		for _, name := range drawn {
			if !slices.Contains(there, name) {
				t.Errorf("%s: the package comment names %s, which is not there", comment.path, name)
			}
		}
	}
}

// onMap returns the files that a package comment names.
func onMap(comment string) []string {
	var names []string
	for _, match := range fileName.FindAllStringSubmatch(comment, -1) {
		names = append(names, match[1])
	}
	return names
}

func TestMapsAreRead(t *testing.T) {
	t.Parallel()
	want := []string{"a.go", "b_c.go", "d.go"}
	if got := onMap("a.go what; b_c.go, d.go\nsync/plan/e.go and handover-2.csv are others"); !slices.Equal(got, want) {
		t.Errorf("onMap = %q, want %q", got, want)
	}
}
