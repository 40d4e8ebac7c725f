package config

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A decoder writes YAML nodes over a value that holds the defaults, and collects what does
// not fit. We walk the nodes ourselves because the library stops at the wrong type, takes
// 010 for 8 and lets "key:" keep the default (pitfall G5). Anchors, aliases and tags are
// refused: a configuration needs none, and without them the walk is as long as the file.
type decoder struct {
	problems Errors
	unbuilt  Errors         // what the table of unbuilt.go refuses
	lines    map[string]int // path → line, for the rules that run later
}

// A place is where in the file we are: sources[0].urls, and sources[].urls for tables.
type place struct{ path, pattern string }

func (p place) key(name string) place {
	if p.path == "" {
		return place{name, name}
	}
	return place{p.path + "." + name, p.pattern + "." + name}
}

func (p place) index(i int) place {
	return place{fmt.Sprintf("%s[%d]", p.path, i), p.pattern + "[]"}
}

func (d *decoder) fail(at place, err error) {
	d.problems = append(d.problems, Problem{at.path, d.line(at.path), mistakeOf(err)})
}

// line returns the line of a path, or of what holds it if the file does not name it.
func (d *decoder) line(path string) int {
	for path != "" {
		if n, ok := d.lines[path]; ok {
			return n
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 0
}

// reported tells whether a rule on this path would only repeat a problem: the value, or what
// holds it, could not be decoded, or the value itself is not built yet.
func (d *decoder) reported(path string) bool {
	if slices.ContainsFunc(d.unbuilt, func(p Problem) bool { return p.Path == path }) {
		return true
	}
	for _, p := range d.problems {
		rest, ok := strings.CutPrefix(path, p.Path)
		if ok && (p.Path == "" || rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// value writes the node over v, whatever v is.
func (d *decoder) value(at place, n *yaml.Node, v reflect.Value) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0:
		d.fail(at, Mistake{model.Because("yaml-anchor")})
		return
	case n.ShortTag() == "!!null":
		d.fail(at, Mistake{model.Because("value-missing", whatToWrite(v.Addr().Interface()))})
		return
	}
	if ok, err := parseInto(v.Addr().Interface(), n); ok {
		if err != nil {
			d.fail(at, err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.mapping(at, n, v)
	case reflect.Slice:
		d.sequence(at, n, v)
	default:
		if err := setScalar(n, v); err != nil {
			d.fail(at, err)
		}
	}
}

// whatToWrite says it of a key without a value. One without a default cannot be removed.
func whatToWrite(target any) model.Reason {
	if _, ok := target.(*model.Mode); ok {
		return choosePolicy()
	}
	return model.Because("write-or-remove")
}

// mapping writes the keys of the node into the fields of the struct v.
func (d *decoder) mapping(at place, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fail(at, Mistake{model.Because("keys-expected", describe(n), keys(v.Type()))})
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, node := n.Content[i], n.Content[i+1]
		here := at.key(keyName(key))
		if first, ok := d.lines[here.path]; ok {
			d.problems = append(d.problems, Problem{here.path, key.Line, Mistake{model.Because("key-twice", first)}})
			continue
		}
		d.lines[here.path] = key.Line
		refused := d.refuseUnbuilt(here, node)
		field, ok := fieldByKey(v, keyName(key))
		switch {
		case ok:
			d.value(here, node, field)
		case !refused:
			d.fail(here, Mistake{model.Because("unknown-key", suggest(keyName(key), keys(v.Type())))})
		}
	}
}

// sequence writes the items of the node into the slice v.
func (d *decoder) sequence(at place, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.fail(at, Mistake{model.Because("list-expected", describe(n))})
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, node := range n.Content {
		here, item := at.index(i), v.Index(i)
		d.lines[here.path] = node.Line
		if s, ok := reflect.TypeAssert[interface{ setDefaults() }](item.Addr()); ok {
			s.setDefaults()
		}
		d.value(here, node, item)
	}
}

// parseInto handles the types that have a text form of their own; false for all others.
func parseInto(target any, n *yaml.Node) (bool, error) {
	var err error
	switch t := target.(type) {
	case *time.Duration:
		*t, err = ParseDuration(n.Value)
	case **url.URL:
		*t, err = parseURL(n.Value)
	case **time.Location:
		*t, err = parseZone(n.Value)
	default:
		return false, nil
	}
	if n.Kind != yaml.ScalarNode {
		err = Mistake{model.Because("text-expected", describe(n))}
	}
	return true, err
}

// setScalar writes a text, a number or a switch.
func setScalar(n *yaml.Node, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if n.ShortTag() != "!!str" {
			return textError(n)
		}
		v.SetString(n.Value)
	case reflect.Int:
		number, err := strconv.Atoi(n.Value)
		if n.ShortTag() != "!!int" || err != nil || strconv.Itoa(number) != n.Value {
			return numberError(n)
		}
		v.SetInt(int64(number))
	default: // reflect.Bool; the configuration has no other type
		if n.ShortTag() != "!!bool" {
			return Mistake{model.Because("switch-expected", describe(n))}
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	}
	return nil
}

func textError(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0:
		return Mistake{model.Because("template-unquoted")}
	case n.Kind == yaml.ScalarNode:
		return Mistake{model.Because("text-unquoted", describe(n), clip(n.Value))}
	default:
		return Mistake{model.Because("text-expected", describe(n))}
	}
}

func numberError(n *yaml.Node) error {
	_, err := strconv.Atoi(n.Value)
	switch {
	case n.ShortTag() == "!!int":
		return Mistake{model.Because("number-not-decimal", clip(n.Value))}
	case n.ShortTag() == "!!str" && err == nil:
		return Mistake{model.Because("number-quoted", clip(n.Value))}
	default:
		return Mistake{model.Because("number-expected", describe(n))}
	}
}

// describe names what stands in the file instead of what should.
func describe(n *yaml.Node) model.Reason {
	switch {
	case n.Kind == yaml.MappingNode:
		return model.Because("found-map")
	case n.Kind == yaml.SequenceNode:
		return model.Because("found-list")
	case n.ShortTag() == "!!str":
		return model.Because("found-text", clip(n.Value))
	default:
		return model.Told("", clip(n.Value))
	}
}

// clip shortens what is quoted from the file, which may be of any length.
func clip(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// keyName is the name of a key as it may stand in a path.
func keyName(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return "(" + english.Say(describe(n)) + ")"
	}
	return clip(n.Value)
}

// keys lists the yaml names of a struct.
func keys(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		names = append(names, f.Tag.Get("yaml"))
	}
	return names
}

func fieldByKey(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}
