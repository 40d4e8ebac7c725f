package house_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// What many rooms know: the shared types, the type that cannot print, how a text is put together, did you mean, files of
// our own, what a certificate is refused for.
const (
	model     = "sync/model"
	plan      = "sync/plan"
	lookup    = "sync/lookup"
	explain   = "sync/explain"
	status    = "sync/status"
	outcomes  = "sync/outcomes"
	view      = "sync/view"
	english   = "sync/english"
	secret    = "internal/secret"
	wording   = "internal/wording"
	typo      = "internal/typo"
	plainfile = "internal/plainfile"
	advice    = "internal/tlsadvice"
)

// The rooms that are handed the configuration as it is. Whoever else needs something of it is handed that value.
const (
	command       = "cmd/threema-dirsync"
	wiring        = "internal/app"
	doctor        = "internal/doctor"
	configuration = "internal/config"
)

// anything in a rule stands for every room but the test harness.
const anything = "*"

// harness is the room of the real servers; nothing that ships may enter it.
const harness = "internal/testdir"

// house is the plan of the building (design §3): each room with the other rooms its code may import.
// A folder belongs to the room with the longest matching name; inside a room imports are free.
// Test files are freer, see [allowed].
var house = map[string][]string{
	"cmd/threema-dirsync": {anything},
	"internal/config":     {model, english, secret, typo, plainfile, "ldapsource", wording},
	"internal/app":        {model, plan, status, view, english, secret, plainfile, configuration, doctor, "ldapsource", "sync", "sync/handover", "sync/ledger", "sync/mapping", "threema", wording},
	"internal/doctor":     {model, plan, status, view, english, plainfile, configuration, "ldapsource", "threema", "sync/handover", wording},
	"internal/plainfile":  {},
	"internal/tlsadvice":  {model},
	"internal/typo":       {},
	"internal/house":      {},
	"internal/secret":     {},
	"internal/wording":    {},
	"internal/testdir":    {secret, "ldapsource/memdir", "threema/worksim"},
	"ldapsource":          {model, english, secret, typo, advice, wording},
	"ldapsource/memdir":   {secret},
	"sync":                {model, plan, secret, typo, lookup, explain, outcomes, view, english, "sync/handover", wording},
	"sync/english":        {model, wording},
	"sync/lookup":         {model, plan, wording, english},
	"sync/explain":        {model, plan, lookup, wording, english},
	"sync/status":         {model, plan, wording, english},
	"sync/outcomes":       {model, plan, english},
	"sync/view":           {model, plan, explain, status, outcomes, wording, english},
	"sync/handover":       {model, secret, plainfile, wording},
	"sync/ledger":         {model, english, secret, plainfile, wording},
	"sync/mapping":        {model, english, secret},
	"sync/model":          {wording},
	"sync/plan":           {model},
	"systemd":             {},
	"threema":             {model, english, secret, advice, wording},
	"threema/worksim":     {},
}

// homes names the imports that belong to some rooms, with the reason.
var homes = map[string]struct {
	rooms []string
	why   string
}{
	"C":                           {[]string{"sync/ledger"}, "cgo stays in the package that opens SQLite"},
	"github.com/mattn/go-sqlite3": {[]string{"sync/ledger"}, "one package opens the database"},
	"github.com/spf13/cobra":      {[]string{command}, "flags and commands end in cmd"},
	module + "/" + configuration:  {[]string{command, wiring, doctor}, "everyone else is handed values"},
}

// roomOf returns the room that a folder belongs to, or "" if the house has none for it.
func roomOf(folder string) string {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, ok := house[folder]; ok {
			return folder
		}
	}
	return ""
}

// allowed tells whether a file may import a folder of the module.
//
// Code follows the table. Tests of sync, of app and of cmd put the whole house together, but for what would start them. Other tests may use the harness
// and the fake that lives inside or around their own room; tests of the pure core stay pure, as its views are.
func allowed(file goFile, imported string) bool {
	from, to := roomOf(file.folder), roomOf(imported)
	if from == to || slices.Contains(house[from], to) {
		return true
	}
	if !file.isTest {
		return slices.Contains(house[from], anything) && to != harness
	}
	switch from {
	case command:
		return true
	case "sync", wiring:
		return to != command
	case plan:
		return slices.Contains([]string{model, lookup, explain, view, english}, to) // as pure as the core, and told of its plans
	case "internal/house":
		return to == english || to == model // the codes, and their sentences
	default:
		return to == harness || strings.HasPrefix(to, from+"/") || strings.HasPrefix(from, to+"/")
	}
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		if roomOf(file.folder) == "" {
			t.Errorf("%s: folder %s is not in the house: draw it in CONTRIBUTING.md and say in imports_test.go what it may import",
				file.path, file.folder)
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		for _, imported := range file.imports {
			if folder, ours := imported.local(); ours && !allowed(file, folder) {
				t.Errorf("%s imports %s: imports run cmd → app → sync → sync/plan → sync/model ← adapters", file.path, folder)
			}
		}
	}
}

// pureLibraries are what the core may import beside the standard library: the tables of Unicode, as
// pure functions (docs/decisions/0016-same-person.md).
var pureLibraries = []string{"golang.org/x/text/cases", "golang.org/x/text/unicode/norm"}

func TestPlanImportsOnlyTheStandardLibrary(t *testing.T) {
	t.Parallel()
	impure := []string{"database/sql", "log", "log/slog", "net", "net/http", "os", "os/exec", "math/rand", "math/rand/v2", "crypto/rand"}
	for _, file := range goFiles(t) {
		if !slices.Contains([]string{plan, model, wording}, file.folder) || file.isTest {
			continue
		}
		for _, imported := range file.imports {
			if first, _, _ := strings.Cut(imported.path, "/"); strings.Contains(first, ".") && !slices.Contains(pureLibraries, imported.path) && imported.path != module+"/"+model && imported.path != module+"/"+wording {
				t.Errorf("%s imports %s: the core is the standard library, the tables of Unicode, and how a text is put together", file.path, imported.path)
			}
			if slices.Contains(impure, imported.path) {
				t.Errorf("%s imports %s: the core takes values and returns values, no I/O, logger or chance", file.path, imported.path)
			}
		}
	}
}

func TestSomeImportsHaveAHome(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		for _, imported := range file.imports {
			home, ok := homes[imported.path]
			itself := imported.path == module+"/"+file.folder // the external tests of the package
			if ok && !slices.Contains(home.rooms, roomOf(file.folder)) && !itself {
				t.Errorf("%s imports %s: only %s may, %s", file.path, imported.path, strings.Join(home.rooms, ", "), home.why)
			}
		}
	}
}

func TestSyncIsImportedAsDirsync(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		for _, imported := range file.imports {
			if imported.path != module+"/sync" {
				continue
			}
			if imported.alias != "dirsync" {
				t.Errorf("%s: import %q as dirsync, so that the standard library keeps its name", file.path, imported.path)
			}
			if from := roomOf(file.folder); from != command && from != wiring && !file.isTest {
				t.Errorf("%s imports %s: only cmd, app and tests do", file.path, imported.path)
			}
		}
	}
}

// TestRulesBite feeds the rules imports that they must refuse: a rule that allows everything would pass the tree too.
func TestRulesBite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		folder, imported string
		isTest, want     bool
	}{
		{folder: "sync", imported: "sync/plan", want: true},
		{folder: "sync", imported: "sync/ledger"},
		{folder: "sync", imported: "sync/ledger", isTest: true, want: true},
		{folder: "sync", imported: "threema"},
		{folder: "sync/plan", imported: "internal/secret"},
		{folder: "sync/plan", imported: "sync/mapping", isTest: true},
		{folder: "sync/plan", imported: "internal/testdir", isTest: true},
		{folder: "ldapsource", imported: "threema"},
		{folder: "ldapsource", imported: "threema", isTest: true},
		{folder: "ldapsource", imported: "sync", isTest: true},
		{folder: "ldapsource", imported: "ldapsource/memdir"},
		{folder: "ldapsource", imported: "ldapsource/memdir", isTest: true, want: true},
		{folder: "ldapsource", imported: "internal/testdir"},
		{folder: "ldapsource", imported: "internal/testdir", isTest: true, want: true},
		{folder: "threema/worksim", imported: "threema"},
		{folder: "threema/worksim", imported: "sync/plan"},
		{folder: "threema", imported: "threema/worksim", isTest: true, want: true},
		{folder: "cmd/threema-dirsync", imported: "threema/worksim", want: true},
		{folder: "cmd/threema-dirsync", imported: "internal/testdir"},
		{folder: "internal/testdir/install", imported: "internal/testdir", want: true},
		{folder: "internal/testdir/peer", imported: "ldapsource/memdir/wire", want: true},
		{folder: "internal/testdir/peer", imported: "ldapsource"},
		{folder: "ldapsource/memdir", imported: "ldapsource/memdir/wire", want: true},
		{folder: "internal/config", imported: "sync"},
		{folder: "internal/config", imported: "internal/doctor"},
		{folder: "internal/app", imported: "internal/doctor", want: true},
		{folder: "internal/app", imported: "sync/ledger", want: true},
		{folder: "internal/app", imported: "threema/worksim"},
		{folder: "internal/app", imported: "threema/worksim", isTest: true, want: true},
		{folder: "internal/app", imported: "cmd/threema-dirsync"},
		{folder: "internal/app", imported: "cmd/threema-dirsync", isTest: true},
		{folder: "internal/doctor", imported: "internal/app"},
		{folder: "internal/doctor", imported: "sync"},
		{folder: "internal/doctor", imported: "sync/ledger"},
		{folder: "sync", imported: "internal/app"},
		{folder: "sync", imported: "internal/config"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s imports %s, test %t", tt.folder, tt.imported, tt.isTest), func(t *testing.T) {
			t.Parallel()
			if got := allowed(goFile{folder: tt.folder, isTest: tt.isTest}, tt.imported); got != tt.want {
				t.Errorf("allowed = %t, want %t", got, tt.want)
			}
		})
	}
}
