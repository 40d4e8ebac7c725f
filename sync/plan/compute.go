package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Input is everything that Compute looks at. Nothing else has a say.
type Input struct {
	Sources []SourceView // one for each configured source that was read wholly
	// Configured names all configured sources, in their order: where one person is seen in two, the
	// first wins (precedence.go). Those that Sources lacks could not be read.
	Configured []string
	Inventory  Inventory
	State      State
	Policy     Policy
	Budget     Budget
	Now        time.Time
	// ServiceClock is what the Work API tells of the time, to hold Now against.
	ServiceClock ServiceClock
	// AcceptBaseline binds the ledger to this package and these scopes, whatever it was bound
	// to before: the effect of "approve --baseline".
	AcceptBaseline bool
	// Stop, if not empty, says why nothing may be taken from anybody now: the stop file.
	Stop string
	// StopFile is the path of that file, for what to type.
	StopFile string
}

// SourceView is one complete snapshot after mapping.
type SourceView struct {
	Snapshot   Snapshot
	Identities []Identity // one for each person of the snapshot
}

// Compute compares and decides. It is pure, total and deterministic: the same input gives the
// same plan, whatever the order of its lists. A plan that is [Plan.Untrusted] may do
// nothing.
func Compute(in Input) Plan {
	p := newPlanner(in)
	if in.AcceptBaseline {
		p.transfersListed = transfersListed(in)
	}
	p.look()
	p.planPeople()
	p.countOrphans()
	p.planLeavers()
	p.approve()
	p.judgeBaseline()
	p.gate()
	p.beginWithdrawn()
	p.awaitPassing()
	p.limitHeld()
	p.verify()
	return p.finish()
}

// look is what comes before any decision: what is there, and whose it is.
func (p *planner) look() {
	p.reopen()
	p.recover()
	p.chooseValues()
	p.plan.Names = p.State.Names().With(p.Sources)
	p.judge()
	p.observe()
	p.plan.Renamed = p.renamings()
	p.judgeViews()
	p.judgeTrust()
	p.match()
}

// planner carries the intermediate results of one Compute from step to step.
type planner struct {
	Input
	index

	plan         Plan
	seenAt       time.Time // of what this pass sees, see afterAll
	observations map[PersonID]Observation
	owned        map[PersonID]Ownership   // as it will be once this plan is carried out
	former       map[string]Ownership     // by credential: owners before any transfer
	formerByCSI  map[string][]string      // csi that we wrote → credential IDs
	leavingNames map[string]Departure     // folded username → open departure
	departures   map[PersonID]Departure   // open and not ended by this pass
	identities   map[PersonID]Identity    // everybody in a snapshot
	entitled     []Identity               // those who compete for credentials, sorted
	planOnly     bool                     // nothing at all may be done before somebody accepts the baseline
	claimedCSI   map[string]PersonID      // whose csi it is, or may be: unknown, excluded or not read now
	lastingCSI   map[string][]PersonID    // the same, with all of them, and those whose departure is not confirmed
	mayHave      map[string][]PersonID    // by csi: who may have it by one of several values
	onceCSI      map[string][]PersonID    // those of them who had it before, and have another one now
	newcomers    map[string][]Identity    // by folded csi: entitled people without a credential of ours
	csis         map[PersonID][]string    // former csis
	leavers      map[string][]account     // by csi: departures under way or carried out
	folded       map[string][]holder      // by folded csi: whose it is; nil until somebody asks
	out          map[string][]Ownership   // by csi: whom a word put out (putout.go); nil until somebody asks
	outEntries   map[string][]Ownership   // the same people by directory ID
	shares       map[PersonID]bool        // people who have the csi of somebody of ours
	linked       map[link]time.Time       // since when a Threema ID is seen on a credential
	formerly     map[string][]FormerLink  // by Threema ID: who used it before
	approvals    map[string]GivenApproval // those that count, by change
	departedNow  map[PersonID]bool        // seen as departed by a complete read of this pass
	placeless    map[PersonID]bool        // looked for in this pass where nothing of their place is readable
	switched     map[string]bool          // sources that were read from another copy of the directory than before
	unwhole      map[string]string        // by source: what failed of its own certificate, which no yes settles
	proved       map[string]bool          // sources whose view is proved after this read (views.go)
	uncounted    map[PersonID]bool        // seen as departed, by evidence that does not count
	undated      map[PersonID]bool        // a date decides about them, and the clock is in doubt
	clockInDoubt bool                     // our own, not just that of one server
	readDays     []ReadDay                // the complete reads before this pass
	gaps         map[string]gap           // by source
	seenOn       map[string][]string      // credential ID → Threema IDs seen on it at the last pass
	ours         map[string]Base          // by source, before this pass
	orphans      map[string]int           // people of ours per source that is not configured any more
	openCreates  map[PersonID]Operation
	refused      map[refusedValue]string // message by value
	publications map[string]Publication  // by Threema ID
	unlistedAt   map[Object]time.Time    // first of the unbroken row of lists that lacked it, before this pass
	emptied      map[Object]bool         // lists that somebody accepted as empty, and that still are
	losses       []loss                  // more than may be missing at once
	lost         map[string]bool         // the credentials among them, by ID
	answered     map[string]bool         // credentials of which the service said that they are gone, by ID
	hidden       hiddenBy
	dropped      []OpenOrder       // orders that end with the acceptance
	withdrawn    []leaver          // whose departure may begin without a withdrawal
	beginning    map[PersonID]bool // who has left, with or without a step of theirs that is due, and whose credential had gone before (withdrawn.go)
	// transfersListed are those that the plan had before somebody accepted the baseline, by change.
	transfersListed map[string]bool
}

func newPlanner(in Input) *planner {
	p := &planner{
		Input:        in,
		index:        newIndex(in.Inventory),
		observations: map[PersonID]Observation{},
		owned:        map[PersonID]Ownership{},
		former:       map[string]Ownership{},
		formerByCSI:  map[string][]string{},
		leavingNames: map[string]Departure{},
		departures:   map[PersonID]Departure{},
		identities:   map[PersonID]Identity{},
		claimedCSI:   map[string]PersonID{},
		lastingCSI:   map[string][]PersonID{},
		mayHave:      map[string][]PersonID{},
		onceCSI:      map[string][]PersonID{},
		newcomers:    map[string][]Identity{},
		csis:         map[PersonID][]string{},
		leavers:      map[string][]account{},
		shares:       in.State.sharing(),
		linked:       map[link]time.Time{},
		formerly:     map[string][]FormerLink{},
		approvals:    map[string]GivenApproval{},
		departedNow:  map[PersonID]bool{},
		placeless:    map[PersonID]bool{},
		switched:     map[string]bool{},
		unwhole:      map[string]string{},
		proved:       map[string]bool{},
		uncounted:    map[PersonID]bool{},
		undated:      map[PersonID]bool{},
		gaps:         map[string]gap{},
		seenOn:       map[string][]string{},
		ours:         in.State.countOurs(),
		orphans:      map[string]int{},
		openCreates:  map[PersonID]Operation{},
		refused:      map[refusedValue]string{},
		publications: map[string]Publication{},
		unlistedAt:   map[Object]time.Time{},
		emptied:      map[Object]bool{},
		lost:         map[string]bool{},
		beginning:    map[PersonID]bool{},
		answered:     map[string]bool{},
	}
	p.sortLists()
	p.dropOrders()
	p.seenAt = in.State.afterAll(in.Now)
	p.recall(in.State)
	p.recallUnlisted()
	p.plan = Plan{
		Policy:       in.Policy.Mode,
		Subscription: in.Inventory.Subscription,
		GeneratedAt:  in.Now,
		WaitedFor:    p.State.Waits,
		StopFile:     in.StopFile,
	}
	return p
}

// recall indexes what the ledger remembers.
func (p *planner) recall(state State) {
	for _, o := range state.Observations {
		p.observations[o.Person] = p.takeBack(state.Gap.doubt(o))
	}
	for _, seen := range state.UsersSeen {
		p.seenOn[seen.CredentialID] = append(p.seenOn[seen.CredentialID], seen.ThreemaID)
	}
	for _, o := range state.Owned {
		p.owned[o.Person] = o
	}
	for _, s := range state.Departures {
		s.IDs = slices.Clone(s.IDs)
		p.departures[s.Person] = s
	}
	for _, a := range state.LiveApprovals(p.Policy, p.Now) {
		p.approvals[a.ChangeID] = a
	}
	for _, f := range state.FormerCSIs {
		p.csis[f.Person] = append(p.csis[f.Person], f.CSI)
	}
	for _, r := range state.Refusals {
		p.refused[refusedValue{r.CredentialID, r.Setting, r.Value}] = r.Message
	}
	for _, pub := range state.Published {
		p.publications[pub.ThreemaID] = pub
	}
}

// sortLists puts the lists whose order could show into one order, in copies of its own.
func (p *planner) sortLists() {
	p.Sources = sorted(p.Sources, func(a, b SourceView) int { return strings.Compare(a.Snapshot.Source, b.Snapshot.Source) })
	p.State.Owned = sorted(p.State.Owned, func(a, b Ownership) int { return a.Person.Compare(b.Person) })
	p.State.Observations = sorted(p.State.Observations, func(a, b Observation) int { return a.Person.Compare(b.Person) })
	p.State.Departures = sorted(p.State.Departures, func(a, b Departure) int { return a.Person.Compare(b.Person) })
	p.State.Vanished = sorted(p.State.Vanished, Vanished.compare)
	p.State.AbandonedIDs = sorted(p.State.AbandonedIDs, func(a, b AbandonedID) int {
		return cmp.Or(a.Person.Compare(b.Person), strings.Compare(a.ThreemaID, b.ThreemaID))
	})
	p.State.Open = sorted(p.State.Open, func(a, b Operation) int { return cmp.Compare(a.ID, b.ID) })
	p.State.Sentinels = sorted(p.State.Sentinels, func(a, b Sentinel) int { return a.Person.Compare(b.Person) })
	p.State.Effects = sorted(p.State.Effects, func(a, b Effect) int { return cmp.Compare(a.ID, b.ID) })
	for n := range p.State.Effects {
		p.State.Effects[n].IDs = sorted(p.State.Effects[n].IDs, strings.Compare)
	}
	p.State.Servers = sorted(p.State.Servers, KnownServer.compare)
	p.State.Forgotten = sorted(p.State.Forgotten, func(a, b ForgottenSource) int { return strings.Compare(a.Source, b.Source) })
	p.State.Alarms = sorted(p.State.Alarms, Alarm.compare)
	p.State.UsersSeen = sorted(p.State.UsersSeen, SeenUser.compare)
	p.State.FormerLinks = sorted(p.State.FormerLinks, FormerLink.Compare)
	p.State.FormerCSIs = sorted(p.State.FormerCSIs, FormerCSI.Compare)
	p.State.PutOut = sorted(p.State.PutOut, func(a, b PutOut) int { return cmp.Or(a.Person.Compare(b.Person), b.At.Compare(a.At)) })
	p.State.OpenOrders = sorted(p.State.OpenOrders, OpenOrder.compare)
	p.State.Suspensions = sorted(p.State.Suspensions, Suspension.Compare)
	p.State.Waits = sorted(p.State.Waits, func(a, b Wait) int { return strings.Compare(string(a.Code), string(b.Code)) })
	p.State.Approvals = sorted(p.State.Approvals, func(a, b GivenApproval) int { return strings.Compare(a.ChangeID, b.ChangeID) })
}

func sorted[T any](list []T, compare func(a, b T) int) []T {
	list = slices.Clone(list)
	slices.SortFunc(list, compare)
	return list
}

// add appends a change that is due unless a later step finds otherwise.
func (p *planner) add(c Change) {
	if c.Status == "" {
		c.Status = Due
	}
	if c.Class == "" {
		c.Class = p.class(c.Op)
	}
	p.plan.Changes = append(p.plan.Changes, c)
}

// class is design §5.3: a detach cannot be undone by us where revoking is the goal (D-17).
func (p *planner) class(op Op) Class {
	switch op {
	case Revoke:
		return Irreversible
	case Detach:
		if p.Policy.ID == RevokeID {
			return Irreversible
		}
		return Recoverable
	case Create, Withdraw:
		return Recoverable
	}
	return Reversible
}

func (p *planner) hold(person PersonID, csi, dn, reason string) {
	p.plan.Held = append(p.plan.Held, Held{Person: person, CSI: csi, DN: dn, Reason: reason})
}

// holdQuietly holds somebody, or one object of theirs, where nothing is wrong.
func (p *planner) holdQuietly(person PersonID, csi, dn, reason string) {
	p.plan.Held = append(p.plan.Held, Held{Person: person, CSI: csi, DN: dn, Reason: reason, Quiet: true})
}

// holdFor holds somebody for whom a person must do something.
func (p *planner) holdFor(ask Ask, person PersonID, csi, dn, reason string) {
	p.plan.Held = append(p.plan.Held, Held{Person: person, CSI: csi, DN: dn, Reason: reason, Ask: ask})
}

func (p *planner) holdIdentity(i Identity, reason string) {
	p.hold(i.Person, i.CSI, i.DN, reason)
}

// change starts a change for an identity.
func (p *planner) change(op Op, i Identity, remote string, preState ...string) Change {
	parts := append([]string{p.Inventory.Subscription.ID, string(op), i.Person.Source, i.Person.ID, remote}, preState...)
	return Change{
		ID:     changeID(parts...),
		Op:     op,
		Person: i.Person,
		CSI:    i.CSI,
		DN:     i.DN,
		OU:     p.observations[i.Person].OU,
	}
}

// finish sorts, sums up and hashes.
func (p *planner) finish() Plan {
	p.listUnmanaged()
	p.noteListed()
	p.noteValues()
	p.noteFilters()
	sortNotices(p.plan.Notices)
	p.remember()
	p.plan.Missed = p.missed()
	p.plan.Restarted = p.restarted()
	p.plan.Suspended = p.State.suspendedPeople(p.observations, p.plan.Names, p.Policy, p.Now)
	rank := map[Op]int{}
	for i, op := range Ops() {
		rank[op] = i
	}
	slices.SortFunc(p.plan.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(rank[a.Op], rank[b.Op]), compareChanges(a, b))
	})
	slices.SortFunc(p.plan.Held, func(a, b Held) int {
		return cmp.Or(a.Person.Compare(b.Person), strings.Compare(a.Reason, b.Reason))
	})
	slices.SortFunc(p.plan.Guards, Guard.compare)
	for _, s := range p.Sources {
		p.plan.Sources = append(p.plan.Sources, s.Report())
	}
	p.plan.CheckView = p.checkView()
	p.plan.Hash = hashOf(p.plan.AwaitingApproval())
	return p.plan
}

// hashOf covers the sorted ids of changes.
func hashOf(changes []Change) string {
	var ids []string
	for _, c := range changes {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return changeID(ids...)
}
