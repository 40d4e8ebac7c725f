package plan_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAlarmsFollowTheWorld lets objects come and go after a departure, under clocks that step and
// with passes that fail, are skipped or may do nothing. An alarm is raised only while its object is
// there, keeps its time, and is cleared only after a day of passes that did not see the object: it
// never toggles unless the world does.
func TestAlarmsFollowTheWorld(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		policy := rapid.SampledFrom([]model.IDPolicy{model.KeepID, model.DetachID, model.RevokeID}).Draw(rt, "policy")
		h := &haunted{aftermath: takenOut(t, policy, rapid.Bool().Draw(rt, "links stay")), rt: rt, t: t, standing: map[object]time.Time{}, away: map[object][]time.Time{}}
		for range rapid.IntRange(10, 60).Draw(rt, "passes") {
			h.world.now = h.now.Add(rapid.SampledFrom([]time.Duration{
				minute, hour, 5 * hour, 11 * hour, 23 * hour, day, 3 * day, -hour, -25 * hour, -10 * day,
			}).Draw(rt, "time"))
			h.toggle()
			h.look()
		}
	})
}

// haunted is a package in which things come back, and what its alarms should do.
type haunted struct {
	*aftermath
	rt       *rapid.T
	t        testing.TB
	standing map[object]time.Time   // since when
	away     map[object][]time.Time // the judging passes in a row that did not see the object
}

// object is what an alarm is about.
type object struct {
	kind model.AlarmKind
	id   string
}

const second = "SECOND01"

func (h *haunted) toggle() {
	switch rapid.IntRange(0, 6).Draw(h.rt, "toggle") {
	case 0:
		if h.credentialByID(h.credential.ID) == nil {
			h.restore()
		} else {
			h.remove()
		}
	case 1:
		if h.world.user(h.id) == nil {
			h.comesBack()
		} else {
			h.dropUser(h.id)
		}
	case 2:
		if h.world.user(second) == nil {
			h.appear(model.User{ID: second, CSI: h.anna.csi})
		} else {
			h.dropUser(second)
		}
	case 3:
		if u := h.world.user(h.id); u != nil {
			u.LastCheck = h.now
		}
	}
}

// there tells whether the object of an alarm is in the package now.
func (h *haunted) there(o object) bool {
	u := h.world.user(o.id)
	switch o.kind {
	case model.CredentialBack:
		return h.credentialByID(h.credential.ID) != nil
	case model.StillActive:
		return u != nil && u.LastCheck.After(h.start.Add(day))
	case model.IDReturned, model.SecondID:
	}
	return u != nil
}

// look does one pass, of a kind that may judge or not, and holds its alarms against the world.
func (h *haunted) look() {
	kind := rapid.IntRange(0, 5).Draw(h.rt, "pass")
	h.source().incomplete, h.source().scope = kind == 1, "s1"
	switch kind {
	case 2: // it fails, or nobody starts one
		return
	case 3:
		h.source().scope = "narrow"
	}
	p := h.pass(h.t)
	now := map[object]time.Time{}
	for _, a := range p.Alarms {
		now[object{a.Kind, a.ThreemaID}] = a.Since
	}
	if kind == 3 {
		if len(now) != len(h.standing) {
			h.rt.Fatalf("a pass that may do nothing changes alarms: %v, before %v", now, h.standing)
		}
		return
	}
	h.judge(now)
	h.standing = now
}

func (h *haunted) judge(now map[object]time.Time) {
	for o, since := range now {
		was, stood := h.standing[o]
		switch {
		case !stood && !h.there(o):
			h.rt.Fatalf("%v is raised, and nothing is there", o)
		case stood && !was.Equal(since):
			h.rt.Fatalf("%v since %s, and before since %s", o, since, was)
		case !stood:
			h.away[o] = nil
		}
	}
	for o := range h.standing {
		if h.there(o) {
			h.away[o] = nil
		} else {
			h.away[o] = append(h.away[o], h.now)
		}
		if _, stands := now[o]; !stands && !h.aDay(h.away[o]) {
			h.rt.Fatalf("%v is cleared at %s after passes without it at %v", o, h.now, h.away[o])
		}
	}
}

// aDay tells whether one of the passes is a day old.
func (h *haunted) aDay(passes []time.Time) bool {
	for _, at := range passes {
		if !h.now.Before(at.Add(day)) {
			return true
		}
	}
	return false
}
