package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"testing"
)

// wordless are rooms, and files of other rooms, that give codes and make no sentence for people, each with the texts of
// it that are words all the same: what else a Go error says.
var wordless = map[string][]string{
	"internal/tlsadvice": {},
	"sync/answer.go":     {},
	"sync/hold.go":       {"why the departure waits", "why the leave ends"},
	"sync/undo.go":       {"why the access comes back"},
	"sync/withdraw.go":   {"why the access ends now"},
	"sync/conclude.go":   {},
	"sync/handover":      {},
	"sync/outcomes":      {},
	// The ledger keeps the words of evidence in a column of its schema.
	"sync/model": {
		"looks departed (", "), but leavers.evidence does not count that",
		"source %s was forgotten on %s by %s", "an older ledger saw them as departed",
	},
	"sync/plan": {
		"a begin or end date decides, and the clock is in doubt", "its source was forgotten, and is configured again", "in no complete read",
		"threema-dirsync source forget ", "threema-dirsync source rename ", // what to type
	},
	"sync/mapping": {},
}

// TestWordlessRoomsMakeNoSentences: what stands there as three words in a row is the text of a Go error.
func TestWordlessRoomsMakeNoSentences(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for _, file := range goFiles(t) {
		excepted, isWordless := wordless[file.folder]
		if !isWordless {
			excepted, isWordless = wordless[file.path]
		}
		if file.isTest || !isWordless {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.path, read(t, file.path), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range sentencesOf(tree) {
			if met[text] = true; !slices.Contains(excepted, text) {
				t.Errorf("%s: %q is a sentence: give a code (model.Because), and word it in %s", file.path, text, english)
			}
		}
	}
	for room, texts := range wordless {
		for _, text := range texts {
			if !met[text] {
				t.Errorf("%s: nothing there says %q any more: strike it from the list", room, text)
			}
		}
	}
}

// threeWords finds running text, and neither a command, a name nor a format.
var threeWords = regexp.MustCompile(`[a-z,:;)] [a-z%(]+ [a-z%(]`)

// sentencesOf are the running texts of a file, but for those of Go errors.
func sentencesOf(tree *ast.File) []string {
	var texts []string
	ast.Inspect(tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			return n.Name.Name != "Error"
		case *ast.CallExpr:
			return !makesError(n)
		case *ast.BasicLit:
			if text, isText := stringOf(n); isText && threeWords.MatchString(text) {
				texts = append(texts, text)
			}
		}
		return true
	})
	return texts
}

// makesError tells of a call whose texts are those of a Go error.
func makesError(call *ast.CallExpr) bool {
	f, selected := call.Fun.(*ast.SelectorExpr)
	if !selected {
		return false
	}
	from, named := f.X.(*ast.Ident)
	return named && (from.Name == "errors" && f.Sel.Name == "New" || from.Name == "fmt" && f.Sel.Name == "Errorf")
}
