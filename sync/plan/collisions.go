package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// collisions finds entitled people with the same csi or username: all of them are held, by
// name, for the program cannot know who is right (D-19, domain F19). Between sources their order says who
// is right about a csi: who yields is held alone, and competes for no username. A create that is
// under way is finished all the same, so that the credential can pass on.
func (p *claims) collisions() map[model.PersonID][]model.Reason {
	held := map[model.PersonID][]model.Reason{}
	byCSI, byUsername := map[string][]model.Identity{}, map[string][]model.Identity{}
	for _, i := range p.entitled {
		if first, yields := p.yieldsTo(i); yields {
			if !p.creating(i.Person) {
				held[i.Person] = p.describeSecond(first).Some()
			}
			continue
		}
		if i.CSI != "" {
			byCSI[i.CSI] = append(byCSI[i.CSI], i)
		}
		if i.Username != "" {
			folded := FoldUsername(i.Username)
			byUsername[folded] = append(byUsername[folded], i)
		}
	}
	holdAll(held, byCSI, csiAlsoOf)
	holdAll(held, byUsername, usernameAlsoOf)
	return held
}

// holdAll holds people who have the same.
func holdAll(held map[model.PersonID][]model.Reason, byKey map[string][]model.Identity, alsoOf func(key string, names []string, more int) model.Reason) {
	for key, people := range byKey {
		for n, i := range people {
			if len(people) > 1 {
				names, more := others(people, n)
				held[i.Person] = append(held[i.Person], alsoOf(key, names, more))
			}
		}
	}
}

func csiAlsoOf(csi string, names []string, more int) model.Reason {
	if more > 0 {
		return model.Because("csi-also-of-many", csi, names, more)
	}
	return model.Because("csi-also-of", csi, names)
}

func usernameAlsoOf(username string, names []string, more int) model.Reason {
	if more > 0 {
		return model.Because("username-also-of-many", username, names, more)
	}
	return model.Because("username-also-of", username, names)
}

// others names the people beside number n, but not all of them if they are many: where one
// csi is everybody's, the mapping is wrong.
func others(people []model.Identity, n int) (names []string, more int) {
	const most = 3
	for m := 0; m < len(people) && len(names) < most; m++ {
		if m != n {
			names = append(names, people[m].DN)
		}
	}
	return names, len(people) - 1 - len(names)
}
