package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestColumns: further columns of the hand-over file are templates like the others, and whatever they
// come to, nobody is held and no setting is another.
func TestColumns(t *testing.T) {
	t.Parallel()
	m, err := mapping.New(full(),
		mapping.Column{Name: "class", Value: "{{ .departmentNumber | upper }}"}, mapping.Column{Name: "room", Value: `{{ index . "x-room" }}`})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"departmentnumber", "x-room"} {
		if !slices.Contains(m.Attributes(), name) {
			t.Errorf("%s is not read", name)
		}
	}
	plain := compile(t, full())
	if m.Fingerprint() != plain.Fingerprint() {
		t.Error("a column changes the scope")
	}
	const room = "handover.columns[1].value"
	for name, tt := range map[string]struct {
		class, room []string
		rdn         map[string]string
		want        []model.Cell
	}{
		"both":            {[]string{"3a"}, []string{"12 "}, nil, []model.Cell{{Column: "class", Value: "3A"}, {Column: "room", Value: "12"}}},
		"none":            {nil, nil, nil, []model.Cell{{Column: "class"}, {Column: "room"}}},
		"several":         {[]string{"3a", "4b"}, nil, nil, []model.Cell{{Column: "class", Value: "3A"}, {Column: "room"}}},
		"one in the DN":   {[]string{"3a", "4b"}, nil, map[string]string{"departmentnumber": "4b"}, []model.Cell{{Column: "class", Value: "4B"}, {Column: "room"}}},
		"control, blanks": {[]string{"3\x00a\n b"}, nil, nil, []model.Cell{{Column: "class", Value: "3A B"}, {Column: "room"}}},
		"a photo": {nil, []string{"\xff\xd8"}, nil, []model.Cell{{Column: "class"},
			{Column: "room", Unusable: unusable(room, model.Because("not-text"), "x-room")}}},
		"a novel": {nil, []string{strings.Repeat("x", 256)}, nil, []model.Cell{{Column: "class"},
			{Column: "room", Unusable: unusable(room, model.Because("too-long", 255), "x-room")}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := model.Person{Attributes: anna(), RDN: tt.rdn}
			p.Attributes["departmentnumber"], p.Attributes["x-room"] = tt.class, tt.room
			got := m.Map(p)
			if diff := cmp.Diff(tt.want, got.Cells); diff != "" {
				t.Errorf("cells (-want +got):\n%s", diff)
			}
			got.Cells = nil
			if diff := cmp.Diff(plain.Map(p), got); diff != "" {
				t.Errorf("the rest is another (-without +with columns):\n%s", diff)
			}
		})
	}
}

func TestColumnMistakesAreTold(t *testing.T) {
	t.Parallel()
	_, err := mapping.New(full(), mapping.Column{Name: "a", Value: "{{ .mail"}, mapping.Column{Name: "b", Value: `{{ if member "CN=x" }}y{{ end }}`})
	for _, want := range []string{"handover.columns[0].value: line 1", "handover.columns[1].value: line 1, column 7: member is for mapping.category alone"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}
