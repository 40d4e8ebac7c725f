// Package house_test checks the whole source tree against the rules that no single package can hold alone:
// the direction of imports (design §3), package comments, what no file may say, and that the papers
// (CONTRIBUTING.md, docs/decisions, Makefile) keep up with the code.
//
// It reads the files and never builds them, so it takes well under a second and works on a tree in which
// some packages are still missing. A new package fails [TestEveryPackageHasItsPlace] until the table in
// imports_test.go says what it may import: that is the moment to think about it.
package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// root is the top folder of the module, seen from this package.
const root = "../.."

// module is the path of the module; imports that start with it are our own.
const module = "github.com/threema-dirsync/threema-dirsync"

// goFile is one Go source file: its imports and its comments above the package clause, nothing else.
type goFile struct {
	path    string // from the top folder, with slashes
	folder  string // the folder of path, "." for the top
	isTest  bool
	name    string // the package clause
	doc     string // the package comment, empty if there is none
	imports []goImport
}

// goImport is one import: the path, and the alias or "".
type goImport struct{ path, alias string }

// local returns the folder of the module that an import names, and whether it is one of ours.
func (i goImport) local() (string, bool) {
	if i.path == module {
		return ".", true
	}
	return strings.CutPrefix(i.path, module+"/")
}

// walk calls visit with the path of every regular file of the project, but not of what git or a build keeps there.
func walk(t *testing.T, visit func(file string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case entry.IsDir() && (rel == ".git" || rel == "bin"):
			return fs.SkipDir
		case entry.Type().IsRegular():
			visit(rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read returns the content of a file of the project.
func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// goFiles reads every Go file of the module, except what the go command ignores.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	walk(t, func(file string) {
		if path.Ext(file) == ".go" && !strings.Contains("/"+file, "/testdata/") {
			files = append(files, parse(t, file))
		}
	})
	if len(files) == 0 {
		t.Fatal("no Go file found: is the test still in internal/house?")
	}
	return files
}

func parse(t *testing.T, file string) goFile {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, read(t, file), parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return goFile{
		path:    file,
		folder:  path.Dir(file),
		isTest:  strings.HasSuffix(file, "_test.go"),
		name:    tree.Name.Name,
		doc:     tree.Doc.Text(),
		imports: imports(t, tree),
	}
}

func imports(t *testing.T, tree *ast.File) []goImport {
	t.Helper()
	var list []goImport
	for _, spec := range tree.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		imported := goImport{path: importPath}
		if spec.Name != nil {
			imported.alias = spec.Name.Name
		}
		list = append(list, imported)
	}
	return list
}
