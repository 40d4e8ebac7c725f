package sync_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// written is the plan of now, by the way of its JSON.
func (w *world) written() dirsync.Request {
	w.Helper()
	doc, err := json.Marshal(w.preview(""))
	w.must(err)
	request, err := dirsync.ReadRequest(strings.NewReader(string(doc)))
	w.must(err)
	return request
}

// applies carries a request out, which must end with a code.
func (w *world) applies(q dirsync.Request, code int) dirsync.Report {
	w.Helper()
	r := w.pass().Apply(w.Context(), q)
	w.wantExit(r, code)
	return r
}

// refuses carries nothing out, and says why.
func (w *world) refuses(q dirsync.Request, says ...string) {
	w.Helper()
	before := w.document()
	r := w.applies(q, dirsync.ExitFailed)
	for _, text := range says {
		if r.Err == nil || !strings.Contains(r.Err.Error(), text) {
			w.Errorf("does not say %q: %v", text, r.Err)
		}
	}
	w.equal("the word", model.PassFailureStale, r.Failure())
	w.equal("results", []string(nil), results(r))
	w.equal("writes", []string(nil), w.writes())
	w.equal("package", before, w.document())
}

// detaching is a company in which user03 leaves wholly with the next pass.
func detaching(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID = model.DetachID
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	return w
}

// TestApplyWithoutHandover: what nobody would learn the password of fails alone; who is listed to leave leaves.
func TestApplyWithoutHandover(t *testing.T) {
	t.Parallel()
	w := detaching(t)
	w.directory.put(employee(6))
	request := w.written()
	w.must(os.Chmod(w.handoverFile(), 0o644))
	r := w.applies(request, dirsync.ExitFailed)
	w.equal("results", []string{"withdraw user03 done"}, results(r)[:1])
	if text := r.Err.Error(); !strings.Contains(text, "no credential was created (1 are due)") {
		t.Error(text)
	}
	w.equal("credentials", 4, len(w.sim.State().Credentials))
	w.must(os.Chmod(w.handoverFile(), 0o600))
	w.ok()
	w.equal("credentials once it can be handed over", 5, len(w.sim.State().Credentials))
}

func TestApplyCarriesOutWhatIsListed(t *testing.T) {
	t.Parallel()
	w := detaching(t)
	q := w.written()
	w.equal("results", []string{"withdraw user03 done", "disable-contact user03 done", "detach user03 done"}, results(w.applies(q, dirsync.ExitOK)))
	w.sim.ClearRequests()
	w.refuses(q, "3 of its 3 due changes do not hold; nothing was carried out", "withdraw / Zugang entziehen E03 ", "no longer in the plan", "plan --out")
	w.settled()
}

// TestApplyLeavesTheRest: what came after the plan was written is left to a later pass.
func TestApplyLeavesTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	q := w.written()
	q.Due = q.Due[:2]
	r := w.applies(q, dirsync.ExitOK)
	w.equal("users", []string{"user01", "user02"}, w.usernames())
	skipped := 0
	for _, x := range r.Results {
		if x.Result == model.NotTried {
			skipped++
		}
	}
	if skipped != 3 || r.RolledOut || !strings.Contains(text(r), "the written plan does not list it as due") {
		t.Errorf("%d skipped, rolled out: %v\n%s", skipped, r.RolledOut, text(r))
	}
	w.ok()
	w.equal("users", 5, len(w.usernames()))
}

// TestApplyAnEmptyPlan is a pass that does nothing.
func TestApplyAnEmptyPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.rollOut()
	q := w.written()
	w.equal("due", 0, len(q.Due))
	w.applies(q, dirsync.ExitOK)
	w.equal("writes", []string(nil), w.writes())
	q.Subscription = "other"
	w.equal("rolled out by a refusal", false, w.applies(q, dirsync.ExitFailed).RolledOut)
}

// TestApplyRefuses: if one thing does not hold, nothing is done.
func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*world, *dirsync.Request)
		says   string
	}{
		"another package": {func(_ *world, q *dirsync.Request) { q.Subscription = "other" }, "is for the licence package \"other\""},
		"they came back":  {func(w *world, _ *dirsync.Request) { w.directory.rehire(w.T, "id-03") }, "no longer in the plan"},
		"the stop file":   {func(w *world, _ *dirsync.Request) { w.stop = func() string { return "stop" } }, "blocked by the guard stop-file now"},
		"an approval is asked for": {func(w *world, _ *dirsync.Request) { w.policy.Approval = model.ApproveAll },
			"no longer due, but needs-approval"},
		"the policy":      {func(w *world, _ *dirsync.Request) { w.policy.Mode = model.Observe }, "no longer due, but withheld"},
		"an unknown id":   {func(_ *world, q *dirsync.Request) { q.Due[0].ID = "feed" }, "no longer in the plan"},
		"another id":      {func(_ *world, q *dirsync.Request) { q.Due[0].ID = q.Due[2].ID }, "the id is that of another change"},
		"without a step":  {func(_ *world, q *dirsync.Request) { q.Due = q.Due[2:] }, "the withdraw that must go first is not asked for"},
		"another outcome": {func(_ *world, q *dirsync.Request) { q.Due[1].After = map[string]string{"enabled": "maybe"} }, "would write something else by now"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := detaching(t)
			q := w.written()
			w.equal("due", 3, len(q.Due))
			row.change(w, &q)
			w.sim.ClearRequests()
			w.refuses(q, row.says, "nothing was carried out")
		})
	}
}

// TestApplyRemembers: a refused request is a pass all the same, and what it saw counts.
func TestApplyRemembers(t *testing.T) {
	t.Parallel()
	w := detaching(t)
	q := w.written()
	q.Due[0].ID = "feed"
	w.refuses(q)
	state, err := w.ledger.State(t.Context())
	w.must(err)
	for _, o := range state.Observations {
		if o.Person.ID == "id-03" && (o.State != model.Departed || o.Reads != 1) {
			t.Errorf("remembered %+v", o)
		}
	}
}

// TestApplyIsNoApproval: what waited for a yes when the plan was written is not asked for.
func TestApplyIsNoApproval(t *testing.T) {
	t.Parallel()
	w := revoking(t)
	q := w.written()
	w.equal("due", 0, len(q.Due))
	w.sim.ClearRequests()
	w.applies(q, dirsync.ExitWaiting)
	w.equal("writes", []string(nil), w.writes())
	w.approved(day)
	w.equal("results", []string{"revoke user03 done"}, results(w.applies(w.written(), dirsync.ExitOK)))
}

func TestStaleRequestIsCapped(t *testing.T) {
	t.Parallel()
	e := &dirsync.StaleRequestError{Asked: 60, Differences: make([]string, 60)}
	if text := e.Error(); !strings.Contains(text, "… and 10 more") || strings.Count(text, "\n") != 52 {
		t.Error(text)
	}
}

func TestReadRequest(t *testing.T) {
	t.Parallel()
	const due = `{"id":"a","op":"create","status":"due","person":{"source":"corp","id":"1","csi":"E1","dn":"cn=x"},"after":{"x":"y"},"new":1}`
	doc := func(changes string) string {
		return fmt.Sprintf(`{"hash":"h","subscription":"s","changes":%s}`, changes)
	}
	q, err := dirsync.ReadRequest(strings.NewReader(doc("["+due+`,{"id":"b","op":"revoke","status":"waiting"}]`) + "\n"))
	if err != nil || q.Subscription != "s" || len(q.Due) != 1 || q.Due[0].ID != "a" || q.Due[0].After["x"] != "y" || q.Due[0].Person.ID != "1" {
		t.Errorf("%+v, %v", q, err)
	}
	for text, says := range map[string]string{
		"":                                "no JSON of a plan",
		"[]":                              "no JSON of a plan",
		"{}":                              "lacks hash, subscription or changes",
		doc("null"):                       "lacks hash, subscription or changes",
		doc("{}"):                         "no JSON of a plan",
		doc("[]")[:20]:                    "no JSON of a plan",
		doc("[]") + "{}":                  "something follows",
		doc("[]") + "x":                   "something follows",
		doc("[{}]"):                       "its change number 1: it has no id",
		doc(`[{"id":"a"}]`):               "is no op",
		doc(`[{"id":1}]`):                 "no JSON of a plan",
		doc("[" + due + "," + due + "]"):  `the id "a" is there twice`,
		doc(`[{"id":"a","op":"create"}]`): "is no status",
		doc(`[{"id":"a","op":"erase","status":"due"}]`): `"erase" is no op`,
	} {
		if q, err := dirsync.ReadRequest(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) || len(q.Due) > 0 {
			t.Errorf("%s: %+v, %v", text, q, err)
		}
	}
	if _, err := dirsync.ReadRequest(brokenReader{}); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
}

const errBroken = brokenError("broken")

type brokenError string

func (e brokenError) Error() string { return string(e) }

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }
