package model

import (
	"slices"
	"time"
)

// State is what the ledger remembers between two passes, as values.
type State struct {
	// Subscription is the licence package that this ledger is bound to, "" before the first
	// recorded pass.
	Subscription string
	// Sources are the bindings of the directories, by source name.
	Sources map[string]SourceBinding
	// Servers are those from which the sources were read completely within the last 30 days.
	Servers []KnownServer
	// Baseline tells that destructive changes are allowed against this package and scope
	// (design §5.10). RolledOut tells that the first roll-out has been carried out wholly, from
	// which on creates and changes are limited (design §5.11).
	Baseline  bool
	RolledOut bool
	// Forgotten are the sources that somebody gave up (sync/plan/forgotten.go).
	Forgotten []ForgottenSource
	// AcceptedHeld are the held people whom somebody accepted as that, and who still are (held.go).
	AcceptedHeld []PersonID
	// Gap is what was done here and this ledger does not know, the zero value if nothing is.
	Gap Gap
	// SyncSince is the first pass of the current unbroken row of passes under policy sync,
	// zero if the last one had another policy. No grace begins earlier (design §5.4).
	SyncSince time.Time

	// Reads are the days of complete reads of the last 30 days, and of each source the last one.
	Reads []ReadDay

	Owned        []Ownership
	Observations []Observation
	Sentinels    []Sentinel
	Departures   []Departure // open ones
	AbandonedIDs []AbandonedID
	Open         []Operation   // journal rows that are INTENT or UNKNOWN
	Taken        []PastRemoval // destructive effects of the last seven days
	Bases        []Base        // of earlier passes, last eight days
	Refusals     []Refusal
	Published    []Publication
	UsersSeen    []SeenUser      // users seen on owned credentials at the last pass
	FormerLinks  []FormerLink    // who used which Threema ID before
	FormerCSIs   []FormerCSI     // csis that people had before
	Approvals    []GivenApproval // given and not used up; some may be over, see LiveApprovals
	Orders       []PastOrder     // what was withdrawn on somebody's word alone, and is still owned
	PutOut       []PutOut        // whom a word put out, and who departed since (sync/plan/putout.go)
	OpenOrders   []OpenOrder     // orders that are not carried out yet (sync/plan/openorder.go)
	Undone       []UndoneOrder   // withdrawals that somebody took back, of what is still owned or was until a departure
	Suspensions  []Suspension    // departures that wait on somebody's word (sync/plan/suspend.go)
	// Service is what the service taught us.
	Service Service
	// Effects are what was taken from leavers of this licence package and still matters: not
	// verified, verified within the last 90 days, or of a departure with an alarm. Alarms are
	// those that stand (sync/plan/verify.go).
	Effects []Effect
	Alarms  []Alarm
	// Waits are what the last pass waited for, and since when (sync/plan/waits.go).
	Waits []Wait
	// Skips are the steps that the last pass stopped right before their requests.
	Skips []Skip
	// Unlisted is what the last list of the package lacked (sync/plan/unlisted.go); Vanished are the Threema IDs
	// of departures that went without anybody taking them (vanished.go).
	Unlisted []Unlisted
	Vanished []Vanished
}

// LastRead is the last complete read of a source, zero if there is none.
func (s State) LastRead(source string) (last time.Time) {
	for _, d := range s.Reads {
		if d.Source == source {
			last = Later(last, d.Last)
		}
	}
	return last
}

// RemembersLeaver tells whether the ledger knows a departure of somebody with this csi.
func (s State) RemembersLeaver(csi string) bool {
	return slices.ContainsFunc(s.Departures, func(departure Departure) bool { return departure.CSI == csi }) ||
		slices.ContainsFunc(s.Effects, func(e Effect) bool { return e.CSI == csi })
}
