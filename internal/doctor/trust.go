package doctor

import (
	"context"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// checkTrust asks of the package what a pass asks first: can it be what it says? Whose credential may be missing, as
// they left, only a complete read shows: where it is asked for, every directory is read as a pass does.
func (d Doctor) checkTrust(ctx context.Context, state model.State, inventory model.Inventory) Finding {
	f := Finding{LicencePackage, "trust", ldapsource.Pass, "look whether the package has what the ledger knows, as a pass does first", model.Because("package-plausible"), model.Reason{}}
	in := plan.Input{State: state, Inventory: inventory, Policy: d.Config.Decisions(), Now: d.Now(), ServiceClock: d.Package.Clock()}
	if plan.Compute(in).Untrusted == nil {
		return f
	}
	for _, source := range d.Sources {
		in.Configured = append(in.Configured, source.Name())
		if snapshot, err := source.Read(ctx, state.Tracked(source.Name())); err == nil {
			in.Sources = append(in.Sources, model.SourceView{Snapshot: snapshot, Identities: d.mapAll(snapshot.People)})
		}
	}
	if distrust := plan.Compute(in).Untrusted; distrust != nil {
		f.Verdict, f.Came, f.Advice = ldapsource.Failure, distrust.Reason(), model.Because("no-pass-until-trusted")
	}
	return f
}
