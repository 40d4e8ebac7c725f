package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A field is one key of the mapping: its template, and the rule for what the template wrote.
type field struct {
	path     string // "mapping.csi"
	setting  string // "th_csi"; "" for the username, which is no setting
	required bool   // empty holds the person
	unique   bool   // must differ from person to person
	rule     rule
	source   string

	template   *template.Template
	attributes map[string]string // lower-case name → as it is written
	groups     []string          // DNs, in the first spelling
}

// compile parses and checks the template. It returns what is wrong with it.
func (f *field) compile() []model.Reason {
	if strings.TrimSpace(f.source) == "" {
		return model.Because("template-empty").Some()
	}
	tree := parse.New(f.path)
	tree.Mode = parse.SkipFuncCheck // the survey knows which functions there are, and where
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(f.source, "", "", trees); err != nil {
		return f.parseProblem(err).Some()
	}
	s := survey{source: f.source, functions: functions(), category: f.isList(), attributes: map[string]string{}}
	s.list(tree.Root, wholeEntry)
	delete(trees, f.path)
	if len(trees) > 0 {
		s.problems = append(s.problems, noTemplates())
	}
	if f.unique && len(s.attributes) == 0 && len(s.problems) == 0 {
		s.problems = append(s.problems, sameForAll(f.source))
	}
	if len(s.problems) > 0 {
		return s.problems
	}
	f.attributes, f.groups = s.attributes, s.groups.names()
	return f.install(tree)
}

// sameForAll tells of a template without an attribute, and how to write what is one in the notation of other
// products, or in none.
func sameForAll(source string) model.Reason {
	if name := strings.Trim(source, " $%{}<>[]."); isAttributeName(name) {
		return model.Because("bare-attribute", reference(name))
	}
	return model.Because("names-no-attribute")
}

// reference is how a template names an attribute: the dot takes no hyphen (text/template).
func reference(attribute string) string {
	if strings.Contains(attribute, "-") {
		return `{{ index . "` + attribute + `" }}`
	}
	return "{{ ." + attribute + " }}"
}

// install makes the tree executable and tries it on an entry that lacks everything and on
// one that has everything, in no group and in all.
func (f *field) install(tree *parse.Tree) []model.Reason {
	t, err := template.New(f.path).Funcs(funcMap()).Option("missingkey=error").AddParseTree(f.path, tree)
	if err != nil {
		return model.Because("template-unusable", err.Error()).Some()
	}
	f.template = t
	full := map[string][]string{}
	for name := range f.attributes {
		full[name] = []string{"x"}
	}
	for _, attributes := range []map[string][]string{nil, full} {
		for _, membership := range []model.Membership{model.NoMember, model.Member} {
			p := model.Person{Attributes: attributes, Groups: map[string]model.Membership{}}
			for _, dn := range f.groups {
				p.Groups[dn] = membership
			}
			if _, err := f.execute(p, nil); err != nil {
				return model.Because("template-unusable", f.cause(err)).Some()
			}
		}
	}
	return nil
}

// parseProblem words an error of the parser, which reads "template: mapping.csi:1: …".
func (f *field) parseProblem(err error) model.Reason {
	text := strings.TrimPrefix(err.Error(), "template: "+f.path+":")
	if strings.Contains(text, "'-'") || strings.Contains(text, "bad number") {
		return model.Because("hyphen-in-template", text)
	}
	return model.Because("template-unreadable", text)
}

// cause words an error of an execution. It names functions and places, never values.
func (f *field) cause(err error) string {
	_, text, found := strings.Cut(err.Error(), fmt.Sprintf("executing %q ", f.path))
	if !found {
		return err.Error()
	}
	return text
}

// isList tells whether the result is a comma separated list, and not one value.
func (f *field) isList() bool { return f.setting == settingCategory }

// value maps one person. The second result says why there is no value, if there is none.
// A value that must not be empty and is, is a reason too. unsaid tells that nobody can say what the value
// should be: a group is not known. pick says which value of each attribute is chosen, nil the first.
func (f *field) value(p model.Person, pick map[string]int) (value string, reason model.Reason, unsaid bool) {
	text, err := f.execute(p, pick)
	if unknown, ok := errors.AsType[unknownGroup](err); ok {
		return "", model.Because("group-unknown", string(unknown)), true
	}
	value, reason = f.judge(text, err, f.missing(p.Attributes))
	return value, reason, false
}

// judge brings the text that the template wrote into its form, or says why it gives no value.
func (f *field) judge(text string, err error, missing []string) (value string, reason model.Reason) {
	if f.unique && len(missing) == len(f.attributes) {
		// The fixed part of a template alone ("school_") names nobody.
		return "", model.Because("value-empty", f.path, f.lack(missing))
	}
	switch {
	case errors.Is(err, errNotText) || err == nil && !utf8.ValidString(text):
		return "", f.unusable(model.Because("not-text"))
	case errors.Is(err, errTooMuch):
		return "", f.unusable(tooLong())
	case err != nil:
		return "", model.Because("template-fails", f.path, f.cause(err))
	}
	value, wrong := f.rule(text)
	switch {
	case wrong.Code != "":
		return "", f.unusable(wrong)
	case value == "" && f.required:
		return "", model.Because("value-empty", f.path, f.lack(missing))
	}
	return value, model.Reason{}
}

// execute runs the template over the attributes and groups that it names, and no others.
func (f *field) execute(p model.Person, pick map[string]int) (string, error) {
	data := make(map[string]any, len(f.attributes)+len(f.groups))
	for name := range f.attributes {
		all := list(p.Attributes[name], pick[name])
		if f.isList() {
			all = withoutCommas(all)
		}
		data[name] = all
	}
	for _, dn := range f.groups {
		data[dn] = p.Groups[dn]
	}
	var out limitedBuffer
	if err := f.template.Execute(&out, data); err != nil {
		return "", err
	}
	return out.text.String(), nil
}

// missing lists the attributes that the template names and the entry lacks.
func (f *field) missing(attributes map[string][]string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(f.attributes)) {
		if len(compact(attributes[name])) == 0 {
			names = append(names, f.attributes[name])
		}
	}
	return names
}

// lack explains an empty value.
func (f *field) lack(missing []string) model.Reason {
	names := f.from()
	switch {
	case len(missing) > 0:
		return model.Because("entry-lacks", missing)
	case len(names) > 0:
		return model.Because("template-leaves-nothing-of", names)
	}
	return model.Because("template-leaves-nothing")
}

// unusable says what is wrong with a value, and which attributes are behind it.
func (f *field) unusable(wrong model.Reason) model.Reason {
	if names := f.from(); len(names) > 0 {
		return model.Because("value-unusable", f.path, wrong, names)
	}
	return model.Because("text-unusable", f.path, wrong)
}

// from names the attributes behind a value, for a message.
func (f *field) from() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(f.attributes)) {
		names = append(names, f.attributes[name])
	}
	return names
}

// maxOutput bounds what a template may write, in bytes. It is far above every limit of the
// service, and far below what a photo in the wrong attribute would cost.
const maxOutput = 64 << 10

var errTooMuch = errors.New("the template writes too much")

// limitedBuffer stops an execution that writes more than maxOutput.
type limitedBuffer struct{ text strings.Builder }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > maxOutput {
		return 0, errTooMuch
	}
	return b.text.Write(p)
}
