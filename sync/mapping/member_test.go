package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const sales, board = "CN=Sales,OU=Groups,DC=corp,DC=example", "CN=Board,OU=Groups,DC=corp,DC=example"

// labelled is the standard mapping with a category.
func labelled(category string) mapping.Templates {
	t := standard()
	t.Category = category
	return t
}

// TestMember goes through the three values. "?" is a category that nobody can decide.
func TestMember(t *testing.T) {
	t.Parallel()
	const (
		yes, no, unknown = model.Member, model.NoMember, model.MembershipUnknown
		inSales, inBoard = `member "` + sales + `"`, "member `" + board + "`"
	)
	tests := []struct {
		template     string
		sales, board model.Membership
		want         string
	}{
		{"{{ if " + inSales + " }}Sales{{ end }}", yes, no, "Sales"},
		{"{{ if " + inSales + " }}Sales{{ end }}", no, yes, ""},
		{"{{ if " + inSales + " }}Sales{{ end }}", unknown, yes, "?"},
		{"{{ if " + inSales + " }}Sales{{ end }},{{ .l }}", yes, unknown, "Bern,Sales"},
		{"{{ if " + inSales + " }}Sales{{ end }},{{ .l }}", no, unknown, "Bern"},
		{"{{ if " + inSales + " }}Sales{{ end }},{{ .l }}", unknown, no, "?"},
		{"{{ if " + inSales + " }}A,B{{ else }}C{{ end }}", yes, no, "A,B"},
		{"{{ if " + inSales + " }}A,B{{ else }}C{{ end }}", no, no, "C"},
		{"{{ if not (" + inSales + ") }}Field{{ end }}", no, no, "Field"},
		{"{{ if not (" + inSales + ") }}Field{{ end }}", yes, no, ""},
		{"{{ if not (" + inSales + ") }}Field{{ end }}", unknown, no, "?"},
		{"{{ if " + inSales + " | not }}Field{{ end }}", unknown, no, "?"},
		{"{{ if " + inSales + " | not }}Field{{ end }}", no, no, "Field"},
		{"{{ if and (" + inSales + ") (" + inBoard + ") }}Both{{ end }}", yes, yes, "Both"},
		{"{{ if and (" + inSales + ") (" + inBoard + ") }}Both{{ end }}", yes, no, ""},
		{"{{ if and (" + inSales + ") (" + inBoard + ") }}Both{{ end }}", no, unknown, ""}, // whatever the second is
		{"{{ if and (" + inSales + ") (" + inBoard + ") }}Both{{ end }}", yes, unknown, "?"},
		{"{{ if and (" + inSales + ") (" + inBoard + ") }}Both{{ end }}", unknown, no, "?"},
		{"{{ if or (" + inSales + ") (" + inBoard + ") }}One{{ end }}", yes, unknown, "One"},
		{"{{ if or (" + inSales + ") (" + inBoard + ") }}One{{ end }}", no, unknown, "?"},
		{"{{ if or (" + inSales + ") (" + inBoard + ") }}One{{ end }}", no, no, ""},
		{"{{ if " + inSales + " }}Sales{{ end }},{{ if " + inBoard + " }}Board{{ end }}", yes, yes, "Board,Sales"},
		{"{{ if " + inSales + " }}Sales{{ end }},{{ if " + inBoard + " }}Board{{ end }}", yes, unknown, "?"},
		{"{{ if " + inSales + " }}Sales{{ end }}{{ if member `cn=sales,ou=GROUPS, dc=corp,dc=example` }},Seller{{ end }}", yes, no, "Sales,Seller"},
		{"{{ $in := " + inSales + " }}{{ range .l }}{{ if $in }}Sales {{ . }},{{ end }}{{ end }}", yes, no, "Sales Bern"},
		{"{{ with .l }}{{ if " + inSales + " }}Sales {{ . }}{{ end }}{{ end }}", yes, no, "Sales Bern"},
		{"{{ with .nobody }}{{ if " + inSales + " }}Sales{{ end }}{{ end }}", unknown, no, ""}, // it is not even asked
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			t.Parallel()
			m := compile(t, labelled(tt.template))
			p := model.Person{Attributes: anna(), Groups: map[string]model.Membership{sales: tt.sales, board: tt.board}}
			want := model.Identity{
				Subject: model.Subject{CSI: "4711"}, Username: "amueller",
				Settings: settings("th_category", tt.want, "th_csi", "4711", "th_firstname", "Anna", "th_lastname", "Müller"),
			}
			if tt.want == "?" {
				which := sales
				if tt.sales != unknown {
					which = board
				}
				want.Settings = want.Settings[1:]
				want.Undecided = []model.Undecided{{Name: "th_category", Reason: model.Because("group-unknown", which)}}
			}
			if diff := cmp.Diff(want, m.Map(p)); diff != "" {
				t.Errorf("sales %v, board %v (-want +got):\n%s", tt.sales, tt.board, diff)
			}
		})
	}
}

// A person of whom nobody said anything is not known to be in no group.
func TestMemberOfAGroupThatNobodyAskedAbout(t *testing.T) {
	t.Parallel()
	got := compile(t, labelled(`{{ if member "`+sales+`" }}Sales{{ end }}`)).Map(model.Person{Attributes: anna()})
	if len(got.Undecided) != 1 || len(got.Settings) != 3 || len(got.Held) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	m := compile(t, labelled(`{{ if member "`+sales+`" }}a{{ else if .l }}{{ range .l }}{{ if not (member "`+board+`") }}b{{ end }}{{ end }}{{ end }}`+
		`{{ if member "cn=SALES, ou=groups,dc=Corp,dc=example" }}c{{ end }}`))
	if diff := cmp.Diff([]string{board, sales}, m.Groups()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := compile(t, full()).Groups(); len(got) > 0 {
		t.Errorf("a mapping without member asks about %q", got)
	}
	if with, without := m.Fingerprint(), compile(t, standard()).Fingerprint(); with != without {
		t.Error("a label changes the fingerprint, and so the scope")
	}
}

func TestMemberRefuses(t *testing.T) {
	t.Parallel()
	const (
		constant = `member takes one DN in quotes, such as (member "CN=Sales,OU=Groups,DC=corp,DC=example"): which groups to read must be known beforehand`
		answer   = `member says yes or no; write {{ if member "…" }}Sales{{ end }}`
	)
	tests := []struct{ name, template, want string }{
		{"an attribute", "{{ if member .l }}x{{ end }}", "line 1, column 7: " + constant},
		{"a variable", "{{ $x := `cn=a` }}\n{{ if member $x }}x{{ end }}", "line 2, column 7: " + constant},
		{"a result", "{{ if member (printf `cn=%s` .l) }}x{{ end }}", "line 1, column 7: " + constant},
		{"a pipe", "{{ if `cn=a` | member }}x{{ end }}", "line 1, column 16: " + constant},
		{"a pipe beside it", "{{ if .l | member `cn=a` }}x{{ end }}", "line 1, column 12: " + constant},
		{"nothing", "{{ if member }}x{{ end }}", "line 1, column 7: " + constant},
		{"two groups", "{{ if member `cn=a` `cn=b` }}x{{ end }}", "line 1, column 7: " + constant},
		{"no parentheses", "{{ if not member `cn=a` }}x{{ end }}", "line 1, column 7: not takes 1 arguments and has 2\nmapping.category: line 1, column 11: " + constant},
		{"a number", "{{ if member 7 }}x{{ end }}", "line 1, column 7: " + constant},
		{"no DN", "{{ if member `Sales` }}x{{ end }}", "line 1, column 14: \"Sales\" is no DN of a group; write for example CN=Sales,OU=Groups,DC=corp,DC=example"},
		{"an empty DN", "ä\nä{{ if member ` ` }}x{{ end }}", "line 2, column 15: \" \" is no DN of a group; write for example CN=Sales,OU=Groups,DC=corp,DC=example"},
		{"a branch that rarely runs", "{{ if eq .l `x` }}{{ if member .l }}x{{ end }}{{ end }}", "line 1, column 25: " + constant},
		{"a mistake that only a member would meet", "{{ if member `cn=a` }}{{ printf `%d` .l }}{{ end }}",
			"at <printf `%d` .l>: error calling printf: the format does not fit; attributes are text, write %s, %.2s or %q"},
		{"a mistake that only others would meet", "{{ if not (member `cn=a`) }}{{ printf `%d` .l }}{{ end }}",
			"at <printf `%d` .l>: error calling printf: the format does not fit; attributes are text, write %s, %.2s or %q"},
		{"an answer as a label", "{{ member `cn=a` }}", "line 1, column 4: " + answer},
		{"an answer as a label at the end", "{{ `x` }}{{ .l | member `cn=a` }}", "line 1, column 18: " + constant},
		{"the internal function", "{{ if _member .l `cn=a` }}x{{ end }}", "line 1, column 7: there is no function _member; the functions are " +
			"and, ascii, default, eq, first, index, len, lower, member, ne, not, or, printf, replace, trim, upper"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := mapping.New(labelled(tt.template))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff("mapping.category: "+tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A group that cannot be read must never make somebody another person.
func TestMemberIsForTheCategoryAlone(t *testing.T) {
	t.Parallel()
	const template = `{{ .uid }}{{ if member "` + sales + `" }}x{{ end }}`
	for path, change := range map[string]func(*mapping.Templates){
		"mapping.csi":          func(t *mapping.Templates) { t.CSI = template },
		"mapping.first_name":   func(t *mapping.Templates) { t.FirstName = template },
		"mapping.last_name":    func(t *mapping.Templates) { t.LastName = template },
		"mapping.username":     func(t *mapping.Templates) { t.Username = template },
		"mapping.nickname":     func(t *mapping.Templates) { t.Nickname = template },
		"mapping.job_title":    func(t *mapping.Templates) { t.JobTitle = template },
		"mapping.department":   func(t *mapping.Templates) { t.Department = template },
		"mapping.linked_email": func(t *mapping.Templates) { t.LinkedEmail = template },
		"mapping.linked_phone": func(t *mapping.Templates) { t.LinkedPhone = template },
	} {
		templates := standard()
		change(&templates)
		_, err := mapping.New(templates)
		want := path + ": line 1, column 17: member is for mapping.category alone: a group that cannot be read must never change who somebody is"
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
