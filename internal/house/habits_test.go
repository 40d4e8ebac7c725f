package house_test

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestHostedWorkflows: what a hosting platform runs is what anybody can run, with no more rights than that takes.
func TestHostedWorkflows(t *testing.T) {
	t.Parallel()
	contributing, gates := read(t, "CONTRIBUTING.md"), 0
	uses := regexp.MustCompile(`(?m)^\s*- uses: (\S+)$`)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@(v\d+\.\d+\.\d+|[0-9a-f]{40})$`)
	apt := regexp.MustCompile(`apt-get install (.*)`)
	walk(t, func(file string) {
		if path.Dir(file) != ".github/workflows" {
			return
		}
		workflow := read(t, file)
		gates += strings.Count(workflow, "run: .ci/run\n")
		if !strings.Contains(workflow, "\npermissions:\n  contents: read\n") || strings.Contains(workflow, ": write") {
			t.Errorf("%s may do more than read", file)
		}
		if !strings.Contains(workflow, "go-version-file: go.mod") {
			t.Errorf("%s does not take the version of Go from go.mod", file)
		}
		for _, action := range uses.FindAllStringSubmatch(workflow, -1) {
			if !pinned.MatchString(action[1]) {
				t.Errorf("%s uses %s: name a whole version, v1.2.3", file, action[1])
			}
		}
		for _, install := range apt.FindAllStringSubmatch(workflow, -1) {
			for name := range strings.FieldsSeq(install[1]) {
				if !strings.HasPrefix(name, "-") && !strings.Contains(contributing, name) {
					t.Errorf("%s installs %s, of which CONTRIBUTING.md says nothing", file, name)
				}
			}
		}
	})
	if gates != 1 {
		t.Errorf("%d workflows run .ci/run, want one", gates)
	}
}

// TestEveryPaperIsFound: a paper that nothing links to is read by nobody, and a link may not lead into the void.
func TestEveryPaperIsFound(t *testing.T) {
	t.Parallel()
	there, linked := map[string]bool{}, map[string]bool{"README.md": true}
	walk(t, func(file string) { there[file], there[path.Dir(file)] = true, true })
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for file := range there {
		if path.Ext(file) != ".md" {
			continue
		}
		for _, match := range link.FindAllStringSubmatch(read(t, file), -1) {
			target := path.Join(path.Dir(file), match[1])
			linked[target] = true
			if !there[target] {
				t.Errorf("%s links to %s, which is not there", file, match[1])
			}
		}
	}
	for file := range there {
		paper := path.Ext(file) == ".md" && (path.Dir(file) == "." || path.Dir(file) == "docs")
		if paper && !linked[file] {
			t.Errorf("nothing links to %s: name it in README.md", file)
		}
	}
}

// TestChangelogIsInForm: the section of a release is what its tag is published with (CONTRIBUTING.md).
func TestChangelogIsInForm(t *testing.T) {
	t.Parallel()
	heading := regexp.MustCompile(`^## \[(Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$)`)
	headings := regexp.MustCompile(`(?m)^## .*$`).FindAllString(read(t, "CHANGELOG.md"), -1)
	if len(headings) == 0 || headings[0] != "## [Unreleased]" {
		t.Errorf("CHANGELOG.md begins with %q, not with ## [Unreleased]", headings)
	}
	for _, h := range headings {
		if !heading.MatchString(h) {
			t.Errorf("CHANGELOG.md: %q is no heading such as ## [1.2.0] - 2026-11-30", h)
		}
	}
}
