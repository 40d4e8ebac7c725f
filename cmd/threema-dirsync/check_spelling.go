package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// checkSpelling counts the people whose csi the package has in another spelling: a spreadsheet dropped
// zeros, or somebody typed it. It reads the lists wholly, once every source has shown its people and the package answers.
func (a *assembly) checkSpelling(ctx context.Context, meter *ledger.Meter, shown [][]plan.Identity, pkg []finding) ([]finding, error) {
	failed := func(f finding) bool { return f.verdict == ldapsource.Failure }
	if len(shown) < len(a.sources) || slices.ContainsFunc(pkg, failed) {
		return nil, nil
	}
	state, err := meter.State(ctx)
	if err != nil {
		return nil, err
	}
	in := plan.Input{State: state, Policy: policyOf(a.config), Now: a.now(), ServiceClock: a.client.Clock()}
	for n, source := range a.sources {
		in.Configured = append(in.Configured, source.Name())
		in.Sources = append(in.Sources, plan.SourceView{Snapshot: plan.Snapshot{Source: source.Name()}, Identities: shown[n]})
	}
	return []finding{a.compareCSIs(ctx, in)}, nil
}

// compareCSIs reads the package and compares it with what the sources have shown.
func (a *assembly) compareCSIs(ctx context.Context, in plan.Input) finding {
	f := finding{"licence package", "csi", ldapsource.Pass, "compare the csis of the directory with those of the package", "none is another one but for its spelling", ""}
	var err error
	if in.Inventory, err = a.client.Inventory(ctx); err != nil {
		f.verdict, f.came, f.advice = ldapsource.Skipped, err.Error(), "it takes the whole lists of the package"
		return f
	}
	if misses := plan.NearMisses(in); misses > 0 {
		f.verdict = ldapsource.Warning
		f.came = fmt.Sprintf("%d people have a csi that is another one but for case, blanks, leading zeros or the form of its letters", misses)
		f.advice = "these people wait (like-csi): threema-dirsync plan lists each with what it nearly is. Write the csi as the directory has it to the credential in the cockpit, " +
			"or correct the directory, or say yes to what the plan asks"
	}
	return f
}
