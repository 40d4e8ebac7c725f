package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// taken is a credential that is not ours and has somebody's username, in one of its states.
type taken struct {
	username, csi string
	users         []model.User // how apps on it call themselves
	usage         int
}

func takenNames() map[string]taken {
	return map[string]taken{
		"no csi":                          {username: "zoe"},
		"a csi in another spelling":       {username: "zoe", csi: "77"},
		"a csi in full width":             {username: "zoe", csi: "００７７"},
		"another csi":                     {username: "zoe", csi: "12"},
		"somebody's csi":                  {username: "zoe", csi: "E-anna2"},
		"a name in another case":          {username: "Zoe"},
		"that, and another spelling":      {username: "ZOE", csi: "77"},
		"an app with another spelling":    {username: "zoe", users: []model.User{{CSI: "0077"}}},
		"an app of somebody else":         {username: "zoe", users: []model.User{{CSI: "12"}}},
		"an app with other names":         {username: "zoe", users: []model.User{{FirstName: "Karl", LastName: "Anders"}}},
		"several devices":                 {username: "zoe", usage: 3},
		"several devices, and a spelling": {username: "zoe", csi: "77", usage: 3},
		"several people":                  {username: "zoe", users: []model.User{{CSI: "00077"}, {CSI: "12"}}},
	}
}

// world makes the package: zoe (csi 00077) is new, and the credential has her name.
func (c taken) world() (*world, *entry) {
	w := newWorld()
	zoe := w.hire("zoe")
	zoe.csi = "00077"
	w.hire("anna2")
	credential := w.foreignCredential(c.username, c.csi)
	for _, u := range c.users {
		seen := w.user(w.activate(c.username))
		seen.CSI, seen.FirstName, seen.LastName = u.CSI, u.FirstName, u.LastName
	}
	credential.Usage = max(credential.Usage, c.usage)
	return w, zoe
}

// reasonFor is why nothing is done for zoe without somebody, "" if it is.
func reasonFor(p plan.Plan, zoe *entry) string {
	for _, h := range p.Held {
		if h.Person == zoe.id {
			return english.Join(h.Reasons)
		}
	}
	for _, c := range p.Changes {
		if c.Person == zoe.id && c.Status == model.NeedsApproval {
			return english.Join(c.Reasons)
		}
	}
	return ""
}

// advice are the things that a reason can tell somebody to do, and what they do.
func advice() map[string]func(*world, *model.Credential, *entry) {
	return map[string]func(*world, *model.Credential, *entry){
		"set adopt.username: true": func(w *world, _ *model.Credential, _ *entry) { w.policy.AdoptUsername = true },
		"write the csi 00077 to it": func(w *world, c *model.Credential, _ *entry) {
			w.pkg.Settings[c.ID] = map[string]string{model.SettingCSI: "00077"}
		},
		"list it under adopt.personal": func(w *world, c *model.Credential, _ *entry) { w.policy.AdoptPersonal = []string{c.Username} },
		"another username":             func(_ *world, _ *model.Credential, zoe *entry) { zoe.username = "zoe.other" },
		"delete it":                    func(w *world, c *model.Credential, _ *entry) { w.withdrawByHand(c.Username) },
		"correct the csi in the cockpit": func(w *world, c *model.Credential, _ *entry) {
			w.pkg.Settings[c.ID] = map[string]string{model.SettingCSI: "00077"}
		},
	}
}

// TestAdviceLeadsOn: who does what a reason says never finds the same reason, nor one that was there
// before: in the end zoe has a credential.
func TestAdviceLeadsOn(t *testing.T) {
	t.Parallel()
	for name, c := range takenNames() {
		for first := range advice() {
			t.Run(name+"/"+first, func(t *testing.T) {
				t.Parallel()
				w, zoe := c.world()
				before := map[string]bool{}
				for step := 0; ; step++ {
					p := w.later(t, time.Hour)
					reason := reasonFor(p, zoe)
					switch {
					case reason == "":
						w.settle(t)
						if w.credential("zoe") == nil && w.credential(c.username) == nil && w.credential("zoe.other") == nil {
							t.Error("no reason, and no credential")
						}
						return
					case before[reason]:
						t.Fatalf("in a circle: %s", reason)
					}
					before[reason] = true
					if !followed(t, w, c, zoe, reason, first, p) {
						return // this advice is not given here
					}
				}
			})
		}
	}
}

// followed does the first piece of advice if the reason has it, afterwards any; a question is answered with yes.
func followed(t *testing.T, w *world, c taken, zoe *entry, reason, first string, p plan.Plan) bool {
	t.Helper()
	credential := w.credential(c.username)
	if strings.Contains(reason, first) {
		advice()[first](w, credential, zoe)
		return true
	}
	if strings.Contains(reason, "a second list, from") { // ends by itself
		w.later(t, time.Hour)
		return true
	}
	if strings.Contains(reason, "say yes") {
		w.approve(p, day)
		return true
	}
	for _, other := range []string{"write the csi 00077 to it", "list it under adopt.personal", "another username", "delete it"} {
		if strings.Contains(reason, other) {
			advice()[other](w, credential, zoe)
			return true
		}
	}
	t.Errorf("a dead end: %s", reason)
	return false
}

// TestNearMissIsAdoptedByAYes: the name is hers, and the csi but for its spelling. Nothing happens without a
// yes; with it there is one credential, and its csi is right.
func TestNearMissIsAdoptedByAYes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a csi in another spelling", "a csi in full width", "an app with another spelling"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := takenNames()[name]
			w, zoe := c.world()
			p := w.later(t, time.Hour)
			n := slices.IndexFunc(p.Changes, func(c model.Change) bool { return c.Person == zoe.id && c.Op == model.Adopt })
			if n < 0 {
				t.Fatal(summary(p))
			}
			adoption := p.Changes[n]
			for _, c := range p.Changes {
				if c.Person == zoe.id && c.Op != model.Adopt {
					t.Errorf("before anybody said yes: %s %s", c.Op, c.Status)
				}
			}
			if adoption.Status != model.NeedsApproval || !slices.Contains(adoption.Asks, model.AskLikeCSI) || !strings.Contains(english.Join(adoption.Reasons), "differs from 00077") {
				t.Fatalf("%+v", adoption)
			}
			if w.pkg.Settings[adoption.CredentialID][model.SettingCSI] != c.csi {
				t.Error("the csi was written without a yes")
			}
			w.approve(p, day)
			w.settle(t)
			if got := w.pkg.Settings[adoption.CredentialID][model.SettingCSI]; got != "00077" || w.owner(zoe.id).CredentialID != adoption.CredentialID {
				t.Errorf("csi %q, owner %+v", got, w.owner(zoe.id))
			}
		})
	}
}
