package plan

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// loss is more than may be missing from a package at once (design §5.10, domain F1, F2, F22). It can be a cut
// list or the key of another package, and it can be somebody's work in the cockpit: no list tells.
// So the first one fails the pass, and once a list an hour later lacks the same, it is a question of
// the baseline, to which somebody can say yes.
type loss struct {
	what  model.Reason // "4 of the 60 credentials that we manage are missing at once"
	since time.Time    // the youngest of what is missing
	list  model.Object // the list that is empty, the zero value if it is not about a whole one
}

// trust is what speaks against the package itself.
type trust struct {
	*evidence
	untrusted *model.Distrust // why nothing may be planned on it
	losses    []loss          // more than may be missing at once
	lost      map[string]bool // the credentials among them, by ID
}

func newTrust(e *evidence) *trust {
	p := &trust{evidence: e, lost: map[string]bool{}}
	p.judgeTrust()
	return p
}

// judgeTrust asks whether this inventory can be what it says: an expired package, an empty list or a
// mass loss must never look like "everybody is gone". Another package is a matter of the baseline.
func (p *trust) judgeTrust() {
	if p.State.Subscription != "" && !p.samePackage() {
		return
	}
	if until := p.Inventory.Subscription.ValidUntil; !until.IsZero() && !p.Now.Before(until) {
		p.untrusted = model.EndedLicence(until)
		return
	}
	p.judgeCredentials()
	p.judgeUsers()
	p.judgeSettings()
	var young []model.Reason
	var settled time.Time
	for _, l := range p.losses {
		if at := l.since.Add(model.GoneAfter); p.Now.Before(at) {
			young, settled = append(young, l.what), model.Later(settled, at)
		}
	}
	if len(young) > 0 {
		p.untrusted = &model.Distrust{Missing: p.lostPeople(), Reasons: model.Because("missing-in-one-list", young, settled).Some()}
	}
}

// lossReasons are the losses that two lists an hour apart show.
func (p *trust) lossReasons() []model.Reason {
	var reasons []model.Reason
	for _, l := range p.losses {
		reasons = append(reasons, model.Because("missing-in-two-lists", l.what, l.since))
	}
	return reasons
}

// judgeCredentials finds credentials of ours that went at once, more than a handful, or all that the
// package had. One whose owner left, by a complete read of this pass, is no loss: withdrawing by hand
// is how people go.
func (p *trust) judgeCredentials() {
	owned := p.State.Managed()
	empty := len(p.Inventory.Credentials) == 0
	if p.State.Gap.Kind == model.OlderLedger && !empty {
		return // it does not know who was taken out since; the plan is a preview anyway
	}
	allowed := model.MassThreshold(len(owned))
	few := allowed.Number()
	if empty {
		few = 0
	}
	var fresh, open []model.Ownership
	for _, own := range owned {
		switch {
		case p.credentialThere(own) || p.departedNow[own.Person]:
		case own.MissingReads == 0:
			fresh = append(fresh, own)
		case own.Loss == model.LossOpen:
			open = append(open, own)
		}
	}
	if len(fresh) > few {
		open = append(open, fresh...)
	}
	if len(open) <= few {
		return
	}
	l := loss{what: model.Because("credentials-missing", len(open), len(owned), allowed.Reason())}
	if empty {
		l.what = model.Because("credentials-list-empty", len(open))
	}
	for _, own := range open {
		p.lost[own.CredentialID] = true
		l.since = model.Later(l.since, p.unlistedSince(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}))
	}
	p.losses = append(p.losses, l)
}

// judgeUsers finds an empty list of users although some were seen on our credentials. A handful may well
// be detached by hand; only a larger number makes an empty list implausible.
func (p *trust) judgeUsers() {
	list := model.Object{Kind: model.ObjectList, ID: listUsers}
	if p.shows(list) || p.emptied[list] {
		return
	}
	stays := map[string]bool{}
	for _, own := range p.State.Owned {
		stays[own.CredentialID] = !p.departedNow[own.Person]
	}
	seen, fresh := 0, 0
	for _, u := range p.State.UsersSeen {
		if !stays[u.CredentialID] {
			continue
		}
		seen++
		if _, missed := p.unlistedAt[model.Object{Kind: model.ObjectUser, ID: u.ThreemaID}]; !missed {
			fresh++
		}
	}
	if _, goesOn := p.unlistedAt[list]; fresh > model.MassThreshold(0).Number() || goesOn && seen > 0 {
		p.loseList(list, model.Because("users-list-empty", seen))
	}
}

// judgeSettings finds an empty list of settings although one of our credentials must have some: one
// that is there, that we created, and whose create is not still open. One that was adopted may have had none.
func (p *trust) judgeSettings() {
	list := model.Object{Kind: model.ObjectList, ID: listSettings}
	if p.shows(list) || p.emptied[list] {
		return
	}
	there, created := 0, 0
	for _, own := range p.State.Owned {
		if !p.credentialThere(own) {
			continue
		}
		there++
		if own.Created {
			created++
		}
	}
	for _, op := range p.State.Open {
		if op.Op == model.Create && op.CredentialID != "" {
			created--
		}
	}
	if created > 0 {
		p.loseList(list, model.Because("settings-list-empty", there))
	}
}

func (p *trust) loseList(list model.Object, what model.Reason) {
	p.losses = append(p.losses, loss{what: what, since: p.unlistedSince(list), list: list})
}

// accepts tells whether somebody accepts the baseline, and may: what one list shows cannot be accepted.
func (p *trust) accepts() bool { return p.AcceptBaseline && p.untrusted == nil }

// lossOf is what is remembered of the loss of a credential that is missing.
func (p *trust) lossOf(own model.Ownership) model.LossState {
	switch {
	case own.Loss == model.LossAccepted || p.lost[own.CredentialID] && p.accepts():
		return model.LossAccepted
	case p.lost[own.CredentialID]:
		return model.LossOpen
	}
	return ""
}

// lostPeople are those whose credentials are missing, for who is to accept that.
func (p *trust) lostPeople() []model.BaselinePerson {
	var people []model.BaselinePerson
	for _, own := range p.State.Owned {
		if p.lost[own.CredentialID] {
			why := model.Because("credential-missing", own.Username, p.unlistedSince(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}))
			o := p.observations[own.Person]
			people = append(people, model.BaselinePerson{Subject: own.WithDN(o.DN), OU: o.OU, Why: why})
		}
	}
	return sortPeople(people)
}
