package mapping

import (
	"maps"
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A survey walks the parse tree of one template before it ever runs. It finds the
// attributes and groups, refuses what hides them or could not work, and rewrites the tree so
// that names fold case, `index . "x-y"` is an attribute like any other, range takes any value,
// member is told what is known of its group, and a category writes all values of a list.
// (html/template rewrites trees the same way.)
type survey struct {
	source     string
	functions  map[string]function
	category   bool
	attributes map[string]string // lower-case name → as it is written
	groups     groups
	problems   []model.Reason
}

// scope says what the dot is.
type scope int

const (
	wholeEntry scope = iota // .x is an attribute
	oneValue                // inside with and range
)

func (s *survey) list(l *parse.ListNode, dot scope) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		s.node(n, dot)
	}
}

func (s *survey) node(n parse.Node, dot scope) {
	switch n := n.(type) {
	case *parse.ActionNode:
		s.pipe(n.Pipe, dot)
		if s.category && len(n.Pipe.Decl) == 0 {
			s.noAnswer(n.Pipe)
			appendCall(n.Pipe, labelsFunction)
		}
	case *parse.IfNode:
		s.branch(&n.BranchNode, dot, dot)
	case *parse.WithNode:
		s.branch(&n.BranchNode, dot, oneValue)
	case *parse.RangeNode:
		s.branch(&n.BranchNode, dot, oneValue)
		appendCall(n.Pipe, listFunction)
	case *parse.TemplateNode:
		s.refuse(n, noTemplates())
	}
}

func (s *survey) branch(b *parse.BranchNode, outside, inside scope) {
	s.pipe(b.Pipe, outside)
	s.list(b.List, inside)
	s.list(b.ElseList, outside)
}

func (s *survey) pipe(p *parse.PipeNode, dot scope) {
	for _, v := range p.Decl {
		if v.Ident[0] == "$" {
			s.refuse(v, model.Because("entry-set"))
		}
	}
	for i, c := range p.Cmds {
		s.command(c, i > 0, dot)
	}
}

func (s *survey) command(c *parse.CommandNode, piped bool, dot scope) {
	arguments := len(c.Args) - 1
	if piped {
		arguments++
	}
	operands := c.Args
	called, isCall := c.Args[0].(*parse.IdentifierNode)
	switch {
	case isCall && called.Ident == "index" && len(c.Args) > 1 && isEntry(c.Args[1], dot):
		s.index(c, piped)
		return
	case isCall && called.Ident == memberName:
		s.member(c, piped)
		return
	case isCall:
		s.call(called, arguments)
		operands = c.Args[1:]
	case arguments > 0:
		s.refuse(c, model.Because("no-function", c.Args[0].String()))
	}
	for _, n := range operands {
		s.operand(n, dot)
	}
}

// call checks a call; an unknown function gets the list of those that there are.
func (s *survey) call(called *parse.IdentifierNode, arguments int) {
	f, ok := s.functions[called.Ident]
	switch {
	case called.Ident == memberName:
		s.refuseMember(called)
	case !ok && arguments == 0: // a lonely name is an attribute to whoever comes from another product
		s.refuse(called, model.Because("unknown-function-or-attribute", called.Ident, "{{ ."+called.Ident+" }}", s.functionNames()))
	case !ok:
		s.refuse(called, model.Because("unknown-function", called.Ident, s.functionNames()))
	case arguments < f.min:
		s.refuse(called, model.Because("too-few-arguments", called.Ident, f.min, arguments))
	case arguments > f.max:
		s.refuse(called, model.Because("too-many-arguments", called.Ident, f.max, arguments))
	}
}

// functionNames lists the functions for a message.
func (s *survey) functionNames() []string {
	names := slices.Collect(maps.Keys(s.functions))
	if s.category {
		names = append(names, memberName)
	}
	slices.Sort(names)
	return names
}

// index turns `index . "x-y"` into the attribute x-y.
func (s *survey) index(c *parse.CommandNode, piped bool) {
	if len(c.Args) == 3 && !piped {
		if key, ok := c.Args[2].(*parse.StringNode); ok {
			name := s.attribute(key, key.Text)
			c.Args = []parse.Node{&parse.VariableNode{NodeType: parse.NodeVariable, Pos: c.Pos, Ident: []string{"$", name}}}
			return
		}
	}
	s.refuse(c, model.Because("index-without-name"))
}

func (s *survey) operand(n parse.Node, dot scope) {
	switch n := n.(type) {
	case *parse.PipeNode:
		s.pipe(n, dot)
	case *parse.FieldNode:
		s.field(n, dot)
	case *parse.VariableNode:
		s.variable(n)
	case *parse.IdentifierNode:
		s.call(n, 0)
	case *parse.ChainNode:
		s.refuse(n, model.Because("attribute-without-fields", n.String()))
	case *parse.DotNode:
		if dot == wholeEntry {
			s.refuse(n, model.Because("dot-is-whole-entry"))
		}
	}
}

func (s *survey) field(n *parse.FieldNode, dot scope) {
	switch {
	case len(n.Ident) > 1:
		s.refuse(n, model.Because("attribute-without-fields", n.String()))
	case dot != wholeEntry:
		s.refuse(n, model.Because("dot-is-one-value", "$"+n.String()))
	default:
		n.Ident[0] = s.attribute(n, n.Ident[0])
	}
}

func (s *survey) variable(n *parse.VariableNode) {
	switch {
	case n.Ident[0] == "$" && len(n.Ident) == 1:
		s.refuse(n, model.Because("dollar-is-whole-entry"))
	case n.Ident[0] == "$" && len(n.Ident) == 2:
		n.Ident[1] = s.attribute(n, n.Ident[1])
	case len(n.Ident) > 1:
		s.refuse(n, model.Because("attribute-without-fields", n.String()))
	}
}

// attribute notes a name and returns its folded form.
func (s *survey) attribute(n parse.Node, written string) string {
	if !isAttributeName(written) {
		s.refuse(n, model.Because("no-attribute-name", written))
		return written
	}
	folded := strings.ToLower(written)
	if _, seen := s.attributes[folded]; !seen {
		s.attributes[folded] = written
	}
	return folded
}

// refuse notes a problem with its place.
func (s *survey) refuse(n parse.Node, why model.Reason) {
	before := s.source[:min(int(n.Position()), len(s.source))]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])
	s.problems = append(s.problems, model.Because("at-place", line, column, why))
}

func noTemplates() model.Reason { return model.Because("no-further-templates") }

// isEntry tells whether a node stands for the whole entry.
func isEntry(n parse.Node, dot scope) bool {
	if v, ok := n.(*parse.VariableNode); ok {
		return len(v.Ident) == 1 && v.Ident[0] == "$"
	}
	return n.Type() == parse.NodeDot && dot == wholeEntry
}

// isAttributeName tells whether a name is a keystring of RFC 4512 §1.4: ASCII only, so that
// folding case is exact.
func isAttributeName(name string) bool {
	for i, r := range name {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != ""
}

// appendCall appends one function to a pipeline.
func appendCall(p *parse.PipeNode, function string) {
	p.Cmds = append(p.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: p.Pos,
		Args: []parse.Node{parse.NewIdentifier(function).SetPos(p.Pos)},
	})
}
