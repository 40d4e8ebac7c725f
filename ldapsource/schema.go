package ldapsource

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/typo"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// schema maps each name and OID of an attribute type, in lower case, to its first name, in
// lower case. A server answers in the first name whatever was asked for (pitfall A11).
type schema map[string]string

// canonical folds a name. A name that the schema lacks stays as it is.
func (s schema) canonical(name string) string {
	name = strings.ToLower(name)
	if first, ok := s[name]; ok {
		return first
	}
	return name
}

func (s schema) knows(name string) bool {
	_, ok := s[strings.ToLower(name)]
	return ok
}

// parseSchema reads attributeTypes values: ( 2.5.4.4 NAME ( 'sn' 'surname' ) … ), RFC 4512
// §4.1.2. What it cannot read teaches it nothing.
func parseSchema(definitions []string) schema {
	s := schema{}
	for _, definition := range definitions {
		tokens := schemaTokens(definition)
		at := slices.Index(tokens, "NAME")
		if at < 2 || at+1 == len(tokens) {
			continue
		}
		known := quotedNames(tokens[at+1:])
		if len(known) == 0 {
			continue
		}
		for _, name := range append(known, strings.ToLower(tokens[1])) {
			s[name] = known[0]
		}
	}
	return s
}

// quotedNames reads one quoted name, or several in parentheses.
func quotedNames(tokens []string) []string {
	limit := 1
	if tokens[0] == "(" {
		tokens, limit = tokens[1:], len(tokens)
	}
	var names []string
	for _, token := range tokens {
		name, quoted := strings.CutPrefix(token, "'")
		if !quoted || len(names) == limit {
			break
		}
		names = append(names, strings.ToLower(name))
	}
	return names
}

// schemaTokens splits at blanks and parentheses. A quoted string becomes one token that
// begins with a quote, so that a description never looks like a keyword.
func schemaTokens(text string) []string {
	var tokens []string
	for text != "" {
		switch text[0] {
		case ' ', '\t', '\r', '\n':
			text = text[1:]
		case '(', ')':
			tokens, text = append(tokens, text[:1]), text[1:]
		case '\'':
			content, rest, _ := strings.Cut(text[1:], "'")
			tokens, text = append(tokens, "'"+content), rest
		default:
			end := strings.IndexAny(text, " \t\r\n()'")
			if end < 0 {
				end = len(text)
			}
			tokens, text = append(tokens, text[:end]), text[end:]
		}
	}
	return tokens
}

// readSchema checks every attribute that we are going to name. A server answers a filter with
// a typo with success and nobody (pitfall C2), and a mapping with one with empty values.
func (v *session) readSchema(context.Context) (model.Reason, error) {
	at := v.root.first("subschemasubentry")
	e, err := v.lookup(at, "attributeTypes")
	if err != nil {
		return model.Reason{}, fmt.Errorf("read the schema %s: %w", at, err)
	}
	if at == "" || e == nil || len(e.values["attributetypes"]) == 0 {
		return model.Reason{}, v.refuse(schemaKnown, model.ReadResult, worded(model.Because("schema-unreadable", at), nil), model.Because("let-read-schema"))
	}
	v.schema = parseSchema(e.values["attributetypes"])
	var unknown []model.Reason
	for _, need := range v.needs() {
		if !v.schema.knows(need.attribute) {
			unknown = append(unknown, v.schema.lacks(need))
		}
	}
	if len(unknown) > 0 {
		return model.Reason{}, v.refuse(schemaKnown, model.ReadConfig, worded(model.Because("attributes-unknown", unknown), nil), v.unknownAttributeAdvice())
	}
	v.certificate.satisfy(schemaKnown, model.Because("attributes-known", len(v.needs())))
	return v.certificate.last(), nil
}

// unknownAttributeAdvice: the schema is what the server can hold, whoever asks.
func (v *session) unknownAttributeAdvice() model.Reason {
	if fitting := v.betterProfiles(); fitting != "" {
		return model.Because("set-profile", fitting, v.root.product(), string(v.cfg.Profile))
	}
	return model.Because("write-name-of-schema")
}

// need is an attribute and the part of the configuration that names it.
type need struct{ attribute, by string }

func (v *session) needs() []need {
	var needs []need
	add := func(by string, attributes ...string) {
		for _, attribute := range attributes {
			needs = append(needs, need{attribute, by})
		}
	}
	add("mapping", v.cfg.Attributes...)
	add("filter", v.filterAttributes...)
	add("id_attribute", v.cfg.IDAttribute)
	add("the profile "+string(v.cfg.Profile), v.profile.required()...)
	return needs
}

// wanted are the attributes that a search for people asks for: never "*", which lacks the
// operational ones and brings everything else (pitfalls A14, C5).
func (v *session) wanted() []string {
	names := slices.Concat(v.cfg.Attributes, v.profile.required(), []string{v.cfg.IDAttribute})
	optional := v.profile.optional()
	if v.asksGroups() {
		optional = slices.Concat(optional, v.profile.traits())
	}
	for _, name := range optional {
		if v.schema.knows(name) {
			names = append(names, name)
		}
	}
	for i, name := range names {
		names[i] = strings.ToLower(name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// lacks says that an attribute is not known, with the name that was probably meant.
func (s schema) lacks(n need) model.Reason {
	if meant := typo.Closest(n.attribute, slices.Sorted(maps.Keys(s))); meant != "" {
		return model.Because("attribute-unknown-meant", n.by, n.attribute, meant)
	}
	return model.Because("attribute-unknown", n.by, n.attribute)
}
