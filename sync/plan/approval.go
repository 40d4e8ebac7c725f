package plan

import (
	"fmt"
	"slices"
	"time"
)

// The bounds of how long an approval may last.
const (
	MinApproval = time.Minute
	MaxApproval = 30 * 24 * time.Hour
)

// GivenApproval is somebody's yes to one change, by its id. It lets the change pass the approval
// that its class asks for and the limits on numbers, and nothing else: no baseline, no missing
// evidence, no stop file.
type GivenApproval struct {
	ChangeID string
	Op       Op // of the change, as Person and CSI; for the audit
	Person   PersonID
	CSI      string
	// Until is when its time is over, counted from when it was given; see State.ends.
	Until time.Time
	// Ahead tells that the step is not due yet: the time counts from when it is.
	Ahead bool
	// At is when it was given.
	At time.Time
	// Hash is that of the plan under which it was given, By who gave it: as the ledger has it, and not given with it.
	Hash, By string
}

// departs tells of a yes to a step of a departure. Before ledgers kept the operation there were no others.
func (a GivenApproval) departs() bool {
	return a.Op == "" || a.Op.OfDeparture()
}

// live tells whether an approval still counts. One that was given before its end lasts as long as the
// departure that it let begin, or that it continues: a started departure keeps its approval. departure is the
// person's open one, the zero value if there is none.
func (a GivenApproval) live(end time.Time, departure Departure, now time.Time) bool {
	return now.Before(end) || !departure.StartedAt.IsZero() && departure.StartedAt.Before(end)
}

// Lasts words how long a yes lasts that is given.
func (a GivenApproval) Lasts() string {
	if a.Ahead {
		return fmt.Sprintf("for %s from when the step is due, and for the first pass after that", a.Until.Sub(a.At))
	}
	return "until " + a.Until.UTC().Format(time.RFC3339)
}

// ends is the end of an approval, and whether its time has not begun yet. The time of one to a step out that is not due yet counts from when the
// times of the configuration are over, and it is there for the first pass after that, however late. Where none
// comes for the longest time that an approval may last, it ends. o is what is known of the person, departure their open
// departure, the zero value if there is none, read the last complete read of their source.
func (s State) ends(a GivenApproval, o Observation, departure Departure, policy Policy, now, read time.Time) (end time.Time, ahead bool) {
	if !a.departs() || o.State != Departed || !o.Since.Before(a.Until) || policy.Mode != Sync {
		return a.Until, false
	}
	due := policy.withdrawable(o, s.graceStart(o, policy, now))
	if a.Op == Detach || a.Op == Revoke {
		due = Later(due, departure.GraceFrom()).Add(policy.GraceID)
	}
	if !a.At.Before(due) {
		return a.Until, false // it was due when somebody said yes
	}
	if !o.ConfirmedAt.IsZero() && !read.Before(due) {
		return Later(a.Until, due.Add(a.Until.Sub(a.At))), false
	}
	return Later(a.Until, due.Add(MaxApproval)), true
}

// LiveApprovals lists the approvals that still count, each with its end.
func (s State) LiveApprovals(policy Policy, now time.Time) []GivenApproval {
	departures, seen := map[PersonID]Departure{}, map[PersonID]Observation{}
	for _, departure := range s.Departures {
		departures[departure.Person] = departure
	}
	for _, o := range s.Observations {
		seen[o.Person] = o
	}
	var live []GivenApproval
	for _, a := range s.Approvals {
		end, ahead := s.ends(a, seen[a.Person], departures[a.Person], policy, now, s.lastRead(a.Person.Source))
		if a.live(end, departures[a.Person], now) {
			a.Until, a.Ahead = end, ahead
			live = append(live, a)
		}
	}
	return live
}

// approve marks the changes that somebody said yes to. What is marked stands outside the
// limits: it is not counted by them and not blocked by them.
func (p *planner) approve() {
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		if !p.saidYes(*c) {
			continue
		}
		c.Approved = true
		if until := p.approvedUntil(p.approvals[c.ID]); p.Now.Before(until) {
			c.ApprovedUntil = until
		}
	}
}

// approvedUntil is the end of a yes as every screen tells it once this pass has read: the pass that finds a step due lets
// its time begin.
func (p *planner) approvedUntil(a GivenApproval) time.Time {
	n := slices.IndexFunc(p.State.Approvals, func(given GivenApproval) bool { return given.ChangeID == a.ChangeID })
	if !a.Ahead || n < 0 || !p.readWholly(a.Person.Source) {
		return a.Until
	}
	end, _ := p.State.ends(p.State.Approvals[n], p.observations[a.Person], p.departures[a.Person], p.Policy, p.Now, p.Now)
	return end
}

// saidYes tells whether somebody said yes to a change.
func (p *planner) saidYes(c Change) bool {
	a, given := p.approvals[c.ID]
	return given && a.Person == c.Person
}

// listed tells whether the configuration lists somebody by csi. A list names a person, not a spelling:
// every csi counts that they ever had.
func (p *planner) listed(csis []string, person PersonID, csi string) bool {
	theirs := p.csisOf(person, csi)
	return slices.ContainsFunc(csis, func(listed string) bool { return slices.Contains(theirs, listed) })
}

// protect marks the steps of a departure of protected people, the contact's too: the last look before each
// of them asks whether the plan knew (design §5.6).
func (p *planner) protect() {
	all := map[string]string{}
	for _, s := range p.Sources {
		all[s.Snapshot.Source] = s.Snapshot.ProtectAll
	}
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		why := all[c.Person.Source]
		if !c.Op.OfDeparture() || why == "" && !p.isProtected(*c) {
			continue
		}
		c.Protected = true
		c.Reason += "; protected"
		if !p.isProtected(*c) {
			c.Reason += ", like everybody of source " + c.Person.Source + " (" + why + ")"
		}
		c.Reason += ": every step needs an approval"
	}
}

// isProtected tells whether a group or a csi protects the person of a change.
func (p *planner) isProtected(c Change) bool {
	return p.observations[c.Person].Protected || p.listed(p.Policy.Protected, c.Person, c.CSI)
}

// expiredApprovals lists the change ids of approvals that count no more.
func (p *planner) expiredApprovals() []string {
	var expired []string
	for _, a := range p.State.Approvals {
		end, _ := p.State.ends(a, p.observations[a.Person], p.departures[a.Person], p.Policy, p.Now, p.State.lastRead(a.Person.Source))
		if !a.live(end, p.departures[a.Person], p.Now) {
			expired = append(expired, a.ChangeID)
		}
	}
	return expired
}

// AwaitsApproval tells whether "approve HASH" is what the change waits for: it needs an
// approval, a limit blocks it, or will when it is due. The other guards are lifted otherwise: the baseline by
// "approve --baseline", the stop file by removing it.
func (c Change) AwaitsApproval() bool {
	switch c.Status {
	case NeedsApproval:
		return true
	case Waiting:
		return c.Ahead()
	case Blocked:
		return c.Guard != GuardBaseline && c.Guard != GuardStopFile
	}
	return false
}

// AwaitingApproval lists the changes that the plan's hash covers.
func (p Plan) AwaitingApproval() []Change {
	var changes []Change
	for _, c := range p.Changes {
		if c.AwaitsApproval() {
			changes = append(changes, c)
		}
	}
	return changes
}

// voidApprovals lists the change ids of approvals to a departure that is over, as the person was seen as
// entitled again: the steps of the next one have other ids (see seenAgain), so these are a yes to nothing.
func (p *planner) voidApprovals() []string {
	away := map[PersonID]bool{}
	for _, o := range p.State.Observations {
		away[o.Person] = o.State != Entitled
	}
	var void []string
	for _, a := range p.State.Approvals {
		if a.departs() && away[a.Person] && p.observations[a.Person].State == Entitled {
			void = append(void, a.ChangeID)
		}
	}
	return void
}
