package house_test

import (
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryPackageOpensWithAComment(t *testing.T) {
	t.Parallel()
	docs := map[string]string{} // folder → its package comment
	names := map[string]string{}
	for _, file := range goFiles(t) {
		docs[file.folder] += file.doc
		if names[file.folder] == "" || !file.isTest {
			names[file.folder] = file.name
		}
	}
	for folder, doc := range docs {
		switch name := names[folder]; {
		case doc == "":
			t.Errorf("%s has no package comment: tell a newcomer what it is for and where to start", folder)
		case name != "main" && !strings.HasPrefix(doc, "Package "+name+" "):
			t.Errorf("%s: the package comment starts with %q", folder, "Package "+name)
		case strings.Count(doc, "Package "+name+" ") > 1:
			t.Errorf("%s has two package comments: keep one", folder)
		}
	}
}

// unwanted is what no file of the project may say. A needle is found first, because a plain search is much faster
// than the expression that then decides. Both are written so that they do not match themselves.
var unwanted = []struct {
	needle string
	found  *regexp.Regexp
	why    string
}{
	{".golang" + ".org", regexp.MustCompile(`(proxy|sum|index)\.golang\.org`),
		"names a package registry: a clone must work wherever its owner builds it"},
	{"go" + "proxy", regexp.MustCompile(`go[p]roxy`),
		"names a package registry: a clone must work wherever its owner builds it"},
	{"GO" + "PROXY", regexp.MustCompile(`GO[P]ROXY`),
		"names a package registry: a clone must work wherever its owner builds it"},
	{"/wor" + "k/", regexp.MustCompile(`/wor[k]/(main|shared|env|\.)`),
		"names a path of the machine it was written on"},
	{"/roo" + "t/", regexp.MustCompile(`/roo[t]/`),
		"names a path of the machine it was written on"},
	{"/tm" + "p/", regexp.MustCompile(`(^|[\s"'=(])/tm[p]/`),
		"names a shared folder: tests use t.TempDir, the program its state_dir"},
	{"TOD" + "O", regexp.MustCompile(`\bTOD[O]\b`), "leaves work behind: do it, or open an issue"},
	{"FIX" + "ME", regexp.MustCompile(`\bFIX[M]E\b`), "leaves work behind: do it, or open an issue"},
	{"<<<<" + "<<< ", regexp.MustCompile(`(?m)^<{7} `), "has a merge conflict"},
}

func TestNoFileSaysWhatItShouldNot(t *testing.T) {
	t.Parallel()
	walk(t, func(file string) {
		content := read(t, file)
		if path.Base(file) == "go.sum" || !utf8.ValidString(content) {
			return // checksums, or an image
		}
		for _, rule := range unwanted {
			if !strings.Contains(content, rule.needle) {
				continue
			}
			if at := rule.found.FindStringIndex(content); at != nil {
				line := 1 + strings.Count(content[:at[0]], "\n")
				t.Errorf("%s:%d: %q %s", file, line, strings.TrimSpace(content[at[0]:at[1]]), rule.why)
			}
		}
	})
}

func TestEveryMakeTargetIsDocumented(t *testing.T) {
	t.Parallel()
	makefile := read(t, "Makefile")
	for _, phony := range regexp.MustCompile(`(?m)^\.PHONY: (\S+)$`).FindAllStringSubmatch(makefile, -1) {
		target := phony[1]
		if target == "need-go" {
			continue // a check of the others
		}
		if !regexp.MustCompile(`(?m)^` + target + `:.* ## `).MatchString(makefile) {
			t.Errorf("Makefile: target %s has no ## comment", target)
		}
	}
}
