package mapping

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Templates are the texts of the configuration's section "mapping". The first four are
// required; an empty one of the others means that we do not own that setting.
type Templates struct {
	CSI         string
	FirstName   string
	LastName    string
	Username    string
	Nickname    string
	JobTitle    string
	Department  string
	Category    string
	LinkedEmail string
	LinkedPhone string
	// PhoneCountry is where numbers without their country are dialled, in two capitals; "": they are of no use.
	PhoneCountry string
}

// Column is a further column of the hand-over file: a template like the others, of which no value is
// required.
type Column struct {
	Name  string
	Value string
}

const settingCategory = "th_category"

// fields returns the keys in use, in the order of the configuration.
func (t Templates) fields() []*field {
	all := []*field{
		{path: "mapping.csi", setting: model.SettingCSI, source: t.CSI, rule: keyRule, required: true, unique: true},
		{path: "mapping.first_name", setting: model.SettingFirstName, source: t.FirstName, rule: textRule, required: true},
		{path: "mapping.last_name", setting: model.SettingLastName, source: t.LastName, rule: textRule, required: true},
		{path: "mapping.username", source: t.Username, rule: keyRule, required: true, unique: true},
		{path: "mapping.nickname", setting: "th_nickname", source: t.Nickname, rule: nicknameRule},
		{path: "mapping.job_title", setting: "th_job_title", source: t.JobTitle, rule: textRule},
		{path: "mapping.department", setting: "th_department", source: t.Department, rule: textRule},
		{path: "mapping.category", setting: settingCategory, source: t.Category, rule: categoryRule},
		{path: "mapping.linked_email", setting: "th_linked_email", source: t.LinkedEmail, rule: emailRule},
		{path: "mapping.linked_phone", setting: "th_linked_phone", source: t.LinkedPhone, rule: phoneRule(t.PhoneCountry)},
	}
	return slices.DeleteFunc(all, func(f *field) bool { return !f.required && f.source == "" })
}

// Mapper turns people into identities. It is safe for concurrent use.
type Mapper struct {
	fields      []*field
	columns     []column
	fingerprint string
}

// New compiles the templates, and those of the further columns of the hand-over file. The error is
// [Errors] with every mistake.
func New(t Templates, columns ...Column) (*Mapper, error) {
	m := &Mapper{fields: t.fields(), columns: columnsOf(columns), fingerprint: fingerprint(t)}
	problems := t.countryProblems()
	for _, f := range m.all() {
		for _, reason := range f.compile() {
			problems = append(problems, Problem{f.path, reason})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return m, nil
}

// all are the templates, in the order of the configuration.
func (m *Mapper) all() []*field {
	all := slices.Clone(m.fields)
	for _, c := range m.columns {
		all = append(all, c.field)
	}
	return all
}

// Attributes returns the attributes that the templates name: lower-case, sorted, each once.
// It is all that must be asked of the directory for the mapping (D-64).
func (m *Mapper) Attributes() []string {
	var names []string
	for _, f := range m.all() {
		for name := range f.attributes {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Groups returns the groups that the templates ask about: their DNs as they are written, sorted,
// each once. Of each, [model.Person] must say whether it has the person.
func (m *Mapper) Groups() []string {
	var dns []string
	for _, f := range m.fields {
		dns = append(dns, f.groups...)
	}
	slices.Sort(dns)
	return dns
}

// KeyAttribute is the attribute that mapping.csi hands through, as in {{ .employeeID }}, in lower
// case: who has its value has the csi. It is "" if the template does anything else.
func (m *Mapper) KeyAttribute() string {
	f := m.fields[0]
	for lower, written := range f.attributes {
		if strings.Join(strings.Fields(f.source), "") == "{{."+written+"}}" {
			return lower
		}
	}
	return ""
}

// Fingerprint changes when the templates of csi or username change. With another one the
// same entry could become another person, so it is part of the baseline (design §5.10).
func (m *Mapper) Fingerprint() string { return m.fingerprint }

func fingerprint(t Templates) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", t.CSI, t.Username))
	return hex.EncodeToString(sum[:])
}

// Map returns what the licence package should say about a person. What must be there and cannot be
// mapped is empty, what has several values gets the first one and lists all of them, and the identity's
// Held gives all reasons, after the person's own. Of the rest, what cannot be mapped, or what nobody can
// say, is left out, and stands in Undecided. People who departed are mapped the same way: their csi and
// username still help to find what is theirs.
func (m *Mapper) Map(p model.Person) model.Identity {
	identity := model.Identity{
		Subject: model.Subject{Person: p.ID, DN: p.DN}, OU: p.OU, State: p.State, Evidence: p.Evidence, Dated: p.Dated, Excluded: p.Excluded, Protected: p.Protected,
	}
	identity.Held = slices.Clone(p.Held)
	for _, f := range m.fields {
		value, reason, unsaid := f.value(p, nil)
		if unsaid {
			identity.Undecided = append(identity.Undecided, model.Undecided{Name: f.setting, Reason: reason})
			continue
		}
		several := f.several(p)
		if len(several.Values) > 0 {
			value, reason = several.Values[0], model.Reason{}
		}
		if len(several.Values) > 1 {
			identity.Several = append(identity.Several, several)
		}
		if reason.Code != "" && !f.required { // what may be left out has not the power of a key
			identity.Undecided = append(identity.Undecided, model.Undecided{Name: f.setting, Reason: reason, Unusable: true})
			continue
		}
		identity.Held = append(identity.Held, reason.Some()...)
		if f.setting == "" {
			identity.Username = value
			continue
		}
		identity.Settings = append(identity.Settings, model.Setting{Name: f.setting, Value: value})
	}
	slices.SortFunc(identity.Settings, func(a, b model.Setting) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range m.columns {
		identity.Cells = append(identity.Cells, c.cell(p))
	}
	identity.CSI = identity.Setting(model.SettingCSI)
	return identity
}
