package plan

import (
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// collisions finds entitled people with the same csi or username: all of them are held, by
// name, for the program cannot know who is right (D-19, domain F19). Between sources their order says who
// is right about a csi: who yields is held alone, and competes for no username. A create that is
// under way is finished all the same, so that the credential can pass on.
func (p *claims) collisions() map[model.PersonID]string {
	held := map[model.PersonID]string{}
	byKey := map[string][]model.Identity{}
	for _, i := range p.entitled {
		if first, yields := p.yieldsTo(i); yields {
			if !p.creating(i.Person) {
				held[i.Person] = p.describeSecond(first)
			}
			continue
		}
		if i.CSI != "" {
			byKey["csi "+i.CSI] = append(byKey["csi "+i.CSI], i)
		}
		if i.Username != "" {
			key := "username " + FoldUsername(i.Username)
			byKey[key] = append(byKey[key], i)
		}
	}
	for key, people := range byKey {
		for n, i := range people {
			if len(people) > 1 {
				held[i.Person] = joinSorted(held[i.Person], fmt.Sprintf("the %s is also that of %s", key, others(people, n)))
			}
		}
	}
	return held
}

// others names the people beside number n, but not all of them if they are many: where one
// csi is everybody's, the mapping is wrong.
func others(people []model.Identity, n int) string {
	const most = 3
	var names []string
	for m := 0; m < len(people) && len(names) < most; m++ {
		if m != n {
			names = append(names, people[m].DN)
		}
	}
	words := strings.Join(names, " and ")
	if more := len(people) - 1 - len(names); more > 0 {
		words += " " + wording.AndMore(more)
	}
	return words
}

// joinSorted joins two reasons in an order that does not depend on which came first.
func joinSorted(a, b string) string {
	if a != "" && b < a {
		a, b = b, a
	}
	return model.JoinReasons(a, b)
}
