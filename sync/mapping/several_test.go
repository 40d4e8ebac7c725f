package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSeveralValues: of several values none is picked silently, unless the template says which.
func TestSeveralValues(t *testing.T) {
	t.Parallel()
	person := model.Person{RDN: map[string]string{"uid": "ZOE"}, Attributes: map[string][]string{
		"uid": {"alias", "zoe"}, "mail": {"a@x.example", "b@x.example"}, "sn": {"Zeller"}, "bad": {"\xff", "ok"}, "same": {"X", "x"},
	}}
	for template, want := range map[string]*model.Several{
		"{{ .uid }}":                         {Values: []string{"alias", "zoe"}, RDN: "zoe"},
		"{{ .uid | lower | printf `s-%s` }}": {Values: []string{"s-alias", "s-zoe"}, RDN: "s-zoe"},
		"{{ .UID | upper }}":                 {Values: []string{"ALIAS", "ZOE"}, RDN: "ZOE"},
		"{{ .uid | first }}":                 nil,
		"{{ index .uid 1 }}":                 nil,
		"{{ first .uid }}.{{ .sn }}":         nil,
		"{{ range .uid }}{{ . }}{{ end }}":   nil,
		"{{ len .uid }}{{ .sn }}":            nil,
		"{{ .same | lower }}":                nil,
		"{{ .sn }}":                          nil,
		"{{ .mail }}":                        {Values: []string{"a@x.example", "b@x.example"}},
		"{{ .mail }}-{{ .uid }}": {Values: []string{"a@x.example-alias", "a@x.example-zoe", "b@x.example-alias", "b@x.example-zoe"},
			RDN: "a@x.example-zoe"},
		"{{ if eq .uid `zoe` }}yes{{ else }}no{{ end }}": {Values: []string{"no", "yes"}, RDN: "yes"},
		"{{ .bad }}": nil,
	} {
		templates := standard()
		templates.Username = template
		got := compile(t, templates).Map(person)
		var several *model.Several
		for n := range got.Several {
			if got.Several[n].Setting == "" {
				several = &got.Several[n]
			}
		}
		if diff := cmp.Diff(want, several); diff != "" {
			t.Errorf("%s (-want +got):\n%s", template, diff)
		}
	}
}
