package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

var update = flag.Bool("update", false, "write the golden files anew")

// everything is a plan that has something of most kinds.
func everything(t *testing.T) plan.Plan {
	t.Helper()
	w, people := rolledOut(t, "anna", "bert", "carl", "dora", "emil", "fritz")
	w.policy.ID, w.policy.GraceID, w.policy.Approval = model.RevokeID, 0, model.ApproveIrreversible
	w.activate("anna")
	w.activate("bert")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	people["bert"].leave(model.Absent)
	people["fritz"].hide("the parent OU=Secret,DC=corp is not readable")
	w.later(t, time.Hour)
	w.set(w.credential("carl").ID, []model.Setting{{Name: "th_nickname", Value: "Charly"}})
	people["carl"].last, people["carl"].extra = "Müller-Lüdenscheidt", map[string]string{"th_nickname": ""}
	people["emil"].leave(model.Absent)
	w.hire("emil").ou = "Hamburg"
	w.hire("gabi")
	w.hire("hans")
	w.foreignCredential("hans-alt", "E-hans")
	evil := w.hire("ida")
	evil.ou, evil.held = "x\nGUARD faked\t\x1b[2J\u202e", "no employeeID"
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "*SUPPORT", FirstName: "Threema", LastName: "Support"})
	w.activate("dora")
	w.activate("dora")
	people["dora"].username = "dora.neu"
	w.source().incomplete = false
	w.pkg.Subscription.Licences = len(w.pkg.Credentials)
	w.budget.Remaining = 511
	w.budget.FreeAt = w.now.Add(30 * time.Hour)
	w.now = w.now.Add(day)
	p := w.plan()
	p.Sources[0].Complete = false
	p.Sources[0].Conditions[1] = model.Condition{Name: "sentinels", Detail: model.Told("", "CN=Always,DC=corp was not seen")}
	p.Guards = append(p.Guards, model.Guard{Name: model.GuardBaseline, Reasons: model.Told("", "the scope has changed").Some()})
	addEffects(&p, people["anna"], people["bert"])
	return p
}

// addEffects adds what was taken from two people, and an alarm of each kind.
func addEffects(p *plan.Plan, one, other *entry) {
	at := p.GeneratedAt.Add(-30 * time.Hour)
	e := model.Effect{
		ID: 1, Departure: 1, Op: model.Withdraw, Subject: model.Subject{Person: one.id, CSI: one.csi, DN: one.dn()}, CredentialID: "c900", Username: "anna",
		RequestedAt: at, VerifiedAt: at.Add(25 * time.Hour),
	}
	p.Effects = append(p.Effects, e)
	e.ID, e.Op, e.ThreemaID, e.RequestedAt, e.VerifiedAt = 2, model.Detach, "ABCDEFGH", p.GeneratedAt.Add(-time.Minute), time.Time{}
	p.Effects = append(p.Effects, e)
	for _, kind := range model.AlarmKinds() {
		p.Alarms = append(p.Alarms, model.Alarm{
			Departure: 2, Kind: kind, Op: model.Detach, Subject: model.Subject{Person: other.id, CSI: other.csi, DN: other.dn()}, CredentialID: "c901", Username: "bert",
			ThreemaID: "HGFEDCBA", Since: at,
		})
	}
	p.Alarms[len(p.Alarms)-1].QuietSince = at.Add(time.Hour)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; look, then go test -update (-want +got):\n%s", path, diff)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	p := everything(t)
	for name, limit := range map[string]int{"plan.golden": 0, "plan-short.golden": 1} {
		var b bytes.Buffer
		if err := view.WritePlan(&b, p, limit); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
		if strings.ContainsAny(b.String(), "\x1b\u202e") || strings.Contains(b.String(), "\nGUARD faked") {
			t.Error("a directory entry steers the terminal")
		}
	}
	var b bytes.Buffer
	if err := view.WritePlan(&b, plan.Plan{}, 0); err != nil || !strings.Contains(b.String(), "nothing to do; 0 held; 0 requests; licences: 0 of 0 used") {
		t.Errorf("an empty plan says %q, %v", b.String(), err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestFormatReturnsTheWriteError(t *testing.T) {
	t.Parallel()
	if err := view.WritePlan(brokenPipe{}, everything(t), 0); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestJSONContract holds the members of design §6, whatever else is added.
func TestJSONContract(t *testing.T) {
	t.Parallel()
	p := everything(t)
	text, err := json.MarshalIndent(view.NewPlanJSON(p), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json.golden", append(text, '\n'))

	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	members(t, "plan", doc, "hash", "policy", "subscription", "generatedAt", "sources", "changes", "held", "unmanaged", "requests")
	source := first(t, doc, "sources")
	members(t, "source", source, "name", "complete", "people", "conditions")
	members(t, "condition", first(t, source, "conditions"), "name", "ok", "detail")
	change := first(t, doc, "changes")
	members(t, "change", change, "id", "op", "class", "person", "credentialId", "threemaId", "reason", "evidence", "before", "after",
		"requests", "status", "notBefore", "guard", "protected", "approved", "approvedUntil")
	person, _ := change["person"].(map[string]any)
	members(t, "person", person, "source", "id", "csi", "dn")
	members(t, "held", first(t, doc, "held"), "person", "reason")
	members(t, "effect", first(t, doc, "effects"), "op", "person", "credentialId", "username", "threemaId", "state", "requestedAt", "effectiveBy", "verifiedAt")
	members(t, "alarm", first(t, doc, "alarms"), "kind", "person", "credentialId", "username", "threemaId", "since", "detail")
	members(t, "unmanaged", first(t, doc, "unmanaged"), "kind", "id", "name", "reason")
}

func TestEmptyPlanHasNoNulls(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(view.NewPlanJSON(plan.Plan{Changes: []model.Change{{Op: model.Create}}, Sources: []model.SourceReport{{}}}))
	if err != nil {
		t.Fatal(err)
	}
	if rest := strings.NewReplacer(`"notBefore":null`, "", `"approvedUntil":null`, "").Replace(string(text)); strings.Contains(rest, "null") {
		t.Errorf("null in %s", text)
	}
}

func first(t *testing.T, doc map[string]any, list string) map[string]any {
	t.Helper()
	items, _ := doc[list].([]any)
	if len(items) == 0 {
		t.Fatalf("%s is empty", list)
	}
	item, ok := items[0].(map[string]any)
	if !ok {
		t.Fatalf("%s holds %T", list, items[0])
	}
	return item
}

func members(t *testing.T, what string, doc map[string]any, want ...string) {
	t.Helper()
	have := slices.Collect(maps.Keys(doc))
	for _, name := range want {
		if !slices.Contains(have, name) {
			t.Errorf("%s has no %q: %v", what, name, have)
		}
	}
}

func TestWordsOfTheContract(t *testing.T) {
	t.Parallel()
	if diff := gocmp.Diff([]model.AlarmKind{"still-active", "credential-back", "id-returned", "second-id"}, model.AlarmKinds()); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]model.EffectState{"requested", "verified", "returned"}, model.EffectStates()); diff != "" {
		t.Error(diff)
	}
	want := []model.Op{"adopt", "transfer", "withdraw", "disable-contact", "detach", "revoke", "set-settings", "unset-setting", "publish-contact", "create"}
	if diff := gocmp.Diff(want, model.Ops()); diff != "" {
		t.Error(diff)
	}
	for status, word := range map[model.Status]string{model.Due: "due", model.Waiting: "waiting", model.NeedsApproval: "needs-approval",
		model.Blocked: "blocked", model.Deferred: "deferred", model.Withheld: "withheld"} {
		if string(status) != word {
			t.Errorf("%s is not %s", status, word)
		}
	}
}

// TestChangeIDs: an id names the step, its person, object and pre-state; no time and no run.
func TestChangeIDs(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Absent)
	one := find(t, w.later(t, time.Hour), model.Withdraw, "anna")
	two := find(t, w.later(t, time.Hour), model.Withdraw, "anna")
	if one.ID != two.ID {
		t.Error("the id depends on the pass")
	}
	people["anna"].comeBack()
	people["anna"].last = "Neu"
	three := find(t, w.plan(), model.SetSettings, "anna")
	w.set(w.credential("anna").ID, []model.Setting{{Name: model.SettingLastName, Value: "Anders"}})
	four := find(t, w.plan(), model.SetSettings, "anna")
	if three.ID == four.ID {
		t.Error("the id does not depend on the pre-state")
	}
}
