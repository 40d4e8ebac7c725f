package lookup

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// shownCandidates caps the people that an unclear query names.
const shownCandidates = 10

// Find takes the immutable ID for final; all other keys are equal, but a name; the past comes last.
func (r *Register) Find(query string) (model.PersonID, error) {
	key := foldKey(query)
	for _, found := range []map[model.PersonID]bool{r.byID[key], r.byName[key], r.byTheirName(query), r.byPast[key]} {
		people := slices.SortedFunc(maps.Keys(r.remembered(found)), model.PersonID.Compare)
		switch len(people) {
		case 0:
		case 1:
			return people[0], nil
		default:
			return model.PersonID{}, r.unclear(query, people, true)
		}
	}
	return model.PersonID{}, r.unclear(query, r.similar(key), false)
}

// remembered are people as the ledger knows them: who is seen in a source that is called otherwise now is the one who
// is remembered of it under its former name.
func (r *Register) remembered(found map[model.PersonID]bool) map[model.PersonID]bool {
	people := map[model.PersonID]bool{}
	for person := range found {
		for _, renamed := range r.plan.Renamed {
			was := model.PersonID{Source: renamed.Was, ID: person.ID}
			if person.Source == renamed.Now && r.byID[foldKey(was.String())][was] {
				person = was
			}
		}
		people[person] = true
	}
	return people
}

// similar finds people with a key that contains what was asked for.
func (r *Register) similar(key string) []model.PersonID {
	people := map[model.PersonID]bool{}
	if len(key) >= 3 { // less is in everything
		for _, keys := range []map[string]map[model.PersonID]bool{r.byID, r.byName} {
			for name, found := range keys {
				if strings.Contains(name, key) {
					maps.Copy(people, found)
				}
			}
		}
		maps.Copy(people, r.similarNames(key))
	}
	return slices.SortedFunc(maps.Keys(r.remembered(people)), model.PersonID.Compare)
}

func (r *Register) unclear(query string, people []model.PersonID, several bool) error {
	e := &UnclearPersonError{Query: query, Several: several, More: max(0, len(people)-shownCandidates)}
	for _, person := range people[:min(len(people), shownCandidates)] {
		e.Candidates = append(e.Candidates, r.names[person])
	}
	key := foldKey(query)
	for _, u := range r.plan.Unmanaged {
		named := bears(u, query) || key == foldKey(u.ID) || key == foldKey(u.Name) || u.Kind == "credential" && key == foldKey(r.csiOf[u.ID])
		if key != "" && named && len(e.Unmanaged) < shownCandidates {
			e.Unmanaged = append(e.Unmanaged, u)
		}
	}
	return e
}

// UnclearPersonError refuses a query that means nobody, or several people.
type UnclearPersonError struct {
	Query      string
	Several    bool
	Candidates []model.Subject // who it may be
	More       int             // further candidates
	Unmanaged  []model.Unmanaged
}

func (e *UnclearPersonError) Error() string {
	lines := []string{fmt.Sprintf("nobody is known as %s", wording.Harmless(e.Query))}
	switch {
	case e.Several:
		lines[0] = fmt.Sprintf("%s means %d people; ask by the directory ID, which is the last word of each line:", wording.Harmless(e.Query), len(e.Candidates)+e.More)
	case len(e.Candidates) == 0 && len(e.Unmanaged) == 0:
		lines[0] += "; PERSON is a csi, a username, a mail address (if the mapping names the attribute mail), a DN, a Threema ID, a credential ID, " +
			"a directory ID, or a name that one person alone has"
	case len(e.Candidates) > 0:
		lines[0] += "; did you mean one of these? Ask by csi, username, DN, or the directory ID, which is the last word of each line:"
	}
	for _, c := range e.Candidates {
		lines = append(lines, "  "+wording.Harmless(cmp.Or(c.CSI, "(no csi)")+" "+cmp.Or(c.DN, "(no DN)")+" "+c.Person.String()))
	}
	if e.More > 0 {
		lines = append(lines, "  "+wording.More(e.More, ""))
	}
	for _, u := range e.Unmanaged {
		lines = append(lines, "  the package has it, unmanaged: "+wording.Harmless(u.Kind+" "+u.ID+" "+u.Name+": "+english.Say(u.Reason)))
	}
	return strings.Join(lines, "\n")
}
