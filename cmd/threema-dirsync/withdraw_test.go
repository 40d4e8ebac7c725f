package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// orders types an order that must end with a code, and looks for what it must say.
func (w *world) orders(t *testing.T, code int, person string, says ...string) outcome {
	t.Helper()
	out := w.must(t, code, "withdraw", person, "--reason", "stolen phone")
	for _, text := range says {
		if !strings.Contains(out.stdout+out.stderr, text) {
			t.Errorf("withdraw %s does not say %q: %v", person, text, out)
		}
	}
	return out
}

// TestWithdraw ends the access of somebody who is entitled: the program says first what it means,
// the audit tells who and why, and all that looks at the person afterwards knows.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	out := w.orders(t, 0, person.Account,
		"Withdrawing (Zugang entziehen) credential "+person.Account, person.DN, "The directory says: entitled",
		"IF THEY LEFT: disable the account in the directory.", "IF THEY STAY", "withdraw --undo "+person.Number, "\nWITHDRAWN: credential "+person.Account+" is withdrawn (Zugang entzogen)")
	if strings.Contains(out.stderr, "stolen phone") {
		t.Errorf("the reason is in the log: %v", out)
	}
	w.gone(t, 0, 0, person.Account)
	w.orders(t, 0, person.Number, "ALREADY WITHDRAWN: ")
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.explains(t, person.Number, "was withdrawn by order of ", "ordered (`audit export` tells by whom and why)")
	w.must(t, 0, "audit", "verify")
	if !slices.ContainsFunc(w.export(t), func(e exported) bool {
		return e.Event == "intent" && e.Op == "withdraw" && e.Person.CSI == person.Number && strings.Contains(e.By, "(uid ") && e.Message == "ordered: stolen phone"
	}) {
		t.Errorf("the audit does not tell who and why: %+v", w.export(t))
	}
	// Now the account is disabled, and the departure is completed.
	dir.disable(t, person)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, person.Account)
}

// TestWithdrawJSON: the shape is a contract.
func TestWithdrawJSON(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace.withdraw", "24h")
	person := dir.people[7]
	dir.disable(t, person)
	w.must(t, 0, "run", "--once")
	var x struct {
		Outcome, Message, Username, CredentialID, Directory, Hash string
		ExitCode                                                  int
		Person                                                    struct{ Source, ID, CSI, DN string }
		ThreemaIDs, Meaning                                       []string
		Departed                                                  bool
		Changes                                                   []struct{ Op, Status string }
	}
	w.json(t, &x, 0, "withdraw", person.DN, "--reason", "fired", "--json")
	if x.Outcome != "withdrawn" || x.ExitCode != 0 || x.Username != person.Account || x.Person.DN != person.DN || x.Person.CSI != person.Number || x.CredentialID == "" ||
		!x.Departed || !strings.HasPrefix(x.Directory, "departed: disabled") || len(x.ThreemaIDs) != 1 || len(x.Meaning) != 2 ||
		len(x.Changes) != 2 || x.Changes[0].Op != "withdraw" || x.Changes[1].Op != "disable-contact" {
		t.Errorf("%+v", x)
	}
	w.gone(t, 0, 0, person.Account)
	w.json(t, &x, 0, "withdraw", person.DN, "--reason", "fired", "--json")
	if x.Outcome != "already-withdrawn" || x.ThreemaIDs == nil || x.Changes == nil {
		t.Errorf("%+v", x)
	}
}

// TestWithdrawExitCodes: each with its reason, and nothing is withdrawn.
func TestWithdrawExitCodes(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	before := w.sim.frozen(t)
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{person.Account}, "--reason is for the audit"},
		{[]string{person.Account, "--reason", " x "}, "--reason is for the audit"},
		{[]string{person.Account, "--reason", "two\nlines"}, "printable"},
		{[]string{"--reason", "fired"}, "name the person by csi"},
		{[]string{"Anna", "Muster", "--reason", "fired"}, "put in quotes"},
		{[]string{"nobody-at-all", "--reason", "fired"}, "nobody is known as nobody-at-all"},
	} {
		if out := w.must(t, 1, append([]string{"withdraw"}, row.args...)...); !strings.Contains(out.stderr, row.says) || out.stdout != "" {
			t.Errorf("%q does not say %q: %v", row.args, row.says, out)
		}
	}
	stop := filepath.Join(w.stateDir, "stop")
	if err := os.WriteFile(stop, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.orders(t, 3, person.Account, "BLOCKED: stop-file: the stop file "+stop+" exists", "Nothing was withdrawn.")
	if err := os.Remove(stop); err != nil {
		t.Fatal(err)
	}
	w.set("policy", "upsert-only")
	w.orders(t, 1, person.Account, "REFUSED: policy: upsert-only", "Nothing was withdrawn.")
	w.set("policy", "sync")
	w.unchanged(t, before)

	w.sim.fault(t, worksim.Fault{Method: "GET", Path: "/credentials", Delay: time.Hour, Times: 1})
	w.sim.requests(t)
	pass := w.start(t, "run", "--once")
	w.sim.awaitRequest(t, 1, "GET /credentials")
	w.orders(t, 5, person.Account, "another pass is running")
	pass.signal(t, syscall.SIGTERM)
	pass.wait(t)
	w.unchanged(t, before)
}

// TestWithdrawWithoutDirectory: when it is down, whom the ledger knows can be withdrawn, and a
// Threema ID is as safe as ever.
func TestWithdrawWithoutDirectory(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	dir.SetOutage(memdir.Down)
	w.orders(t, 4, "someone@corp.example", "nobody is known as someone@corp.example", "Without the directory only whom the ledger knows is found")
	w.orders(t, 0, person.Number, "The directory says: source corp could not be read", "WITHDRAWN: ")
	w.must(t, 4, "run", "--once")
	w.gone(t, 0, 0, person.Account)
}

// TestWithdrawOfTheProtected types what the refusal says, and then the order again.
func TestWithdrawOfTheProtected(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	w.set("protect.csi", []string{person.Number})
	out := w.orders(t, 3, person.Account, "NEEDS APPROVAL: protect asks for somebody's yes", "Nothing was withdrawn.")
	typed := regexp.MustCompile("`threema-dirsync (approve [0-9a-f]+ --withdraw [^`]+)`").FindStringSubmatch(out.stdout)
	if typed == nil {
		t.Fatalf("it does not say what to type: %v", out)
	}
	if out := w.must(t, 1, "approve", "--baseline", "--withdraw", person.Account); !strings.Contains(out.stderr, "--withdraw belongs to approve HASH") {
		t.Errorf("%v", out)
	}
	step := "withdraw / Zugang entziehen"
	w.must(t, 3, "plan", "--detailed-exitcode").tells(t, step, person.DN, "needs-approval")
	w.must(t, 0, "status").tells(t, "ORDERED, NOT DONE", "the app goes on; it waits for you (approval): threema-dirsync approve ", "WAITS FOR YOU approval", step, person.DN, "withdraw --undo "+person.Number)
	w.explains(t, person.Number, "ORDERED, NOT DONE", "once somebody said yes")
	w.must(t, 0, strings.Fields(typed[1])...).tells(t, "Approved until ", person.DN, "The next pass carries it out; at once: order it again")
	w.must(t, 0, "approve", "--undo", person.Number).tells(t, "What of it is still to be done, the next plan asks for again.")
	w.must(t, 3, "plan", "--detailed-exitcode")
	w.must(t, 0, "approve", w.hash(t), "--only", person.Number)
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, person.Account)
	w.must(t, 0, "plan", "--detailed-exitcode")
}

// TestAnOrderThatFailedIsTold by status, plan and explain until a pass has carried it out.
func TestAnOrderThatFailedIsTold(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	w.sim.fault(t, worksim.Fault{Method: "DELETE", Path: "/credentials/", Status: 500, Times: 1})
	w.orders(t, 1, person.Account, "UNKNOWN: ", "The order stands", "threema-dirsync withdraw --undo "+person.Number+" --reason TEXT")
	w.must(t, 0, "status").tells(t, "ORDERED, NOT DONE", person.DN, "it was sent, and no answer says whether it was done: the next pass looks", "at once: threema-dirsync withdraw "+person.Number+" --reason TEXT")
	w.must(t, 2, "plan", "--detailed-exitcode").tells(t, "withdraw / Zugang entziehen", person.DN)
	w.explains(t, person.Number, "ORDERED, NOT DONE", "withdraw / Zugang entziehen, by the next pass")
	var x struct {
		Orders []struct {
			Username string
			Person   struct{ CSI, DN string }
		}
	}
	if w.json(t, &x, 0, "status", "--json"); len(x.Orders) != 1 || x.Orders[0].Username != person.Account || x.Orders[0].Person.CSI != person.Number || x.Orders[0].Person.DN != person.DN {
		t.Errorf("%+v", x)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, person.Account)
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "ORDERED, NOT DONE") {
		t.Errorf("%v", out)
	}
	w.settlesALostAnswer(t, dir.people[8])
}

// settlesALostAnswer: once one list lacks what was sent without an answer, all that tells of it says the same, and nobody is
// told to type what changes nothing.
func (w *world) settlesALostAnswer(t *testing.T, person testdir.Person) {
	t.Helper()
	w.sim.fault(t, worksim.Fault{Method: "DELETE", Path: "/credentials/", Status: 500, Effect: true, Times: 1})
	w.orders(t, 1, person.Account, "UNKNOWN: ")
	w.must(t, 0, "run", "--once")
	const says = "it was sent, and no answer says whether it was done; the last list lacks the credential, so it is most likely gone: a pass from "
	status := w.must(t, 0, "status")
	status.tells(t, "ORDERED, NOT DONE", person.DN, says, "withdraw --undo "+person.Number)
	if strings.Contains(status.stdout, "or at once: threema-dirsync withdraw") || strings.Contains(status.stdout, "the app goes on") {
		t.Errorf("%v", status)
	}
	w.explains(t, person.Number, "ORDERED, NOT DONE", "withdraw / Zugang entziehen: "+says)
	w.orders(t, 0, person.Account, "ALREADY WITHDRAWN: the withdrawal of credential "+person.Account+": "+says)
	w.advance(t, 2*time.Hour)
	w.must(t, 0, "run", "--once")
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "ORDERED, NOT DONE") {
		t.Errorf("%v", out)
	}
}

// TestUndoForAnAccountMadeAnew: what stands in the way of a credential is told, with what ends it, and not that nothing
// does.
func TestUndoForAnAccountMadeAnew(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 8)
	w := newWorld(t, dir.site)
	w.must(t, 0, "run", "--once")
	anna := dir.people[2]
	w.orders(t, 0, anna.Number)
	dir.remove(t, 2)
	dir.hire(t, testdir.NewPerson(2))
	w.must(t, 3, "run", "--once")
	type change struct {
		Op     string
		Person struct{ Source, ID string }
	}
	var asked struct {
		Hash    string
		Changes []change
	}
	w.json(t, &asked, 0, "plan", "--json")
	n := slices.IndexFunc(asked.Changes, func(c change) bool { return c.Op == "create" })
	account := asked.Changes[n].Person.Source + "/" + asked.Changes[n].Person.ID
	out := w.must(t, 0, "withdraw", "--undo", account, "--reason", "back again")
	wantSays(t, out, "NOTHING TO TAKE BACK", "it waits for same-person", "threema-dirsync approve "+asked.Hash)
	if strings.Contains(out.stdout, "nothing stands in the way") {
		t.Error(out)
	}
	w.must(t, 0, "approve", asked.Hash)
	wantSays(t, w.must(t, 0, "withdraw", "--undo", account, "--reason", "back again"), "nothing stands in the way")
	w.must(t, 0, "run", "--once")
	if made := w.sim.state(t).Credentials; len(made) != 8 {
		t.Errorf("%d credentials", len(made))
	}
}

// TestAnOrderAfterTheDeparture: whoever types it when the directory has taken the credential said a word all the same,
// and the person who is back waits for the way back.
func TestAnOrderAfterTheDeparture(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 8)
	w := newWorld(t, dir.site)
	w.sharpen()
	w.set("leavers.approval", "none")
	w.must(t, 0, "run", "--once")
	anna := dir.people[2]
	dir.disable(t, anna)
	for range 4 {
		w.advance(t, 25*time.Hour)
		w.run(t, "run", "--once")
	}
	if made := w.sim.state(t).Credentials; len(made) != 7 {
		t.Fatalf("%d credentials: the departure took none", len(made))
	}
	w.orders(t, 0, anna.Number, "ALREADY WITHDRAWN", "That you ordered it is recorded", "withdraw --undo "+anna.Number)
	if again := w.orders(t, 0, anna.Number, "ALREADY WITHDRAWN"); strings.Contains(again.stdout, "is recorded") {
		t.Errorf("recorded twice: %v", again)
	}
	dir.enable(t, anna)
	for range 3 {
		w.advance(t, 25*time.Hour)
		w.must(t, 0, "run", "--once")
	}
	if made := w.sim.state(t).Credentials; len(made) != 7 {
		t.Fatalf("%d credentials: coming back gave access back", len(made))
	}
	wantSays(t, w.must(t, 0, "plan"), "was withdrawn by order", "withdraw --undo "+anna.Number)
	w.must(t, 0, "withdraw", "--undo", anna.Number, "--reason", "it was a mistake")
	w.must(t, 0, "run", "--once")
	if made := w.sim.state(t).Credentials; len(made) != 8 {
		t.Errorf("%d credentials after the way back", len(made))
	}
	w.must(t, 0, "audit", "verify")
}
