package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestARenamedSourceIsCalledSo: where the same directory shows the same people under another name of the source, the
// renaming comes first in every wait, guard and hold; where it does not, nobody is told that it is one.
func TestARenamedSourceIsCalledSo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change  func(*directory)
		renamed bool
	}{
		"another name":            {func(*directory) {}, true},
		"another scope, too":      {func(d *directory) { d.scope = "s9" }, true},
		"one left meanwhile":      {func(d *directory) { d.people = d.people[1:] }, true},
		"another directory":       {func(d *directory) { d.context = "n9" }, false},
		"hardly anybody is there": {func(d *directory) { d.people = d.people[:3] }, false},
		"all have new IDs": {func(d *directory) {
			for _, e := range d.people {
				e.id.ID = "new-" + e.id.ID
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := couples(t, 8)
			d := *w.source()
			d.name, d.people = "main", nil
			for _, e := range w.source().people {
				moved := *e
				moved.id.Source = "main"
				d.people = append(d.people, &moved)
			}
			row.change(&d)
			w.sources, w.configured = []*directory{&d}, []string{"main"}
			p := w.later(t, time.Hour)
			const rename = "threema-dirsync source rename corp main"
			explainsTheRenaming(t, w, rename, row.renamed)
			n := slices.IndexFunc(p.Guards, func(g model.Guard) bool { return g.Name == model.GuardBaseline })
			if n < 0 || takes(p) != 0 {
				t.Fatalf("no preview: %+v", p.Guards)
			}
			told := english.Join(p.Guards[n].Reasons)
			if first := strings.Index(told, "First type `"+rename); (first >= 0) != row.renamed || row.renamed && first > strings.Index(told, "approve --baseline") {
				t.Errorf("the guard: %s", told)
			}
			for _, wait := range p.Waits() {
				if (wait.Command == rename) != row.renamed {
					t.Errorf("%s: %s", wait.Code, wait.Command)
				}
			}
			for _, h := range p.Held {
				if h.Ask == model.AskForgotten && strings.Contains(english.Join(h.Reasons), "type `"+rename+"`") != row.renamed {
					t.Errorf("held: %s", english.Join(h.Reasons))
				}
			}
		})
	}
}

// explainsTheRenaming: whoever is remembered under the former name of the source and seen under the new one is one
// person, by each of their keys, and is told what to type first; where it is no renaming, they are two.
func explainsTheRenaming(t *testing.T, w *world, rename string, renamed bool) {
	t.Helper()
	e := w.lastHired()
	was := model.PersonID{Source: "corp", ID: e.id.ID}
	for _, query := range []string{e.csi, e.username, e.dn(), e.first + " " + e.last, e.id.ID, e.id.String(), was.String()} {
		x, err := w.explain(query)
		switch {
		case !renamed:
			if err == nil && x.Renamed != nil || err == nil && query == e.csi && len(w.source().people) > 3 {
				t.Errorf("%s: %v, %+v", query, x.Person, x.Renamed)
			}
		case err != nil || x.Person != was || x.Owned == nil || x.Entry == nil || x.Credential == nil || !strings.HasPrefix(x.Next.Words, "first type `"+rename+"`"):
			t.Errorf("%s: %v, %s, %v", query, x.Person, x.Next.Words, err)
		}
	}
}
