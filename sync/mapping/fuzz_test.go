package mapping_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// FuzzMap gives the mapper any bytes as attribute values: it must not panic, and what it
// does not hold must keep the rules.
func FuzzMap(f *testing.F) {
	templates := full()
	templates.Username = "{{ printf `%.3s` (ascii .givenName) | lower }}{{ .sAMAccountName | ascii | replace .c `` | trim | lower }}"
	m, err := mapping.New(templates)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("4711", "Änne", "von Arx", "avonarx", "Bern, West")
	f.Add("\xff", "\x00", "\u202e", strings.Repeat("ä", 300), "a\u200d\u0308,,")
	f.Add("", " ", "\u0308", "+49 (0) 89 1234567", "a@b")
	f.Fuzz(func(t *testing.T, a, b, c, d, e string) {
		got := m.Map(model.Person{Attributes: map[string][]string{
			"employeeid": {a}, "givenname": {b, a}, "sn": {c}, "samaccountname": {d, e}, "c": {e}, "displayname": {e},
			"title": {d}, "department": {b}, "ou": {a, b, c, d, e}, "l": {e}, "mail": {a, e}, "mobile": {d},
		}})
		if len(got.Held) == 0 && (got.CSI == "" || got.Username == "" || got.Setting("th_firstname") == "" || got.Setting("th_lastname") == "") {
			t.Errorf("not held, and something is empty: %+v", got)
		}
		if n := len(got.Settings) + len(got.Undecided); n != 9 || len(got.Settings) < 3 {
			t.Errorf("%d settings, and %d that are left out", len(got.Settings), n-len(got.Settings))
		}
		for _, s := range append(got.Settings, model.Setting{Name: "username", Value: got.Username}) {
			if !utf8.ValidString(s.Value) || strings.TrimSpace(s.Value) != s.Value {
				t.Errorf("%s is %+q", s.Name, s.Value)
			}
			if utf8.RuneCountInString(s.Value) > 255 {
				t.Errorf("%s has %d characters", s.Name, utf8.RuneCountInString(s.Value))
			}
		}
	})
}

// FuzzNew gives it any text as a template: an error or a mapper that maps, never a panic,
// and never an attribute that Attributes does not name.
func FuzzNew(f *testing.F) {
	for _, s := range []string{
		"{{ .a }}", `{{ index . "x-y" }}`, "{{ range $i, $x := .a }}{{ $x | lower }}{{ else }}{{ $.b }}{{ end }}",
		"{{ with .a }}{{ . }}{{ end }}", "{{ if eq .a `b` }}{{ printf `%s` .c }}{{ end }}", "{{ define `x` }}{{ end }}", "{{ $ }}",
		"{{ .a | default (first .b) | replace `x` .c | ascii }}", "{{ break }}", "{{ nil }}", "{{ (.a).b }}",
		"{{ if member `cn=a` }}{{ .a }}{{ else }}{{ not (member `CN=A`) }}{{ end }}", "{{ member `cn=a` | printf `%v` }}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		templates := standard()
		templates.Category = template
		m, err := mapping.New(templates)
		if err != nil {
			return
		}
		attributes := map[string][]string{}
		for _, name := range m.Attributes() {
			attributes[name] = []string{"a", "b,c"}
		}
		if got := m.Map(model.Person{Attributes: attributes}); strings.Contains(got.Setting("th_category"), "<no value>") {
			t.Errorf("%q gives %q", template, got.Setting("th_category"))
		}
	})
}
