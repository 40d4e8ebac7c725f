package doctor

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkSources looks at each source, and returns the people of each that could be read. state is what the ledger knows. A password that
// was refused before is tried again only if somebody asked for it.
func (d Doctor) checkSources(ctx context.Context, state model.State, tryLogin bool) (findings []Finding, shown [][]model.Identity) {
	findings = append(
		d.checkHomes("protect.groups", d.Config.Protect.Groups, ldapsource.Failure, model.Because("everybody-protected")),
		d.checkHomes("mapping.category", d.Mapper.Groups(), ldapsource.Warning, model.Because("labels-stay"))...)
	for _, s := range d.Sources {
		check := s.Check
		if tryLogin {
			check = s.CheckAgain
		}
		var mapped Finding
		for _, f := range check(ctx, state.Tracked(s.Name()), func(people []model.Person) ldapsource.Finding {
			identities := d.mapAll(people)
			shown = append(shown, identities)
			mapped = checkMapping(SourceArea(s.Name()), identities)
			return ldapsource.Finding{Name: mapped.Name, Verdict: mapped.Verdict, Tried: mapped.Tried}
		}) {
			if f.Name == mapped.Name {
				findings = append(findings, mapped)
				continue
			}
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
func (d Doctor) checkHomes(key string, groups []string, verdict ldapsource.Verdict, until model.Reason) []Finding {
	var findings []Finding
	for _, group := range d.Config.LostGroups(groups) {
		findings = append(findings, Finding{Configuration, key, verdict, "look for the source of " + group, model.Because("group-of-no-source"), model.Because("mend-group", until)})
	}
	return findings
}

// checkMapping looks at the people who are entitled, mapped, and counts what is missing. One without csi or
// username is held; if nobody has both, nothing would ever happen.
func checkMapping(area Area, identities []model.Identity) Finding {
	f := Finding{Area: area, Name: "mapping", Verdict: ldapsource.Pass, Tried: "map everybody who is entitled"}
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
	counts := []model.Reason{
		model.Because("entitled-and-whole", entitled, whole), model.Because("people-lack-csi", noCSI), model.Because("people-lack-username", noName),
		model.Because("people-share-csi", twinCSI), model.Because("people-share-username", twinName),
	}
	for _, name := range slices.Sorted(maps.Keys(several)) {
		counts = append(counts, model.Because("people-with-several", several[name], name))
	}
	f.Came = model.Because("mapped", slices.DeleteFunc(counts, func(r model.Reason) bool { return r.Code != "entitled-and-whole" && r.Args[0] == 0 }))
	switch {
	case whole == 0 && entitled > 0:
		f.Verdict, f.Advice = ldapsource.Failure, model.Because("mend-mapping")
	case whole < entitled || twinCSI+twinName > 0:
		f.Verdict, f.Advice = ldapsource.Warning, model.Because("plan-lists-held")
	case len(several) > 0:
		f.Verdict, f.Advice = ldapsource.Warning, model.Because("choose-value")
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
