package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// beforeTheTests are functions that start programs where there is no test yet to skip.
var beforeTheTests = []string{"Run", "beParent"}

// TestWhatStartsAProgramSaysSo: `make check` runs what needs no program, and knows it by testdir.Starts alone. A test
// that starts one without it, or without a function of its package that goes there, would run in it all the same.
func TestWhatStartsAProgramSaysSo(t *testing.T) {
	t.Parallel()
	starting := 0
	for folder, functions := range testFunctions(t) {
		says := map[string]bool{"testdir.Starts": true, "testdir.Require": true}
		for grown := true; grown; {
			grown = false
			for name, calls := range functions {
				if !says[name] && slices.ContainsFunc(calls, func(c string) bool { return says[c] }) {
					says[name], grown = true, true
				}
			}
		}
		for name, calls := range functions {
			if !slices.ContainsFunc(calls, func(c string) bool { return strings.HasPrefix(c, "exec.Command") }) {
				continue
			}
			starting++
			if !says[name] && !slices.Contains(beforeTheTests, name) {
				t.Errorf("%s: %s starts a program: call testdir.Starts first", folder, name)
			}
		}
	}
	if starting < 10 {
		t.Errorf("only %d functions of tests start a program: does this test still see them?", starting)
	}
}

// testFunctions are the functions of the tests in each folder, with what they call: "name", "package.name" or, of a
// method, its name.
func testFunctions(t *testing.T) map[string]map[string][]string {
	t.Helper()
	folders := map[string]map[string][]string{}
	for _, file := range goFiles(t) {
		if !file.isTest {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.path, read(t, file.path), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		folder := path.Dir(file.path)
		if folders[folder] == nil {
			folders[folder] = map[string][]string{}
		}
		for _, declaration := range tree.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok {
				folders[folder][f.Name.Name] = append(folders[folder][f.Name.Name], callsOf(f)...)
			}
		}
	}
	return folders
}

func callsOf(f *ast.FuncDecl) (calls []string) {
	ast.Inspect(f, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch called := call.Fun.(type) {
		case *ast.Ident:
			calls = append(calls, called.Name)
		case *ast.SelectorExpr:
			calls = append(calls, called.Sel.Name)
			if from, ok := called.X.(*ast.Ident); ok {
				calls = append(calls, from.Name+"."+called.Sel.Name)
			}
		}
		return true
	})
	return calls
}
