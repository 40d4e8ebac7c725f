package mapping_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// unusable is why a value of one attribute is of no use.
func unusable(path string, wrong model.Reason, attribute string) model.Reason {
	return model.Because("value-unusable", path, wrong, []string{attribute})
}

// standard is the mapping of the example configuration.
func standard() mapping.Templates {
	return mapping.Templates{
		CSI:       "{{ .employeeID }}",
		FirstName: "{{ .givenName }}",
		LastName:  "{{ .sn }}",
		Username:  "{{ .sAMAccountName | lower }}",
	}
}

// full adds everything that is opt-in.
func full() mapping.Templates {
	t := standard()
	t.Nickname = "{{ .displayName | default .givenName }}"
	t.JobTitle = "{{ .title }}"
	t.Department = "{{ .department }}"
	t.Category = "{{ .ou }},{{ .l }}"
	t.LinkedEmail = "{{ .mail | lower }}"
	t.LinkedPhone = "{{ .mobile }}"
	return t
}

func compile(t *testing.T, templates mapping.Templates) *mapping.Mapper {
	t.Helper()
	m, err := mapping.New(templates)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func anna() map[string][]string {
	return map[string][]string{
		"employeeid": {"4711"}, "givenname": {"Anna"}, "sn": {"Müller"}, "samaccountname": {"AMueller"},
		"displayname": {"Anna Müller"}, "title": {"Leiterin"}, "department": {"Finanzen"},
		"ou": {"Bern, West", "Aarau"}, "l": {"Bern"}, "mail": {"Anna@x.example", "info@x.example"}, "mobile": {"+41 79 123 45 67"},
	}
}

func settings(pairs ...string) []model.Setting {
	var list []model.Setting
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, model.Setting{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func TestMap(t *testing.T) {
	t.Parallel()
	person := model.Person{
		ID: model.PersonID{Source: "corp", ID: "guid"}, DN: "CN=Anna", OU: "ou=staff", State: model.Departed,
		Evidence: model.Evidence{Kind: model.Disabled, Detail: "userAccountControl 514"}, Excluded: true,
		Attributes: anna(),
	}
	want := model.Identity{
		Subject: model.Subject{Person: person.ID, CSI: "4711", DN: person.DN}, OU: person.OU, State: person.State, Evidence: person.Evidence, Excluded: true, Username: "amueller",
		Settings: settings(
			"th_category", "Aarau,Bern,Bern West",
			"th_csi", "4711",
			"th_department", "Finanzen",
			"th_firstname", "Anna",
			"th_job_title", "Leiterin",
			"th_lastname", "Müller",
			"th_linked_email", "anna@x.example",
			"th_linked_phone", "+41791234567",
			"th_nickname", "Anna Müller"),
		Several: []model.Several{{Setting: "th_linked_email", Values: []string{"anna@x.example", "info@x.example"}}},
	}
	if diff := cmp.Diff(want, compile(t, full()).Map(person)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMapOwnsOnlyWhatIsConfigured(t *testing.T) {
	t.Parallel()
	got := compile(t, standard()).Map(model.Person{Attributes: anna()})
	want := settings("th_csi", "4711", "th_firstname", "Anna", "th_lastname", "Müller")
	if diff := cmp.Diff(want, got.Settings); diff != "" || len(got.Held) > 0 {
		t.Errorf("held %q (-want +got):\n%s", got.Held, diff)
	}
}

func TestMapUnsetsWhatIsEmpty(t *testing.T) {
	t.Parallel()
	attributes := anna()
	for _, name := range []string{"title", "department", "ou", "l", "mail", "mobile"} {
		delete(attributes, name)
	}
	attributes["displayname"] = []string{" "}
	got := compile(t, full()).Map(model.Person{Attributes: attributes})
	want := settings("th_category", "", "th_csi", "4711", "th_department", "", "th_firstname", "Anna", "th_job_title", "",
		"th_lastname", "Müller", "th_linked_email", "", "th_linked_phone", "", "th_nickname", "")
	if diff := cmp.Diff(want, got.Settings); diff != "" || len(got.Held) > 0 {
		t.Errorf("held %q (-want +got):\n%s", got.Held, diff)
	}
}

func TestMapHolds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(p *model.Person)
		want   string
	}{
		{"no csi", func(p *model.Person) { delete(p.Attributes, "employeeid") },
			"mapping.csi is empty: this entry has no employeeID"},
		{"a csi of blanks", func(p *model.Person) { p.Attributes["employeeid"] = []string{" \t"} },
			"mapping.csi is empty: the template leaves nothing (from employeeID)"},
		{"a csi of empty values", func(p *model.Person) { p.Attributes["employeeid"] = []string{"", ""} },
			"mapping.csi is empty: this entry has no employeeID"},
		{"no first name", func(p *model.Person) { delete(p.Attributes, "givenname") },
			"mapping.first_name is empty: this entry has no givenName"},
		{"a last name of control characters", func(p *model.Person) { p.Attributes["sn"] = []string{"\x00\u202e"} },
			"mapping.last_name is empty: the template leaves nothing (from sn)"},
		{"nothing at all", func(p *model.Person) { p.Attributes = nil },
			"mapping.csi is empty: this entry has no employeeID; " +
				"mapping.first_name is empty: this entry has no givenName; " +
				"mapping.last_name is empty: this entry has no sn; " +
				"mapping.username is empty: this entry has no sAMAccountName"},
		{"bytes that are no text", func(p *model.Person) { p.Attributes["employeeid"] = []string{"\xff\xfe"} },
			"mapping.csi is not text (UTF-8) (from employeeID)"},
		{"bytes that are no text, in a function", func(p *model.Person) { p.Attributes["samaccountname"] = []string{"\xff\xfe"} },
			"mapping.username is not text (UTF-8) (from sAMAccountName)"},
		{"a long csi", func(p *model.Person) { p.Attributes["employeeid"] = []string{strings.Repeat("1", 256)} },
			"mapping.csi is longer than 255 characters (from employeeID)"},
		{"a photo as the name", func(p *model.Person) { p.Attributes["sn"] = []string{strings.Repeat("x", 1<<20)} },
			"mapping.last_name is longer than 255 characters (from sn)"},
		{"more blanks than anybody reads", func(p *model.Person) { p.Attributes["sn"] = []string{"x" + strings.Repeat(" ", 1<<16) + "y"} },
			"mapping.last_name is longer than 255 characters (from sn)"},
		{"its own reason comes first", func(p *model.Person) { p.Held = model.Because("entry-excluded").Some(); delete(p.Attributes, "sn") },
			"the entry lies below exclude_dns; mapping.last_name is empty: this entry has no sn"},
		{"its own reason alone", func(p *model.Person) { p.Held = model.Because("entry-excluded").Some() }, "the entry lies below exclude_dns"},
	}
	m := compile(t, full())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := model.Person{Attributes: anna()}
			tt.change(&p)
			got := m.Map(p)
			if diff := cmp.Diff(tt.want, english.Join(got.Held)); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
			if len(got.Settings) != 9 {
				t.Errorf("the mapping owns 9 settings, not %v", got.Settings)
			}
		})
	}
}

// TestAnOptionalValueIsNoKey: a value of no use leaves one setting alone, and the person gets the rest.
func TestAnOptionalValueIsNoKey(t *testing.T) {
	t.Parallel()
	m := compile(t, full())
	for name, tt := range map[string]struct {
		attribute, value string
		setting, path    string
		wrong            model.Reason
	}{
		"a national number":  {"mobile", "079 123 45 67", "th_linked_phone", "mapping.linked_phone", model.Because("no-international-number")},
		"no number":          {"mobile", "see intranet", "th_linked_phone", "mapping.linked_phone", model.Because("no-international-number")},
		"no mail address":    {"mail", "anna", "th_linked_email", "mapping.linked_email", model.Because("no-mail-address")},
		"a long department":  {"department", strings.Repeat("x", 256), "th_department", "mapping.department", model.Because("too-long", 255)},
		"bytes without text": {"department", "\xff", "th_department", "mapping.department", model.Because("not-text")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := model.Person{Attributes: anna()}
			whole := m.Map(p)
			p.Attributes[tt.attribute] = []string{tt.value}
			got := m.Map(p)
			if diff := cmp.Diff([]model.Undecided{{Name: tt.setting, Reason: unusable(tt.path, tt.wrong, tt.attribute), Unusable: true}}, got.Undecided); diff != "" || len(got.Held) > 0 {
				t.Errorf("held %q, undecided (-want +got):\n%s", got.Held, diff)
			}
			rest := slices.DeleteFunc(whole.Settings, func(s model.Setting) bool { return s.Name == tt.setting })
			if diff := cmp.Diff(rest, got.Settings); diff != "" || got.Username != whole.Username {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

// The fixed part of a template is not a key: the next person without the attribute would
// get the same.
func TestMapHoldsAKeyOfFixedTextAlone(t *testing.T) {
	t.Parallel()
	templates := standard()
	templates.Username = "school_{{ .uid | lower }}"
	templates.CSI = "{{ .employeeID | default .employeeNumber | default `none` }}"
	got := compile(t, templates).Map(model.Person{Attributes: map[string][]string{"givenname": {"A"}, "sn": {"B"}}})
	want := "mapping.csi is empty: this entry has no employeeID and no employeeNumber; mapping.username is empty: this entry has no uid"
	if english.Join(got.Held) != want || got.CSI != "" || got.Username != "" {
		t.Errorf("held %q, csi %q, username %q", got.Held, got.CSI, got.Username)
	}
}

// What the mapping says goes to logs and plans, and those hold no personal data.
func TestHeldNamesNoValue(t *testing.T) {
	t.Parallel()
	templates := full()
	for _, field := range []*string{&templates.CSI, &templates.Username, &templates.LinkedEmail, &templates.LinkedPhone, &templates.Nickname} {
		*field = "{{ printf `%s` .a }}{{ index .b 1 | lower }}"
	}
	m := compile(t, templates)
	for _, value := range []string{"Canary%!d", "Canary\x00", "Canary\xff", strings.Repeat("Canary", 100)} {
		got := m.Map(model.Person{Attributes: map[string][]string{"a": {value}, "b": {value, value}}})
		if len(got.Held) == 0 || strings.Contains(strings.ToLower(english.Join(got.Held)), "canary") {
			t.Errorf("%+q: held %q", value, got.Held)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	attributes := map[string][]string{
		"cn": {"Müller, Anna"}, "givenname": {"Änne Eva"}, "sn": {" von Arx "}, "mail": {"a@x", "b@x", "c@x"},
		"x-no": {"77"}, "c": {"CH"}, "employeeid": {"4711"}, "o": {"A,B", "C"}, "tags": {"x;y"},
	}
	tests := []struct{ template, want string }{
		{"{{ .cn }}", "Müller, Anna"},
		{"{{ .CN }}{{ .Cn }}", "Müller, AnnaMüller, Anna"},
		{"[{{ .nobody }}]", "[]"},
		{"[{{ .nobody | lower | trim | ascii | upper | first }}]", "[]"},
		{`{{ index . "x-No" }}`, "77"},
		{`{{ index $ "X-NO" | printf "%s/%s" .c }}`, "CH/77"},
		{"{{ .mail }}", "a@x"},
		{"{{ first .mail }}", "a@x"},
		{"{{ index .mail 1 }}{{ index .mail 9 }}{{ index .nobody 0 }}", "b@x"},
		{"{{ len .mail }}{{ len .nobody }}", "30"},
		{"{{ range .mail }}{{ . | upper }};{{ else }}none{{ end }}", "A@X;B@X;C@X;"},
		{"{{ range .nobody }}{{ . }}{{ else }}none{{ end }}", "none"},
		{"{{ range $i, $m := .mail }}{{ $i }}{{ $m }}{{ end }}", "0a@x1b@x2c@x"},
		{`{{ range "one" }}{{ . }}{{ end }}{{ range 3 }}{{ . }}{{ end }}`, "one3"},
		{"{{ range .mail }}{{ if eq . `b@x` }}{{ break }}{{ end }}{{ . }}{{ end }}", "a@x"},
		{"{{ with .c }}{{ . }}{{ $.employeeid }}{{ end }}{{ with .nobody }}x{{ else }}{{ .employeeID }}{{ end }}", "CH47114711"},
		{"{{ if .c }}yes{{ end }}{{ if .nobody }}no{{ else if not .nobody }}!{{ end }}", "yes!"},
		{"{{ if and .c (eq .c `DE` `CH`) }}1{{ end }}{{ if ne .c `CH` }}2{{ end }}{{ or .nobody .employeeID }}", "14711"},
		{"{{ $x := .sn | trim }}{{ $x }}{{ $x = .c }}{{ $x }}", "von ArxCH"},
		{"{{ .nobody | default .cn }}{{ .c | default `x` }}{{ default (index .mail 2) .nobody }}", "Müller, AnnaCHc@x"},
		{`{{ .sn | trim | replace " " "" | lower }}`, "vonarx"},
		{`{{ .c | replace .nobody "x" }}{{ .c | replace "C" .nobody }}`, "CHH"},
		{`{{ printf "%.2s" (ascii .givenName) | lower }}.{{ .sn | trim | ascii | lower | replace " " "" }}`, "ae.vonarx"},
		{`{{ printf "%s-%d" .employeeID 5 }}`, "4711-5"},
		{"{{/* a comment */}}{{ `a` }}{{ 7 }}{{ true }}", "a7true"},
		{"{{- .c -}} \n {{- .c -}}", "CHCH"},
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			t.Parallel()
			templates := standard()
			templates.Department = tt.template
			got := compile(t, templates).Map(model.Person{Attributes: attributes})
			if v := got.Setting("th_department"); v != tt.want {
				t.Errorf("%s gives %q, want %q; held %q", tt.template, v, tt.want, got.Held)
			}
		})
	}
}

// A category writes all values. A comma inside a value is no separator, one that the
// template makes is.
func TestCategoryTemplates(t *testing.T) {
	t.Parallel()
	attributes := map[string][]string{"o": {"Sales, EMEA", "Bern"}, "tags": {"x;y"}, "l": {"Bern"}}
	tests := []struct{ template, want string }{
		{"{{ .o }}", "Bern,Sales EMEA"},
		{"{{ .o | upper }}", "BERN,SALES EMEA"},
		{"{{ .o | first }}", "Sales EMEA"},
		{"{{ .o }},{{ .l }},{{ .nobody }}", "Bern,Sales EMEA"},
		{`{{ .tags | replace ";" "," }}`, "x,y"},
		{"{{ range .o }}{{ . }},{{ end }}", "Bern,Sales EMEA"},
		{"{{ $x := .o }}Staff,{{ $x }}", "Bern,Sales EMEA,Staff"},
		{"{{ $x := .o }}{{ first $x }}", "Sales EMEA"},
		{"{{ if .l }}{{ printf `a,%s` .l }}{{ end }}", "Bern,a"},
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			t.Parallel()
			templates := standard()
			templates.Category = tt.template
			got := compile(t, templates).Map(model.Person{Attributes: attributes})
			if v := got.Setting("th_category"); v != tt.want {
				t.Errorf("%s gives %q, want %q", tt.template, v, tt.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	const functions = "and, ascii, default, eq, first, index, len, lower, ne, not, or, printf, replace, trim, upper"
	tests := []struct{ name, template, want string }{
		{"empty", " ", "must not be empty"},
		{"fixed text", "24 7", "it names no attribute, so everybody would get the same value"},
		{"an attribute without braces", " employeeID", "it names no attribute, so everybody would get the same value; an attribute stands in braces, with a dot: {{ .employeeID }}"},
		{"an attribute as in a shell", "${employeeID}", "it names no attribute, so everybody would get the same value; an attribute stands in braces, with a dot: {{ .employeeID }}"},
		{"an attribute with a digit and a hyphen, without braces", "x500-Name2", "it names no attribute, so everybody would get the same value; an attribute stands in braces, with a dot: {{ index . \"x500-Name2\" }}"},
		{"what begins with a digit", "9lives", "it names no attribute, so everybody would get the same value"},
		{"what begins with a hyphen", "-lives", "it names no attribute, so everybody would get the same value"},
		{"what ends with no letter of ASCII", "straße", "it names no attribute, so everybody would get the same value"},
		{"an attribute without a dot", "{{ employeeID }}", "line 1, column 4: there is no function employeeID; an attribute begins with a dot: {{ .employeeID }}; the functions are " + functions},
		{"an attribute without a dot, piped", "{{ sAMAccountName | lower }}", "line 1, column 4: there is no function sAMAccountName; an attribute begins with a dot: {{ .sAMAccountName }}; the functions are " + functions},
		{"no end", "{{ .a", "line 1: unclosed action"},
		{"no end of if", "\n{{ if .a }}", "line 2: unexpected EOF"},
		{"a hyphen", "{{ .x-no }}", `line 1: bad character U+002D '-'; write an attribute with a hyphen as {{ index . "x-personnel-no" }}`},
		{"a function that is not there", "{{ .a | lowr }}", "line 1, column 9: there is no function lowr; the functions are " + functions},
		{"a built-in that is not there", "{{ html .a }}", "line 1, column 4: there is no function html; the functions are " + functions},
		{"our own function", "{{ _labels .a }}", "line 1, column 4: there is no function _labels; the functions are " + functions},
		{"a place in the second line", "ä\nää{{ lowr .a }}", "line 2, column 6: there is no function lowr; the functions are " + functions},
		{"too few arguments", "{{ replace `a` .b }}", "line 1, column 4: replace needs 3 arguments and has 2"},
		{"too many arguments", "{{ .a | lower .b }}", "line 1, column 9: lower takes 1 arguments and has 2"},
		{"a function as an argument", "{{ default lower .a }}", "line 1, column 12: lower needs 1 arguments and has 0"},
		{"a branch that rarely runs", "{{ if eq .a `b` }}{{ lower }}{{ end }}", "line 1, column 22: lower needs 1 arguments and has 0"},
		{"no function", "{{ .a .b }}", "line 1, column 4: .a is not a function"},
		{"a pipe into no function", "{{ .a | .b }}", "line 1, column 9: .b is not a function"},
		{"a field of an attribute", "{{ .a.b }}", "line 1, column 6: .a.b: an attribute has no fields"},
		{"a field of $", "{{ $.a.b }}", "line 1, column 5: $.a.b: an attribute has no fields"},
		{"a field of a variable", "{{ $x := .a }}{{ $x.b }}", "line 1, column 20: $x.b: an attribute has no fields"},
		{"a field of a result", "{{ (lower .a).b }}", "line 1, column 14: (lower .a).b: an attribute has no fields"},
		{"the dot inside with", "{{ with .a }}{{ .b }}{{ end }}", "line 1, column 17: inside with and range the dot is one value; write $.b"},
		{"the dot inside range", "{{ range .a }}{{ if .b }}{{ end }}{{ end }}", "line 1, column 21: inside with and range the dot is one value; write $.b"},
		{"the whole entry", "{{ . }}", "line 1, column 4: the dot alone is the whole entry; name an attribute"},
		{"the whole entry by $", "{{ with .a }}{{ lower $ }}{{ end }}", "line 1, column 23: $ alone is the whole entry; name an attribute"},
		{"the whole entry in range", "{{ range . }}{{ end }}{{ .a }}", "line 1, column 10: the dot alone is the whole entry; name an attribute"},
		{"a name that is computed", "{{ index . .a }}", `line 1, column 4: index on the entry takes one name in quotes, such as {{ index . "x-personnel-no" }}: which attributes to read must be known beforehand`},
		{"a name that is piped", "{{ `a` | index . }}", `line 1, column 10: index on the entry takes one name in quotes, such as {{ index . "x-personnel-no" }}: which attributes to read must be known beforehand`},
		{"two indexes", "{{ index . `a` 1 }}", `line 1, column 4: index on the entry takes one name in quotes, such as {{ index . "x-personnel-no" }}: which attributes to read must be known beforehand`},
		{"an option", "{{ index . `cn;lang-de` }}", `line 1, column 12: "cn;lang-de" is no attribute name: a letter first, then letters, digits and hyphens, no options`},
		{"no attribute name", "{{ .a_b }}", `line 1, column 4: "a_b" is no attribute name: a letter first, then letters, digits and hyphens, no options`},
		{"a letter beyond ASCII", "{{ .groesse\u212a }}", "line 1, column 4: \"groesse\u212a\" is no attribute name: a letter first, then letters, digits and hyphens, no options"},
		{"another template", "{{ template `x` . }}{{ .a }}", "line 1, column 13: template, define and block are not available"},
		{"a definition", "{{ define `x` }}{{ end }}{{ .a }}", "template, define and block are not available"},
		{"$ set anew", "{{ $ := .a }}{{ $.b }}", "line 1, column 4: $ is the entry and cannot be set"},
		{"a format that does not fit", "{{ printf `%d` .a }}", "at <printf `%d` .a>: error calling printf: the format does not fit; attributes are text, write %s, %.2s or %q"},
		{"an index that is no number", "{{ index .a `b` }}", "at <`b`>: expected integer; found `b`"},
		{"two mistakes", "{{ lowr .a }}{{ .b.c }}", "line 1, column 4: there is no function lowr; the functions are " + functions + "\nmapping.csi: line 1, column 19: .b.c: an attribute has no fields"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			templates := standard()
			templates.CSI = tt.template
			_, err := mapping.New(templates)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff("mapping.csi: "+tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := mapping.New(mapping.Templates{FirstName: "{{ .a", LastName: "{{ .sn }}", Username: "{{ . }}", LinkedPhone: "{{ $x }}"})
	problems, ok := errors.AsType[mapping.Errors](err)
	if !ok {
		t.Fatalf("got %T", err)
	}
	want := mapping.Errors{
		{Path: "mapping.csi", Reason: model.Because("template-empty")},
		{Path: "mapping.first_name", Reason: model.Because("template-unreadable", "1: unclosed action")},
		{Path: "mapping.username", Reason: model.Because("at-place", 1, 4, model.Because("dot-is-whole-entry"))},
		{Path: "mapping.linked_phone", Reason: model.Because("template-unreadable", `1: undefined variable "$x"`)},
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	templates := standard()
	templates.JobTitle = `{{ if .a }}{{ with .B }}{{ $.c }}{{ else }}{{ .d }}{{ end }}{{ else if .e }}{{ index . "F-1" }}{{ end }}` +
		`{{ range $i, $x := .g }}{{ default (lower $.h) $x }}{{ end }}{{ .I | default .SN }}{{ $y := .j }}`
	want := strings.Fields("a b c d e employeeid f-1 g givenname h i j samaccountname sn")
	if diff := cmp.Diff(want, compile(t, templates).Attributes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := compile(t, standard()).Fingerprint()
	if again := compile(t, full()).Fingerprint(); again != base {
		t.Error("a template that identifies nobody changes the fingerprint")
	}
	csi, username := standard(), standard()
	csi.CSI = "{{ .employeeNumber }}"
	username.Username = "{{ .uid }}"
	if compile(t, csi).Fingerprint() == base || compile(t, username).Fingerprint() == base {
		t.Error("another csi or username does not change the fingerprint")
	}
}

// TestKeyAttribute: only what hands an attribute through can be searched for.
func TestKeyAttribute(t *testing.T) {
	t.Parallel()
	for csi, want := range map[string]string{
		"{{ .employeeID }}":                      "employeeid",
		"{{.EmployeeID}}":                        "employeeid",
		"{{ .employeeID | lower }}":              "",
		"E-{{ .employeeID }}":                    "",
		"{{ .employeeID }}{{ .company }}":        "",
		"{{ with .employeeID }}{{ . }}{{ end }}": "",
	} {
		m, err := mapping.New(mapping.Templates{CSI: csi, FirstName: "{{ .givenName }}", LastName: "{{ .sn }}", Username: "{{ .uid }}"})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.KeyAttribute(); got != want {
			t.Errorf("%s: %q, want %q", csi, got, want)
		}
	}
}
