package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// removal is a company whose only directory, corp, goes out of the configuration.
type removal struct {
	*world
	corp, ad *directory
	people   map[string]*entry // of corp
}

// removable is such a company before that, with phones.
func removable(t testing.TB, names ...string) *removal {
	t.Helper()
	w, people := rolledOut(t, names...)
	for _, name := range names {
		w.activate(people[name].username)
	}
	w.configured = []string{"corp"}
	w.later(t, time.Hour)
	return &removal{world: w, corp: w.source(), people: people, ad: &directory{name: "ad", scope: "s7", context: "n7", server: "dc7"}}
}

// replace puts the directory ad in the place of corp, with everybody but those who are left out.
func (r *removal) replace(without ...string) {
	r.sources, r.configured = []*directory{r.ad}, []string{"ad"}
	for _, e := range r.corp.people {
		if !slices.Contains(without, e.username) {
			r.again(e, r.ad)
		}
	}
}

// remove takes corp out of the configuration, and leaves a directory with other people.
func (r *removal) remove(t testing.TB) {
	t.Helper()
	for n := range 2 {
		r.hireAt(r.ad, fmt.Sprintf("other%d", n))
	}
	r.sources, r.configured = []*directory{r.corp, r.ad}, []string{"corp", "ad"}
	r.acceptBaseline(t)
	r.settle(t)
	r.sources, r.configured = []*directory{r.ad}, []string{"ad"}
}

// configure lets corp be configured again.
func (r *removal) configure() {
	r.sources, r.configured = []*directory{r.corp, r.ad}, []string{"corp", "ad"}
}

func (r *removal) forgetCorp() {
	r.state.Forgotten = []model.ForgottenSource{{Source: "corp", At: r.now, By: "root"}}
}

// counterpart is the entry of ad with the username of one of corp.
func (r *removal) counterpart(name string) *entry {
	return r.ad.people[slices.IndexFunc(r.ad.people, func(e *entry) bool { return e.username == name })]
}

// wantAsked fails unless each of these is held until somebody says what became of the source.
func wantAsked(t testing.TB, p plan.Plan, csis ...string) {
	t.Helper()
	var asked []string
	for _, h := range p.Held {
		if h.Ask == model.AskForgotten {
			asked = append(asked, h.CSI)
		}
	}
	slices.Sort(asked)
	if !slices.Equal(asked, csis) {
		t.Fatalf("asked for %v, want %v", asked, csis)
	}
}

// wantForgetWait fails unless so many people wait for somebody's word, and this is what to type.
func wantForgetWait(t testing.TB, p plan.Plan, people int, command string) {
	t.Helper()
	for _, w := range p.Waits() {
		if w.Code == model.WaitCode(model.AskForgotten) {
			if w.People != people || w.Command != command {
				t.Fatalf("%d people wait for %q, want %d and %q", w.People, w.Command, people, command)
			}
			return
		}
	}
	t.Fatalf("nobody waits: %+v", p.Waits())
}

// TestAReplacedDirectory: an accepted baseline gives everybody to their new entry, with credential and
// Threema ID, and from then on they leave by it. Who is missing there is asked about.
func TestAReplacedDirectory(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna", "bert", "carl")
	phone := r.pkg.Users[0].ID
	credential := r.credential("anna").ID
	r.replace("carl")
	p := r.later(t, time.Hour)
	wantPreview(t, p, "source ad is new, and corp, which the ledger knows, is not configured any more")
	if len(p.Baseline.Rekeyed) != 42 || len(p.Baseline.Unclear) != 1 || len(p.Baseline.Leaves) != 0 {
		t.Errorf("the preview passes on %d and lists %d, want 42 and 1", len(p.Baseline.Rekeyed), len(p.Baseline.Unclear))
	}
	r.acceptBaseline(t)
	p = r.settle(t)
	wantAsked(t, p, "E-carl")
	wantWords(t, p, "People of that source who are held so: 1")
	wantForgetWait(t, p, 1, "threema-dirsync source forget corp")
	r.wantOwner(t, r.counterpart("anna"), credential, phone)
	r.counterpart("bert").last = "Married"
	r.settle(t)
	if got := r.pkg.Settings[r.credential("bert").ID][model.SettingLastName]; got != "Married" {
		t.Errorf("bert is called %s", got)
	}
	r.counterpart("anna").leave(model.Disabled)
	r.later(t, day)
	r.later(t, 2*day)
	if r.credential("anna") != nil || r.credential("carl") == nil {
		t.Error("anna is still in, or carl is out")
	}
	wantAsked(t, r.later(t, 30*day), "E-carl")
}

// TestWhoseCredentialOfASourceThatIsGone: the same person takes it over by rule 1, somebody doubtful by
// a yes, and nobody as long as the source is configured.
func TestWhoseCredentialOfASourceThatIsGone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		do    func(*removal)
		want  []string
		asked []string
		words string
	}{
		{"the same person", func(*removal) {}, []string{"transfer E-anna due"}, nil, "the person moved from corp to ad"},
		{"with another last name", func(r *removal) { r.counterpart("anna").last = "Neu" }, []string{"transfer E-anna due", "set-settings E-anna due", "publish-contact E-anna due"}, nil, "moved from corp to ad"},
		{"another first name: a number given anew", func(r *removal) { r.counterpart("anna").first = "Zora" },
			[]string{"transfer E-anna needs-approval", "held E-anna"}, []string{"E-anna"}, `the first name is "Zora", and was "Anna"`},
		{"nobody", func(r *removal) { r.ad.people = nil; r.hireAt(r.ad, "other") }, []string{"held E-anna"}, []string{"E-anna"}, "`threema-dirsync source forget corp`"},
		{"somebody who left there too", func(r *removal) { r.counterpart("anna").leave(model.Disabled) }, []string{"held E-anna"}, []string{"E-anna"}, "source corp is not configured any more"},
		{"somebody with a number that looks like it", func(r *removal) {
			e := r.counterpart("anna")
			e.csi, e.username = "E-ANNA", "anna2"
		}, []string{"held E-anna"}, []string{"E-anna"}, "is not configured any more"},
		{"corp is configured, and was not read", func(r *removal) {
			r.corp.unread = true
			r.configure()
		}, []string{"held E-anna", "held E-anna"}, nil, "source corp could not be read in this pass; nothing is done"},
		{"corp comes later, and was not read", func(r *removal) {
			r.corp.unread = true
			r.configure()
			r.configured = []string{"ad", "corp"}
		}, []string{"held E-anna", "held E-anna"}, nil, "no complete read of source corp says that they left"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := removable(t, "anna")
			r.remove(t)
			for _, e := range r.corp.people {
				if e.username != "anna" {
					r.disown(e.id, r.owner(e.id).CredentialID)
				}
			}
			r.again(r.people["anna"], r.ad)
			row.do(r)
			p := r.later(t, time.Hour)
			wantLines(t, of(p, "anna"), row.want...)
			wantAsked(t, p, row.asked...)
			wantWords(t, p, row.words)
		})
	}
}

// TestADepartureThatTheRemovalMet: who is entitled in the next source is no leaver, whether the
// departure was confirmed in the one before or is under way; anybody else is asked about.
func TestADepartureThatTheRemovalMet(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		withdrawn bool
		stays     bool // entitled in the next source
		want      string
	}{
		{"confirmed, and entitled there", false, true, "transfer E-anna due"}, {"confirmed, and nowhere", false, false, "held E-anna"},
		{"under way, and entitled there", true, true, "create E-anna due"}, {"under way, and nowhere", true, false, "held E-anna"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := removable(t, "anna")
			r.policy.ID = model.DetachID
			r.people["anna"].leave(model.Disabled)
			if !row.withdrawn {
				r.policy.GraceWithdraw = 400 * day
			}
			r.later(t, time.Hour)
			r.later(t, 3*day)
			if gone := r.credential("anna") == nil; gone != row.withdrawn {
				t.Fatalf("withdrawn: %t", gone)
			}
			r.remove(t)
			if row.stays {
				r.again(r.people["anna"], r.ad)
			}
			p := r.later(t, 10*day)
			if lines := of(p, "anna"); !slices.Contains(lines, row.want) {
				t.Errorf("the plan is %v, want %s", lines, row.want)
			}
			if asked := slices.ContainsFunc(p.Held, func(h model.Held) bool { return h.CSI == "E-anna" && h.Ask == model.AskForgotten }); asked == row.stays {
				t.Errorf("held: %+v", p.Held)
			}
			if r.done[model.Detach] > 0 {
				t.Error("the ID is gone")
			}
			if departure := r.saga(r.people["anna"].id); row.stays && departure != nil {
				t.Errorf("the departure goes on: %+v", departure)
			}
		})
	}
}

// TestASourceThatWasMissingForADay: whoever takes a source out of the configuration, and puts it back,
// loses nobody, however long that took.
func TestASourceThatWasMissingForADay(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna", "bert")
	r.remove(t)
	for range 5 {
		p := r.later(t, 20*day)
		if asked := slices.ContainsFunc(p.Held, func(h model.Held) bool { return h.Ask == model.AskForgotten }); !asked {
			t.Fatal("nobody is asked")
		}
		r.approve(p, day)
	}
	r.configure()
	r.settle(t)
	if r.done[model.Withdraw] > 0 || r.done[model.Transfer] > 0 {
		t.Errorf("something was done: %v", r.done)
	}
	if p := r.plan(); len(p.Changes) > 0 || len(p.Held) > 0 {
		t.Errorf("something is left: %v", summary(p))
	}
}

// TestAForgottenSource: its people are absent by the passes that read everything, by confirmation and
// grace, and each step waits for a yes; one yes is enough for all of them.
func TestAForgottenSource(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		set  func(*removal)
		gone bool
	}{
		{"with a yes", func(*removal) {}, true},
		{"where leavers.evidence has no absence", func(r *removal) { r.policy.Evidence = []model.EvidenceKind{model.Disabled} }, true},
		{"where limits let nobody go", func(r *removal) { r.policy.LeaversRun, r.policy.LeaversDay = model.Window{}, model.Window{} }, true},
		{"where nothing was recorded of when it was read", func(r *removal) {
			r.state.Reads = slices.DeleteFunc(slices.Clone(r.state.Reads), func(d model.ReadDay) bool { return d.Source == "corp" })
		}, true},
		{"beside a source that is read in part", func(r *removal) { r.ad.incomplete = true }, false},
		{"beside a source that was not read", func(r *removal) {
			r.sources = append(r.sources, &directory{name: "hr", unread: true})
			r.configured = append(r.configured, "hr")
			r.state.Sources["hr"] = model.SourceBinding{}
		}, false},
		{"where app_access is kept", func(r *removal) { r.policy.Withdraw = false }, false},
		{"where the policy looks on", func(r *removal) { r.policy.Mode = model.Observe }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := removable(t, "anna")
			r.remove(t)
			r.later(t, time.Hour)
			r.forgetCorp()
			row.set(r)
			for range 6 {
				r.later(t, day)
			}
			if r.done[model.Withdraw] > 0 {
				t.Fatal("somebody left without a yes")
			}
			p := r.plan()
			steps := slices.DeleteFunc(p.AwaitingApproval(), func(c model.Change) bool { return c.Op != model.Withdraw })
			if waits := len(steps); row.gone && waits != 41 {
				t.Fatalf("%d steps wait for a yes, want 41: %v", waits, summary(p))
			}
			if row.gone {
				wantForgetWait(t, p, 41, "threema-dirsync approve "+p.Hash)
			}
			if row.gone && (!strings.Contains(words(p), "was forgotten on") || len(p.Guards) > 0) {
				t.Errorf("guards %v, and the plan says:\n%s", p.Guards, words(p))
			}
			r.approve(p, day)
			r.later(t, time.Hour)
			if got := r.done[model.Withdraw]; (got == 41) != row.gone || !row.gone && got > 0 {
				t.Errorf("%d have left", got)
			}
			if row.gone && r.credential("other1") == nil {
				t.Error("somebody of the other source left")
			}
		})
	}
}

// TestTheIDsOfAForgottenSource wait for a yes as well, after their own grace.
func TestTheIDsOfAForgottenSource(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna")
	r.policy.ID = model.RevokeID
	r.remove(t)
	r.forgetCorp()
	for range 4 {
		for _, c := range r.later(t, day).Changes {
			if c.Person.Source == "corp" && !slices.Contains(c.Asks, model.AskForgotten) {
				t.Fatalf("asks nobody: %+v", c)
			}
		}
	}
	r.approve(r.plan(), day)
	r.later(t, time.Hour)
	for range 3 {
		p := r.later(t, 5*day)
		if c := find(t, p, model.Revoke, "anna"); !slices.Contains(c.Asks, model.AskForgotten) {
			t.Fatalf("the ID asks for %v", c.Asks)
		}
	}
	if r.done[model.Revoke] > 0 {
		t.Fatal("revoked without a yes")
	}
	r.approve(r.plan(), day)
	r.later(t, time.Hour)
	r.settle(t)
	if r.done[model.Revoke] != 1 {
		t.Error("not revoked with a yes")
	}
	r.later(t, time.Hour)
	if left := slices.ContainsFunc(r.state.Observations, func(o model.Observation) bool { return o.Person.Source == "corp" }); left {
		t.Error("people of corp are still remembered")
	}
}

// TestAForgottenSourceIsConfiguredAgain: that ends the forgetting and every departure by it, at any
// point of the way; only a departure with a proof of its own goes on.
func TestAForgottenSourceIsConfiguredAgain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		again func(*removal)
		reads int
	}{
		{"at once", func(*removal) {}, 0}, {"after a read", func(*removal) {}, 1}, {"confirmed", func(*removal) {}, 5},
		{"confirmed, and not read", func(r *removal) { r.corp.unread = true }, 5},
		{"confirmed, and read in part", func(r *removal) { r.corp.incomplete = true }, 5},
		{"confirmed, with another scope", func(r *removal) { r.corp.scope = "s9" }, 5},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := removable(t, "anna", "bert")
			r.people["bert"].leave(model.Disabled)
			r.policy.GraceWithdraw = 30 * day
			r.later(t, time.Hour)
			r.remove(t)
			r.forgetCorp()
			for range row.reads {
				r.later(t, day)
			}
			r.configure()
			row.again(r)
			r.later(t, day)
			if len(r.state.Forgotten) > 0 {
				t.Fatalf("still forgotten: %v", r.state.Forgotten)
			}
			r.sources, r.configured = []*directory{r.ad}, []string{"ad"} // out again: nobody has given it up now
			p := r.later(t, 40*day)
			for _, o := range r.state.Observations {
				if o.Person == r.people["anna"].id && o.State == model.Departed {
					t.Errorf("anna is departed: %+v", o)
				}
				if o.Person == r.people["bert"].id && o.ConfirmedAt.IsZero() {
					t.Errorf("the departure of bert begins afresh: %+v", o)
				}
			}
			r.approve(p, day)
			r.later(t, time.Hour)
			if r.done[model.Withdraw] > 0 {
				t.Error("somebody left")
			}
			r.corp.unread, r.corp.incomplete, r.corp.scope = false, false, "s1"
			r.configure()
			r.later(t, time.Hour)
			r.later(t, time.Hour)
			if r.credential("anna") == nil || r.credential("bert") != nil {
				t.Error("anna is out, or bert is in")
			}
		})
	}
}

// TestARowOfReadsEndsWithTheForgetting: what a source showed before it was removed confirms nothing of
// what its removal means.
func TestARowOfReadsEndsWithTheForgetting(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna")
	r.remove(t)
	r.configure()
	r.people["anna"].leave(model.Absent)
	r.later(t, time.Hour)
	r.sources, r.configured = []*directory{r.ad}, []string{"ad"}
	r.later(t, 10*day)
	r.forgetCorp()
	r.later(t, time.Hour)
	for _, o := range r.state.Observations {
		if o.Person == r.people["anna"].id && (!o.ConfirmedAt.IsZero() || o.Reads != 1) {
			t.Errorf("one read confirms: %+v", o)
		}
	}
}

// TestForgottenByAWrongClock: whoever is left does not wait until the clock has come as far.
func TestForgottenByAWrongClock(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna")
	r.remove(t)
	r.now = r.now.Add(40 * day)
	r.forgetCorp()
	r.now = r.now.Add(-40 * day)
	r.later(t, time.Hour)
	r.later(t, day)
	wantLines(t, of(r.later(t, day), "anna"), "disable-contact E-anna needs-approval", "withdraw E-anna needs-approval")
	r.configure()
	r.later(t, time.Hour)
	wantLines(t, of(r.plan(), "anna"))
	for _, o := range r.state.Observations {
		if o.Person == r.people["anna"].id && o.State != model.Entitled {
			t.Errorf("the source is back, and anna is not: %+v", o)
		}
	}
}

// TestSomebodyOfAForgottenSourceTurnsUp in another one before the yes: the same person keeps everything.
func TestSomebodyOfAForgottenSourceTurnsUp(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna")
	credential, phone := r.credential("anna").ID, r.pkg.Users[0].ID
	r.remove(t)
	r.forgetCorp()
	for range 5 {
		r.later(t, day)
	}
	there := r.again(r.people["anna"], r.ad)
	r.approve(r.plan(), day)
	r.settle(t)
	r.wantOwner(t, there, credential, phone)
	if r.credential("staff001") != nil {
		t.Error("the others are still in")
	}
}

// TestOrderForSomebodyOfASourceThatIsGone: a word ends the access, and no more than that.
func TestOrderForSomebodyOfASourceThatIsGone(t *testing.T) {
	t.Parallel()
	for _, forgotten := range []bool{false, true} {
		r := removable(t, "anna")
		r.remove(t)
		if forgotten {
			r.forgetCorp()
			r.later(t, day)
		}
		ordered := plan.ComputeOrder(r.input(), plan.Order{Person: r.people["anna"].id, Reason: "stolen", By: "root"})
		c := ordered.Withdrawal()
		if c.Status != model.Due || !c.Ordered || len(ordered.Changes) != 1 || ordered.Directory.Code != "directory-source-removed" {
			t.Errorf("forgotten %t: %+v", forgotten, ordered)
		}
	}
}

// TestSeveralSourcesThatAreGone: each is asked about by its name, and forgetting one leaves the other.
func TestSeveralSourcesThatAreGone(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna")
	r.remove(t)
	hr := &directory{name: "hr", scope: "s2", context: "n2", server: "ldap1"}
	r.hireAt(hr, "hanna")
	r.sources, r.configured = append(r.sources, hr), append(r.configured, "hr")
	r.acceptBaseline(t)
	r.settle(t)
	r.sources, r.configured = []*directory{r.ad}, []string{"ad"}
	p := r.later(t, time.Hour)
	wantWords(t, p, "People of that source who are held so: 1. Configure it again; if it has another name now, type `threema-dirsync source rename hr NEW`")
	wantWords(t, p, "People of that source who are held so: 41")
	r.state.Forgotten = []model.ForgottenSource{{Source: "hr", At: r.now, By: "root"}}
	for range 5 {
		p = r.later(t, day)
	}
	wantForgetWait(t, p, 42, "threema-dirsync source forget corp; threema-dirsync approve "+p.Hash)
	r.approve(p, day)
	r.later(t, time.Hour)
	if r.credential("hanna") != nil || r.credential("anna") == nil {
		t.Error("hanna is in, or anna is out")
	}
}

// TestAForgottenSourceWasNotRenamed: who gave a source up has said what became of it, and is not asked
// again by the one that comes next.
func TestAForgottenSourceWasNotRenamed(t *testing.T) {
	t.Parallel()
	for _, forgotten := range []bool{false, true} {
		r := removable(t, "anna")
		r.remove(t)
		if forgotten {
			r.forgetCorp()
		}
		r.sources = append(r.sources, &directory{name: "late", scope: "s8", context: "n8", server: "dc8"})
		r.configured = []string{"ad", "late"}
		if asks := strings.Contains(english.Join(r.plan().Baseline.Reasons), "source rename corp late"); asks == forgotten {
			t.Errorf("forgotten %v: %q", forgotten, r.plan().Baseline.Reasons)
		}
	}
}
