package house_test

import (
	"fmt"
	spoken "github.com/threema-dirsync/threema-dirsync/sync/english"
	core "github.com/threema-dirsync/threema-dirsync/sync/model"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestReasonsHaveSentences: each code that the core gives as a reason has one sentence in sync/english, and each
// sentence a code that is given. Every place that gives one hands over the arguments that the sentence numbers, no
// more and no fewer.
func TestReasonsHaveSentences(t *testing.T) {
	t.Parallel()
	sentences, sites := map[string]string{}, []reasonSite{}
	for _, file := range goFiles(t) {
		if file.isTest {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.path, read(t, file.path), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.CallExpr:
				if isBecause(n, file.folder) {
					sites = append(sites, siteOf(n, file.path))
				}
			case *ast.CaseClause:
				if file.folder == english {
					collectSentence(t, sentences, n)
				}
			}
			return true
		})
	}
	checkSites(t, sentences, sites)
}

// reasonSite is a place that gives a reason.
type reasonSite struct {
	file, code string
	literal    bool // the code stands there, and is not handed through
	args       int  // -1: a list, whose length nobody can read there
}

func isBecause(call *ast.CallExpr, folder string) bool { return isOfModel(call, folder, "Because") }

// isOfModel tells whether a call is one of a function of the vocabulary.
func isOfModel(call *ast.CallExpr, folder, function string) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == function && folder == model
	case *ast.SelectorExpr:
		from, named := f.X.(*ast.Ident)
		return named && from.Name == "model" && f.Sel.Name == function
	}
	return false
}

// TestOnlyRecordsAreSentences: whoever finds something gives a code. A sentence without one is of a record, of what
// somebody else worded, or of an error.
func TestOnlyRecordsAreSentences(t *testing.T) {
	t.Parallel()
	// The YAML library words a broken file, and the LDAP library what came of a step of check.
	mayTell := []string{model, "sync", "sync/ledger", "sync/view", "internal/config", "internal/doctor", "ldapsource"}
	for _, file := range goFiles(t) {
		if file.isTest || slices.Contains(mayTell, file.folder) {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.path, read(t, file.path), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			if call, is := node.(*ast.CallExpr); is && isOfModel(call, file.folder, "Told") {
				t.Errorf("%s: a sentence stands where a code must: model.Because", file.path)
			}
			return true
		})
	}
}

func siteOf(call *ast.CallExpr, file string) reasonSite {
	site := reasonSite{file: file, args: len(call.Args) - 1}
	if call.Ellipsis.IsValid() {
		site.args = -1
	}
	site.code, site.literal = stringOf(call.Args[0])
	return site
}

// collectSentence takes the code of one line of the tables: case "code": return its sentence.
func collectSentence(t *testing.T, sentences map[string]string, clause *ast.CaseClause) {
	t.Helper()
	if len(clause.List) != 1 {
		return
	}
	code, isCode := stringOf(clause.List[0])
	words, isSentence := spoken.Sentence(core.Code(code))
	if !isCode || !isSentence {
		return
	}
	if _, twice := sentences[code]; twice {
		t.Errorf("%q has two sentences", code)
	}
	sentences[code] = words
}

// stringOf reads a text, also one in several parts.
func stringOf(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		left, isLeft := stringOf(x.X)
		right, isRight := stringOf(x.Y)
		return left + right, isLeft && isRight && x.Op == token.ADD
	case *ast.ParenExpr:
		return stringOf(x.X)
	}
	return "", false
}

func checkSites(t *testing.T, sentences map[string]string, sites []reasonSite) {
	t.Helper()
	used := map[string]bool{}
	for _, site := range sites {
		if !site.literal {
			if !strings.HasSuffix(site.file, "sync/model/reason.go") {
				t.Errorf("%s: a code must stand where the reason is given, so that it can be found", site.file)
			}
			continue
		}
		used[site.code] = true
		words, worded := sentences[site.code]
		if !worded {
			t.Errorf("%s: %q has no sentence in %s", site.file, site.code, english)
			continue
		}
		if why := misses(words, site.args); why != "" {
			t.Errorf("%s: %q %s: %s", site.file, site.code, why, words)
		}
	}
	for code := range sentences {
		if !used[code] {
			t.Errorf("nobody gives %q as a reason: its sentence goes", code)
		}
	}
}

var placeholders = regexp.MustCompile(`\{(\d+)[}:]`)

// misses says which of so many arguments a sentence does not have, or has too many.
func misses(words string, args int) string {
	numbers := map[int]bool{}
	for _, found := range placeholders.FindAllStringSubmatch(words, -1) {
		n, _ := strconv.Atoi(found[1])
		numbers[n] = true
		if args >= 0 && n > args {
			return fmt.Sprintf("is given %d arguments", args)
		}
	}
	for n := 1; n <= args; n++ {
		if !numbers[n] {
			return fmt.Sprintf("does not word argument %d", n)
		}
	}
	return ""
}
