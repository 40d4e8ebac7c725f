package handover_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
)

// give delivers to a file of the layout, and returns where the lines are.
func give(t *testing.T, path string, layout handover.Layout, entries ...handover.Entry) handover.Receipt {
	t.Helper()
	receipt, err := handover.NewFile(path, testLink, layout).Deliver(t.Context(), entries)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// read returns the lines of a file without the header, as a program reads them.
func readCells(t *testing.T, path string, separator rune) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(content(t, path), "\ufeff")))
	r.Comma = separator
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestLayout(t *testing.T) {
	t.Parallel()
	e := handover.Entry{Username: "zoë", Password: secret.New("Pw"), CSI: "00123", FirstName: "Zoë; Z", LastName: "Ångström, A", Cells: []string{"3-4", "=1+1"}}
	const link = testLink + "?username=zo%C3%AB&password=Pw"
	columns := []string{"class", "note of the day"}
	for name, tt := range map[string]struct {
		layout handover.Layout
		want   string
	}{
		"default": {handover.Layout{Columns: columns},
			"username,password,activation_link,csi,first_name,last_name,class,note of the day,replaces\n" +
				"zoë,Pw," + link + ",00123,Zoë; Z,\"Ångström, A\",3-4,'=1+1,\n"},
		"for Excel by double click": {handover.Layout{Separator: ';', BOM: true, Text: true, Columns: columns},
			"\ufeffusername;password;activation_link;csi;first_name;last_name;class;note of the day;replaces\n" +
				"zoë;Pw;" + link + `;"=""00123""";"Zoë; Z";Ångström, A;"=""3-4""";"=""=1+1""";` + "\n"},
		"with tabs": {handover.Layout{Separator: '\t', Columns: columns},
			"username\tpassword\tactivation_link\tcsi\tfirst_name\tlast_name\tclass\tnote of the day\treplaces\n" +
				"zoë\tPw\t" + link + "\t00123\tZoë; Z\tÅngström, A\t3-4\t'=1+1\t\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handover.csv")
			give(t, path, tt.layout, e)
			if diff := cmp.Diff(tt.want, content(t, path)); diff != "" {
				t.Error(diff)
			}
			give(t, path, tt.layout, entry("next"))
			if again := content(t, path); !strings.HasPrefix(again, tt.want) || strings.Count(again, "username") != 3 || strings.Count(again, "\ufeff") > 1 {
				t.Errorf("the next line did not follow as it is: %q", again)
			}
		})
	}
}

// TestNoCellIsAFormula: what a spreadsheet would run or swallow at the beginning of a cell is quoted, each sign
// in ASCII and in full width, also behind blanks and what cannot be seen (OWASP, CSV injection).
func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
		"  =1": "'  =1", "\u200b=1": "'\u200b=1", "\ta": "'\ta", "\ra": "'\ra", "\na": "'\na",
		"a=1": "a=1", "Ann-Kathrin": "Ann-Kathrin", " a": " a", "": "",
	} {
		path := filepath.Join(t.TempDir(), "handover.csv")
		e := entry("anna")
		e.Cells = []string{cell}
		give(t, path, handover.Layout{Columns: []string{"note"}}, e)
		if row := readCells(t, path, ',')[0]; row[6] != want {
			t.Errorf("%q became %q, want %q", cell, row[6], want)
		}
	}
}

// TestBadColumns: a program finds each further column by a name of its own, and a spreadsheet runs none.
func TestBadColumns(t *testing.T) {
	t.Parallel()
	bad := handover.Layout{Columns: []string{"class", "", " class 2", "class 2 ", "=class", "a\u0007b", "CSI", "Class", "Replaces"}}.BadColumns()
	if _, refused := bad[0]; refused || len(bad) != 8 {
		t.Errorf("all but the first are to be refused, got %v", bad)
	}
}

// TestNoFileHasTwoLayouts: where the configuration asks for another one, what stands in the file stays, and
// the lines go to a file beside it, in this delivery and in the next, until the first one is fetched.
func TestNoFileHasTwoLayouts(t *testing.T) {
	t.Parallel()
	const before = "username,password,activation_link,csi,first_name,last_name\n" // that of an earlier version
	excel := handover.Layout{Separator: ';', BOM: true}
	for name, tt := range map[string]struct {
		old    string
		layout handover.Layout
	}{
		"the columns of an earlier version": {before + "old,pw,l,E1,A,B\n", handover.Layout{}},
		"a header alone":                    {before, handover.Layout{}},
		"another separator":                 {strings.ReplaceAll(before, ",last_name", ",last_name,replaces"), handover.Layout{Separator: ';'}},
		"no byte order mark":                {"username;password;activation_link;csi;first_name;last_name;replaces\n", excel},
		"a byte order mark":                 {"\ufeffusername,password,activation_link,csi,first_name,last_name,replaces\n", handover.Layout{}},
		"further columns":                   {before, handover.Layout{Columns: []string{"class"}}},
		"no header":                         {"old,pw,l,E1,A,B,\n", handover.Layout{}},
		"something else":                    {"notes\n", handover.Layout{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handover.csv")
			if err := os.WriteFile(path, []byte(tt.old), 0o600); err != nil {
				t.Fatal(err)
			}
			beside := filepath.Join(filepath.Dir(path), "handover-2.csv")
			want := handover.Receipt{File: beside, PassedOver: []string{path}}
			f := handover.NewFile(path, testLink, tt.layout)
			if target, err := f.Target(); err != nil || !cmp.Equal(target, want) || f.Check() != nil {
				t.Errorf("beforehand: %+v, %v; want %+v", target, err, want)
			}
			padded := entry("anna")
			padded.Cells = make([]string, len(tt.layout.Columns))
			for range 2 {
				if got := give(t, path, tt.layout, padded); !cmp.Equal(got, want) {
					t.Errorf("delivered to %+v, want %+v", got, want)
				}
			}
			if got := content(t, path); got != tt.old {
				t.Errorf("the old file became %q", got)
			}
			if err := os.Rename(path, path+".fetched"); err != nil {
				t.Fatal(err)
			}
			if got := give(t, path, tt.layout, padded); got.File != path || len(got.PassedOver) != 0 {
				t.Errorf("when the old file was fetched: %+v", got)
			}
		})
	}
}

// TestASpreadsheetsHeaderIsOurs: Excel ends lines with CR LF, LibreOffice quotes every cell.
func TestASpreadsheetsHeaderIsOurs(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"username,password,activation_link,csi,first_name,last_name,replaces\r\n",
		`"username","password","activation_link","csi","first_name","last_name","replaces"` + "\n",
		"", "user", // nothing, and what a crash left of it
	} {
		path := filepath.Join(t.TempDir(), "handover.csv")
		if err := os.WriteFile(path, []byte(header), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := give(t, path, handover.Layout{}, entry("anna")); got.File != path {
			t.Errorf("%q: delivered to %+v", header, got)
		}
		wantRows(t, path, headerRow(), row("anna"))
	}
}

// TestNaturalOrder: those who are handed over together stand as people look for them.
func TestNaturalOrder(t *testing.T) {
	t.Parallel()
	var want []string
	var entries []handover.Entry
	for n, name := range [][2]string{
		{"Adam", "Z"}, {"de Boer", "A"}, {"Élan", "A"}, {"Klasse 2", "Zoë"}, {"Klasse 2a", "A"}, {"Klasse 10", "A"}, {"müller", "Anna"}, {"Müller", "Berta"},
		{"Müller-Meier", "A"}, {"Munz", "A"}, {"Strauss", "A"}, {"Strauß", "B"}, {"Zürcher", "A"},
	} {
		e := handover.Entry{Username: fmt.Sprintf("u%d", n+1), Password: secret.New("p"), FirstName: name[1], LastName: name[0]}
		entries, want = append(entries, e), append(want, e.Username)
	}
	for _, n := range []int{1, 2, 9, 10, 11} {
		e := handover.Entry{Username: fmt.Sprintf("x%d", n), Password: secret.New("p"), FirstName: "A", LastName: "Zz"}
		entries, want = append(entries, e), append(want, e.Username)
	}
	path := filepath.Join(t.TempDir(), "handover.csv")
	slices.Reverse(entries)
	give(t, path, handover.Layout{}, entries...)
	var got []string
	for _, row := range readCells(t, path, ',') {
		got = append(got, row[0])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestAnEarlierLineIsMarked: no second line of somebody without a word that the first is void.
func TestAnEarlierLineIsMarked(t *testing.T) {
	t.Parallel()
	for name, layout := range map[string]handover.Layout{"default": {}, "for Excel": {Separator: ';', BOM: true, Text: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handover.csv")
			separator := max(layout.Separator, ',')
			give(t, path, layout, entry("anna"), entry("-1"))
			again := entry("carl2")
			again.Earlier = []string{"carl"} // from the ledger: the file with that line was fetched
			give(t, path, layout, entry("anna"), entry("beat"), again, entry("-1"))
			got := map[string]string{}
			for _, row := range readCells(t, path, separator)[2:] {
				got[strings.Trim(row[0], `'="`)] = strings.Trim(row[6], `'="`)
			}
			if diff := cmp.Diff(map[string]string{"anna": "anna", "beat": "", "carl2": "carl", "-1": "-1"}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
