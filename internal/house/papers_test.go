package house_test

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// given are the libraries that the project was started with; every other one needs a decision.
var given = []string{
	"github.com/go-ldap/ldap/v3",
	"github.com/mattn/go-sqlite3",
	"github.com/prometheus/client_golang",
	"github.com/robfig/cron/v3",
	"gopkg.in/yaml.v3",
}

func TestEveryDependencyIsDecided(t *testing.T) {
	t.Parallel()
	var decided strings.Builder
	walk(t, func(file string) {
		if path.Dir(file) == "docs/decisions" {
			decided.WriteString(read(t, file))
		}
	})
	for _, dependency := range slices.Sorted(maps.Keys(usedModules(t))) {
		if !slices.Contains(given, dependency) && !strings.Contains(decided.String(), "`"+dependency+"`") {
			t.Errorf("%s is used, but docs/decisions does not say what for and what else was looked at", dependency)
		}
	}
}

// usedModules returns the modules of go.mod that some file imports.
func usedModules(t *testing.T) map[string]bool {
	t.Helper()
	requirement := regexp.MustCompile(`(?m)^(?:require)?\s+(\S+\.\S+) v\S+`)
	var required []string
	for _, match := range requirement.FindAllStringSubmatch(read(t, "go.mod"), -1) {
		required = append(required, match[1])
	}
	used := map[string]bool{}
	for _, file := range goFiles(t) {
		for _, imported := range file.imports {
			for _, dependency := range required {
				if imported.path == dependency || strings.HasPrefix(imported.path, dependency+"/") {
					used[dependency] = true
				}
			}
		}
	}
	return used
}

func TestDecisionsFollowTheTemplate(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^\d{4}-[a-z0-9-]+\.md$`)
	heading := regexp.MustCompile(`(?m)^## .*$`)
	want := heading.FindAllString(read(t, "docs/decisions/0000-template.md"), -1)
	numbers := map[string]string{}
	walk(t, func(file string) {
		if path.Dir(file) != "docs/decisions" {
			return
		}
		base := path.Base(file)
		if !name.MatchString(base) {
			t.Errorf("%s: name it like 0007-what-was-decided.md", file)
			return
		}
		if other := numbers[base[:4]]; other != "" {
			t.Errorf("%s has the number of %s", file, other)
		}
		numbers[base[:4]] = base
		content := read(t, file)
		if got := heading.FindAllString(content, -1); !slices.Equal(got, want) {
			t.Errorf("%s: headings %q, the template has %q", file, got, want)
		}
		if !regexp.MustCompile(`(?m)^Date: \d{4}-\d{2}-\d{2}$`).MatchString(content) && base != "0000-template.md" {
			t.Errorf("%s has no line like Date: 2026-11-21", file)
		}
	})
}

// TestReferencesToDecisions: records are numbered as they come, and one that got another number
// in the meantime would lead its readers astray.
func TestReferencesToDecisions(t *testing.T) {
	t.Parallel()
	reference := regexp.MustCompile(`docs/decisions/\d{4}[a-z0-9-]*(?:\.md)?`)
	records := map[string]bool{}
	walk(t, func(file string) { records[file] = true })
	found := 0
	for file := range records {
		if path.Dir(file) == "docs/decisions" || file == "internal/house/papers_test.go" {
			continue
		}
		for _, named := range reference.FindAllString(read(t, file), -1) {
			found++
			if !records[named] {
				t.Errorf("%s refers to %s, which is not there", file, named)
			}
		}
	}
	if found == 0 {
		t.Error("nothing refers to a decision: the search is broken")
	}
}

func TestContributingDrawsEveryRoom(t *testing.T) {
	t.Parallel()
	drawing := read(t, "CONTRIBUTING.md")
	for folder := range house {
		if !strings.Contains(drawing, path.Base(folder)+"/") {
			t.Errorf("CONTRIBUTING.md does not draw %s/", folder)
		}
	}
}
