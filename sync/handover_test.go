package sync_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// column returns what stands in one column of a hand-over file, by username in the order of the lines.
func (w *world) column(file, name string) []string {
	w.Helper()
	text, err := os.ReadFile(file)
	w.must(err)
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	w.must(err)
	n := slices.Index(rows[0], name)
	if n < 0 {
		w.Fatalf("no column %s in %s", name, rows[0])
	}
	var cells []string
	for _, row := range rows[1:] {
		cells = append(cells, row[0]+": "+row[n])
	}
	return cells
}

// TestReturnersLineIsMarked: somebody left, wholly, and is back. The line of before is void, whether it
// still stands in the file or was fetched, and whether the account and its login are the same.
func TestReturnersLineIsMarked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		back func(*world)
		want []string
	}{
		"the same account": {func(w *world) { w.directory.rehire(t, "id-02") }, []string{"user02: user02"}},
		"another login": {func(w *world) {
			w.directory.rehire(t, "id-02")
			w.directory.change(t, "id-02", func(p *person) { p.UID = "new02" })
		}, []string{"new02: user02"}},
		"a new account": {func(w *world) {
			w.directory.remove("id-02")
			w.advance(day)
			w.ok()
			anew := employee(2)
			anew.ID = "id-anew"
			w.directory.put(anew)
		}, []string{"user02: user02"}},
		"somebody else": {func(w *world) { w.directory.put(employee(9)) }, []string{"user09: "}},
	} {
		for _, fetched := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/fetched=%t", name, fetched), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, options{}, employees(8)...)
				w.rollOut()
				w.directory.dismiss(t, "id-02")
				for range 12 {
					w.run()
					w.advance(day)
				}
				if slices.Contains(w.usernames(), "user02") {
					t.Fatal("user02 has not left")
				}
				before := w.column(w.handoverFile(), "replaces")
				if fetched {
					w.must(os.Remove(w.handoverFile()))
					before = nil
				}
				tt.back(w)
				w.ok()
				if diff := cmp.Diff(append(before, tt.want...), w.column(w.handoverFile(), "replaces")); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestTheLineOfALostCreateIsMarked: a line says the same of those before it whether the create was answered, or a
// later pass found what it made.
func TestTheLineOfALostCreateIsMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(8)...)
	w.rollOut()
	w.directory.dismiss(t, "id-02")
	for range 3 {
		w.run()
		w.advance(day)
	}
	w.must(os.Remove(w.handoverFile()))
	w.directory.rehire(t, "id-02")
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Drop: worksim.DropAfter, Times: 1})
	w.exits(dirsync.ExitFailed)
	w.ok()
	w.equal("lines", []string{"user02: user02"}, w.column(w.handoverFile(), "replaces"))
}

// TestACorrectedCSIVoidsNoLine: who had this csi before has another one by now, and their credential
// lives: their line is good.
func TestACorrectedCSIVoidsNoLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.rollOut()
	w.directory.change(t, "id-02", func(p *person) { p.CSI = "E77" })
	w.ok()
	next := employee(9)
	next.CSI = "E02"
	w.directory.put(next)
	w.ok()
	got := w.column(w.handoverFile(), "replaces")
	w.equal("last line", "user09: ", got[len(got)-1])
}

// TestALineThatCameTwiceIsMarked: the pass died between the line and the journal, and the next one gives
// the credential a new password.
func TestALineThatCameTwiceIsMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(2)...)
	beginInterrupted(w)
	w.must(os.WriteFile(w.handoverFile(), []byte("username,password,activation_link,csi,first_name,last_name,replaces\nuser02,void,l,E02,F,L,\n"), 0o600))
	w.ok()
	w.equal("lines", []string{"user02: ", "user01: ", "user02: user02"}, w.column(w.handoverFile(), "replaces"))
	w.everybodyWorks()
}

// TestLinesOfAPassAreInOrder: a number counts, also from one batch to the next, and further columns are
// those of the person. A pass says where the passwords are, and names nobody in the log.
func TestLinesOfAPassAreInOrder(t *testing.T) {
	t.Parallel()
	var people []person
	for _, n := range []int{10, 9, 1, 11, 2} {
		p := employee(n)
		p.CSI = fmt.Sprintf("E%02d", 99-n) // whose order is another
		p.Last, p.First, p.Title = fmt.Sprintf("L%d", n), "F", fmt.Sprintf("class %d", n)
		people = append(people, p)
	}
	people[4].Title = strings.Repeat("x", 300)
	w := newWorld(t, options{}, people...)
	w.policy.Batch = 2
	pass := w.pass()
	mapper, err := mapping.New(mapping.Templates{
		CSI: "{{ .employeeNumber }}", FirstName: "{{ .givenName }}", LastName: "{{ .sn }}", Username: "{{ .uid }}",
	}, mapping.Column{Name: "class", Value: "{{ .title }}"})
	w.must(err)
	pass.Mapper, pass.Handover = mapper, handover.NewFile(w.handoverFile(), link, handover.Layout{Columns: []string{"class"}})
	r := pass.Run(t.Context())
	w.wantExit(r, dirsync.ExitOK)
	w.equal("lines", []string{"user01: class 1", "user02: ", "user09: class 9", "user10: class 10", "user11: class 11"}, w.column(w.handoverFile(), "class"))
	w.equal("notices", 1, len(slices.DeleteFunc(r.Plan.Notices, func(n plan.Notice) bool { return !strings.Contains(english.Say(n.Reason), "class stays empty") })))
	if got := text(r); !strings.Contains(got, "Passwords: 5 new lines in "+w.handoverFile()) {
		t.Errorf("the report does not say where the passwords are:\n%s", got)
	}
	logged := w.logs.text()
	if !strings.Contains(logged, w.handoverFile()) || strings.Contains(logged, "class 1") {
		t.Errorf("the log does not tell the file, or tells too much:\n%s", logged)
	}
}
