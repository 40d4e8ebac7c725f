package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkSources looks at each source, and returns the people of each that could be read. state is what the ledger knows. A password that
// was refused before is tried again only if somebody asked for it.
func (d Doctor) checkSources(ctx context.Context, state model.State, tryLogin bool) (findings []Finding, shown [][]model.Identity) {
	findings = append(
		d.checkHomes("protect.groups", d.Config.Protect.Groups, ldapsource.Failure, "everybody of that source counts as protected, and each step of a departure waits for a yes"),
		d.checkHomes("mapping.category", d.Mapper.Groups(), ldapsource.Warning, "its people keep their labels as they are")...)
	for _, s := range d.Sources {
		check := s.Check
		if tryLogin {
			check = s.CheckAgain
		}
		for _, f := range check(ctx, state.Tracked(s.Name()), func(people []model.Person) ldapsource.Finding {
			identities := d.mapAll(people)
			shown = append(shown, identities)
			return checkMapping(identities)
		}) {
			findings = append(findings, Finding{SourceArea(s.Name()), f.Name, f.Verdict, f.Tried, f.Came, f.Advice})
		}
	}
	return findings, shown
}

func (d Doctor) mapAll(people []model.Person) []model.Identity {
	identities := make([]model.Identity, 0, len(people))
	for _, p := range people {
		identities = append(identities, d.Mapper.Map(p))
	}
	return identities
}

// checkHomes has a line for each group of one key of the configuration that no source can answer for.
func (d Doctor) checkHomes(key string, groups []string, verdict ldapsource.Verdict, until string) []Finding {
	var findings []Finding
	for _, group := range d.Config.LostGroups(groups) {
		findings = append(findings, Finding{Configuration, key, verdict, "look for the source of " + group, "it lies below the domain of none",
			"every source is asked, and while one does not find it, " + until + ": fix the DN, or remove it"})
	}
	return findings
}

// checkMapping looks at the people who are entitled, mapped, and counts what is missing. One without csi or
// username is held; if nobody has both, nothing would ever happen.
func checkMapping(identities []model.Identity) ldapsource.Finding {
	f := ldapsource.Finding{Name: "mapping", Verdict: ldapsource.Pass, Tried: "map everybody who is entitled"}
	entitled, whole := 0, 0
	csis, usernames, several := map[string]int{}, map[string]int{}, map[string]int{}
	for _, identity := range identities {
		if identity.State != model.Entitled {
			continue
		}
		entitled++
		if len(identity.Held) == 0 {
			whole++
		}
		for _, s := range identity.Several {
			if len(s.Values) > 1 {
				several[cmp.Or(s.Setting, "username")]++
			}
		}
		csis[identity.CSI]++
		usernames[identity.Username]++
	}
	noCSI, twinCSI := emptyAndShared(csis)
	noName, twinName := emptyAndShared(usernames)
	f.Came = fmt.Sprintf("%d entitled, %d of them with everything", entitled, whole)
	for _, fault := range []struct {
		people int
		text   string
	}{{noCSI, "lack csi"}, {noName, "lack username"}, {twinCSI, "share a csi with somebody"}, {twinName, "share a username with somebody"}} {
		if fault.people > 0 {
			f.Came += fmt.Sprintf("; %d %s", fault.people, fault.text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(several)) {
		f.Came += fmt.Sprintf("; %d have several values for %s", several[name], name)
	}
	switch {
	case whole == 0 && entitled > 0:
		f.Verdict, f.Advice = ldapsource.Failure, "nobody could get a credential: fix mapping, or let the bind account read the attributes it names"
	case whole < entitled || twinCSI+twinName > 0:
		f.Verdict, f.Advice = ldapsource.Warning, "these people are held, nothing is done for them: threema-dirsync plan lists each with the reason"
	case len(several) > 0:
		f.Verdict, f.Advice = ldapsource.Warning, "the value in use counts, else the one in the DN; of a csi or a username nobody guesses, and the person is held. "+
			"Leave one value in the directory, or let the template say which: {{ .uid | first }}"
	}
	return f
}

// emptyAndShared counts those who have no value, and those whose value somebody else has too.
func emptyAndShared(values map[string]int) (empty, shared int) {
	for value, n := range values {
		switch {
		case value == "":
			empty += n
		case n > 1:
			shared += n
		}
	}
	return empty, shared
}
