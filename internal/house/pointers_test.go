package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	// fileInComment is a Go file that a comment names, with or without its folder.
	fileInComment = regexp.MustCompile(`(?:^|[^\w/.*-])([\w/]+\.go)\b`)
	// docLink is a name of another package in a comment, as a link (go.dev/doc/comment) or without its brackets.
	docLink = regexp.MustCompile(`(?:^|[^\w/."-])([a-z]\w*)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)
)

// TestCommentsPointSomewhere: a file that a comment names is there, beside it or under its path, and a link to a name of
// another of our packages arrives. What moves takes along who points to it.
func TestCommentsPointSomewhere(t *testing.T) {
	t.Parallel()
	there, names := map[string]bool{}, map[string]map[string]bool{}
	trees := map[string]*ast.File{}
	for _, file := range goFiles(t) {
		tree, err := parser.ParseFile(token.NewFileSet(), file.path, read(t, file.path), parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		there[file.path], trees[file.path] = true, tree
		if file.isTest || file.name == "main" {
			continue
		}
		if names[file.name] == nil {
			names[file.name] = map[string]bool{}
		}
		declared(tree, names[file.name])
	}
	for file, tree := range trees {
		for _, group := range tree.Comments {
			for _, lost := range pointsNowhere(group.Text(), path.Dir(file), there, names) {
				t.Errorf("%s: a comment points to %s, which is not there", file, lost)
			}
		}
	}
}

// pointsNowhere lists what a comment of a folder names and nobody finds.
func pointsNowhere(comment, folder string, there map[string]bool, names map[string]map[string]bool) []string {
	var lost []string
	for _, m := range fileInComment.FindAllStringSubmatch(comment, -1) {
		if !there[m[1]] && !there[path.Join(folder, m[1])] {
			lost = append(lost, m[1])
		}
	}
	for _, m := range docLink.FindAllStringSubmatch(comment, -1) {
		known, ours := names[m[1]]
		if ours && (!known[m[2]] || m[3] != "" && !known[m[2]+"."+m[3]]) {
			lost = append(lost, strings.TrimSuffix(m[1]+"."+m[2]+"."+m[3], "."))
		}
	}
	return lost
}

// declared adds what a file declares: names, and methods and fields with that of their type.
func declared(tree *ast.File, names map[string]bool) {
	for _, declaration := range tree.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				name = receiver(d.Recv.List[0].Type) + "." + name
			}
			names[name] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				declaredBy(spec, names)
			}
		}
	}
}

func declaredBy(spec ast.Spec, names map[string]bool) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			names[name.Name] = true
		}
	case *ast.TypeSpec:
		names[s.Name.Name] = true
		var members *ast.FieldList
		switch shape := s.Type.(type) {
		case *ast.StructType:
			members = shape.Fields
		case *ast.InterfaceType:
			members = shape.Methods
		default:
			return
		}
		for _, field := range members.List {
			for _, name := range field.Names {
				names[s.Name.Name+"."+name.Name] = true
			}
		}
	}
}

func receiver(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestPointersAreRead keeps the reading from finding nothing.
func TestPointersAreRead(t *testing.T) {
	t.Parallel()
	there := map[string]bool{"sync/model/wait.go": true, "sync/model/here.go": true}
	names := map[string]map[string]bool{"model": {"Wait": true, "Wait.Since": true}}
	for comment, lost := range map[string]string{
		"see here.go":                   "",
		"see sync/model/wait.go":        "",
		"see gone.go":                   "gone.go",
		"see sync/plan/wait.go":         "sync/plan/wait.go",
		"as [model.Wait] says":          "",
		"as [*model.Wait.Since] says":   "",
		"as [model.Gone] says":          "model.Gone",
		"as model.Gone says":            "model.Gone",
		"as model.Wait says.":           "",
		"as [model.Wait.Gone] says":     "model.Wait.Gone",
		"as [time.Time] and [Wait] say": "",
	} {
		if got := strings.Join(pointsNowhere(comment, "sync/model", there, names), " "); got != lost {
			t.Errorf("%q points to %q, want %q", comment, got, lost)
		}
	}
}
