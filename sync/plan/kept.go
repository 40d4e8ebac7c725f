package plan

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// ofLeavers says, of the Threema IDs that leavers of ours had, whose they are and what was done: an ID that
// is kept (leavers.id: keep), or whose end is on its way, is not a stranger's. Of two departures the
// later one counts. An ID that is linked to a credential has its place there.
func (p *planner) ofLeavers() map[string]string {
	effects := slices.Clone(p.State.Effects)
	slices.SortStableFunc(effects, func(a, b Effect) int { return a.RequestedAt.Compare(b.RequestedAt) })
	words := map[string]string{}
	for _, left := range p.State.LeftBehind {
		words[left.ThreemaID] = fmt.Sprintf("left behind: of %s, from an earlier departure", personWords(left.CSI, p.nameOf(left.Person), left.Person))
	}
	for _, e := range effects {
		name, day := personWords(e.CSI, firstNonEmpty(e.DN, p.observations[e.Person].DN), e.Person), e.RequestedAt.UTC().Format(time.DateOnly)
		if e.Op != Withdraw {
			words[e.ThreemaID] = fmt.Sprintf("of %s, who left; %s was requested on %s", name, e.Op.cockpitWord(), day)
			continue
		}
		left := "of " + name + ", who left; credential " + e.Username + " was withdrawn on " + day
		if e.Ordered {
			left = "of " + name + "; credential " + e.Username + " was withdrawn by order on " + day
		}
		for _, id := range e.IDs {
			words[id] = "kept: " + left
		}
	}
	maps.DeleteFunc(words, func(id, _ string) bool { return p.users[id].CredentialID != "" })
	return words
}
