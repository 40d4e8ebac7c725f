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
	if reason := p.keptFromOrder(own); reason.Code != "" {
		p.hold(own.WithDN(answer.DN), model.Because("order-stopped", open.At, open.By, reason))
		p.plan.Wait(model.WaitOrder, own.Person)
		return false
	}
	l := p.planOrder(Order{Person: own.Person, By: open.By}, model.Because("order-open", open.At, open.By), own, answer)
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
	return model.Convert(p.dropped, func(o model.OpenOrder) model.Reason {
		whom := model.Subject{Person: o.Person, CSI: p.observations[o.Person].CSI, DN: p.nameOf(o.Person)}
		return model.Because("order-of-older-ledger", whom.Whose(), o.At, o.By, p.names.Typed(whom.CSI, o.Person))
	})
}

// LostAnswer says what to expect of a withdrawal that no answer settled, be it lost or told of a fault of the service:
// nobody has to type anything for it.
func LostAnswer(settled time.Time) model.Reason {
	if settled.IsZero() {
		return model.Because("answer-lost")
	}
	return model.Because("answer-lost-unlisted", settled)
}
