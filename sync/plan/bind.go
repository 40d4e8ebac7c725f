package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// bind compares what this pass reads with what the ledger is bound to. Another package, another
// directory or another scope makes the plan a preview: what it would call departures are
// consequences of the change, not people who left (design §5.1 row c, §5.10, pitfall D8).
func (p *planner) bind() {
	m := &p.plan.Memory
	m.Subscription, m.Baseline = p.State.Subscription, p.State.Baseline
	m.Sources = map[string]SourceBinding{}
	maps.Copy(m.Sources, p.State.Sources)
	p.planOnly = p.difference()
	if p.AcceptBaseline {
		p.planOnly = ""
		m.Baseline = true
	}
	if p.planOnly != "" {
		p.plan.Guards = append(p.plan.Guards, Guard{Name: GuardBaseline, Detail: p.planOnly})
		return
	}
	m.Subscription = p.Inventory.Subscription.ID
	for _, s := range p.Sources {
		m.Sources[s.Snapshot.Source] = SourceBinding{
			NamingContext: s.Snapshot.NamingContext, Scope: s.Snapshot.Scope, Server: s.Snapshot.Server,
			AccountSeen: s.Snapshot.Account != "" || p.State.Sources[s.Snapshot.Source].AccountSeen && !p.AcceptBaseline,
		}
	}
}

// Two conditions of the certificate, see also conditionSentinels and conditionCount.
const (
	conditionServer  = "first-read-from-this-server"
	conditionAccount = "bind-account"
)

// judgeServers doubts the first snapshot from another server than the last pass read: a replica
// may lag behind by hours, and whoever it lacks looks absent (design §5.1 row b, pitfall B16).
// This pass binds the new server, so the next one believes it.
func (p *planner) judgeServers() {
	for n := range p.Sources {
		s := &p.Sources[n].Snapshot
		was := p.State.Sources[s.Source].Server
		if was == "" {
			continue
		}
		c := Condition{Name: conditionServer, OK: strings.EqualFold(was, s.Server), Detail: s.Server + ", as before"}
		if !c.OK {
			c.Detail = fmt.Sprintf("%s answered, and %s before; somebody may be missing there only: nobody departs before the next read from it", s.Server, was)
		}
		s.Conditions = append(slices.Clip(s.Conditions), c)
	}
}

// judgeAccount doubts a view in which the bind account cannot read its own entry any more: it
// has lost rights, and who knows which others. An account that never was an entry to read, such
// as the rootdn of OpenLDAP, says nothing (design §5.1, pitfall D2).
func (p *planner) judgeAccount(s *Snapshot) {
	switch {
	case s.Account != "":
		s.hold(conditionAccount, s.Account+" is seen")
	case p.State.Sources[s.Source].AccountSeen:
		p.doubt(s, conditionAccount, "the bind account cannot read its own entry any more, so it may miss others too: nobody departs. "+
			"Let it read its entry; if bind_dn was changed on purpose, "+howToAccept)
	default:
		s.hold(conditionAccount, "its own entry was never readable, so that proves nothing")
	}
}

// difference says what is not as the ledger knows it, "" if all is. The server may change, see
// judgeServers.
func (p *planner) difference() string {
	const how = "; nothing is done until you accept it: read `plan`, then type `threema-dirsync approve --baseline`"
	if was := p.State.Subscription; was != "" && was != p.Inventory.Subscription.ID {
		return fmt.Sprintf("the API key belongs to the licence package %s, the ledger to %s", p.Inventory.Subscription.ID, was) + how
	}
	for _, s := range p.Sources {
		was, known := p.State.Sources[s.Snapshot.Source]
		switch {
		case !known && p.State.Subscription == "":
		case !known:
			return fmt.Sprintf("source %s is new", s.Snapshot.Source) + how
		case was.NamingContext != s.Snapshot.NamingContext:
			return fmt.Sprintf("source %s is another directory (%s) than the ledger knows (%s)", s.Snapshot.Source, s.Snapshot.NamingContext, was.NamingContext) + how
		case was.Scope != s.Snapshot.Scope:
			return fmt.Sprintf("the scope of source %s has changed (base, filter, groups, exclude_dns, id attribute, profile, or the mapping of csi or username)", s.Snapshot.Source) + how
		}
	}
	return ""
}

// acceptEmpty makes the first pass the baseline when the package held no match at all: where
// nobody of the directory had a credential, nobody can have left with one (design §5.10).
func (p *planner) acceptEmpty() {
	if p.State.Subscription == "" && !p.heldMatch() {
		p.plan.Memory.Baseline = true
	}
}

// heldMatch tells whether some credential carries the csi or the username of a person of the
// directory, entitled or not.
func (p *planner) heldMatch() bool {
	for _, i := range p.identities {
		if i.CSI != "" && len(p.byCSI[i.CSI]) > 0 {
			return true
		}
		if _, taken := p.byUsername[foldUsername(i.Username)]; taken && i.Username != "" {
			return true
		}
	}
	return false
}
