package mapping

import (
	"strings"
	"text/template/parse"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// memberName is the function that asks for a group. It is no function of text/template, which
// would know its argument only: the tree is rewritten to one that is told about the group too.
const memberName = "member"

// unknownGroup is a group of which nobody can say whether it has the person, by its DN.
type unknownGroup string

func (g unknownGroup) Error() string {
	return "nobody can say now whether the group " + string(g) + " has this person"
}

// isMember is three-valued: what is not known is neither yes nor no, and ends the template.
func isMember(m model.Membership, dn string) (bool, error) {
	if m == model.MembershipUnknown {
		return false, unknownGroup(dn)
	}
	return m == model.Member, nil
}

// groups are those that a template asks about, each once however often it is spelled.
type groups []group

type group struct {
	written string // the first spelling, which is its name from then on
	dn      *ldap.DN
}

func (g groups) names() []string {
	var names []string
	for _, known := range g {
		names = append(names, known.written)
	}
	return names
}

// member turns `member "DN"` into a call that is told what is known of the group.
func (s *survey) member(c *parse.CommandNode, piped bool) {
	dn, ok := c.Args[len(c.Args)-1].(*parse.StringNode)
	if !s.category || !ok || piped || len(c.Args) != 2 {
		s.refuseMember(c)
		return
	}
	dn.Text = s.group(dn)
	c.Args = []parse.Node{
		parse.NewIdentifier(memberFunction).SetPos(c.Pos),
		&parse.VariableNode{NodeType: parse.NodeVariable, Pos: dn.Pos, Ident: []string{"$", dn.Text}},
		dn,
	}
}

func (s *survey) refuseMember(n parse.Node) {
	if !s.category {
		s.refuse(n, model.Because("member-outside-category"))
		return
	}
	s.refuse(n, model.Because("member-without-dn"))
}

// group notes a group and returns its name.
func (s *survey) group(n *parse.StringNode) string {
	dn, err := ldap.ParseDN(n.Text)
	if err != nil || strings.TrimSpace(n.Text) == "" {
		s.refuse(n, model.Because("no-group-dn", n.Text))
		return n.Text
	}
	for _, known := range s.groups {
		if known.dn.EqualFold(dn) {
			return known.written
		}
	}
	s.groups = append(s.groups, group{n.Text, dn})
	return n.Text
}

// noAnswer refuses an answer as a label: it would be called "true" or "false".
func (s *survey) noAnswer(p *parse.PipeNode) {
	last := p.Cmds[len(p.Cmds)-1]
	if f, ok := last.Args[0].(*parse.IdentifierNode); ok && f.Ident == memberFunction {
		s.refuse(last, model.Because("member-is-no-label"))
	}
}
