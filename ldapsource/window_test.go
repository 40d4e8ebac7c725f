package ldapsource

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestWindow: where a poll looks for what changed, and when it says that it does not know.
func TestWindow(t *testing.T) {
	t.Parallel()
	usn := func(since, present model.Version) window {
		w, err := usnWindow(since, present)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	const (
		one   = "csn000=20261122010000.000001Z#000000#000#000000"
		later = "csn000=20261122010500.000001Z#000000#000#000000"
		two   = "csn001=20261122000000.000001Z#000000#001#000000"
		moved = "csn001=20261122010400.000001Z#000000#001#000000"
	)
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		got  window
		want string // the filter, or why it is lost, or "nothing"
		next model.Version
	}{
		"USN: the first time":              {usn("", "usn@a=9"), "nothing", "usn@a=9"},
		"USN: nothing changed":             {usn("usn@a=9", "usn@a=9"), "nothing", "usn@a=9"},
		"USN: changes":                     {usn("usn@a=9", "usn@a=12"), "(&(uSNChanged>=9)(!(uSNChanged=9)))", "usn@a=12"},
		"USN: another invocationId":        {usn("usn@a=9", "usn@b=12"), "lost: another copy of the directory answers (usn@b)", "usn@b=12"},
		"USN: two copies, both known":      {usn("usn@a=9 usn@b=5", "usn@b=7"), "(&(uSNChanged>=5)(!(uSNChanged=5)))", "usn@b=7"},
		"USN: restored":                    {usn("usn@a=12", "usn@a=9"), "lost: usn@a has gone back from 12 to 9", "usn@a=9"},
		"CSN: the first time":              {csnWindow("", one), "nothing", one},
		"CSN: nothing changed":             {csnWindow(one+" "+two, one+" "+two), "nothing", one + " " + two},
		"CSN: one server went on":          {csnWindow(one+" "+two, later+" "+two), "from 20261122010000.000001Z#000000#000#000000", later + " " + two},
		"CSN: late from another server":    {csnWindow(one+" "+two, later+" "+moved), "from 20261122000000.000001Z#000000#001#000000", later + " " + moved},
		"CSN: another server":              {csnWindow(one, one+" "+two), "lost: changes of another server are here (csn001)", one + " " + two},
		"CSN: one went on, another is new": {csnWindow(one, later+" "+two), "lost: changes of another server are here (csn001)", later + " " + two},
		"CSN: restored":                    {csnWindow(later, one), "lost: csn000 has gone back from " + later[7:] + " to " + one[7:], one},
		"times: the first time":            {timestampWindow("", at), "(modifyTimestamp>=20261121120000Z)", ""},
		"times: later":                     {timestampWindow("modified=20261122113000Z", at), "(modifyTimestamp>=20261122112500Z)", ""},
		"times: of another kind":           {timestampWindow("csn000=x", at), "(modifyTimestamp>=20261121120000Z)", ""},
	} {
		got := string(tt.got.filter())
		switch {
		case tt.got.lost != "" && tt.got.from == "":
			got = "lost: " + tt.got.lost
		case tt.got.from == "":
			got = "nothing"
		case tt.got.attribute == "entryCSN":
			got = "from " + tt.got.known
		}
		if got != tt.want || tt.got.next != tt.next {
			t.Errorf("%s: %s, next %s; want %s, %s", name, got, tt.got.next, tt.want, tt.next)
		}
	}
	if _, err := usnWindow("usn@a=9", ""); err == nil {
		t.Error("a server that tells nothing gives a window")
	}
}

// TestTimesDoNotGoBack: a look that finds nothing younger begins where it began the last time, not
// the overlap earlier each time.
func TestTimesDoNotGoBack(t *testing.T) {
	t.Parallel()
	_, s := newMemory(t, "a", "b", "c")
	var versions []model.Version
	since := model.Version("")
	for range 3 {
		delta, err := s.Changes(t.Context(), since, func(model.Person) bool { return true })
		if err != nil || len(delta.People) != 3 { // within the overlap they are found again
			t.Fatalf("%+v, %v", delta, err)
		}
		since = delta.Version
		versions = append(versions, since)
	}
	if versions[0] != versions[1] || versions[1] != versions[2] || !strings.HasPrefix(string(since), "modified=2") {
		t.Error(cmp.Diff(versions[0], versions[1]), cmp.Diff(versions[1], versions[2]))
	}
	delta, err := s.Changes(t.Context(), "modified=20990101000000Z", func(model.Person) bool { return true })
	if err != nil || len(delta.People) != 0 || delta.Version != "modified=20990101000000Z" {
		t.Errorf("%+v, %v", delta, err)
	}
}

// TestChangesAreAHint: only who is wanted is looked at closely, and what fails does not make the next
// read go to another server, which would take nobody out.
func TestChangesAreAHint(t *testing.T) {
	t.Parallel()
	dir, s := newMemory(t, "a", "b", "c")
	delta, err := s.Changes(t.Context(), "", func(p model.Person) bool { return strings.HasPrefix(p.DN, "uid=b,") })
	if err != nil || len(delta.People) != 1 {
		t.Fatalf("%+v, %v", delta, err)
	}
	dir.SetOutage(memdir.CutMidRead)
	everybody := func(model.Person) bool { return true }
	if delta, err = s.Changes(t.Context(), "", everybody); model.ReasonOf(err) != model.ReadResult || delta.Version != "" || len(delta.People) > 0 {
		t.Errorf("%+v, %v", delta, err)
	}
	if s.avoided != "" {
		t.Error("the server counts as a bad one")
	}
	if _, err = s.Read(t.Context(), nil); err == nil || s.avoided == "" {
		t.Errorf("a read that broke off (%v) is not held against the server, so this test proves nothing", err)
	}
}
