package doctor

import (
	"context"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// checkTogether looks at what only directory, memory and package tell together: once every source has shown
// its people and, where it takes the lists of the package, the package answers.
func (d Doctor) checkTogether(ctx context.Context, state model.State, shown [][]model.Identity, pkg []Finding) []Finding {
	var findings []Finding
	whole := len(shown) == len(d.Sources)
	if whole {
		findings = d.checkLists(state, shown)
	}
	if slices.ContainsFunc(pkg, func(f Finding) bool { return f.Verdict == ldapsource.Failure }) {
		return findings
	}
	inventory, err := d.Package.Inventory(ctx)
	if err != nil {
		return append(findings, Finding{LicencePackage, "trust", unreadLists(err), readingLists, told(err), listAdvice(err)},
			Finding{LicencePackage, "csi", ldapsource.Skipped, comparingCSIs, told(err), listAdvice(err)})
	}
	findings = append(findings, d.checkTrust(ctx, state, inventory))
	if whole {
		findings = append(findings, d.checkInventory(state, inventory, shown)...)
	}
	return findings
}

// checkLists looks for csis of the configuration that nobody has.
func (d Doctor) checkLists(state model.State, shown [][]model.Identity) []Finding {
	var findings []Finding
	for _, n := range plan.NobodysCSIs(d.Config.Decisions(), slices.Concat(shown...), state) {
		findings = append(findings, Finding{Configuration, n.List, ldapsource.Warning, "look for " + n.CSI + " in every source", model.Because("nobody-has-csi"), n.Reason()})
	}
	return findings
}

// checkInventory compares the lists of the package with the rest.
func (d Doctor) checkInventory(state model.State, inventory model.Inventory, shown [][]model.Identity) []Finding {
	in := plan.Input{State: state, Inventory: inventory, Policy: d.Config.Decisions(), Now: d.Now(), ServiceClock: d.Package.Clock()}
	for n, source := range d.Sources {
		in.Configured = append(in.Configured, source.Name())
		in.Sources = append(in.Sources, model.SourceView{Snapshot: model.Snapshot{Source: source.Name()}, Identities: shown[n]})
	}
	findings := []Finding{checkSpelling(in)}
	for _, entry := range plan.NobodysCredentials(in.Policy, inventory.Credentials) {
		findings = append(findings, Finding{Configuration, "adopt.personal", ldapsource.Warning, "look for the credential " + entry, model.Because("credential-not-there"), plan.NobodysCredential(entry)})
	}
	return findings
}

const (
	comparingCSIs = "compare the csis of the directory with those of the package"
	readingLists  = "read the lists of the package wholly, as a pass does"
)

// checkSpelling counts the people whose csi the package has in another spelling: a spreadsheet dropped
// zeros, or somebody typed it.
func checkSpelling(in plan.Input) Finding {
	f := Finding{LicencePackage, "csi", ldapsource.Pass, comparingCSIs, model.Because("csis-spelled-alike"), model.Reason{}}
	if misses := plan.NearMisses(in); misses > 0 {
		f.Verdict = ldapsource.Warning
		f.Came = model.Because("csis-misspelled", misses)
		f.Advice = model.Because("settle-spelling")
	}
	return f
}
