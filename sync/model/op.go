package model

import (
	"cmp"
	"slices"
	"time"
)

// Op is what a change does. The set is closed: it is a metric label and part of the JSON.
type Op string

// The operations.
const (
	Adopt          Op = "adopt"
	Transfer       Op = "transfer"
	Withdraw       Op = "withdraw"
	DisableContact Op = "disable-contact"
	Detach         Op = "detach"
	Revoke         Op = "revoke"
	SetSettings    Op = "set-settings"
	UnsetSetting   Op = "unset-setting"
	PublishContact Op = "publish-contact"
	Create         Op = "create"
)

// traits are what is so of an operation wherever it occurs. How it is planned and carried out stands with the code
// that does so.
type traits struct {
	class    Class  // how far it can be undone
	mode     Mode   // the first that lets it through
	after    [2]Op  // which must be done before it, where the same plan has one of them for the person
	requests int    // what one costs; settings travel in bulk, and have no price of their own
	sign     string // at the start of a line: what comes, what changes, what goes
	word     string // of the management cockpit, beside ours (design §4); "": there is none
	// object is what the package shows or lacks once it is done, where that needs a proof; "": it needs none.
	object ObjectKind
	// delay is how long it may take before it can be judged (domain §6, D-38): until then the service and the apps
	// have every right to show the old state.
	delay  time.Duration
	leaver bool // a step of a departure
	enters bool // a step of the roll-out
	edits  bool // limits.changes counts it
	writes bool // settings, which the change has as After
}

// traits is the table. No operation is let through that has no row.
func (o Op) traits() traits {
	switch o {
	case Adopt:
		return traits{class: Reversible, mode: CreateOnly, sign: "+", enters: true}
	case Transfer:
		return traits{class: Reversible, mode: UpsertOnly, sign: "+", edits: true}
	case Withdraw: // costs: the credential, th_csi and users before, the withdrawal, users after; an app asks for its licence once a day
		return traits{class: Recoverable, mode: Sync, requests: 5, sign: "-", leaver: true, object: ObjectCredential, delay: 24 * time.Hour, word: "withdraw / Zugang entziehen"}
	case DisableContact:
		return traits{class: Reversible, mode: Sync, after: [2]Op{Withdraw}, requests: 1, sign: "-", leaver: true, object: ObjectContact}
	case Detach: // costs: the ID is read once more right before
		return traits{class: Recoverable, mode: Sync, after: [2]Op{Withdraw}, requests: 2, sign: "-", leaver: true, object: ObjectUser, delay: time.Hour, word: "detach / trennen"}
	case Revoke:
		return traits{class: Irreversible, mode: Sync, after: [2]Op{Withdraw}, requests: 2, sign: "-", leaver: true, object: ObjectUser, delay: time.Hour, word: "revoke / widerrufen"}
	case SetSettings:
		return traits{class: Reversible, mode: UpsertOnly, after: [2]Op{Adopt, Transfer}, sign: "~", enters: true, edits: true, writes: true}
	case UnsetSetting:
		return traits{class: Reversible, mode: UpsertOnly, after: [2]Op{Adopt, Transfer}, requests: 1, sign: "~", edits: true, writes: true}
	case PublishContact:
		return traits{class: Reversible, mode: UpsertOnly, after: [2]Op{Adopt, Transfer}, requests: 1, sign: "+"}
	case Create:
		return traits{class: Recoverable, mode: CreateOnly, requests: 1, sign: "+", object: ObjectCredential, enters: true, writes: true}
	}
	return traits{class: Irreversible, sign: "-"}
}

// Ops lists all operations, in the order in which a pass carries them out.
func Ops() []Op {
	return []Op{Adopt, Transfer, Withdraw, DisableContact, Detach, Revoke, SetSettings, UnsetSetting, PublishContact, Create}
}

// OpsThat lists those of which something is so, in that order.
func OpsThat(are func(Op) bool) []Op {
	return slices.DeleteFunc(Ops(), func(o Op) bool { return !are(o) })
}

// Class is how far it can be undone: by us, what takes an ID cannot where revoking is the goal (D-17).
func (o Op) Class(goal IDPolicy) Class {
	if goal == RevokeID && o.TakesID() {
		return Irreversible
	}
	return o.traits().class
}

// After lists those that must be done before it, where the same plan has one of them for the person.
func (o Op) After() []Op {
	after := o.traits().after
	return slices.DeleteFunc(after[:], func(op Op) bool { return op == "" })
}

// OfDeparture tells the steps of a departure.
func (o Op) OfDeparture() bool { return o.traits().leaver }

// Destructive tells those of them that take something from the person which does not come back by itself.
func (o Op) Destructive() bool { t := o.traits(); return t.leaver && t.class != Reversible }

// GoesAlong tells those that go with the withdrawal and share its fate: no yes, leave or limit of their own lets them
// go first.
func (o Op) GoesAlong() bool { t := o.traits(); return t.leaver && t.class == Reversible }

// BeginsDeparture tells the step with which a departure begins: the credential goes.
func (o Op) BeginsDeparture() bool { t := o.traits(); return t.leaver && t.object == ObjectCredential }

// TakesID tells those that take a Threema ID, also from somebody whose credential is gone.
func (o Op) TakesID() bool { t := o.traits(); return t.leaver && t.object == ObjectUser }

// OfRollOut tells those without which a roll-out is not over.
func (o Op) OfRollOut() bool { return o.traits().enters }

// Edits tells those that limits.changes counts.
func (o Op) Edits() bool { return o.traits().edits }

// WritesSettings tells those whose After are settings.
func (o Op) WritesSettings() bool { return o.traits().writes }

// Requests is what one change costs.
func (o Op) Requests() int { return o.traits().requests }

// object is what it makes or takes, as the package shows it.
func (o Op) object(credentialID, threemaID string) Object {
	kind := o.traits().object
	if kind == ObjectCredential {
		return Object{kind, credentialID}
	}
	return Object{kind, threemaID}
}

// CockpitWord puts the German word of the management cockpit beside ours (design §4).
func (o Op) CockpitWord() string { return cmp.Or(o.traits().word, string(o)) }

// Sign is the mark at the start of a line: what comes, what changes, what goes.
func (o Op) Sign() string { return o.traits().sign }
