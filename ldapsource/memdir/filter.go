package memdir

import (
	"errors"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// truth is the three-valued logic of RFC 4511 §4.5.1.7. Only yes selects an entry; the
// negation of unknown is unknown, so a typo in the name of an attribute selects nothing, not
// even behind a "not" (pitfall C2).
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// predicate is a compiled filter.
type predicate func(*node) truth

const (
	bitAnd    = "1.2.840.113556.1.4.803"
	maxNested = 50 // filters within filters
)

var errFilter = errors.New("malformed filter")

// compile turns a filter as it came over the wire into a predicate.
func (s schema) compile(filter *ber.Packet) (predicate, error) {
	return s.compileAt(filter, 0)
}

func (s schema) compileAt(filter *ber.Packet, depth int) (predicate, error) {
	if filter == nil || depth > maxNested {
		return nil, errFilter
	}
	switch filter.Tag {
	case ldap.FilterAnd, ldap.FilterOr, ldap.FilterNot:
		return s.compileSet(filter, depth)
	case ldap.FilterPresent:
		return s.present(filter.Data.String()), nil
	case ldap.FilterSubstrings:
		return s.compileSubstrings(filter)
	case ldap.FilterExtensibleMatch:
		return s.extensible(filter), nil
	case ldap.FilterEqualityMatch, ldap.FilterApproxMatch, ldap.FilterGreaterOrEqual, ldap.FilterLessOrEqual:
		if len(filter.Children) != 2 {
			return nil, errFilter
		}
		return s.assertion(filter.Tag, filter.Children[0].Data.String(), filter.Children[1].Data.String()), nil
	}
	return nil, errFilter
}

func (s schema) compileSet(filter *ber.Packet, depth int) (predicate, error) {
	parts := make([]predicate, len(filter.Children))
	for i, child := range filter.Children {
		part, err := s.compileAt(child, depth+1)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	switch {
	case filter.Tag == ldap.FilterAnd:
		return func(n *node) truth {
			result := yes
			for _, part := range parts {
				result = min(result, part(n))
			}
			return result
		}, nil
	case filter.Tag == ldap.FilterOr:
		return func(n *node) truth {
			result := no
			for _, part := range parts {
				result = max(result, part(n))
			}
			return result
		}, nil
	case len(parts) == 1:
		return func(n *node) truth { return yes - parts[0](n) }, nil
	}
	return nil, errFilter
}

func (s schema) present(name string) predicate {
	attribute, ok := s.attribute(name)
	if !ok {
		return undefined
	}
	k := strings.ToLower(attribute.name)
	return func(n *node) truth { return truthOf(len(n.values[k]) > 0) }
}

func undefined(*node) truth { return unknown }

// assertion compares with one value. Approximate match is equality, as servers may do.
func (s schema) assertion(op ber.Tag, name, value string) predicate {
	attribute, ok := s.attribute(name)
	want, valid := normalize(attribute.syntax, value)
	if attribute.syntax == syntaxClass {
		_, valid = s.classes[want]
	}
	ordered := op == ldap.FilterGreaterOrEqual || op == ldap.FilterLessOrEqual
	if !ok || !valid || ordered && !attribute.syntax.hasOrder() {
		return undefined
	}
	return s.anyValue(attribute, func(value string) bool {
		have, _ := normalize(attribute.syntax, value)
		switch {
		case attribute.syntax == syntaxClass:
			return s.isA(value, want)
		case op == ldap.FilterGreaterOrEqual:
			return attribute.syntax.compare(have, want) >= 0
		case op == ldap.FilterLessOrEqual:
			return attribute.syntax.compare(have, want) <= 0
		}
		return have == want
	})
}

func (s schema) anyValue(attribute attributeType, matches func(string) bool) predicate {
	k := strings.ToLower(attribute.name)
	return func(n *node) truth {
		return truthOf(slices.ContainsFunc(n.values[k], matches))
	}
}

func (s schema) compileSubstrings(filter *ber.Packet) (predicate, error) {
	if len(filter.Children) != 2 || len(filter.Children[1].Children) == 0 {
		return nil, errFilter
	}
	attribute, ok := s.attribute(filter.Children[0].Data.String())
	if !ok || attribute.syntax != syntaxText {
		return undefined, nil
	}
	parts := filter.Children[1].Children
	return s.anyValue(attribute, func(value string) bool { return matchSubstrings(fold(value), parts) }), nil
}

// matchSubstrings looks for the parts in their order; they do not overlap.
func matchSubstrings(value string, parts []*ber.Packet) bool {
	for _, part := range parts {
		want := strings.ToLower(part.Data.String())
		switch part.Tag {
		case ldap.FilterSubstringsInitial:
			rest, ok := strings.CutPrefix(value, want)
			if !ok {
				return false
			}
			value = rest
		case ldap.FilterSubstringsFinal:
			if !strings.HasSuffix(value, want) {
				return false
			}
		default:
			_, rest, ok := strings.Cut(value, want)
			if !ok {
				return false
			}
			value = rest
		}
	}
	return true
}

// extensible knows one matching rule: all bits of a number are set.
func (s schema) extensible(filter *ber.Packet) predicate {
	var rule, name, value string
	for _, child := range filter.Children {
		switch child.Tag {
		case ldap.MatchingRuleAssertionMatchingRule:
			rule = child.Data.String()
		case ldap.MatchingRuleAssertionType:
			name = child.Data.String()
		case ldap.MatchingRuleAssertionMatchValue:
			value = child.Data.String()
		}
	}
	attribute, ok := s.attribute(name)
	bits, isNumber := parseInteger(value)
	if !ok || rule != bitAnd || attribute.syntax != syntaxInteger || !isNumber {
		return undefined
	}
	return s.anyValue(attribute, func(value string) bool {
		have, ok := parseInteger(value)
		return ok && have&bits == bits
	})
}
