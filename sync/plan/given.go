package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// given is the input in one order, and by keys what of the memory no step changes.
type given struct {
	Input
	seenAt       time.Time                      // of what this pass sees, see State.AfterAll
	seenOn       map[string][]string            // credential ID → Threema IDs seen on it at the last pass
	approvals    map[string]model.GivenApproval // those that count, by change
	refused      map[refusedValue]string        // message by value
	publications map[string]model.Publication   // by Threema ID
	shares       map[model.PersonID]bool        // people who have the csi of somebody of ours
	ours         map[string]model.Base          // by source, before this pass
	dropped      []model.OpenOrder              // orders that end with the acceptance
}

func newGiven(in Input) *given {
	p := &given{
		Input:        in,
		seenAt:       in.State.AfterAll(in.Now),
		seenOn:       map[string][]string{},
		approvals:    map[string]model.GivenApproval{},
		refused:      map[refusedValue]string{},
		publications: map[string]model.Publication{},
		shares:       in.State.Sharing(),
		ours:         in.State.CountOurs(),
	}
	p.sortLists()
	p.dropOrders()
	for _, seen := range in.State.UsersSeen {
		p.seenOn[seen.CredentialID] = append(p.seenOn[seen.CredentialID], seen.ThreemaID)
	}
	for _, a := range in.State.LiveApprovals(p.Policy, p.Now) {
		p.approvals[a.ChangeID] = a
	}
	for _, r := range in.State.Refusals {
		p.refused[refusedValue{r.CredentialID, r.Setting, r.Value}] = r.Message
	}
	for _, pub := range in.State.Published {
		p.publications[pub.ThreemaID] = pub
	}
	return p
}

// sortLists puts the lists whose order could show into one order, in copies of its own.
func (p *given) sortLists() {
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
