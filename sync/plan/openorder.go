package plan

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// What somebody ordered and the service did not do is not forgotten: the request failed, its answer was
// lost, the day's requests were spent, or a yes is missing. Such an order stands. Each plan has its
// withdrawal again, through all gates that hold for an order, until it is carried out, the credential is
// gone, or somebody takes it back (docs/decisions/0009-orders.md).

// carryOn plans what is left of an order about a credential of ours, and tells whether that is the way
// of its owner in this plan.
func (p *leaving) carryOn(own model.Ownership) bool {
	open, stands := p.State.OpenOrder(own.CredentialID)
	if !stands {
		return false
	}
	open.Person = own.Person
	if p.gone(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}) {
		p.update.EndedOrders = append(p.update.EndedOrders, open)
		return false
	}
	answer := p.answerAbout(own)
	if reason := p.keptFromOrder(own); reason != "" {
		p.hold(own.Person, own.CSI, answer.DN, model.Text("their access is to end ("+open.Words()+"), but "+reason))
		p.plan.Wait(model.WaitOrder, own.Person)
		return false
	}
	l := p.planOrder(Order{Person: own.Person, By: open.By}, open.Words()+", and not carried out yet", own, answer)
	if answer.Departed {
		for _, id := range l.ids {
			if u := p.user(id); !p.gone(model.Object{Kind: model.ObjectUser, ID: id}) && !u.Special() {
				p.takeID(l, u)
			}
		}
	}
	return true
}

// awaitPassing tells of an order whose credential is to pass to another account of the person first, where that is
// not done and nobody is asked for it.
func (p *gates) awaitPassing() {
	for _, c := range p.plan.Changes {
		if c.Op == model.Transfer && p.State.HasOpenOrder(c.CredentialID) && (c.Status == model.Withheld || c.Status == model.Deferred) {
			p.plan.Wait(model.WaitOrder, c.Person)
		}
	}
}

// dropOrders ends the orders that an older ledger still has, when somebody accepts it: they may have been carried
// out since, or taken back. Nobody's access ends by an acceptance.
func (p *given) dropOrders() {
	if p.AcceptBaseline && p.State.Gap.Kind == model.OlderLedger {
		p.dropped, p.State.OpenOrders = p.State.OpenOrders, nil
	}
}

// ordersRefused tells whoever accepts it to order again.
func (p *known) ordersRefused() []model.Reason {
	var refused []model.Reason
	for _, o := range p.dropped {
		csi := p.observations[o.Person].CSI
		refused = append(refused, model.Because("order-of-older-ledger", model.DescribePerson(csi, p.nameOf(o.Person), o.Person), o.Words(), p.names.Typed(csi, o.Person)))
	}
	return refused
}

// NotKnown says of a request that no answer settled: it was lost, or told of a fault of the service.
const NotKnown = "it was sent, and no answer says whether it was done"

// LostAnswerWords say what to expect of such a withdrawal: nobody has to type anything for it.
func LostAnswerWords(settled time.Time) string {
	if settled.IsZero() {
		return NotKnown + ": the next pass looks, and sends it again where the credential is there"
	}
	return NotKnown + "; the last list lacks the credential, so it is most likely gone: a pass from " + model.Stamp(settled) + " on settles it, and there is nothing to type"
}
