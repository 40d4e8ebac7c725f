package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A source with another name is another source to the ledger, and its people are other people. Where the facts
// say that it is the same one, `source rename` is what to type first: once the baseline was accepted instead, the
// ledger knows both names, and they cannot be made one any more (docs/decisions/0019-a-source-that-is-gone.md).

// Renaming is a source that is called otherwise now.
type Renaming struct{ Was, Now string }

// Command is what to type.
func (r Renaming) Command() string {
	return "threema-dirsync source rename " + model.ShellWord(r.Was) + " " + model.ShellWord(r.Now)
}

// findRenamings are the sources of the ledger that are not configured any more, and that a new one is by all that is
// known: it shows the same directory, and in it most of their people under the same IDs.
func (p *evidence) findRenamings() []Renaming {
	var all []Renaming
	for _, s := range p.Sources {
		now := s.Snapshot.Source
		if _, known := p.State.Sources[now]; known {
			continue
		}
		for _, was := range slices.Sorted(maps.Keys(p.State.Sources)) {
			if p.orphaned(was) && p.State.Sources[was].NamingContext == s.Snapshot.NamingContext && p.mostStand(was, now) {
				all = append(all, Renaming{was, now})
			}
		}
	}
	return all
}

// mostStand tells that more than half of the people of ours of one source are in the read of another.
func (p *evidence) mostStand(was, now string) bool {
	all, there := 0, 0
	for _, own := range p.State.Owned {
		if own.Person.Source != was {
			continue
		}
		all++
		if _, seen := p.identities[model.PersonID{Source: now, ID: own.Person.ID}]; seen {
			there++
		}
	}
	return 2*there > all
}

// howToEnd says what to type where a plan is a preview.
func howToEnd(renamed []Renaming) model.Reason {
	if len(renamed) == 0 {
		return model.Because("nothing-until-accepted")
	}
	return model.Because("nothing-until-renamed", renameCommands(renamed))
}

// renameCommands are to be typed one after the other.
func renameCommands(renamed []Renaming) string {
	return strings.Join(model.Convert(renamed, Renaming.Command), "; ")
}

// RenamedTo is what a source is called now, as far as that is known.
func RenamedTo(renamed []Renaming, was string) (Renaming, bool) {
	n := slices.IndexFunc(renamed, func(r Renaming) bool { return r.Was == was })
	if n < 0 {
		return Renaming{}, false
	}
	return renamed[n], true
}
