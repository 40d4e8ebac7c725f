package lookup

import (
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// callings are the names by which people may be asked for. They are those of everybody who is known, also of
// who left: one who stays is not the only one of a name because the credential of the other is gone.
type callings struct {
	byPart   map[string]map[model.PersonID]bool // first name, last name, and both in either order
	titles   map[model.PersonID][]string        // what their DNs begin with
	surnamed map[model.PersonID]bool            // whose last name is known
	ids      map[string]map[model.PersonID]bool // by Threema ID: whose it is, or was when they left
}

func newCallings() callings {
	return callings{map[string]map[model.PersonID]bool{}, map[model.PersonID][]string{}, map[model.PersonID]bool{}, map[string]map[model.PersonID]bool{}}
}

// knowNames adds the names that the directory, the ledger and the package have of somebody.
func (r *Register) knowNames(in plan.Input) {
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			r.callBy(i.Person, i.Setting(model.SettingFirstName), i.Setting(model.SettingLastName))
		}
	}
	for _, own := range in.State.Owned {
		settings := in.Inventory.Settings[own.CredentialID]
		r.callBy(own.Person, settings[model.SettingFirstName], settings[model.SettingLastName])
		r.callBy(own.Person, own.FirstName, "")
	}
	r.knowLeavers(in.State)
	for credentialID, ids := range r.seenOn {
		if owner, owned := r.ownerOf[credentialID]; owned {
			r.uses(owner, ids...)
		}
	}
	for _, u := range in.Inventory.Users {
		for person := range r.called.ids[foldKey(u.ID)] {
			r.callBy(person, u.FirstName, u.LastName)
		}
	}
}

// knowLeavers adds the names of those of whom perhaps only the departure is left.
func (r *Register) knowLeavers(state model.State) {
	for _, departure := range state.Departures {
		r.callBy(departure.Person, departure.FirstName, "")
		r.uses(departure.Person, r.idsOf[departure.Person]...)
	}
	for _, e := range state.Effects {
		r.left(e.Subject, e.FirstName, append(slices.Clone(e.IDs), e.ThreemaID)...)
	}
	for _, v := range state.Vanished {
		r.left(v.Departure.Subject, v.Departure.FirstName, v.ThreemaID)
	}
	for _, l := range state.AbandonedIDs {
		r.left(model.Subject{Person: l.Person, CSI: l.CSI}, "", l.ThreemaID)
	}
}

// left names somebody as their departure has it. It is no key but a name: csi and username may be others' by now.
func (r *Register) left(whom model.Subject, firstName string, ids ...string) {
	r.addNames(whom)
	r.entitle(whom.Person, whom.DN)
	r.callBy(whom.Person, firstName, "")
	r.uses(whom.Person, ids...)
}

// callBy adds somebody under a name, in the ways in which it is asked for.
func (r *Register) callBy(person model.PersonID, first, last string) {
	for _, key := range []string{first, last, first + " " + last, last + " " + first} {
		enter(r.called.byPart, model.FoldFullName(key), person)
	}
	if strings.TrimSpace(last) != "" {
		r.called.surnamed[person] = true
	}
}

// entitle adds what a DN begins with. Two words, or what a comma parts, are first and last name.
func (r *Register) entitle(person model.PersonID, dn string) {
	title := model.LeadingValue(dn)
	if title == "" || slices.Contains(r.called.titles[person], title) {
		return
	}
	r.called.titles[person] = append(r.called.titles[person], title)
	if last, first, parted := strings.Cut(title, ","); parted {
		r.callBy(person, first, last)
	} else if words := strings.Fields(title); len(words) == 2 {
		r.callBy(person, words[0], words[1])
	}
}

func (r *Register) uses(person model.PersonID, ids ...string) {
	for _, id := range ids {
		enter(r.called.ids, id, person)
	}
}

// byTheirName finds who has a name. It is the weakest key: it counts only if every source was read, for
// nobody knows who else has it there, and if nothing unmanaged in the package has it too. Whose last name
// nobody knows is meant beside them if their DN begins with what contains it.
func (r *Register) byTheirName(query string) map[model.PersonID]bool {
	if !r.allRead {
		return nil
	}
	people := map[model.PersonID]bool{}
	maps.Copy(people, r.called.byPart[model.FoldFullName(query)])
	may := map[model.PersonID]bool{}
	for person, titles := range r.called.titles {
		for _, title := range titles {
			switch {
			case slices.Equal(model.NameWords(query), model.NameWords(title)):
				people[person] = true
			case !r.called.surnamed[person] && mayBeTitled(title, query):
				may[person] = true
			}
		}
	}
	if len(people) > 0 {
		maps.Copy(people, may)
	}
	people = r.remembered(people)
	for person := range people {
		if len(people) == 1 && r.taken(query, person) {
			return nil
		}
	}
	return people
}

// mayBeTitled tells that what a DN begins with has every word of a name, a longer one in another word too:
// Neumann in lneumann.
func mayBeTitled(title, name string) bool {
	words, folded := model.NameWords(title), model.FoldFullName(title)
	asked := model.NameWords(name)
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(word string) bool {
		return !slices.Contains(words, word) && (len(word) < 3 || !strings.Contains(folded, word))
	})
}

// taken tells that something unmanaged, which is not the person's, has their name too.
func (r *Register) taken(name string, person model.PersonID) bool {
	return slices.ContainsFunc(r.plan.Unmanaged, func(u model.Unmanaged) bool { return bears(u, name) && !r.isOf(u.ID, person) })
}

// isOf tells a Threema ID that a person used, or that reports their csi: it may be on no credential any more,
// as that of a leaver who keeps it.
func (r *Register) isOf(threemaID string, person model.PersonID) bool {
	csi, key := r.reports[threemaID], foldKey(threemaID)
	return r.byName[key][person] || r.called.ids[key][person] || csi != "" && csi == r.names[person].CSI
}

// similarNames are the people with a name that contains what was asked for.
func (r *Register) similarNames(query string) map[model.PersonID]bool {
	people, key := map[model.PersonID]bool{}, model.FoldFullName(query)
	for name, found := range r.called.byPart {
		if strings.Contains(name, key) {
			maps.Copy(people, found)
		}
	}
	for person, titles := range r.called.titles {
		if slices.ContainsFunc(titles, func(title string) bool { return mayBeTitled(title, query) }) {
			people[person] = true
		}
	}
	return people
}

// bears tells that what nobody manages has a name in the package, or a part of one.
func bears(u model.Unmanaged, name string) bool {
	key := model.FoldFullName(name)
	return key != "" && u.Kind != "credential" && strings.Contains(" "+model.FoldFullName(u.Name)+" ", " "+key+" ")
}

// allRead tells whether every configured source was read, and one at all: the ledger alone knows few names.
func allRead(in plan.Input) bool {
	for _, name := range in.Configured {
		if !slices.ContainsFunc(in.Sources, func(s model.SourceView) bool { return s.Snapshot.Source == name }) {
			return false
		}
	}
	return len(in.Sources) > 0
}
