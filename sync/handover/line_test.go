package handover

import (
	"encoding/csv"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

const testLink = "https://work.threema.ch/license"

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		entry Entry
		want  string
	}{
		{"plain", Entry{"anna", secret.New("pw"), "E1", "Anna", "Muster"},
			"anna,pw,https://x/l?username=anna&password=pw,E1,Anna,Muster\n"},
		{"comma, quote and umlaut", Entry{"jörg", secret.New("pw"), "E1", `Jörg "JJ"`, "von Arx, Dr."},
			`jörg,pw,https://x/l?username=j%C3%B6rg&password=pw,E1,"Jörg ""JJ""","von Arx, Dr."` + "\n"},
		{"what means something in a link", Entry{"a+b&c=d#e%f g", secret.New("pw"), "", "", ""},
			"a+b&c=d#e%f g,pw,https://x/l?username=a%2Bb%26c%3Dd%23e%25f%20g&password=pw,,,\n"},
		{"formulas", Entry{"-1", secret.New("pw"), "=1+1", "+49", "@SUM(A1)"},
			"'-1,pw,https://x/l?username=-1&password=pw,'=1+1,'+49,'@SUM(A1)\n"},
		{"a tab and a line end", Entry{"u", secret.New("pw"), "\t=1", "\r=1", "'t Hooft"},
			"u,pw,https://x/l?username=u&password=pw,'\t=1,\"'\r=1\",'t Hooft\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := lines([]Entry{tt.entry}, "https://x/l")
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
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r\n", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// text draws what the mapping lets through, and the characters that CSV and spreadsheets mind.
func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringMatching(`[=+\-@'",; a-zäß]{0,12}`), rapid.StringMatching(`\pL{0,12}`))
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
		written, err := lines(entries, testLink)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(header + written)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != len(entries)+1 {
			t.Fatalf("%d records for %d entries", len(records), len(entries))
		}
		for i, e := range entries {
			got := records[i+1]
			want := []string{e.Username, "Pa55word", activationLink(testLink, e), e.CSI, e.FirstName, e.LastName}
			for j := range want {
				if strings.HasPrefix(want[j], "'") {
					continue // an apostrophe before a formula: the reader cannot tell whose it is
				}
				if undo(got[j]) != want[j] {
					t.Errorf("cell %d: %q came back as %q", j, want[j], got[j])
				}
				if strings.IndexAny(got[j], "=+-@") == 0 {
					t.Errorf("cell %d is a formula: %q", j, got[j])
				}
			}
		}
	})
}

// A crash may tear the file anywhere. Whatever is left, the entries of the next delivery
// must be whole, and nothing before the torn line may change.
func TestContinuationMendsEveryTear(t *testing.T) {
	t.Parallel()
	before, err := lines([]Entry{
		{"anna", secret.New("pw1"), "E1", "Anna", "Muster"},
		{"jörg", secret.New("pw2"), "E2", `Jörg "JJ" ""`, "von Arx, Dr."},
	}, testLink)
	if err != nil {
		t.Fatal(err)
	}
	next, err := lines([]Entry{{"next", secret.New("pw3"), "E3", `N"`, "Next, N."}}, testLink)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"next", "pw3", testLink + "?username=next&password=pw3", "E3", `N"`, "Next, N."}
	whole := header + before
	for cut := range len(whole) + 1 {
		torn := whole[:cut]
		r := csv.NewReader(strings.NewReader(torn + continuation(torn) + next))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatalf("torn after %q: %v", torn, err)
		}
		if diff := cmp.Diff(want, records[len(records)-1]); diff != "" {
			t.Fatalf("torn after %q: %s", torn, diff)
		}
		if diff := cmp.Diff(strings.Split(strings.TrimSpace(header), ","), records[0]); diff != "" {
			t.Fatalf("torn after %q: header %s", torn, diff)
		}
		if lines := strings.Count(torn, "\n"); lines > 1 && records[1][0] != "anna" {
			t.Fatalf("torn after %q: the first line changed to %q", torn, records[1])
		}
	}
}
