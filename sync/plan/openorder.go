package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What somebody ordered and the service did not do is not forgotten: the request failed, its answer was
// lost, the day's requests were spent, or a yes is missing. Such an order stands. Each plan has its
// withdrawal again, through all gates that hold for an order, until it is carried out, the credential is
// gone, or somebody takes it back (docs/decisions/0009-orders.md).

// OpenOrder is an order that is not carried out yet. It is about one credential: who gets another one is
// not meant.
type OpenOrder struct {
	Person       PersonID // who owns the credential now
	CredentialID string
	At           time.Time
	By           string
}

func (o OpenOrder) compare(other OpenOrder) int {
	return strings.Compare(o.CredentialID, other.CredentialID)
}

// Words name the order without its reason, which is for the audit alone.
func (o OpenOrder) Words() string { return "ordered " + Stamp(o.At) + " by " + o.By }

// OpenOrder is the order about a credential of ours, if one stands.
func (s State) OpenOrder(credentialID string) (OpenOrder, bool) {
	n := slices.IndexFunc(s.OpenOrders, func(o OpenOrder) bool { return o.CredentialID == credentialID })
	if n < 0 {
		return OpenOrder{}, false
	}
	return s.OpenOrders[n], true
}

// carryOn plans what is left of an order about a credential of ours, and tells whether that is the way
// of its owner in this plan.
func (p *planner) carryOn(own Ownership) bool {
	open, stands := p.State.OpenOrder(own.CredentialID)
	if !stands {
		return false
	}
	open.Person = own.Person
	if p.gone(Object{ObjectCredential, own.CredentialID}) {
		p.plan.Update.EndedOrders = append(p.plan.Update.EndedOrders, open)
		return false
	}
	answer := p.answerAbout(own)
	if reason := p.keptFromOrder(own); reason != "" {
		p.hold(own.Person, own.CSI, answer.DN, "their access is to end ("+open.Words()+"), but "+reason)
		p.plan.Wait(WaitOrder, own.Person)
		return false
	}
	l := p.planOrder(Order{Person: own.Person, By: open.By}, open.Words()+", and not carried out yet", own, answer)
	if answer.Departed {
		for _, id := range l.ids {
			if u := p.user(id); !p.gone(Object{ObjectUser, id}) && !u.Special() {
				p.takeID(l, u)
			}
		}
	}
	return true
}

// awaitPassing tells of an order whose credential is to pass to another account of the person first, where that is
// not done and nobody is asked for it.
func (p *planner) awaitPassing() {
	for _, c := range p.plan.Changes {
		if c.Op == Transfer && p.State.HasOpenOrder(c.CredentialID) && (c.Status == Withheld || c.Status == Deferred) {
			p.plan.Wait(WaitOrder, c.Person)
		}
	}
}

// dropOrders ends the orders that an older ledger still has, when somebody accepts it: they may have been carried
// out since, or taken back. Nobody's access ends by an acceptance.
func (p *planner) dropOrders() {
	if p.AcceptBaseline && p.State.Gap.Kind == OlderLedger {
		p.dropped, p.State.OpenOrders = p.State.OpenOrders, nil
	}
}

// ordersRefused tells whoever accepts it to order again.
func (p *planner) ordersRefused() []string {
	var refused []string
	for _, o := range p.dropped {
		csi := p.observations[o.Person].CSI
		refused = append(refused, fmt.Sprintf("the withdrawal of %s, %s: this older ledger does not know whether that was taken back since. If their access is still to end, order it again: "+
			"`threema-dirsync withdraw %s --reason TEXT`", DescribePerson(csi, p.nameOf(o.Person), o.Person), o.Words(), p.plan.Names.Typed(csi, o.Person)))
	}
	return refused
}

// LostAnswer tells of a credential of ours whose withdrawal was sent and not answered: where a list lacks it, the end is
// settled from then on, zero where none does.
func (s State) LostAnswer(own Ownership) (sent bool, settled time.Time) {
	sent = slices.ContainsFunc(s.Open, func(op Operation) bool { return op.Op == Withdraw && op.CredentialID == own.CredentialID })
	if sent && own.MissingReads > 0 {
		settled = own.MissingSince.Add(goneAfter)
	}
	return sent, settled
}

// NotKnown says of a request that no answer settled: it was lost, or told of a fault of the service.
const NotKnown = "it was sent, and no answer says whether it was done"

// LostAnswerWords say what to expect of such a withdrawal: nobody has to type anything for it.
func LostAnswerWords(settled time.Time) string {
	if settled.IsZero() {
		return NotKnown + ": the next pass looks, and sends it again where the credential is there"
	}
	return NotKnown + "; the last list lacks the credential, so it is most likely gone: a pass from " + Stamp(settled) + " on settles it, and there is nothing to type"
}

// HasOpenOrder tells that an open order is about a credential: nothing is written to it any more.
func (s State) HasOpenOrder(credentialID string) bool {
	_, stands := s.OpenOrder(credentialID)
	return stands
}

// EndsOrder tells that an order about a credential is fulfilled without it.
func (m StateUpdate) EndsOrder(credentialID string) bool {
	return slices.ContainsFunc(m.EndedOrders, func(o OpenOrder) bool { return o.CredentialID == credentialID })
}

// lifted tells that the limits on numbers do not count a step: somebody said yes to it or ordered it.
func (c Change) lifted() bool { return c.Approved || c.By != "" }

// orderRests tells of an ordered step that no yes and no guard asks for, and that is not done all the same.
func (c Change) orderRests() bool {
	return c.By != "" && (c.Status == Withheld || c.Status == Deferred)
}
