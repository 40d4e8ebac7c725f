package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// TestClosedSetsAreListedWholly: a set whose list a function returns (func Modes() []Mode) has every constant of
// its type in that list. What looks values up there, as the configuration does, so knows each as soon as it exists.
func TestClosedSetsAreListedWholly(t *testing.T) {
	t.Parallel()
	sets := map[string]closedSet{}
	for _, file := range goFiles(t) {
		if file.isTest {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.path, read(t, file.path), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range tree.Decls {
			collect(sets, file.folder, declaration)
		}
	}
	listed := 0
	for name, set := range sets {
		if set.list == nil {
			continue
		}
		listed++
		for _, value := range set.values {
			if !slices.Contains(set.list, value) {
				t.Errorf("%s: %s is in no list of its set: add it where the others are listed", name, value)
			}
		}
	}
	if listed < 5 {
		t.Errorf("only %d sets have a list: does this test still see them?", listed)
	}
}

// closedSet is a type with its constants, and those that a function lists; nil if none does.
type closedSet struct{ values, list []string }

func collect(sets map[string]closedSet, folder string, declaration ast.Decl) {
	switch d := declaration.(type) {
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			constants, ok := spec.(*ast.ValueSpec)
			if !ok || d.Tok != token.CONST {
				continue
			}
			kind, ok := constants.Type.(*ast.Ident)
			if !ok {
				continue
			}
			set := sets[folder+"."+kind.Name]
			for _, name := range constants.Names {
				set.values = append(set.values, name.Name)
			}
			sets[folder+"."+kind.Name] = set
		}
	case *ast.FuncDecl:
		if kind, list := listOf(d); kind != "" {
			set := sets[folder+"."+kind]
			set.list = append(set.list, list...)
			sets[folder+"."+kind] = set
		}
	}
}

// listOf is the type and the names that a function lists which takes nothing and returns one list of names, as
// written; "" for any other function.
func listOf(f *ast.FuncDecl) (kind string, list []string) {
	if f.Recv != nil || f.Type.Params.NumFields() > 0 || f.Body == nil || len(f.Body.List) != 1 {
		return "", nil
	}
	back, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(back.Results) != 1 {
		return "", nil
	}
	literal, ok := back.Results[0].(*ast.CompositeLit)
	if !ok {
		return "", nil
	}
	array, ok := literal.Type.(*ast.ArrayType)
	if !ok {
		return "", nil
	}
	element, ok := array.Elt.(*ast.Ident)
	if !ok {
		return "", nil
	}
	for _, item := range literal.Elts {
		name, ok := item.(*ast.Ident)
		if !ok {
			return "", nil
		}
		list = append(list, name.Name)
	}
	return element.Name, list
}
