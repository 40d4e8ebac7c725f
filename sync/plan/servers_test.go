package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// from lets another server answer from now on.
func (w *world) from(server string) *world {
	w.source().server = server
	return w
}

// acquaint lets both servers be read, so that each is known. It ends on dc1.
func (w *world) acquaint(t *testing.T) {
	t.Helper()
	for _, server := range []string{"dc1", "dc2", "dc1"} {
		w.from(server).later(t, day)
	}
}

func alternate(n int) string { return []string{"dc2", "dc1"}[n%2] }

// TestAlternationDoesNotStarve: a source that answers from two servers in strict turn has its
// leavers, whatever the evidence, without doubt and without a yes, be the second one new or known.
func TestAlternationDoesNotStarve(t *testing.T) {
	t.Parallel()
	for _, kind := range []model.EvidenceKind{model.Disabled, model.Absent} {
		for _, known := range []bool{false, true} {
			w, people := rolledOut(t, "anna", "bert")
			if known {
				w.acquaint(t)
			}
			people["anna"].leave(kind)
			for n := 0; w.credential("anna") != nil; n++ {
				if n > 4 {
					t.Fatalf("%s, known %t: starved", kind, known)
				}
				p := w.from(alternate(n)).later(t, day)
				if !p.Sources[0].Complete || len(p.Waits()) > 0 {
					t.Errorf("%s, known %t, day %d: %v, %+v", kind, known, n, summary(p), p.Sources[0].Conditions)
				}
			}
			if w.credential("bert") == nil {
				t.Errorf("%s: bert is gone", kind)
			}
		}
	}
}

// TestAlternationWithOneThatLags: of two familiar servers in turn one does not know anna, or says
// that she is disabled. She stays, though one read would be enough and there is no grace. Without
// the rule of confirms she is withdrawn.
func TestAlternationWithOneThatLags(t *testing.T) {
	t.Parallel()
	for _, kind := range []model.EvidenceKind{model.Disabled, model.Absent} {
		w, people := rolledOut(t, "anna", "bert")
		w.acquaint(t)
		w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
		for n := range 10 {
			if alternate(n) == "dc2" {
				people["anna"].leave(kind)
			} else {
				people["anna"].comeBack()
			}
			w.from(alternate(n)).later(t, day)
			if w.credential("anna") == nil {
				t.Fatalf("%s: withdrawn on day %d", kind, n)
			}
		}
	}
}

// TestAKnownServer: a switch to it costs one pass, not the proof; who is gone from both departs.
func TestAKnownServer(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.acquaint(t)
	w.policy.GraceWithdraw = 0
	people["anna"].leave(model.Disabled)
	p := w.from("dc2").later(t, day)
	wantLines(t, of(p, "anna"), "withdraw E-anna waiting")
	if c := condition(t, p, "first-read-from-this-server"); !c.OK || !strings.Contains(english.Say(c.Detail), "dc2 answered, and dc1 before") {
		t.Errorf("%+v", c)
	}
	wantLines(t, of(w.from("dc1").later(t, day), "anna"), "withdraw E-anna due")
}

// TestRestoredServer: the name is the same, the invocationId is not. What it states takes two reads,
// as after any switch.
func TestRestoredServer(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw = 0
	w.source().replica = model.Replica{ID: "a", Version: "usn@a=900"}
	w.later(t, day) // the first that is known of it
	w.later(t, day)
	w.source().replica = model.Replica{ID: "b", Version: "usn@b=12"}
	people["anna"].leave(model.Disabled)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "withdraw E-anna waiting")
	if c := condition(t, p, "first-read-from-this-server"); !c.OK || !strings.Contains(english.Say(c.Detail), "restored or set up anew") {
		t.Errorf("%+v", c)
	}
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
}

// TestServerThatWentBack: nobody departs for as long as a copy is older than one that was seen, and
// what it lacks is not forgotten with the doubt; the yes to the baseline ends it.
func TestServerThatWentBack(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		server, was, is, again string
		say                    string
	}{
		"USN":                        {"dc1", "usn@a=1000", "usn@a=999", "usn@a=1001", "dc1 has gone back"},
		"contextCSN":                 {"dc1", csn("1200"), csn("1100"), csn("1300"), "dc1 has gone back"},
		"contextCSN of one of two":   {"dc1", csn("1200") + " 002=5", csn("1300") + " 002=4", csn("1200") + " 002=5", "dc1 has gone back"},
		"behind the other":           {"dc2", csn("1200"), csn("1100"), csn("1200"), "dc2 is behind the state that dc1 showed"},
		"behind, as one key shows":   {"dc2", csn("1200") + " 002=5", csn("1100") + " 003=7", csn("1200"), "dc2 is behind"},
		"USN of one digit less":      {"dc1", "usn@a=1000", "usn@a=998", "usn@a=1000", "dc1 has gone back"},
		"behind, before it is known": {"dc3", csn("1200"), csn("1100"), csn("1201"), "dc3 is behind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.GraceWithdraw = 0
			w.source().replica.Version = model.Version(row.was)
			w.later(t, day)
			people["anna"].leave(model.Disabled)
			w.source().replica.Version = model.Version(row.is)
			w.from(row.server)
			for range 4 {
				p := w.later(t, day)
				if c := condition(t, p, "server-progress"); c.OK || !strings.Contains(english.Say(c.Detail), row.say) || len(of(p, "anna")) > 0 {
					t.Fatalf("%+v, %v", c, of(p, "anna"))
				}
			}
			accepted := *w
			accepted.accept = true
			accepted.pass(t)
			accepted.accept = false
			wantLines(t, of(accepted.plan(), "anna"), "withdraw E-anna due")
			w.source().replica.Version = model.Version(row.again)
			wantLines(t, of(w.plan(), "anna"), "withdraw E-anna due")
		})
	}
}

func csn(time string) string { return "001=20261121" + time + "00.000000Z#000000#001#000000" }

// TestNothingToCompare: no key in common says nothing about which copy is older.
func TestNothingToCompare(t *testing.T) {
	t.Parallel()
	for _, versions := range [][2]model.Version{{"usn@a=900", "usn@b=1"}, {"001=9", ""}, {"", "001=9"}, {"001=9", "002=1"}, {"odd", "odd"}} {
		w, _ := rolledOut(t, "anna")
		w.source().replica.Version = versions[0]
		w.later(t, day)
		w.source().replica.Version = versions[1]
		if p := w.later(t, day); !p.Sources[0].Complete {
			t.Errorf("%q then %q: %+v", versions[0], versions[1], p.Sources[0].Conditions)
		}
	}
}

// TestKnownServers: who is remembered, and who is asked first.
func TestKnownServers(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	w.source().replica = model.Replica{Address: "dc1.corp.example:636"}
	w.later(t, day)
	w.source().replica.Address = "dc2.corp.example:636"
	w.source().incomplete = true
	w.from("DC2").later(t, day)
	if got := w.state.LastServer("corp").Address; got != "dc1.corp.example:636" {
		t.Errorf("after an incomplete read: %q", got)
	}
	w.source().incomplete = false
	w.later(t, day)
	if got := w.state.LastServer("corp").Address; got != "dc2.corp.example:636" || len(w.state.Servers) != 2 || w.state.Servers[1].Server != "dc2" {
		t.Errorf("%q, %+v", got, w.state.Servers)
	}
	w.source().incomplete = true // for months, after which the last one is still known
	w.later(t, 29*day)
	w.later(t, 40*day)
	if len(w.state.Servers) != 1 || w.state.Servers[0].Server != "dc2" {
		t.Errorf("dc1 is not forgotten: %+v", w.state.Servers)
	}
	if got := w.state.LastServer("other").Address; got != "" {
		t.Errorf("another source: %q", got)
	}
}
