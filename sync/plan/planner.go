package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// planner carries the intermediate results of one Compute from step to step.
type planner struct {
	Input
	index

	plan         Plan
	update       model.StateUpdate
	names        model.Names
	renamings    []Renaming        // the sources that are called otherwise now
	untrusted    *model.TrustError // why nothing may be planned on this package
	seenAt       time.Time         // of what this pass sees, see State.AfterAll
	observations map[model.PersonID]model.Observation
	owned        map[model.PersonID]model.Ownership // as it will be once this plan is carried out
	former       map[string]model.Ownership         // by credential: owners before any transfer
	formerByCSI  map[string][]string                // csi that we wrote → credential IDs
	leavingNames map[string]model.Departure         // folded username → open departure
	departures   map[model.PersonID]model.Departure // open and not ended by this pass
	identities   map[model.PersonID]model.Identity  // everybody in a snapshot
	entitled     []model.Identity                   // those who compete for credentials, sorted
	planOnly     bool                               // nothing at all may be done before somebody accepts the baseline
	claimedCSI   map[string]model.PersonID          // whose csi it is, or may be: unknown, excluded or not read now
	lastingCSI   map[string][]model.PersonID        // the same, with all of them, and those whose departure is not confirmed
	mayHave      map[string][]model.PersonID        // by csi: who may have it by one of several values
	onceCSI      map[string][]model.PersonID        // those of them who had it before, and have another one now
	newcomers    map[string][]model.Identity        // by folded csi: entitled people without a credential of ours
	csis         map[model.PersonID][]string        // former csis
	leavers      map[string][]account               // by csi: departures under way or carried out
	folded       map[string][]holder                // by folded csi: whose it is; nil until somebody asks
	out          map[string][]model.Ownership       // by csi: whom a word put out (putout.go); nil until somebody asks
	outEntries   map[string][]model.Ownership       // the same people by directory ID
	shares       map[model.PersonID]bool            // people who have the csi of somebody of ours
	linked       map[link]time.Time                 // since when a Threema ID is seen on a credential
	formerly     map[string][]model.FormerLink      // by Threema ID: who used it before
	approvals    map[string]model.GivenApproval     // those that count, by change
	departedNow  map[model.PersonID]bool            // seen as departed by a complete read of this pass
	placeless    map[model.PersonID]bool            // looked for in this pass where nothing of their place is readable
	switched     map[string]bool                    // sources that were read from another copy of the directory than before
	unwhole      map[string]string                  // by source: what failed of its own certificate, which no yes settles
	proved       map[string]bool                    // sources whose view is proved after this read (views.go)
	uncounted    map[model.PersonID]bool            // seen as departed, by evidence that does not count
	undated      map[model.PersonID]bool            // a date decides about them, and the clock is in doubt
	clockInDoubt bool                               // our own, not just that of one server
	readDays     []model.ReadDay                    // the complete reads before this pass
	gaps         map[string]gap                     // by source
	seenOn       map[string][]string                // credential ID → Threema IDs seen on it at the last pass
	ours         map[string]model.Base              // by source, before this pass
	orphans      map[string]int                     // people of ours per source that is not configured any more
	openCreates  map[model.PersonID]model.Operation
	refused      map[refusedValue]string      // message by value
	publications map[string]model.Publication // by Threema ID
	unlistedAt   map[model.Object]time.Time   // first of the unbroken row of lists that lacked it, before this pass
	emptied      map[model.Object]bool        // lists that somebody accepted as empty, and that still are
	losses       []loss                       // more than may be missing at once
	lost         map[string]bool              // the credentials among them, by ID
	answered     map[string]bool              // credentials of which the service said that they are gone, by ID
	hidden       hiddenBy
	dropped      []model.OpenOrder       // orders that end with the acceptance
	withdrawn    []leaver                // whose departure may begin without a withdrawal
	beginning    map[model.PersonID]bool // who has left, with or without a step of theirs that is due, and whose credential had gone before (withdrawn.go)
	// transfersListed are those that the plan had before somebody accepted the baseline, by change.
	transfersListed map[string]bool
}

func newPlanner(in Input) *planner {
	p := &planner{
		Input:        in,
		index:        newIndex(in.Inventory),
		observations: map[model.PersonID]model.Observation{},
		owned:        map[model.PersonID]model.Ownership{},
		former:       map[string]model.Ownership{},
		formerByCSI:  map[string][]string{},
		leavingNames: map[string]model.Departure{},
		departures:   map[model.PersonID]model.Departure{},
		identities:   map[model.PersonID]model.Identity{},
		claimedCSI:   map[string]model.PersonID{},
		lastingCSI:   map[string][]model.PersonID{},
		mayHave:      map[string][]model.PersonID{},
		onceCSI:      map[string][]model.PersonID{},
		newcomers:    map[string][]model.Identity{},
		csis:         map[model.PersonID][]string{},
		leavers:      map[string][]account{},
		shares:       in.State.Sharing(),
		linked:       map[link]time.Time{},
		formerly:     map[string][]model.FormerLink{},
		approvals:    map[string]model.GivenApproval{},
		departedNow:  map[model.PersonID]bool{},
		placeless:    map[model.PersonID]bool{},
		switched:     map[string]bool{},
		unwhole:      map[string]string{},
		proved:       map[string]bool{},
		uncounted:    map[model.PersonID]bool{},
		undated:      map[model.PersonID]bool{},
		gaps:         map[string]gap{},
		seenOn:       map[string][]string{},
		ours:         in.State.CountOurs(),
		orphans:      map[string]int{},
		openCreates:  map[model.PersonID]model.Operation{},
		refused:      map[refusedValue]string{},
		publications: map[string]model.Publication{},
		unlistedAt:   map[model.Object]time.Time{},
		emptied:      map[model.Object]bool{},
		lost:         map[string]bool{},
		beginning:    map[model.PersonID]bool{},
		answered:     map[string]bool{},
	}
	p.sortLists()
	p.dropOrders()
	p.seenAt = in.State.AfterAll(in.Now)
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
func (p *planner) recall(state model.State) {
	for _, o := range state.Observations {
		p.observations[o.Person] = p.takeBack(state.Gap.Doubt(o))
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
	p.Sources = sorted(p.Sources, func(a, b model.SourceView) int { return strings.Compare(a.Snapshot.Source, b.Snapshot.Source) })
	p.State.Owned = sorted(p.State.Owned, func(a, b model.Ownership) int { return a.Person.Compare(b.Person) })
	p.State.Observations = sorted(p.State.Observations, func(a, b model.Observation) int { return a.Person.Compare(b.Person) })
	p.State.Departures = sorted(p.State.Departures, func(a, b model.Departure) int { return a.Person.Compare(b.Person) })
	p.State.Vanished = sorted(p.State.Vanished, model.Vanished.Compare)
	p.State.AbandonedIDs = sorted(p.State.AbandonedIDs, func(a, b model.AbandonedID) int {
		return cmp.Or(a.Person.Compare(b.Person), strings.Compare(a.ThreemaID, b.ThreemaID))
	})
	p.State.Open = sorted(p.State.Open, func(a, b model.Operation) int { return cmp.Compare(a.ID, b.ID) })
	p.State.Sentinels = sorted(p.State.Sentinels, func(a, b model.Sentinel) int { return a.Person.Compare(b.Person) })
	p.State.Effects = sorted(p.State.Effects, func(a, b model.Effect) int { return cmp.Compare(a.ID, b.ID) })
	for n := range p.State.Effects {
		p.State.Effects[n].IDs = sorted(p.State.Effects[n].IDs, strings.Compare)
	}
	p.State.Servers = sorted(p.State.Servers, model.KnownServer.Compare)
	p.State.Forgotten = sorted(p.State.Forgotten, func(a, b model.ForgottenSource) int { return strings.Compare(a.Source, b.Source) })
	p.State.Alarms = sorted(p.State.Alarms, model.Alarm.Compare)
	p.State.UsersSeen = sorted(p.State.UsersSeen, model.SeenUser.Compare)
	p.State.FormerLinks = sorted(p.State.FormerLinks, model.FormerLink.Compare)
	p.State.FormerCSIs = sorted(p.State.FormerCSIs, model.FormerCSI.Compare)
	p.State.PutOut = sorted(p.State.PutOut, func(a, b model.PutOut) int { return cmp.Or(a.Person.Compare(b.Person), b.At.Compare(a.At)) })
	p.State.OpenOrders = sorted(p.State.OpenOrders, model.OpenOrder.Compare)
	p.State.Suspensions = sorted(p.State.Suspensions, model.Suspension.Compare)
	p.State.Waits = sorted(p.State.Waits, func(a, b model.Wait) int { return strings.Compare(string(a.Code), string(b.Code)) })
	p.State.Approvals = sorted(p.State.Approvals, func(a, b model.GivenApproval) int { return strings.Compare(a.ChangeID, b.ChangeID) })
}

func sorted[T any](list []T, compare func(a, b T) int) []T {
	list = slices.Clone(list)
	slices.SortFunc(list, compare)
	return list
}
