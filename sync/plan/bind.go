package plan

import (
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// bind ties the memory to the package, the directories and the scopes of this pass. A plan that
// is a preview binds nothing.
func (p *record) bind() {
	m := &p.update
	m.Subscription = p.Inventory.Subscription.ID
	for _, s := range p.Sources {
		m.Sources[s.Snapshot.Source] = p.binding(s.Snapshot)
	}
}

// binding is what is known of a source from this read on. Whether an account was seen is of that
// account: another one begins anew, once its view is proved.
func (p *evidence) binding(s model.Snapshot) model.SourceBinding {
	was := p.State.Sources[s.Source]
	b := model.SourceBinding{
		NamingContext: s.NamingContext, Scope: s.Scope, Server: s.Server,
		Reader: was.Reader, AccountSeen: was.AccountSeen && !p.AcceptBaseline,
	}
	switch other := p.otherReader(s); {
	case p.proved[s.Source] && other:
		b.AccountSeen = s.Account != ""
	case !other:
		b.AccountSeen = b.AccountSeen || s.Account != ""
	}
	if p.proved[s.Source] && s.Reader.Known() {
		b.Reader = was.Reader.Refresh(s.Reader)
	}
	return b
}

// conditionAccount: the bind account sees itself. See also conditionServer, conditionView,
// conditionSentinels and conditionCount.
const conditionAccount = "bind-account"

// judgeAccount doubts a view in which the bind account cannot read its own entry any more: it
// has lost rights, and who knows which others. An account that never was an entry to read, such
// as the rootdn of OpenLDAP, says nothing (design §5.1, pitfall D2), and neither does another one
// than before: whom that one misses is the business of views.go.
func (p *directory) judgeAccount(s *model.Snapshot) {
	switch {
	case s.Account != "":
		s.Satisfy(conditionAccount, model.Because("account-seen", s.Account))
	case p.State.Sources[s.Source].AccountSeen && !p.otherReader(*s):
		p.doubt(s, conditionAccount, model.Because("account-hidden"))
	default:
		s.Satisfy(conditionAccount, model.Because("account-never-readable"))
	}
}

// differences say what of package, directories and scopes is not as the ledger knows it (design
// §5.1 row c, pitfall D8). The server may change, see judgeServers. A source that was removed is
// none: its people are held; nor is one that the ledger knows and that could not be read now.
func (p *directory) differences() []model.Reason {
	if p.State.Subscription == "" {
		return nil
	}
	var found []model.Reason
	if is, was := p.Inventory.Subscription.ID, p.State.Subscription; is != was {
		found = append(found, model.Because("another-package", is, was, p.unmeant(model.Because("fix-the-key"))))
	}
	for _, s := range p.Sources {
		if what := p.changed(s.Snapshot); what.Code != "" {
			found = append(found, what)
		}
	}
	for _, name := range p.unread() {
		if _, known := p.State.Sources[name]; !known {
			found = append(found, model.Because("source-new-and-unread", name))
		}
	}
	return found
}

// changed says what of one source is not as the ledger knows it, nothing if all is.
func (p *directory) changed(s model.Snapshot) model.Reason {
	was, known := p.State.Sources[s.Source]
	switch {
	case !known:
		return p.newSource(s.Source)
	case was.NamingContext != "" && was.NamingContext != s.NamingContext: // one that was never readable is learned: nobody departed by it
		return model.Because("another-directory", s.Source, s.NamingContext, was.NamingContext)
	case !sameScope(was.Scope, s.Scope) && p.scopeCounted(s.Source):
		todo := p.unmeant(model.Because("fix-the-scope"))
		if settings := scopeSettings(was.Scope, s.Scope); len(settings) > 0 {
			return model.Because("scope-changed", s.Source, settings, todo)
		}
		return model.Because("scope-changed-somewhere", s.Source, todo)
	}
	return model.Reason{}
}

// unmeant says what to do where nobody meant a change. Once it is accepted the ledger is bound to it, and the
// way back is a change too.
func (p *directory) unmeant(before model.Reason) model.Reason {
	if p.AcceptBaseline {
		return model.Because("put-back-all-the-same")
	}
	return before
}

// scopeCounted tells that somebody could depart from the scope that the ledger knows: a complete read showed
// who belongs to it, or somebody of the source is ours. A scope of which neither is true, as one with a
// mistake in a group that a first pass found, is learned anew.
func (p *directory) scopeCounted(source string) bool {
	was := p.ours[source]
	return was.Managed+was.Leaving > 0 || slices.ContainsFunc(p.State.Reads, func(d model.ReadDay) bool { return d.Source == source })
}

// newSource tells of a source that is new, and, where another one is gone, how the ledger learns of another name:
// to it, the people of a source with another name are other people, in another source.
func (p *directory) newSource(now string) model.Reason {
	for _, was := range slices.Sorted(maps.Keys(p.State.Sources)) {
		if p.orphaned(was) {
			return model.Because("source-new-or-renamed", now, was)
		}
	}
	return model.Because("source-new", now)
}
