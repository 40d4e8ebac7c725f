package main

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

// shy is an OpenLDAP that hides two people of a unit, and nothing else, from its account BlindDN, and a
// company that was read through ReaderDN.
func shy(t *testing.T) (*openldap.Server, *world, []string) {
	t.Helper()
	srv := openldap.Start(t, openldap.Options{People: 6}) // two of them in the unit, too few for sentinels
	srv.Add(t, testdir.Entry{DN: "cn=plotter," + srv.HiddenOU, Attributes: map[string][]string{"objectClass": {"device"}, "cn": {"plotter"}}})
	srv.BlindToPeople(t)
	var hidden []string
	for _, p := range srv.People {
		if strings.HasSuffix(p.DN, ","+srv.HiddenOU) {
			hidden = append(hidden, p.Account)
		}
	}
	if len(hidden) != 2 {
		t.Fatalf("%q are hidden", hidden)
	}
	w := newWorld(t, atOpenLDAP(srv))
	w.eager()
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	return srv, w, hidden
}

// visible are the people whom both accounts see.
func visible(srv *openldap.Server) (people []testdir.Person) {
	for _, p := range srv.People {
		if !strings.HasSuffix(p.DN, ","+srv.HiddenOU) {
			people = append(people, p)
		}
	}
	return people
}

// TestAnotherAccountFromWhichPeopleAreHidden: an access rule keeps two living people from the new
// account. They stay until somebody says yes, whatever the confirmation; who is disabled goes; and
// the account of before ends it all.
func TestAnotherAccountFromWhichPeopleAreHidden(t *testing.T) {
	t.Parallel()
	srv, w, hidden := shy(t)
	w.set("sources.0.bind_dn", srv.BlindDN)
	off := visible(srv)[0]
	srv.Disable(t, off.DN)
	for range 3 {
		w.advance(t, 25*time.Hour)
		out := w.must(t, 3, "run", "--once")
		if !strings.Contains(out.stdout, "missed first when another bind account reads") || !strings.Contains(out.stdout, "approve") {
			t.Errorf("it does not say why it waits, and what to type: %v", out)
		}
		w.gone(t, 1, 0, off.Account)
	}
	if out := w.must(t, 0, "explain", hidden[0]); !strings.Contains(out.stdout, "missed first") {
		t.Errorf("explain: %v", out)
	}
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "another bind account reads ("+strings.ToLower(srv.BlindDN)+"; it was "+strings.ToLower(srv.ReaderDN)+")") {
		t.Errorf("status: %v", out)
	}
	w.set("sources.0.bind_dn", srv.ReaderDN)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.gone(t, 1, 0, off.Account)
}

// TestSomebodySaysYesToAnotherAccount: where they left in truth, an approval of each step takes them
// out, and so does the baseline that lists them. After that the account is one like any other.
func TestSomebodySaysYesToAnotherAccount(t *testing.T) {
	t.Parallel()
	for name, yes := range map[string]func(*testing.T, *world){
		"to each": func(t *testing.T, w *world) {
			var doc struct{ Hash string }
			w.json(t, &doc, 0, "plan", "--json")
			w.must(t, 0, "approve", doc.Hash)
		},
		"to the baseline": func(t *testing.T, w *world) { w.must(t, 0, "approve", "--baseline") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, w, hidden := shy(t)
			w.set("sources.0.bind_dn", srv.BlindDN)
			w.must(t, 3, "run", "--once")
			yes(t, w)
			for range 2 { // with a yes to the withdrawal only, the ID follows when the view is proved
				w.run(t, "run", "--once")
			}
			w.gone(t, 2, 0, hidden...)
			next := visible(srv)[0]
			srv.Delete(t, next.DN)
			w.must(t, 0, "run", "--once")
			w.gone(t, 3, 0, append(hidden, next.Account)...)
			w.must(t, 0, "plan", "--detailed-exitcode")
		})
	}
}

// TestRoutineExchangeOfTheAccount: another account that sees everybody, and each other spelling of the
// one of before, cost nothing; who is deleted is out at once.
func TestRoutineExchangeOfTheAccount(t *testing.T) {
	t.Parallel()
	srv, w, _ := shy(t)
	people := visible(srv)
	var gone []string
	leaves := func(p testdir.Person) {
		srv.Delete(t, p.DN)
		gone = append(gone, p.Account)
		w.must(t, 0, "run", "--once")
		w.gone(t, len(gone), 0, gone...)
	}
	w.set("sources.0.bind_dn", strings.ReplaceAll(strings.ToUpper(srv.ReaderDN), ",", ", "))
	leaves(people[0]) // in the very read in which the spelling changes
	w.set("sources.0.bind_dn", srv.LimitedDN)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	leaves(people[1])
}

// TestAnotherServerInPlaceOfTheKnownOne: it hides two living people. They stay until somebody says
// yes, or until it shows them; one that shows everybody is exchanged in passing.
func TestAnotherServerInPlaceOfTheKnownOne(t *testing.T) {
	t.Parallel()
	x := newPair(t)
	x.set("sources.0.urls", []any{x.front.peer.LDAPS})
	x.pass(t, 0, "first")
	x.fixed(t)
	x.set("sources.0.urls", []any{x.second.peer.LDAPS})
	x.second.strike(fault{hidden: func(dn string) bool {
		return strings.HasPrefix(dn, "uid=u000005") || strings.HasPrefix(dn, "uid=u000008")
	}})
	x.pass(t, 0, "second") // one read confirms nobody after a switch
	for range 3 {
		x.pass(t, 3, "second").says(t, "holds a copy of the directory that no proved read came from yet: they may only be hidden")
	}
	x.second.strike(fault{})
	x.pass(t, 0, "second")
	x.leaves(t, 9)
	x.fixed(t)
	x.set("sources.0.urls", []any{x.front.peer.LDAPS, x.second.peer.LDAPS})
	x.pass(t, 0, "second")
}
