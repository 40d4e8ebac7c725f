package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// checkTogether looks at what only directory, memory and package tell together: once every source has shown
// its people and, where it takes the lists of the package, the package answers.
func (a *assembly) checkTogether(ctx context.Context, meter *ledger.Meter, shown [][]plan.Identity, pkg []finding) ([]finding, error) {
	if len(shown) < len(a.sources) {
		return nil, nil
	}
	state, err := meter.State(ctx)
	if err != nil {
		return nil, err
	}
	findings := a.checkLists(state, shown)
	if slices.ContainsFunc(pkg, func(f finding) bool { return f.verdict == ldapsource.Failure }) {
		return findings, nil
	}
	return append(findings, a.checkInventory(ctx, state, shown)...), nil
}

// checkLists looks for csis of the configuration that nobody has.
func (a *assembly) checkLists(state plan.State, shown [][]plan.Identity) []finding {
	var findings []finding
	for _, n := range plan.NobodysCSIs(a.config.Decisions(), slices.Concat(shown...), state) {
		findings = append(findings, finding{"configuration", n.List, ldapsource.Warning, "look for " + n.CSI + " in every source", "nobody has it", n.Words()})
	}
	return findings
}

// checkInventory reads the lists of the package wholly, as a pass does, and compares them with the rest.
func (a *assembly) checkInventory(ctx context.Context, state plan.State, shown [][]plan.Identity) []finding {
	inventory, err := a.client.Inventory(ctx)
	if err != nil {
		return []finding{{"licence package", "csi", ldapsource.Skipped, comparingCSIs, err.Error(), listAdvice(err)}}
	}
	in := plan.Input{State: state, Inventory: inventory, Policy: a.config.Decisions(), Now: a.now(), ServiceClock: a.client.Clock()}
	for n, source := range a.sources {
		in.Configured = append(in.Configured, source.Name())
		in.Sources = append(in.Sources, plan.SourceView{Snapshot: plan.Snapshot{Source: source.Name()}, Identities: shown[n]})
	}
	findings := []finding{checkSpelling(in)}
	for _, entry := range plan.NobodysCredentials(in.Policy, inventory.Credentials) {
		findings = append(findings, finding{"configuration", "adopt.personal", ldapsource.Warning, "look for the credential " + entry, "there is none", plan.NobodysCredential(entry)})
	}
	return findings
}

const comparingCSIs = "compare the csis of the directory with those of the package"

// checkSpelling counts the people whose csi the package has in another spelling: a spreadsheet dropped
// zeros, or somebody typed it.
func checkSpelling(in plan.Input) finding {
	f := finding{"licence package", "csi", ldapsource.Pass, comparingCSIs, "none is another one but for its spelling", ""}
	if misses := plan.NearMisses(in); misses > 0 {
		f.verdict = ldapsource.Warning
		f.came = fmt.Sprintf("%s a csi that is another one but for case, blanks, leading zeros or the form of its letters", plan.Counted(misses, "person has", "people have"))
		f.advice = "these people wait (like-csi): threema-dirsync plan lists each with what it nearly is. Write the csi as the directory has it to the credential in the cockpit, " +
			"or correct the directory, or say yes to what the plan asks"
	}
	return f
}
