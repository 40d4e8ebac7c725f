package model

// Op is what a change does. The set is closed: it is a metric label and part of the JSON.
type Op string

// The operations, in the order in which a pass carries them out.
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

// Ops lists all operations in that order.
func Ops() []Op {
	return []Op{Adopt, Transfer, Withdraw, DisableContact, Detach, Revoke, SetSettings, UnsetSetting, PublishContact, Create}
}

// Destructive tells the operations that take something from a person who left.
func (o Op) Destructive() bool { return o == Withdraw || o == Detach || o == Revoke }

// OfDeparture tells the steps of a departure: those, and the contact that goes with the withdrawal.
func (o Op) OfDeparture() bool { return o.Destructive() || o == DisableContact }

// CockpitWord puts the German word of the management cockpit beside ours (design §4).
func (o Op) CockpitWord() string {
	switch o {
	case Withdraw:
		return "withdraw / Zugang entziehen"
	case Detach:
		return "detach / trennen"
	case Revoke:
		return "revoke / widerrufen"
	}
	return string(o)
}

// Sign is the mark at the start of a line: what comes, what changes, what goes.
func (o Op) Sign() string {
	switch o {
	case Create, Adopt, Transfer, PublishContact:
		return "+"
	case SetSettings, UnsetSetting:
		return "~"
	}
	return "-"
}
