package handover

import (
	"encoding/csv"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

const testLink = "https://work.threema.ch/license"

func headerOf(t interface {
	Helper()
	Fatal(...any)
}, l Layout) string {
	t.Helper()
	header, err := l.header()
	if err != nil {
		t.Fatal(err)
	}
	return header
}

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		entry Entry
		want  string
	}{
		{"plain", Entry{Username: "anna", Password: secret.New("pw"), CSI: "E1", FirstName: "Anna", LastName: "Muster"},
			"anna,pw,https://x/l?username=anna&password=pw,E1,Anna,Muster,\n"},
		{"comma, quote and umlaut", Entry{Username: "jörg", Password: secret.New("pw"), CSI: "E1", FirstName: `Jörg "JJ"`, LastName: "von Arx, Dr."},
			`jörg,pw,https://x/l?username=j%C3%B6rg&password=pw,E1,"Jörg ""JJ""","von Arx, Dr.",` + "\n"},
		{"what means something in a link", Entry{Username: "a+b&c=d#e%f g", Password: secret.New("pw"), CSI: "", FirstName: "", LastName: ""},
			"a+b&c=d#e%f g,pw,https://x/l?username=a%2Bb%26c%3Dd%23e%25f%20g&password=pw,,,,\n"},
		{"formulas", Entry{Username: "-1", Password: secret.New("pw"), CSI: "=1+1", FirstName: "+49", LastName: "@SUM(A1)"},
			"'-1,pw,https://x/l?username=-1&password=pw,'=1+1,'+49,'@SUM(A1),\n"},
		{"formulas in full width", Entry{Username: "＝1+1", Password: secret.New("pw"), CSI: "＋49", FirstName: "－1", LastName: "\ufeff＠SUM(A1)"},
			"'＝1+1,pw,https://x/l?username=%EF%BC%9D1%2B1&password=pw,'＋49,'－1,'\ufeff＠SUM(A1),\n"},
		{"a tab and a line end", Entry{Username: "u", Password: secret.New("pw"), CSI: "\t=1", FirstName: "\r=1", LastName: "'t Hooft"},
			"u,pw,https://x/l?username=u&password=pw,'\t=1,\"'\r=1\",'t Hooft,\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Layout{}.lines([]Entry{tt.entry}, "https://x/l")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestActivationLinkKeepsItsOwnQuery(t *testing.T) {
	t.Parallel()
	got := activationLink("https://onprem.example/license?server=a.example", Entry{Username: "u", Password: secret.New("p")})
	if want := "https://onprem.example/license?server=a.example&username=u&password=p"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestActivationLinkComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := Entry{Username: rapid.String().Draw(t, "username"), Password: secret.New(rapid.String().Draw(t, "password"))}
		link, err := url.Parse(activationLink(testLink, e))
		if err != nil {
			t.Fatal(err)
		}
		want := url.Values{"username": {e.Username}, "password": {e.Password.Reveal()}}
		if diff := cmp.Diff(want, link.Query()); diff != "" {
			t.Error(diff)
		}
	})
}

// undo is what a program does that reads the file.
func undo(cell string) string {
	signs := regexp.MustCompile("^'([\t\r\n]|[\\s\\p{Cf}]*[=+@＝＋－＠-])")
	if signs.MatchString(cell) {
		return cell[1:]
	}
	return cell
}

// text draws what the mapping lets through, and the characters that CSV and spreadsheets mind.
func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringMatching(`[=+\-@＝＋－＠\x{feff}'",; a-zäß]{0,12}`), rapid.StringMatching(`\pL{0,12}`))
}

func TestLinesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var entries []Entry
		for range rapid.IntRange(1, 4).Draw(t, "n") {
			entries = append(entries, Entry{
				Username: text().Draw(t, "username"), Password: secret.New("Pa55word"), CSI: text().Draw(t, "csi"),
				FirstName: text().Draw(t, "first"), LastName: text().Draw(t, "last"),
			})
		}
		written, err := Layout{}.lines(entries, testLink)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(headerOf(t, Layout{}) + written)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != len(entries)+1 {
			t.Fatalf("%d records for %d entries", len(records), len(entries))
		}
		for i, e := range entries {
			got := records[i+1]
			want := []string{e.Username, "Pa55word", activationLink(testLink, e), e.CSI, e.FirstName, e.LastName, ""}
			for j := range want {
				if strings.HasPrefix(want[j], "'") {
					continue // an apostrophe before a formula: the reader cannot tell whose it is
				}
				if undo(got[j]) != want[j] {
					t.Errorf("cell %d: %q came back as %q", j, want[j], got[j])
				}
				if value(got[j]) != want[j] {
					t.Errorf("cell %d: %q is read by ourselves as %q", j, want[j], value(got[j]))
				}
				if strings.IndexAny(strings.TrimLeft(got[j], " \ufeff"), "=+-@＝＋－＠") == 0 {
					t.Errorf("cell %d is a formula: %q", j, got[j])
				}
			}
		}
	})
}

// A crash may tear the file anywhere. Whatever is left, the entries of the next delivery
// must be whole, and nothing before the torn line may change.
func TestContinuationFixesEveryTear(t *testing.T) {
	t.Parallel()
	for name, layout := range map[string]Layout{
		"default": {}, "for Excel": {Separator: ';', BOM: true, Text: true}, "with tabs": {Separator: '\t'},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tearEverywhere(t, layout)
		})
	}
}

func tearEverywhere(t *testing.T, layout Layout) {
	t.Helper()
	before, err := layout.lines([]Entry{
		{Username: "anna", Password: secret.New("pw1"), CSI: "E1", FirstName: "Anna", LastName: "Muster"},
		{Username: "jörg", Password: secret.New("pw2"), CSI: "E2", FirstName: `Jörg "JJ" ""`, LastName: "von Arx, Dr."},
	}, testLink)
	if err != nil {
		t.Fatal(err)
	}
	next, err := layout.lines([]Entry{{Username: "next", Password: secret.New("pw3"), CSI: "E3", FirstName: `N"`, LastName: "Next, N."}}, testLink)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"next", "pw3", testLink + "?username=next&password=pw3", "E3", `N"`, "Next, N.", ""}
	header := headerOf(t, layout)
	whole := header + before
	for cut := range len(whole) + 1 {
		torn := whole[:cut]
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(torn+continuation(torn, header)+next, byteOrderMark)))
		r.FieldsPerRecord, r.Comma = -1, layout.separator()
		records, err := r.ReadAll()
		if err != nil {
			t.Fatalf("torn after %q: %v", torn, err)
		}
		got := records[len(records)-1]
		for n := range got {
			got[n] = value(got[n])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("torn after %q: %s", torn, diff)
		}
		if diff := cmp.Diff(fixedColumns(), records[0]); diff != "" {
			t.Fatalf("torn after %q: header %s", torn, diff)
		}
		if lines := strings.Count(torn, "\n"); lines > 1 && records[1][0] != "anna" {
			t.Fatalf("torn after %q: the first line changed to %q", torn, records[1])
		}
	}
}
