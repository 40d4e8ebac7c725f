package plan_test

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const day = 24 * time.Hour

// rolledOut is a world in which the named people, and some staff, have their credentials.
func rolledOut(t testing.TB, names ...string) (*world, map[string]*entry) {
	t.Helper()
	w := newWorld()
	people := map[string]*entry{}
	for _, name := range names {
		people[name] = w.hire(name)
	}
	w.staff(40)
	w.settle(t)
	w.state.RolledOut = true
	return w, people
}

func TestJoinerIsCreatedWithItsSettings(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.hire("anna").extra = map[string]string{"th_job_title": "Engineer", "th_department": ""}
	p := w.pass(t)
	wantLines(t, summary(p), "create E-anna due")
	c := find(t, p, model.Create, "anna")
	if c.Class != model.Recoverable || c.CredentialID != "" || c.Username != "anna" || len(c.Settings) != 4 {
		t.Errorf("create is %+v", c)
	}
	if p.Requests != 2 { // the credential and the bulk settings
		t.Errorf("costs %d requests, want 2", p.Requests)
	}
	if got := w.pkg.Settings[w.credential("anna").ID]["th_job_title"]; got != "Engineer" {
		t.Errorf("job title is %q", got)
	}
	wantLines(t, summary(w.pass(t)))
}

func TestPeopleWhoChange(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(*world, *entry)
		want []string
		say  string
	}{
		{"nothing", func(*world, *entry) {}, nil, ""},
		{"name", func(_ *world, e *entry) { e.last = "Neu" }, []string{"set-settings E-anna due"}, "differs from the directory: th_lastname"},
		{"mover", func(_ *world, e *entry) { e.ou = "Hamburg"; e.extra = map[string]string{"th_category": "Hamburg"} }, []string{"set-settings E-anna due"}, "th_category"},
		{"mover without a mapped value", func(_ *world, e *entry) { e.ou = "Hamburg" }, nil, ""},
		{"login", func(_ *world, e *entry) { e.username = "anna.neu" }, nil, ""},
		{"opt-in emptied", func(w *world, e *entry) {
			w.set(w.credential("anna").ID, []model.Setting{{Name: "th_department", Value: "IT"}})
			e.extra = map[string]string{"th_department": ""}
		}, []string{"unset-setting E-anna due"}, "no value for th_department"},
		{"setting of others", func(w *world, _ *entry) {
			w.set(w.credential("anna").ID, []model.Setting{{Name: "th_theirs", Value: "x"}})
		}, nil, ""},
		{"empty is absent", func(_ *world, e *entry) { e.extra = map[string]string{"th_department": ""} }, nil, ""},
		{"held mapping", func(_ *world, e *entry) { e.held = "no employeeID"; e.last = "Neu" }, []string{"held E-anna"}, "no employeeID"},
		{"unknown state", func(_ *world, e *entry) { e.state = model.Unknown; e.evidence.Detail = "userAccountControl hidden" }, []string{"held E-anna"}, "account state unknown: userAccountControl hidden"},
		{"whereabouts unknown", func(_ *world, e *entry) { e.hide("parent not readable") }, []string{"held E-anna"}, "whereabouts unknown: parent not readable"},
		{"excluded", func(_ *world, e *entry) { e.excluded = true }, []string{"held E-anna"}, "lies below exclude_dns"},
		{"excluded and disabled", func(_ *world, e *entry) { e.leave(model.Disabled); e.excluded = true }, []string{"held E-anna"}, "lies below exclude_dns"},
		{"renamed by hand", func(w *world, _ *entry) { w.credential("anna").Username = "anna-x" }, nil, ""},
		{"source removed", func(w *world, _ *entry) { w.source().unread = true }, []string{"held E-anna"}, "source corp is not configured any more; nothing is done"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			row.do(w, people["anna"])
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), row.want...)
			wantWords(t, p, row.say)
			w.settle(t)
		})
	}
}

func TestCollisionsHoldBoth(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(a, b *entry)
		say  string
		held []string
	}{
		{"csi", func(a, b *entry) { b.csi = a.csi }, "the csi E-anna is also that of CN=Bert Muster", []string{"held E-anna", "held E-anna"}},
		{"username in another case", func(a, b *entry) { b.username = "ANNA" }, "the username anna is also that of CN=Anna Muster", []string{"held E-anna", "held E-bert"}},
		{"both", func(a, b *entry) { b.csi, b.username = a.csi, a.username }, "; the username anna is also", []string{"held E-anna", "held E-anna"}},
		{"one is unknown", func(_, b *entry) { b.csi = "E-anna"; b.state = model.Unknown }, "", []string{"create E-anna due", "held E-anna"}},
		{"one is disabled", func(a, b *entry) { b.csi, b.username = a.csi, a.username; b.leave(model.Disabled) }, "", []string{"create E-anna due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			row.do(w.hire("anna"), w.hire("bert"))
			p := w.pass(t)
			wantLines(t, of(p, "anna", "bert"), row.held...)
			wantWords(t, p, row.say)
			w.settle(t)
		})
	}
}

func TestManyWithOneCSIAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, name := range []string{"anna", "bert", "carl", "dora", "emil", "fritz"} {
		w.hire(name).csi = "E-same"
	}
	p := w.pass(t)
	if len(p.Held) != 6 {
		t.Errorf("held: %+v", p.Held)
	}
	wantWords(t, p, "the csi E-same is also that of CN=Anna Muster,OU=Berlin,DC=corp and CN=Bert Muster,OU=Berlin,DC=corp and CN=Carl Muster,OU=Berlin,DC=corp and 2 more")
}

func TestDisabledAtFirstSightIsOnboarding(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.hire("anna").leave(model.Disabled)
	w.hire("bert")
	wantLines(t, summary(w.pass(t)), "create E-bert due")
	if len(w.state.Observations) != 1 {
		t.Errorf("remembers %+v", w.state.Observations)
	}
}

func TestCSICorrectedInTheDirectory(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	people["anna"].csi = "E-anna2"
	w.settle(t)
	w.later(t, time.Hour)
	if own := w.owner(people["anna"].id); own.CSI != "E-anna2" {
		t.Fatalf("the ledger still says %s", own.CSI)
	}
	// The old csi is free for a newcomer, who gets a credential of their own.
	carla := w.hire("carla")
	carla.csi = "E-anna"
	wantLines(t, of(w.pass(t), "anna"), "create E-anna due")
	// And who leaves is taken out with the new one.
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	wantLines(t, of(w.later(t, day), "anna2"), "withdraw E-anna2 due")
}

func TestRenamedByHandStillLeaves(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.credential("anna").Username = "anna-x"
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	c := find(t, w.later(t, day), model.Withdraw, "anna")
	if c.Username != "anna-x" || c.Status != model.Due {
		t.Errorf("the last look compares with %q: %s", c.Username, c.Status)
	}
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	user := func(w *world, c *model.Credential, csi, first, last string) {
		id := w.activate(c.Username)
		u := w.user(id)
		u.CSI, u.FirstName, u.LastName = csi, first, last
	}
	for _, row := range []struct {
		name string
		do   func(*world)
		want []string
		say  string
	}{
		{"by csi", func(w *world) { w.foreignCredential("old-anna", "E-anna") },
			[]string{"adopt E-anna due", "set-settings E-anna due"}, "th_csi E-anna stands on this credential"},
		{"csi on two credentials", func(w *world) { w.foreignCredential("a1", "E-anna"); w.foreignCredential("a2", "E-anna") },
			[]string{"held E-anna"}, "the csi E-anna stands on 2 credentials: a1, a2"},
		{"username without leave", func(w *world) { w.foreignCredential("anna", "") },
			[]string{"held E-anna"}, "the username anna is taken by a credential that is not ours"},
		{"by username", func(w *world) { w.policy.AdoptUsername = true; w.foreignCredential("anna", "") },
			[]string{"adopt E-anna due", "set-settings E-anna due"}, "adopt.username is on"},
		{"username in another case", func(w *world) { w.policy.AdoptUsername = true; w.foreignCredential("Anna", "") },
			[]string{"held E-anna"}, "the username Anna is taken"},
		{"two usernames, the exact one counts", func(w *world) {
			w.policy.AdoptUsername = true
			w.foreignCredential("ANNA", "")
			w.foreignCredential("anna", "")
			w.foreignCredential("Anna", "")
		}, []string{"adopt E-anna due", "set-settings E-anna due"}, "adopt.username is on"},
		{"username with another csi", func(w *world) { w.policy.AdoptUsername = true; w.foreignCredential("anna", "E-other") },
			[]string{"held E-anna"}, "taken by a credential with another csi (E-other)"},
		{"in use by the same", func(w *world) {
			user(w, w.foreignCredential("a1", "E-anna"), "E-anna", "Änne", "Muster")
		}, []string{"adopt E-anna due", "set-settings E-anna due", "publish-contact E-anna due"}, ""},
		{"in use, no csi reported, one name agrees", func(w *world) {
			user(w, w.foreignCredential("a1", "E-anna"), "", "Anna", "Ledig")
		}, []string{"adopt E-anna due", "set-settings E-anna due", "publish-contact E-anna due"}, ""},
		{"in use by another csi", func(w *world) {
			user(w, w.foreignCredential("a1", "E-anna"), "E-other", "Anna", "Muster")
		}, []string{"held E-anna"}, "reports another csi (E-other)"},
		{"in use, both names differ", func(w *world) {
			user(w, w.foreignCredential("a1", "E-anna"), "", "Karl", "Ganzanders")
		}, []string{"held E-anna"}, "both names differ"},
		{"shared", func(w *world) {
			c := w.foreignCredential("a1", "E-anna")
			user(w, c, "E-anna", "Anna", "Muster")
			user(w, c, "E-anna", "Anna", "Muster")
		}, []string{"held E-anna"}, "credential a1 is shared (2 Threema IDs use it)"},
		{"shared by its usage alone", func(w *world) { w.foreignCredential("a1", "E-anna").Usage = 3 },
			[]string{"held E-anna"}, "shared (3 Threema IDs"},
		{"two devices, listed as personal", func(w *world) {
			w.policy.AdoptPersonal = []string{"a1"}
			c := w.foreignCredential("a1", "E-anna")
			user(w, c, "E-anna", "Anna", "Muster")
			user(w, c, "E-anna", "Anna", "Muster")
		}, []string{"adopt E-anna due", "set-settings E-anna due", "publish-contact E-anna due", "publish-contact E-anna due"}, ""},
		{"different csis are always shared", func(w *world) {
			w.policy.AdoptPersonal = []string{"a1"}
			c := w.foreignCredential("a1", "E-anna")
			user(w, c, "E-anna", "Anna", "Muster")
			user(w, c, "E-bert", "Anna", "Muster")
		}, []string{"held E-anna"}, "is shared"},
		{"a Gateway ID", func(w *world) {
			c := w.foreignCredential("a1", "E-anna")
			w.pkg.Users = append(w.pkg.Users, model.User{ID: "*GATEWAY", CredentialID: c.ID})
			c.Usage = 1
		}, []string{"held E-anna"}, "Gateway, Broadcast or support ID"},
		{"only entitled people compete", func(w *world) {
			w.foreignCredential("a1", "E-bert")
			w.hire("bert").leave(model.Disabled)
		}, []string{"create E-anna due"}, "carries the csi of CN=Bert Muster,OU=Berlin,DC=corp, who is disabled and was never managed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.hire("anna")
			row.do(w)
			p := w.pass(t)
			wantLines(t, summary(p), row.want...)
			wantWords(t, p, row.say)
			w.settle(t)
		})
	}
}

func TestUnmanagedIsListed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.hire("anna")
	w.foreignCredential("pool", "")
	w.activate("pool")
	w.activate("pool")
	w.foreignCredential("printer", "")
	w.foreignCredential("stranger", "E-nobody")
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "*SUPPORT"}, model.User{ID: "ORPHAN01", FirstName: "Old", LastName: "One"})
	w.pkg.Contacts = append(w.pkg.Contacts, model.Contact{ID: "CUSTOM01", FirstName: "Taxi", Enabled: true})
	p := w.pass(t)
	for _, say := range []string{
		"credential pool shared: 2 Threema IDs use it", "credential printer it has no csi", "credential stranger no entitled person has its csi E-nobody",
		"a Gateway, Broadcast or support ID", "user Old One orphan: its credential is gone", "its credential is not managed",
		"contact Taxi no user of a managed credential",
	} {
		wantWords(t, p, say)
	}
	if len(p.Unmanaged) != 3+4+1 {
		t.Errorf("%d unmanaged: %+v", len(p.Unmanaged), p.Unmanaged)
	}
}

// TestIDsOfLeaversAreNoStrangers: what is kept of a leaver, or on its way out, is told with whose it was; an ID
// that another credential has by now is that one's.
func TestIDsOfLeaversAreNoStrangers(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	withdrawal := model.Effect{
		Op: model.Withdraw, Subject: model.Subject{Person: model.PersonID{Source: "corp", ID: "guid-gone"}, CSI: "E-zoe", DN: "CN=Zoe"}, Username: "zoe", IDs: []string{"KEPT0001"}, RequestedAt: at, GoneAt: at, VerifiedAt: at,
	}
	detached, user := withdrawal, model.User{ID: "KEPT0001", FirstName: "Zoe"}
	detached.Op, detached.ThreemaID, detached.VerifiedAt, detached.RequestedAt = model.Detach, "KEPT0001", time.Time{}, at.Add(time.Hour)
	linked := user
	linked.CredentialID = "c-other"
	for _, row := range []struct {
		name    string
		effects []model.Effect
		left    []model.AbandonedID
		user    model.User
		say     string
	}{
		{"nobody of ours", nil, nil, user, "user Zoe orphan: its credential is gone"},
		{"kept", []model.Effect{withdrawal}, nil, user, "user Zoe kept: of E-zoe CN=Zoe, who left; credential zoe was withdrawn on 2026-03-01"},
		{"came back with another ID", nil, []model.AbandonedID{{Person: withdrawal.Person, CSI: "E-zoe", ThreemaID: user.ID}}, user, "user Zoe left behind: of E-zoe corp/guid-gone, from an earlier departure"},
		{"on its way out", []model.Effect{detached, withdrawal}, nil, user, "user Zoe of E-zoe CN=Zoe, who left; detach / trennen was requested on 2026-03-01"},
		{"another credential has it", []model.Effect{withdrawal}, nil, linked, "user Zoe its credential is not managed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.hire("anna")
			w.pass(t)
			w.state.Effects, w.state.AbandonedIDs = row.effects, row.left
			w.pkg.Users = append(w.pkg.Users, row.user)
			w.pkg.Contacts = append(w.pkg.Contacts, model.Contact{ID: user.ID, FirstName: "Zoe"})
			wantWords(t, w.plan(), row.say)
		})
	}
}

func TestWithdrawnByHand(t *testing.T) {
	t.Parallel()
	t.Run("reported", func(t *testing.T) {
		t.Parallel()
		w, _ := rolledOut(t, "anna")
		w.withdrawByHand("anna")
		wantWords(t, w.later(t, time.Hour), "credential anna: the package does not list the credential in this pass, which proves nothing")
		for range 3 {
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), "held E-anna")
			wantWords(t, p, "withdrawn by hand (Zugang entzogen); it is created anew only with credentials.recreate: true")
		}
	})
	t.Run("recreated after two lists an hour apart", func(t *testing.T) {
		t.Parallel()
		w, _ := rolledOut(t, "anna")
		w.policy.Recreate = true
		w.withdrawByHand("anna")
		w.later(t, time.Hour)
		p := w.later(t, time.Hour-time.Minute)
		wantLines(t, of(p, "anna"), "held E-anna")
		wantWords(t, p, "settled when a second list, from 2026-03-02 10:00:00 UTC on, misses it too")
		wantLines(t, of(w.later(t, time.Minute), "anna"), "create E-anna due")
		wantLines(t, of(w.settle(t), "anna"))
	})
	t.Run("name taken since", func(t *testing.T) {
		t.Parallel()
		w, _ := rolledOut(t, "anna")
		w.policy.Recreate = true
		w.withdrawByHand("anna")
		w.foreignCredential("anna", "E-other")
		w.later(t, time.Hour)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "held E-anna")
	})
	t.Run("made anew by hand", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.withdrawByHand("anna")
		w.foreignCredential("anna", "E-anna")
		wantLines(t, of(w.later(t, time.Hour), "anna"), "held E-anna") // the old one may be there
		wantLines(t, of(w.later(t, time.Hour), "anna"), "adopt E-anna due", "set-settings E-anna due")
		w.settle(t)
		if own := w.owner(people["anna"].id); own.CredentialID != w.credential("anna").ID {
			t.Errorf("owns %+v", own)
		}
	})
	t.Run("of a leaver, whose ID still goes", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.policy.ID, w.policy.GraceID = model.DetachID, 0
		id := w.activate("anna")
		w.settle(t)
		w.withdrawByHand("anna")
		w.later(t, time.Hour)
		people["anna"].leave(model.Disabled)
		w.later(t, time.Hour)
		w.later(t, time.Hour)
		p := w.later(t, day)
		wantLines(t, of(p, "anna"), "disable-contact E-anna due", "detach E-anna due")
		wantWords(t, p, "the credential was withdrawn by hand, and that is done; ")
		if w.user(id) != nil {
			t.Error("the ID is still there")
		}
	})
}

func TestRefusedValueHolds(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].last = "Böse"
	w.state.Refusals = []model.Refusal{{CredentialID: w.credential("anna").ID, Setting: model.SettingLastName, Value: "Böse", Message: "400: not acceptable", At: w.now}}
	p := w.pass(t)
	wantLines(t, of(p, "anna"), "held E-anna")
	wantWords(t, p, "the service refused the value of th_lastname (400: not acceptable)")
	people["anna"].last = "Gut"
	wantLines(t, of(w.pass(t), "anna"), "set-settings E-anna due")
	people["anna"].last = "Böse"
	wantLines(t, of(w.later(t, day), "anna"), "set-settings E-anna due")
}

func TestContacts(t *testing.T) {
	t.Parallel()
	contact := func(w *world, id string) *model.Contact {
		w.pkg.Contacts = append(w.pkg.Contacts, model.Contact{ID: id, Auto: true, FirstName: "Anna", LastName: "Muster", Enabled: true})
		return &w.pkg.Contacts[len(w.pkg.Contacts)-1]
	}
	for _, row := range []struct {
		name string
		do   func(w *world, e *entry, id string)
		want []string
		say  string
	}{
		{"missing", func(*world, *entry, string) {}, []string{"publish-contact E-anna due"}, "has no contact yet"},
		{"made by the service", func(w *world, _ *entry, id string) { contact(w, id) }, nil, ""},
		{"disabled at first sight", func(w *world, _ *entry, id string) { contact(w, id).Enabled = false }, []string{"publish-contact E-anna due"}, "not enabled"},
		{"disabled later", func(w *world, _ *entry, id string) {
			contact(w, id).Enabled = false
			w.state.Published = []model.Publication{{ThreemaID: id}}
		}, []string{"held E-anna"}, "was disabled by somebody else"},
		{"without a name", func(w *world, _ *entry, id string) { contact(w, id).LastName = "" }, []string{"publish-contact E-anna due"}, "no name"},
		{"another name, automatic", func(w *world, _ *entry, id string) { contact(w, id).LastName = "Alt" }, nil, ""},
		{"another name, by others", func(w *world, _ *entry, id string) {
			c := contact(w, id)
			c.LastName, c.Auto = "Alt", false
		}, nil, ""},
		{"another name, ours", func(w *world, _ *entry, id string) {
			c := contact(w, id)
			c.LastName, c.Auto = "Alt", false
			w.state.Published = []model.Publication{{ThreemaID: id, Created: true}}
		}, []string{"publish-contact E-anna due"}, "its name follows the directory"},
		{"switched off", func(w *world, _ *entry, _ string) { w.policy.PublishContacts = false }, nil, ""},
		{"a Gateway ID", func(w *world, _ *entry, id string) { w.user(id).ID = "*ANNAGW1" }, nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			row.do(w, people["anna"], w.activate("anna"))
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), row.want...)
			wantWords(t, p, row.say)
			w.settle(t)
		})
	}
}

func TestContactIsEnabledOnce(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	id := w.activate("anna")
	w.settle(t)
	w.contact(id).Enabled = false
	wantLines(t, of(w.later(t, time.Hour), "anna"), "held E-anna")
	if w.contact(id).Enabled {
		t.Error("enabled again")
	}
}
