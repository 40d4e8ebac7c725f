package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func (p *lists) credentialThere(own model.Ownership) bool {
	_, there := p.credentials[own.CredentialID]
	return there
}

// idsOf lists the Threema IDs to persist: those linked to the credential now, those that an earlier
// departure left behind, and those that earlier passes saw on it, see seenEarlier (D-16).
func (p *lists) idsOf(own model.Ownership) []string {
	var ids []string
	for _, u := range p.people(own.CredentialID) {
		ids = append(ids, u.ID)
	}
	ids = append(ids, p.leftBehind(own)...)
	ids = append(ids, p.seenEarlier(own)...)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// leftBehind lists the IDs of an earlier departure of the same person that they did not take up
// again: else nobody would ever take them out. One that is linked has another owner by now, or is
// among those on the credential. An ID of another account with this csi is theirs if that departure
// ended because they are the same person.
func (p *lists) leftBehind(own model.Ownership) []string {
	var ids []string
	for _, left := range p.State.AbandonedIDs {
		theirs := left.Person == own.Person || left.CSI == own.CSI && own.CSI != ""
		if theirs && p.unlinked(left.ThreemaID) {
			ids = append(ids, left.ThreemaID)
		}
	}
	return ids
}

// unlinked tells of a Threema ID that no credential has, or that one list alone lacks.
func (p *lists) unlinked(threemaID string) bool {
	u, listed := p.users[threemaID]
	free := listed && !u.Special() && u.CredentialID == ""
	return free || p.unsure(model.Object{Kind: model.ObjectUser, ID: threemaID})
}

// departing lists the Threema IDs that a departure takes out: those of the credential, and those of earlier ones
// that the owner had last and that no credential has now, as after a withdrawal that was taken back. Whose
// they may be beside the owner's, each step asks (belongs.go). One that was taken once and is back is an alarm, and stays.
func (p *links) departing(own model.Ownership) []string {
	ids := p.idsOf(own)
	for _, links := range p.formerly {
		for _, l := range links {
			if l.Person == own.Person && l.Last(links) && p.unlinked(l.ThreemaID) && !p.takenBefore(l.ThreemaID) {
				ids = append(ids, l.ThreemaID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// takenBefore tells of a Threema ID that was detached or revoked.
func (p *given) takenBefore(threemaID string) bool {
	return slices.ContainsFunc(p.State.Effects, func(e model.Effect) bool { return e.Op.TakesID() && e.ThreemaID == threemaID })
}
