package view

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

func writeLedger(x explain.Explanation, out *printer) {
	out.line("\n%s", describeRemembered(x))
	if x.Observation == nil && x.Owned == nil && x.Departure == nil && len(x.Open) == 0 && len(x.Effects) == 0 {
		out.fact("nothing")
	}
	if o := x.Observation; o != nil {
		out.fact("state", o.State.String(), english.Evidence(o.Evidence))
		out.fact("last seen entitled", wording.StampOr(o.LastSeen, "never, by any pass"))
		if o.Protected {
			out.fact("protected", "by a group of protect.groups: each step out needs an approval")
		}
		if o.Unproved {
			out.fact("missed first", "by a read that may only hide them, alone or with their whole place: each step out asks for a yes", viewOf(x))
		}
		if o.State == model.Departed {
			reads := wording.Counted(x.PassReads, "complete read", "complete reads") + " by passes"
			if x.PassReads == 0 {
				reads = "seen by no pass yet, by this look only"
			}
			out.fact("departed since", wording.Stamp(o.Since), reads)
			out.fact("confirmed", wording.StampOr(o.ConfirmedAt, "not yet"))
		}
	}
	writeOwned(x, out)
	if departure := x.Departure; departure != nil {
		out.fact("departure began", wording.Stamp(departure.StartedAt))
		out.fact("withdrawn", describeWithdrawal(x.History, departure.CredentialID, departure.WithdrawnAt, departure.GraceFrom()))
		for _, id := range departure.IDs {
			out.fact("  ID "+id.ThreemaID, "gone: "+wording.StampOr(id.GoneAt, "not yet"))
		}
	}
	for _, e := range x.Effects {
		out.fact(effectCells(e)...)
	}
	if x.PackageUnread() != "" && len(x.IDs) > 0 {
		out.fact("Threema ID", strings.Join(x.IDs, " "))
	}
	for _, op := range x.Open {
		out.fact("without a known end", string(op.Op), wording.Stamp(op.At))
	}
}

// writeOwned tells of the credential; one that is gone by order is not missing.
func writeOwned(x explain.Explanation, out *printer) {
	own := x.Owned
	if own == nil {
		return
	}
	how := "adopted"
	if own.Created {
		how = "created"
	}
	out.fact("owns credential", own.CredentialID+" "+own.Username, how)
	if x.Order != nil {
		out.fact("withdrawn by order", wording.Stamp(x.Order.At), "`audit export` tells by whom and why")
	}
	if x.OpenOrder != nil {
		out.fact("ORDERED, NOT DONE", "ordered "+wording.Stamp(x.OpenOrder.At)+" by "+x.OpenOrder.By, english.Say(x.Lost), "to take the order back: threema-dirsync withdraw --undo "+x.Typed+" --reason TEXT")
	}
	if x.Undone != nil {
		out.fact("taken back", wording.Stamp(x.Undone.At), "by "+x.Undone.By)
	}
	if x.Order == nil && own.MissingReads > 0 {
		out.fact("missing since", wording.Stamp(own.MissingSince), wording.Counted(own.MissingReads, "read", "reads"))
	}
}

// effectCells tells an effect in cells.
func effectCells(e model.Effect) []string {
	cells := []string{e.Title(), "requested " + wording.Stamp(e.RequestedAt)}
	switch e.State() {
	case model.EffectVerified:
		return append(cells, "verified "+wording.Stamp(e.VerifiedAt))
	case model.EffectReturned:
		return append(cells, "not looked for any more: "+english.Say(plan.DescribeEnd(e)))
	case model.EffectRequested:
	}
	return append(cells, "not verified yet, effective by "+wording.Stamp(e.EffectiveBy()))
}

// describeRemembered heads what is remembered.
func describeRemembered(x explain.Explanation) string {
	if len(x.Unread) == 0 {
		return "Remembered:"
	}
	return "Remembered, as of " + x.KnownAsOf() + ":"
}
