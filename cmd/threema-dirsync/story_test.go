package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
)

// directory is a real server that a test can change.
type directory interface {
	NewPerson(n int) testdir.Person
	AddPerson(testing.TB, testdir.Person)
	Disable(t testing.TB, dn string)
	Modify(t testing.TB, dn, attribute string, values ...string)
	Delete(t testing.TB, dn string)
	Move(t testing.TB, dn, newParent string) string
	Rename(t testing.TB, dn, newRDN string) string
}

// company is a real directory with its people, as they are now.
type company struct {
	directory
	*world
	people  []testdir.Person
	unit    func(name string) string // DN of an organisational unit
	outside string                   // an OU that base_dn does not cover
}

// TestRealDirectories lives through the life of a company on a real OpenLDAP and on a real
// Active Directory domain controller, and asks the licence package after each step.
func TestRealDirectories(t *testing.T) {
	t.Parallel()
	t.Run("OpenLDAP with 1000 people", func(t *testing.T) {
		t.Parallel()
		srv := openldap.Start(t, openldap.Options{People: 1000})
		unit := func(name string) string { return "ou=" + name + "," + srv.PeopleDN }
		(&company{srv, newWorld(t, atOpenLDAP(srv)), srv.People, unit, srv.LeaversDN}).live(t)
	})
	t.Run("Active Directory with 200 people", func(t *testing.T) {
		t.Parallel()
		srv := sambaad.Start(t, sambaad.Options{People: 200})
		unit := func(name string) string { return "OU=" + name + "," + srv.StaffDN }
		(&company{srv, newWorld(t, atDomain(srv)), srv.People, unit, srv.LeaversDN}).live(t)
	})
}

// live is the story. Each chapter builds on those before.
func (c *company) live(t *testing.T) {
	c.set("leavers.id", "detach")
	for _, chapter := range []struct {
		title string
		tell  func(*testing.T)
	}{
		{"look first", c.lookFirst},
		{"roll out", c.rollOut},
		{"settle", c.settle},
		{"a pass without changes", c.passWithoutChanges},
		{"a day of changes", c.dayOfChanges},
		{"leavers go in time", c.leaversGo},
	} {
		if !t.Run(chapter.title, chapter.tell) {
			t.FailNow()
		}
	}
}

// lookFirst is what an administrator does with a new configuration. Nothing changes.
func (c *company) lookFirst(t *testing.T) {
	before := c.sim.frozen(t)
	if out := c.must(t, 0, "check"); strings.Contains(out.stdout, "FAIL") {
		t.Errorf("check: %v", out)
	}
	out := c.must(t, 0, "plan")
	if want := fmt.Sprintf("create (%d):", len(testdir.Entitled(c.people))); !strings.Contains(out.stdout, want) {
		t.Errorf("the plan does not say %q: %v", want, out)
	}
	c.must(t, 2, "plan", "--detailed-exitcode")
	c.unchanged(t, before)
	if lines := c.lines(t); len(lines) > 0 {
		t.Errorf("%d lines handed over by looking", len(lines))
	}
}

func (c *company) rollOut(t *testing.T) {
	c.must(t, 0, "run", "--once")
	c.holds(t, c.people, false)
	handed := map[string]int{}
	for _, l := range c.lines(t) {
		handed[l.username]++
		if !strings.HasPrefix(l.link, "https://work.threema.ch/license?username="+l.username) {
			t.Errorf("activation link %q", l.link)
		}
	}
	for username := range wanted(c.people, false) {
		if handed[username] != 1 {
			t.Errorf("%d hand-over lines for %s, want 1", handed[username], username)
		}
	}
	c.activateAll(t)
}

func (c *company) settle(t *testing.T) {
	c.advance(t, 24*time.Hour)
	c.must(t, 0, "run", "--once")
	c.must(t, 0, "plan", "--detailed-exitcode")
	c.holds(t, c.people, true)
	c.gone(t, 0, 0)
}

// passWithoutChanges counts its requests: the subscription, each of the four lists, and one more for
// each further 500 credentials with settings.
func (c *company) passWithoutChanges(t *testing.T) {
	c.sim.requests(t)
	before := c.sim.frozen(t)
	c.must(t, 0, "run", "--once")
	want := 4 + (len(c.sim.state(t).Settings)+499)/500
	if requests := c.sim.requests(t); len(requests) != want {
		t.Errorf("%d requests, want %d:\n%s", len(requests), want, strings.Join(requests, "\n"))
	}
	c.unchanged(t, before)
}

// The people of the story: all are entitled on both servers, and of different surnames.
const (
	disabled  = 20
	deleted   = 21
	movedOut  = 22
	renamed   = 24
	movedOver = 26
	recreated = 27
	untitled  = 28
	comma     = 57 // has a comma and an umlaut in the common name
	joiner    = 2001
)

// dayOfChanges is one day with everything that happens to people. Two passes follow, one
// right after the other: nobody is taken out by them. The first comes before its time, because the
// daemon asks what changed.
func (c *company) dayOfChanges(t *testing.T) {
	c.Disable(t, c.people[disabled].DN)
	c.Delete(t, c.people[deleted].DN)
	c.Move(t, c.people[movedOut].DN, c.outside)
	c.join(t, joiner)
	c.marry(t, renamed, "Müller-Weiß")
	c.marry(t, comma, "Öztürk")
	c.moveOver(t, movedOver)
	c.recreate(t, recreated)
	c.Modify(t, c.people[untitled].DN, "title")
	c.people[untitled].Title = ""
	c.passBeforeItsTime(t)
	c.gone(t, 0, 0)
	c.must(t, 0, "run", "--once")
	c.gone(t, 0, 0)
	c.activateAll(t)
	c.advance(t, 23*time.Hour) // phones learn their new names; no grace is over
	c.must(t, 0, "run", "--once")
	c.gone(t, 0, 0)
	c.advance(t, 30*time.Minute)
	c.gone(t, 0, 0)
}

// passBeforeItsTime runs the daemon, whose schedule is half a day away. Afterwards what changed is no
// news any more.
func (c *company) passBeforeItsTime(t *testing.T) {
	t.Helper()
	d := c.serve(t)
	d.told(t, "READY=1")
	d.passed(t, 1)
	page := d.page(t, "/metrics")
	d.stop(t)
	for hint, want := range map[string]string{"disabled": "1", "joined": "2", "lost": "0", "group": "0"} {
		if got := value(page, fmt.Sprintf(`hints_total{hint=%q,source="corp"}`, hint)); got != want {
			t.Errorf("%s people %s, want %s", got, hint, want)
		}
	}
	if value(page, `hints_total{hint="moved",source="corp"}`) == "0" {
		t.Error("nobody moved")
	}

	runs := len(c.dump(t).Runs)
	d = c.serve(t)
	d.told(t, "READY=1")
	eventually(t, "the directory is asked", func() bool { return value(d.page(t, "/metrics"), `polls_total{result="done",source="corp"}`) == "1" })
	d.stop(t)
	if now := len(c.dump(t).Runs); now != runs {
		t.Errorf("%d passes although nothing changed", now-runs)
	}
}

// leaversGo follows the three leavers, whose clocks began in dayOfChanges.
func (c *company) leaversGo(t *testing.T) {
	byHand := strings.ToLower(c.people[disabled].Account)
	absent := []string{strings.ToLower(c.people[deleted].Account), strings.ToLower(c.people[movedOut].Account)}
	everybody := append(slices.Clone(absent), byHand)

	c.advance(t, 31*time.Minute) // 24 h: the disabled account was confirmed at once, so its grace is over
	c.must(t, 0, "run", "--once")
	c.gone(t, 0, 0, byHand) // the others are confirmed by this read, and get a day

	c.advance(t, 23*time.Hour)
	c.must(t, 0, "run", "--once")
	c.gone(t, 0, 0, byHand)

	c.advance(t, 2*time.Hour)
	c.must(t, 0, "run", "--once")
	c.gone(t, 0, 0, everybody...)
	c.leave(disabled, deleted, movedOut)
	c.holds(t, c.people, true)

	c.advance(t, 5*24*time.Hour+22*time.Hour)
	c.must(t, 0, "run", "--once")
	c.gone(t, 0, 0, everybody...)

	c.advance(t, 2*time.Hour+2*time.Minute) // a week after the first withdrawal
	c.must(t, 0, "run", "--once")
	c.gone(t, 1, 0, everybody...)

	c.advance(t, 2*24*time.Hour)
	c.must(t, 0, "run", "--once")
	c.gone(t, 3, 0, everybody...)
	c.must(t, 0, "plan", "--detailed-exitcode")
	c.holds(t, c.people, true)
	if left := len(c.sim.state(t).Users); left != len(testdir.Entitled(c.people)) {
		t.Errorf("%d users in the package, want one for each of %d people", left, len(testdir.Entitled(c.people)))
	}
}

// join adds a person, who gets a credential.
func (c *company) join(t *testing.T, n int) {
	t.Helper()
	p := c.NewPerson(n)
	p.State = testdir.Active
	c.AddPerson(t, p)
	c.people = append(c.people, p)
}

// marry changes a surname, and the common name with it.
func (c *company) marry(t *testing.T, n int, surname string) {
	t.Helper()
	p := &c.people[n]
	c.Modify(t, p.DN, "sn", surname)
	if attribute, _, _ := strings.Cut(p.DN, "="); strings.EqualFold(attribute, "cn") {
		p.DN = c.Rename(t, p.DN, fmt.Sprintf(`%s=%s\, %s %d`, attribute, surname, p.GivenName, n))
	}
	p.Surname = surname
}

// moveOver moves a person to another organisational unit that counts.
func (c *company) moveOver(t *testing.T, n int) {
	t.Helper()
	units := testdir.Units()
	p := &c.people[n]
	next := units[(slices.Index(units, p.Unit)+1)%len(units)]
	p.DN = c.Move(t, p.DN, c.unit(next))
	c.Modify(t, p.DN, "title", "Leitung "+next)
	p.Unit, p.Title = next, "Leitung "+next
}

// recreate deletes an account and makes it again: another immutable ID, the same csi.
func (c *company) recreate(t *testing.T, n int) {
	t.Helper()
	c.Delete(t, c.people[n].DN)
	c.AddPerson(t, c.people[n])
}

// leave takes people from the truth.
func (c *company) leave(numbers ...int) {
	for _, n := range numbers {
		c.people[n].State = testdir.Disabled
	}
}
