package plan

import (
	"slices"
	"strings"
)

// foldFullName is a name as people type it: in either order, with or without a comma.
func foldFullName(name string) string { return foldName(strings.ReplaceAll(name, ",", " ")) }

// knowNames adds the names that the directory, and for people of ours the package, has of somebody.
func (r *register) knowNames(in Input) {
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			r.callBy(i.Person, i.Setting(SettingFirstName), i.Setting(SettingLastName))
		}
	}
	for _, own := range in.State.Owned {
		settings := in.Inventory.Settings[own.CredentialID]
		r.callBy(own.Person, settings[SettingFirstName], settings[SettingLastName])
	}
}

// callBy adds somebody under a name, in the ways in which it is asked for.
func (r *register) callBy(person PersonID, first, last string) {
	for _, key := range []string{first, last, first + " " + last, last + " " + first} {
		enter(r.byFullName, foldFullName(key), person)
	}
}

// byTheirName finds the one person of a name. It is the weakest key: it counts only if every source was
// read, for nobody knows who else has it there, and if nothing unmanaged in the package has it too.
func (r *register) byTheirName(query string) map[PersonID]bool {
	people := r.byFullName[foldFullName(query)]
	if !r.allRead {
		return nil
	}
	for person := range people {
		taken := func(u Unmanaged) bool { return bears(u, query) && !r.isOf(u.ID, person) }
		if len(people) == 1 && slices.ContainsFunc(r.plan.Unmanaged, taken) {
			return nil
		}
	}
	return people
}

// isOf tells a Threema ID that a person used, or that reports their csi: it may be on no credential any more,
// as that of a leaver who keeps it.
func (r *register) isOf(threemaID string, person PersonID) bool {
	csi := r.reports[threemaID]
	return r.byName[foldKey(threemaID)][person] || csi != "" && csi == r.names[person].CSI
}

// bears tells that what nobody manages has a name in the package, or a part of one.
func bears(u Unmanaged, name string) bool {
	key := foldFullName(name)
	return key != "" && u.Kind != "credential" && strings.Contains(" "+foldFullName(u.Name)+" ", " "+key+" ")
}

// allRead tells whether every configured source was read.
func allRead(in Input) bool {
	for _, name := range in.Configured {
		if !slices.ContainsFunc(in.Sources, func(s SourceView) bool { return s.Snapshot.Source == name }) {
			return false
		}
	}
	return true
}
