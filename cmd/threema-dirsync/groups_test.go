package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// groupOf makes a group that lists people or groups by DN.
func groupOf(dn string, members ...string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"groupOfNames"}, "cn": {"x"}, "member": members}}
}

// addGroup adds such a group to a directory in this process.
func addGroup(t *testing.T, dir *memory, dn string, members ...string) {
	t.Helper()
	if err := dir.Add(memdir.Entry(groupOf(dn, members...))); err != nil {
		t.Fatal(err)
	}
}

// TestGroupsInTheConfiguration: members of the group, nested or not, and nobody else get a
// credential. A group that is gone or empty takes nobody out, however long that lasts. Who leaves
// it goes after the full confirmation and grace, and who is back before that stays.
func TestGroupsInTheConfiguration(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 12})
	staff := srv.People[:9]
	team, inner := "cn=team,"+srv.LeaversDN, "cn=inner,"+srv.LeaversDN
	var listed []string
	for _, p := range staff[1:] {
		listed = append(listed, p.DN)
	}
	srv.Add(t, groupOf(inner, listed...), groupOf(team, inner, staff[0].DN))
	w := newWorld(t, atOpenLDAP(srv))
	w.set("sources.0.groups", []any{team})
	w.must(t, 0, "run", "--once")
	w.holds(t, staff, false)
	w.must(t, 0, "plan", "--detailed-exitcode")
	if out := w.must(t, 0, "check"); !strings.Contains(out.stdout, "read the group "+team+" and all groups in it: 9 people, 1 group in it") {
		t.Errorf("check does not tell of the group: %v", out)
	}

	srv.Delete(t, team)
	for range 3 {
		if out := w.must(t, 4, "run", "--once"); !strings.Contains(out.stdout, "groups: "+team+": 0 people; it is not there") {
			t.Errorf("the report does not say what is wrong: %v", out)
		}
		w.advance(t, 48*time.Hour)
	}
	if out := w.must(t, 1, "check"); !strings.Contains(out.stdout, "are held: nobody gets a credential") {
		t.Errorf("check does not say what it does: %v", out)
	}
	srv.Add(t, groupOf(team, "uid=nobody,"+srv.PeopleDN))
	w.must(t, 4, "run", "--once")
	w.holds(t, staff, false)
	srv.Modify(t, team, "member", inner, staff[0].DN)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")

	srv.Modify(t, inner, "member", listed[2:]...) // staff 1 and 2 have left
	for range 2 {
		w.must(t, 0, "run", "--once")
		w.advance(t, 25*time.Hour)
	}
	if out := w.must(t, 0, "explain", staff[1].Number); !strings.Contains(out.stdout, "out-of-scope (in none of the groups that entitle)") {
		t.Errorf("explain does not say why: %v", out)
	}
	w.holds(t, staff, false)
	srv.Modify(t, inner, "member", listed[1:]...) // staff 2 is back
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, staff[1].Account)
	w.holds(t, slices.Delete(slices.Clone(staff), 1, 2), false)
	w.must(t, 0, "plan", "--detailed-exitcode")

	sales := "cn=sales," + srv.LeaversDN
	labelScenario(t, w, sales, staff[0].Account, staff[3].Account, labelDirectory{
		lists: func(accounts ...string) {
			var members []string
			for _, p := range staff {
				if slices.Contains(accounts, p.Account) {
					members = append(members, p.DN)
				}
			}
			srv.Modify(t, sales, "member", members...)
		},
		add:    func() { srv.Add(t, groupOf(sales, srv.ReaderDN)) },
		remove: func() { srv.Delete(t, sales) },
	})
}

// TestChangedGroupsAreAnotherScope: another group is a preview, until somebody accepts it.
func TestChangedGroupsAreAnotherScope(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	team := "cn=team," + dir.baseDN
	addGroup(t, dir, team, dir.people[0].DN)
	w.set("sources.0.groups", []any{team})
	w.waitsForAHuman(t, "the scope of source corp has changed (groups). If you did not mean to change it, fix it or put it back", "approve --baseline")
	w.gone(t, 0, 0)
}

// TestProtectGroupsInTheConfiguration: a member waits for a human where nobody else does, also
// when the entry is gone, and with it the membership. While the group cannot be read, everybody
// waits.
func TestProtectGroupsInTheConfiguration(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	boss, board := dir.people[7], "cn=board,"+dir.baseDN
	addGroup(t, dir, board, boss.DN)
	w.set("leavers.approval", "none")
	w.set("protect.groups", []any{board})
	w.must(t, 0, "run", "--once")

	if err := dir.Modify(board, "member", dir.people[1].DN); err != nil {
		t.Fatal(err)
	}
	if err := dir.Delete(boss.DN); err != nil {
		t.Fatal(err)
	}
	w.waitsForAHuman(t, "needs-approval", "protected: every step needs an approval", boss.DN)
	dir.disable(t, dir.people[8])
	w.must(t, 3, "run", "--once")
	w.gone(t, 1, 0, dir.people[8].Account)

	if err := dir.Delete(board); err != nil {
		t.Fatal(err)
	}
	dir.disable(t, dir.people[9])
	w.waitsForAHuman(t, "like everybody of source corp", dir.people[9].DN)
	if out := w.must(t, 1, "check"); !strings.Contains(out.stdout, "fix the DN in protect.groups") || !strings.Contains(out.stdout, "each step of a departure waits for a yes") {
		t.Errorf("check does not warn: %v", out)
	}
	w.gone(t, 1, 0, dir.people[8].Account)
	addGroup(t, dir, board, dir.people[1].DN)
	w.must(t, 3, "run", "--once")
	w.gone(t, 2, 0, dir.people[8].Account, dir.people[9].Account)
	w.must(t, 0, "approve", w.hash(t))
	w.must(t, 0, "run", "--once")
	w.gone(t, 3, 0, boss.Account, dir.people[8].Account, dir.people[9].Account)
}

// TestAMistypedGroup of the first hour: the failed condition names it, nobody is asked for a yes, and once
// it is fixed everybody is there.
func TestAMistypedGroup(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 8)
	w := newWorld(t, dir.site)
	w.set("policy", "observe")
	team, typo := "cn=team,"+dir.baseDN, "cn=taem,"+dir.baseDN
	addGroup(t, dir, team, dir.people[0].DN, dir.people[1].DN)
	w.set("sources.0.groups", []any{typo})
	for _, out := range []outcome{w.must(t, 4, "plan"), w.must(t, 4, "run", "--once")} {
		out.tells(t, "failed: groups: "+typo)
		if strings.Contains(out.stdout, "GUARD") || strings.Contains(out.stdout, "approve") {
			t.Errorf("asks for a yes: %v", out)
		}
	}
	why, _, _ := strings.Cut(w.must(t, 0, "status").stdout, "  Type:")
	if !strings.Contains(why, "INCOMPLETE") || !strings.Contains(why, typo) {
		t.Errorf("why does not name the group: %s", why)
	}
	w.set("sources.0.groups", []any{team})
	if out := w.must(t, 0, "run", "--once"); strings.Contains(out.stdout, "GUARD") {
		t.Errorf("fixed, and it asks: %v", out)
	}
}

// TestNobodyAcceptsAMistypedGroup: the held are those of a read that was not whole, and join once it is fixed.
func TestNobodyAcceptsAMistypedGroup(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 8)
	w := newWorld(t, dir.site)
	typo := "cn=taem," + dir.baseDN
	w.set("sources.0.groups", []any{typo})
	w.must(t, 4, "approve", "--baseline").tells(t, "NOT accepted: the held people of source corp", typo, "Fix that first")
	addGroup(t, dir, typo, dir.people[0].DN, dir.people[1].DN)
	w.must(t, 0, "run", "--once")
	w.holds(t, dir.people[:2], false)
}

// TestAcceptedAndNotReadWholly: a group is mistyped, which is another scope too. Accepting that ends the wait for it; the
// source is what stops then, and status says so and what to type.
func TestAcceptedAndNotReadWholly(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 8)
	typo := "cn=taem," + dir.baseDN
	w.set("sources.0.groups", []any{typo})
	w.must(t, 4, "run", "--once").tells(t, "8 of ours are held, as nothing shows that they left", "0 of ours are not entitled")
	w.must(t, 0, "status").tells(t, "WAITS FOR YOU baseline")
	answer := w.must(t, 4, "approve", "--baseline")
	answer.tells(t, "Accepted: the scope of source corp", "NOT accepted: the held people of source corp (8)")
	if strings.Contains(answer.stdout, "NOT ACCEPTED WITH IT") {
		t.Errorf("a title without what it is about: %v", answer)
	}
	for range 2 {
		status := w.must(t, 0, "status")
		status.tells(t, "INCOMPLETE", typo, "threema-dirsync check")
		if strings.Contains(status.stdout, "WAITS FOR YOU") || strings.Contains(status.stdout, "approve --baseline") {
			t.Errorf("asks for what is accepted: %v", status)
		}
		w.must(t, 1, "check").tells(t, typo)
		w.must(t, 4, "run", "--once")
	}
	addGroup(t, dir, typo, dir.people[0].DN)
	if out := w.must(t, 3, "run", "--once"); strings.Contains(out.stdout, "GUARD baseline") {
		t.Errorf("fixed, and it asks again: %v", out)
	}
}

// TestASecondAccountInNoGroupKeepsNobody: an administrator has a second account with the same number that no group
// entitles. That it is enabled is no reason to leave the first one its access.
func TestASecondAccountInNoGroupKeepsNobody(t *testing.T) {
	t.Parallel()
	for name, ordered := range map[string]bool{"a leaver": false, "an order": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 3)
			first, second := dir.people[0], testdir.NewPerson(50)
			second.Number = first.Number
			team := "cn=team," + memorySuffix
			addGroup(t, dir, team, first.DN, dir.people[1].DN, dir.people[2].DN)
			w := newWorld(t, dir.site)
			w.set("sources.0.groups", []any{team})
			w.must(t, 0, "run", "--once")
			dir.disable(t, first)
			dir.hire(t, second)
			if ordered {
				w.must(t, 0, "withdraw", first.Account, "--reason", "gone at once")
			}
			for range 3 {
				if out := w.must(t, 0, "run", "--once"); strings.Contains(out.stdout, "SKIPPED") {
					t.Errorf("%v", out)
				}
				w.advance(t, 26*time.Hour)
			}
			w.gone(t, 0, 0, first.Account)
		})
	}
}
