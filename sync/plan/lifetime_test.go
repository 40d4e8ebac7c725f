package plan_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestNobodyEntitledIsTakenOut lets a company live for hundreds of passes while its directory
// fails in every way that one answer can: a read that is refused, one that is incomplete and
// says of anybody that they are gone, one that is complete and wrong for a single time, and a
// clock that steps. Whoever is entitled in truth keeps credential and Threema ID. When the
// faults stop, whoever is gone goes, and the world comes to rest.
func TestNobodyEntitledIsTakenOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := newCompany(rt, t)
		for range rapid.IntRange(20, 160).Draw(rt, "passes") {
			c.live()
			c.read()
		}
		c.recover()
	})
}

// company knows the truth beside what its directory says.
type company struct {
	*world
	rt     *rapid.T
	t      testing.TB
	truth  map[model.PersonID]bool   // entitled in truth
	ids    map[model.PersonID]string // the Threema ID of who activated
	latest time.Time                 // the furthest that the clock ever was
	lied   bool                      // the last complete read was wrong
}

// inRun fails the run of a property and not only the test: then rapid tells its seed, and makes it small.
type inRun struct {
	testing.TB
	rt *rapid.T
}

// Fatalf ends the run.
func (r inRun) Fatalf(format string, args ...any) { r.rt.Fatalf(format, args...) }

func newCompany(rt *rapid.T, t testing.TB) *company {
	c := &company{world: newWorld(), rt: rt, t: inRun{t, rt}, truth: map[model.PersonID]bool{}, ids: map[model.PersonID]string{}}
	c.latest = c.now
	c.policy.ID = rapid.SampledFrom([]model.IDPolicy{model.KeepID, model.DetachID, model.RevokeID}).Draw(rt, "id")
	c.policy.GraceID = 2 * day
	c.keepsLinks = rapid.Bool().Draw(rt, "links stay")
	for range rapid.IntRange(4, 16).Draw(rt, "people") {
		c.join()
	}
	c.settle(t)
	return c
}

func (c *company) join() {
	e := c.hire(fmt.Sprintf("p%d", c.next()))
	e.ou = fmt.Sprintf("OU%d", c.serial%3)
	c.truth[e.id] = true
}

func (c *company) anybody() *entry {
	people := c.source().people
	return people[rapid.IntRange(0, len(people)-1).Draw(c.rt, "who")]
}

// live is what happens in truth.
func (c *company) live() {
	e := c.anybody()
	switch rapid.IntRange(0, 11).Draw(c.rt, "life") {
	case 0:
		c.join()
	case 1:
		if c.truth[e.id] && c.entitled() > 4 {
			c.truth[e.id] = false
			e.leave(rapid.SampledFrom([]model.EvidenceKind{model.Disabled, model.Expired, model.Absent, model.OutOfScope}).Draw(c.rt, "evidence"))
		}
	case 2:
		if !c.claimed(e) {
			c.truth[e.id] = true
			e.comeBack()
		}
	case 3: // the account is created anew
		if c.truth[e.id] {
			young := c.hire(e.username)
			young.csi, young.ou = e.csi, e.ou
			c.truth[young.id], c.truth[e.id] = true, false
			e.leave(rapid.SampledFrom([]model.EvidenceKind{model.Disabled, model.Absent}).Draw(c.rt, "evidence"))
		}
	case 4, 5:
		if own := c.owner(e.id); own != nil && c.ids[e.id] == "" && c.credential(own.Username) != nil {
			c.ids[e.id] = c.activate(own.Username)
		}
	case 6:
		e.last = rapid.SampledFrom([]string{"Muster", "Neu"}).Draw(c.rt, "name")
	}
}

func (c *company) entitled() int {
	n := 0
	for _, yes := range c.truth {
		if yes {
			n++
		}
	}
	return n
}

// claimed tells whether somebody else is entitled with the person's csi.
func (c *company) claimed(e *entry) bool {
	for _, other := range c.source().people {
		if other != e && other.csi == e.csi && c.truth[other.id] {
			return true
		}
	}
	return false
}

// read makes a pass with the faults of the day, and looks at who is still there.
func (c *company) read() {
	c.now = c.now.Add(rapid.SampledFrom([]time.Duration{
		time.Hour, 2 * time.Hour, 12 * time.Hour, day, -time.Hour, -40 * time.Hour}).Draw(c.rt, "clock"))
	if c.now.After(c.latest) {
		c.latest = c.now
	}
	var said []entry
	restore := func() {
		for n, e := range said {
			*c.source().people[n] = e
		}
	}
	for _, e := range c.source().people {
		said = append(said, *e)
	}
	switch rapid.IntRange(0, 9).Draw(c.rt, "fault") {
	case 0:
		return // refused: sync makes no plan at all
	case 1:
		c.source().incomplete = true
		c.lie(model.Absent, model.Disabled, model.OutOfScope)
	case 2:
		if !c.lied { // wrong for a single time, which only weak evidence can be
			c.lied = true
			c.lie(model.Absent, model.OutOfScope)
			break
		}
		c.lied = false
	default:
		c.lied = false
	}
	c.pass(c.t)
	c.source().incomplete = false
	restore()
	c.look()
}

// lie lets a third of the people look as if they had gone.
func (c *company) lie(kinds ...model.EvidenceKind) {
	offset := rapid.IntRange(0, 2).Draw(c.rt, "who is hidden")
	for n, e := range c.source().people {
		if n%3 == offset && e.state == model.Entitled {
			e.leave(kinds[n%len(kinds)])
		}
	}
}

// look asks the package, not the plan.
func (c *company) look() {
	for _, e := range c.source().people {
		own := c.owner(e.id)
		if !c.truth[e.id] || own == nil {
			continue
		}
		if c.credentialByID(own.CredentialID) == nil {
			c.rt.Fatalf("%s is entitled, and the credential is gone", e.csi)
		}
		if id := c.ids[e.id]; id != "" && c.user(id) == nil && !c.wasGone(e) {
			c.rt.Fatalf("%s is entitled, and the Threema ID is gone", e.csi)
		}
	}
	for _, e := range c.source().people {
		if !c.truth[e.id] && c.ids[e.id] != "" && c.user(c.ids[e.id]) == nil {
			delete(c.ids, e.id) // rightly gone; who returns activates anew
		}
	}
}

// wasGone tells whether the person left in truth at some time: then the ID may have gone with
// good reason, or belongs to the ID under which the person returned.
func (c *company) wasGone(e *entry) bool {
	for _, r := range c.history[e.id] {
		if r.state == model.Departed && r.complete {
			return true
		}
	}
	return false
}

// recover stops the faults. Everybody who is gone goes; an operator looks at what the limits
// block and at what the memory doubts, and says yes.
func (c *company) recover() {
	c.now = c.latest
	for range 20 {
		c.now = c.now.Add(13 * time.Hour)
		p := c.pass(c.t)
		c.approve(p, day)
		// In so small OUs the sentinels soon miss too many, and accounts made anew are soon many of all.
		c.accept = !p.Sources[0].Complete || p.Tripped(model.GuardBaseline)
	}
	csis := map[string]bool{}
	for _, e := range c.source().people {
		if c.truth[e.id] {
			csis[e.csi] = true
			if own := c.owner(e.id); own == nil || c.credentialByID(own.CredentialID) == nil {
				c.rt.Fatalf("%s is entitled and has no credential: %s", e.csi, words(c.plan()))
			}
		}
	}
	for _, credential := range c.pkg.Credentials {
		if csi := c.pkg.Settings[credential.ID][model.SettingCSI]; !csis[csi] {
			c.rt.Fatalf("%s is gone, and still has a credential: %s", csi, words(c.plan()))
		}
	}
	if len(c.state.Open)+len(c.state.Departures) > 0 {
		c.rt.Fatalf("not at rest: %+v %+v", c.state.Open, c.state.Departures)
	}
}
