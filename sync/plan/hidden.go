package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// hiddenBy is what ties people to a credential of ours that is missing in this list alone.
type hiddenBy struct {
	person   map[model.PersonID]model.Ownership
	csi      map[string]model.Ownership
	username map[string]model.Ownership // folded
}

// indexHidden finds the credentials that may be there although this list lacks them.
func (p *claims) indexHidden() {
	p.hidden = hiddenBy{person: map[model.PersonID]model.Ownership{}, csi: map[string]model.Ownership{}, username: map[string]model.Ownership{}}
	for _, own := range p.State.Owned {
		if !p.unsure(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}) {
			continue
		}
		p.hidden.person[own.Person] = own
		p.hidden.username[FoldUsername(own.Username)] = own
		if own.CSI != "" {
			p.hidden.csi[own.CSI] = own
		}
	}
}

// maybeTheirs says why somebody gets no other credential for now: their own, or one with their csi or
// username, may be there although this list lacks it. One more would be a second one.
func (p *claims) maybeTheirs(i model.Identity) model.Reason {
	own, hidden := p.hidden.person[i.Person]
	if !hidden && i.CSI != "" {
		own, hidden = p.hidden.csi[i.CSI]
	}
	if !hidden {
		own, hidden = p.hidden.username[FoldUsername(i.Username)]
	}
	if !hidden {
		return model.Reason{}
	}
	return model.Because("credential-maybe-there", own.Username, p.describeUnsure(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}))
}
