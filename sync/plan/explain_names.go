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
	taken := func(u Unmanaged) bool { return bears(u, query) }
	if !r.allRead || len(people) == 1 && slices.ContainsFunc(r.plan.Unmanaged, taken) {
		return nil
	}
	return people
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
