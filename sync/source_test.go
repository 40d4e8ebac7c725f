package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestSourceFails: a directory that was not read wholly changes nothing, and costs no request.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	failures := map[string]error{"an error without a reason": errors.New("odd"), "the end of the program": context.Canceled}
	for _, reason := range model.ReadReasons() {
		failures[string(reason)] = &model.ReadError{
			Source: sourceName, Reason: reason, Err: errors.New("the directory is on fire"), Hint: "call the fire brigade",
			Conditions: []model.Condition{{Name: "result codes", Detail: model.Told("", "fire")}},
		}
	}
	w := newWorld(t, options{}, employees(4)...)
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.directory.put(employee(5))
	before := w.document()
	for name, failure := range failures {
		w.directory.failure = failure
		want := dirsync.ExitIncomplete
		if model.ReasonOf(failure) == model.ReadConfig {
			want = dirsync.ExitConfig
		}
		for _, r := range []dirsync.Report{w.exits(want), w.preview("")} {
			w.wantExit(r, want)
			if r.Planned || len(r.Incomplete) != 1 || !slices.Contains(model.ReadReasons(), r.Incomplete[0].Reason) {
				t.Errorf("%s: planned %v, incomplete %v", name, r.Planned, r.Incomplete)
			}
		}
	}
	w.equal("requests", 0, len(w.sim.Requests()))
	w.equal("package", before, w.document())
	w.directory.failure = nil
	w.ok()
	w.equal("withdrawn", 1, len(w.sim.State().Withdrawn))
}

// TestUnreadSaysWhyByCodes: what failed and what to do is told by codes, to programs and in the record that a status
// reads, and in words made of them to people.
func TestUnreadSaysWhyByCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.rollOut()
	why := []model.Reason{model.Because("nobody-matches", "dc=demo", "(a=b)"), model.Because("check-base-and-filter")}
	failure := &model.ReadError{Source: sourceName, Reason: model.ReadEmpty, Why: why, Hint: english.Say(why[1]), Err: errors.New(english.Say(why[0]))}
	w.directory.failure = failure
	r := w.exits(dirsync.ExitIncomplete)
	record, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	read, ok := view.ReadReport(record)
	if !ok || len(read.Sources) != 1 || read.Sources[0].Error != failure.Error() {
		t.Fatalf("%s", record)
	}
	w.equal("codes of the report", model.CodesOf(why), read.Sources[0].Codes)
	w.equal("codes of the status", model.CodesOf(why), view.PastReport(record).Sources[0].Codes)
	var text strings.Builder
	if err := view.WriteReport(&text, r.Told(), 0); err != nil || !strings.Contains(text.String(), "NOT READ "+failure.Error()+"\n") {
		t.Errorf("%v\n%s", err, &text)
	}
}

// TestConditionFails: people are added and updated, and nobody departs.
func TestConditionFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.rollOut()
	w.directory.remove("id-03")
	w.directory.put(employee(5))
	w.directory.change(t, "id-01", func(p *person) { p.Last = "Married" })
	w.directory.conditions = []model.Condition{{Name: "sentinels", Detail: model.Told("", "missing")}}
	for range 3 {
		w.exits(dirsync.ExitIncomplete)
	}
	w.equal("usernames", []string{"user01", "user02", "user03", "user04", "user05"}, w.usernames())
	w.wantSettings(w.directory.people["id-01"])
}

// TestTracked: those who own a credential, those for whom one is being made and those on the way
// out are asked for, in order.
func TestTracked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.directory.put(person{ID: "id-00", UID: "nobody", CSI: "E00", First: "No", Last: "Body", OU: "Staff"})
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Drop: worksim.DropAfter, Times: 1})
	w.exits(dirsync.ExitFailed)
	w.preview("")
	want := []model.Tracked{
		{ID: employee(1).id(), DN: employee(1).dn()}, {ID: employee(2).id(), DN: employee(2).dn()}, {ID: employee(3).id(), DN: employee(3).dn()},
	}
	w.equal("tracked", want, w.directory.tracked)
	w.ok()
	w.directory.dismiss(t, "id-02")
	w.ok()
	w.preview("")
	w.equal("tracked", []model.Tracked{want[0], want[2]}, slices.DeleteFunc(slices.Clone(w.directory.tracked), func(t model.Tracked) bool { return t.ID == want[1].ID }))
}

// TestUnknown: whose state cannot be told is left alone, in and out of the snapshot.
func TestUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.rollOut()
	before := w.document()
	w.directory.change(t, "id-03", func(p *person) { p.State, p.Last = model.Unknown, "Changed" })
	w.directory.change(t, "id-04", func(p *person) { p.Excluded, p.State, p.Evidence.Kind = true, model.Departed, model.Disabled })
	for range 3 {
		w.settled()
	}
	w.equal("package", before, w.document())
}
