package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// aftermath is a world in which anna, who had one Threema ID, was taken out a moment ago.
type aftermath struct {
	*world
	anna       *entry
	id         string // her Threema ID
	credential model.Credential
	user       model.User
	start      time.Time // of the effects
}

// takenOut withdraws anna's credential and, where the policy says so, takes her ID at once.
func takenOut(t testing.TB, policy model.IDPolicy, keepsLinks bool) *aftermath {
	t.Helper()
	w, people := rolledOut(t, "anna")
	w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.keepsLinks = policy, 0, 0, keepsLinks
	a := &aftermath{world: w, anna: people["anna"], id: w.activate("anna")}
	w.settle(t)
	a.credential, a.user = *w.credential("anna"), *w.user(a.id)
	a.anna.leave(model.Disabled)
	w.later(t, time.Hour)
	a.start = w.now
	if w.credential("anna") != nil || len(w.state.Effects) == 0 {
		t.Fatalf("anna was not taken out: %+v", w.state.Effects)
	}
	return a
}

func (a *aftermath) restore() {
	a.pkg.Credentials = append(slices.Clone(a.pkg.Credentials), a.credential)
}

func (a *aftermath) remove() {
	a.pkg.Credentials = slices.DeleteFunc(slices.Clone(a.pkg.Credentials), func(c model.Credential) bool { return c.ID == a.credential.ID })
}

// appear lets somebody be a user of the package.
func (a *aftermath) appear(u model.User) { a.pkg.Users = append(slices.Clone(a.pkg.Users), u) }

// comesBack is anna's ID in the package again, with another credential.
func (a *aftermath) comesBack() {
	u := a.user
	u.CredentialID = ""
	a.appear(u)
}

func (a *aftermath) checksIn(after time.Duration) { a.world.user(a.id).LastCheck = a.start.Add(after) }

// watched is what a plan says of effects and alarms: "withdraw requested", "ALARM still-active".
func watched(p plan.Plan) []string {
	var lines []string
	for _, e := range p.Effects {
		lines = append(lines, string(e.Op)+" "+string(e.State()))
	}
	for _, a := range p.Alarms {
		lines = append(lines, "ALARM "+string(a.Kind))
	}
	return lines
}

// moment is a time after the effects, what happens right before the pass, and what that pass says.
type moment struct {
	after time.Duration
	do    func(*aftermath)
	want  []string
}

const (
	hour   = time.Hour
	minute = time.Minute
)

// TestEffects follows what was taken from anna, pass by pass.
func TestEffects(t *testing.T) {
	t.Parallel()
	says := func(lines ...string) []string { return lines }
	requested, verified := "withdraw requested", "withdraw verified"
	for name, row := range map[string]struct {
		policy  model.IDPolicy
		links   bool // of users survive the withdrawal
		moments []moment
	}{
		"a withdrawal is verified after 24 h, not before": {model.KeepID, false, []moment{
			{0, nil, says(requested)}, {23*hour + 59*minute, nil, says(requested)}, {24 * hour, nil, says(verified)},
		}},
		"a withdrawal whose links survive likewise": {model.KeepID, true, []moment{
			{23*hour + 59*minute, nil, says(requested)}, {24 * hour, nil, says(verified)}, {48 * hour, nil, says(verified)},
		}},
		"a verified effect is shown for a week": {model.KeepID, false, []moment{
			{24 * hour, nil, says(verified)}, {8*day - minute, nil, says(verified)}, {8 * day, nil, nil},
		}},
		"a phone that is off proves nothing": {model.KeepID, false, []moment{
			{24 * hour, func(a *aftermath) { a.checksIn(-30 * day) }, says(verified)}, {30 * day, nil, nil},
		}},
		"a phone may go on for 24 h": {model.KeepID, false, []moment{
			{24 * hour, func(a *aftermath) { a.checksIn(24 * hour) }, says(verified)},
		}},
		"a phone that goes on after 24 h": {model.KeepID, false, []moment{
			{25 * hour, func(a *aftermath) { a.checksIn(24*hour + minute) }, says(requested, "ALARM still-active")},
			{60 * hour, nil, says(requested, "ALARM still-active")},
			{70 * hour, func(a *aftermath) { a.dropUser(a.id) }, says(verified, "ALARM still-active")},
			{93 * hour, nil, says(verified, "ALARM still-active")},
			{94 * hour, nil, says(verified)},
		}},
		"a phone that goes on with links that survive": {model.KeepID, true, []moment{
			{25 * hour, func(a *aftermath) { a.checksIn(24*hour + minute) }, says(requested, "ALARM still-active")},
		}},
		"an app that starts again weeks after the verification": {model.KeepID, false, []moment{
			{24 * hour, nil, says(verified)},
			{20 * day, func(a *aftermath) { a.checksIn(20 * day) }, says("ALARM still-active")},
		}},
		"the credential is still there after 24 h": {model.KeepID, false, []moment{
			{23*hour + 59*minute, (*aftermath).restore, says(requested)},
			{24 * hour, nil, says(requested, "ALARM credential-back")},
		}},
		"one list without it verifies nothing": {model.DetachID, true, []moment{
			{30 * minute, (*aftermath).restore, says(requested, "detach requested")},
			{25 * hour, (*aftermath).remove, says(requested, "detach verified")},
			{25*hour + 59*minute, nil, says(requested, "detach verified")},
			{26 * hour, nil, says(verified, "detach verified")},
		}},
		"the credential is back after it was seen gone": {model.KeepID, false, []moment{
			{hour, nil, says(requested)}, {2 * hour, (*aftermath).restore, says(requested, "ALARM credential-back")},
			{3 * hour, (*aftermath).remove, says(requested, "ALARM credential-back")},
			{24 * hour, nil, says(verified, "ALARM credential-back")}, {27 * hour, nil, says(verified)},
		}},
		"a detached ID is verified after 1 h, not before": {model.DetachID, false, []moment{
			{59 * minute, nil, says(requested, "detach requested")}, {hour, nil, says(requested, "detach verified")},
			{24 * hour, nil, says(verified, "detach verified")},
		}},
		"a revoked ID likewise": {model.RevokeID, false, []moment{
			{59 * minute, nil, says(requested, "revoke requested")}, {hour, nil, says(requested, "revoke verified")},
		}},
		"an ID that never goes": {model.RevokeID, false, []moment{
			{59 * minute, (*aftermath).comesBack, says(requested, "revoke requested")},
			{hour, nil, says(requested, "revoke requested", "ALARM id-returned")},
		}},
		"a detached ID that comes back, and flickers, is one alarm": {model.DetachID, false, []moment{
			{hour, nil, says(requested, "detach verified")},
			{5 * hour, (*aftermath).comesBack, says(requested, "detach verified", "ALARM id-returned")},
			{6 * hour, func(a *aftermath) { a.dropUser(a.id) }, says(requested, "detach verified", "ALARM id-returned")},
			{20 * hour, (*aftermath).comesBack, says(requested, "detach verified", "ALARM id-returned")},
			{21 * hour, func(a *aftermath) { a.dropUser(a.id) }, says(requested, "detach verified", "ALARM id-returned")},
			{44 * hour, nil, says(verified, "detach verified", "ALARM id-returned")},
			{45 * hour, nil, says(verified, "detach verified")},
		}},
		"a detached ID whose app goes on is id-returned, and nothing else": {model.DetachID, false, []moment{
			{hour, nil, says(requested, "detach verified")},
			{30 * hour, func(a *aftermath) { a.comesBack(); a.checksIn(30 * hour) }, says(verified, "detach verified", "ALARM id-returned")},
		}},
		"a second ID that reports the csi": {model.RevokeID, false, []moment{
			{2 * hour, func(a *aftermath) { a.appear(model.User{ID: "SECOND01", CSI: "E-anna"}) }, says(requested, "revoke verified", "ALARM second-id")},
		}},
		"a second ID on the withdrawn credential": {model.RevokeID, false, []moment{
			{2 * hour, func(a *aftermath) { a.appear(model.User{ID: "SECOND01", CredentialID: a.credential.ID}) },
				says(requested, "revoke verified", "ALARM second-id")},
		}},
		"two second IDs are two alarms": {model.RevokeID, false, []moment{
			{2 * hour, func(a *aftermath) {
				a.appear(model.User{ID: "SECOND01", CSI: "E-anna", CredentialID: a.credential.ID})
				a.appear(model.User{ID: "SECOND02", CSI: "E-anna"})
			}, says(requested, "revoke verified", "ALARM second-id", "ALARM second-id")},
		}},
		"a Broadcast ID is no second ID": {model.RevokeID, false, []moment{
			{2 * hour, func(a *aftermath) { a.appear(model.User{ID: "*SECOND1", CSI: "E-anna"}) }, says(requested, "revoke verified")},
		}},
		"after a detach nobody looks for a second ID": {model.DetachID, false, []moment{
			{2 * hour, func(a *aftermath) { a.appear(model.User{ID: "SECOND01", CSI: "E-anna"}) }, says(requested, "detach verified")},
		}},
		"the person is entitled under another ID": {model.RevokeID, false, []moment{
			{2 * hour, func(a *aftermath) {
				again := a.hire("namesake")
				again.csi, again.first = "E-anna", "Anna"
				a.appear(model.User{ID: "SECOND01", CSI: "E-anna"})
			}, says("withdraw returned", "revoke returned")},
			{3 * hour, nil, nil},
		}},
		"a returner brings the ID back": {model.DetachID, false, []moment{
			{2 * hour, func(a *aftermath) { a.anna.comeBack(); a.comesBack() }, says("withdraw returned", "detach returned")},
			{30 * hour, nil, nil},
		}},
		"a returner ends an alarm at once": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{3 * hour, func(a *aftermath) { a.anna.comeBack() }, says("withdraw returned", "detach returned")},
			{30 * hour, nil, nil},
		}},
		"a returner under a new ID likewise": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{3 * hour, func(a *aftermath) {
				again := a.hire("anna2")
				again.csi, again.first = "E-anna", "ANNA"
			}, says("withdraw returned", "detach returned")},
		}},
		"the number was given to somebody else": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{3 * hour, func(a *aftermath) { a.hire("zoe").csi = "E-anna" }, says(requested, "detach requested", "ALARM id-returned")},
		}},
		"a pass that may do nothing judges nothing": {model.DetachID, false, []moment{
			{30 * hour, func(a *aftermath) { a.comesBack(); a.source().scope = "narrow" }, says(requested, "detach requested")},
			{31 * hour, func(a *aftermath) { a.source().scope = "s1" }, says(verified, "detach requested", "ALARM id-returned")},
			{60 * hour, func(a *aftermath) { a.dropUser(a.id) }, says(verified, "detach requested", "ALARM id-returned")},
			{61 * hour, nil, says(verified, "detach verified", "ALARM id-returned")},
			{90 * hour, func(a *aftermath) { a.source().scope = "narrow" }, says(verified, "detach verified", "ALARM id-returned")},
			{91 * hour, func(a *aftermath) { a.source().scope = "s1" }, says(verified, "detach verified")},
		}},
		"another licence package says nothing, accepted or not": {model.DetachID, false, []moment{
			{30 * hour, func(a *aftermath) { a.pkg.Subscription.ID = "SUB2" }, says(requested, "detach requested")},
			{31 * hour, func(a *aftermath) { a.accept = true }, says(requested, "detach requested")},
		}},
		"an incomplete read of the directory judges the package all the same": {model.DetachID, false, []moment{
			{hour, func(a *aftermath) { a.source().incomplete = true }, says(requested, "detach verified")},
		}},
		"a clock before the effects verifies and raises nothing": {model.DetachID, false, []moment{
			{-30 * day, (*aftermath).comesBack, says(requested, "detach requested")},
		}},
		"a clock set back clears nothing": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{-10 * day, nil, says(requested, "detach requested", "ALARM id-returned")},
			{-8 * day, nil, says(requested, "detach requested", "ALARM id-returned")},
			{3 * hour, nil, says(requested, "detach requested", "ALARM id-returned")},
		}},
		"a clock set back within a quiet row begins it anew": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{20 * hour, func(a *aftermath) { a.dropUser(a.id) }, says(requested, "detach requested", "ALARM id-returned")},
			{10 * hour, nil, says(requested, "detach requested", "ALARM id-returned")},
			{33 * hour, nil, says(verified, "detach verified", "ALARM id-returned")},
			{34 * hour, nil, says(verified, "detach verified")},
		}},
		"a clock set back hides no return after the verification": {model.DetachID, false, []moment{
			{hour, nil, says(requested, "detach verified")},
			{30 * minute, (*aftermath).comesBack, says(requested, "detach verified", "ALARM id-returned")},
		}},
		"what a clock set back has seen ends a quiet row": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{3 * hour, func(a *aftermath) { a.dropUser(a.id) }, says(requested, "detach requested", "ALARM id-returned")},
			{hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{3 * day, func(a *aftermath) { a.dropUser(a.id) }, says(verified, "detach requested", "ALARM id-returned")},
			{4 * day, nil, says(verified, "detach verified")},
		}},
		"nobody looks: a long way between two passes": {model.DetachID, false, []moment{
			{2 * hour, (*aftermath).comesBack, says(requested, "detach requested", "ALARM id-returned")},
			{10 * day, func(a *aftermath) { a.dropUser(a.id) }, says(verified, "detach requested", "ALARM id-returned")},
			{11 * day, nil, says(verified, "detach verified")},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := takenOut(t, row.policy, row.links)
			a.pass(t) // the first list without what was taken
			since := map[string]time.Time{}
			for _, m := range row.moments {
				a.now = a.start.Add(m.after)
				if m.do != nil {
					m.do(a)
				}
				p := a.pass(t)
				if diff := gocmp.Diff(m.want, watched(p), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("after %s (-want +got):\n%s", m.after, diff)
				}
				for _, alarm := range p.Alarms {
					key := string(alarm.Kind) + alarm.ThreemaID
					if first, known := since[key]; known && !first.Equal(alarm.Since) {
						t.Errorf("%s since %s, and before since %s", key, alarm.Since, first)
					}
					since[key] = alarm.Since
				}
			}
		})
	}
}

// TestAlarmsMakeNoChange: an ID that is back, with an alarm, is nobody's to take.
func TestAlarmsMakeNoChange(t *testing.T) {
	t.Parallel()
	a := takenOut(t, model.RevokeID, false)
	a.comesBack()
	a.appear(model.User{ID: "SECOND01", CSI: "E-anna", CredentialID: a.credential.ID})
	a.restore()
	for range 5 {
		p := a.later(t, 2*day)
		if len(p.Alarms) != 3 || len(p.Changes) != 0 {
			t.Fatalf("alarms %v, changes %v", watched(p), summary(p))
		}
	}
}

// TestAlarmsSayWhatToDo: each names its object, the cockpit's word for what to do, and a command.
func TestAlarmsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for kind, object := range map[model.AlarmKind]string{
		model.StillActive: "ABCDEFGH", model.CredentialBack: "anna", model.IDReturned: "ABCDEFGH", model.SecondID: "ABCDEFGH",
	} {
		for _, op := range []model.Op{model.Withdraw, model.Detach, model.Revoke} {
			a := model.Alarm{Kind: kind, Op: op, Subject: model.Subject{CSI: "E-1"}, ThreemaID: "ABCDEFGH", Username: "anna"}
			for _, text := range []string{object, "in the cockpit", "threema-dirsync explain E-1"} {
				if !strings.Contains(english.Alarm(a), text) {
					t.Errorf("%s after %s does not say %q: %s", kind, op, text, english.Alarm(a))
				}
			}
			a.QuietSince = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
			if !strings.Contains(english.Alarm(a), "not seen any more since 2026-03-02 08:00:00 UTC") {
				t.Errorf("quiet: %s", english.Alarm(a))
			}
		}
	}
}

// TestExplainEffects: an effect under way and an alarm stand in what is told of a person.
func TestExplainEffects(t *testing.T) {
	t.Parallel()
	a := takenOut(t, model.DetachID, false)
	a.comesBack()
	a.now = a.start.Add(2 * hour)
	_, text := a.mustExplain(t, a.id)
	for _, says := range []string{
		"ALARM id-returned", "withdraw / Zugang entziehen anna", "detach / trennen " + a.id,
		"not verified yet, effective by " + a.start.Add(day).Format(time.DateTime),
	} {
		if !strings.Contains(text, says) {
			t.Errorf("does not say %q:\n%s", says, text)
		}
	}
	_, text = a.mustExplain(t, "E-staff000")
	if strings.Contains(text, "ALARM") {
		t.Errorf("somebody else's alarm:\n%s", text)
	}
}
