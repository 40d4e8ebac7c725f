package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestACommandThatFailsSaysWhatItDidNot: where the package cannot be read, whoever typed something learns whether
// their word stands; only that of `withdraw` does.
func TestACommandThatFailsSaysWhatItDidNot(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 4)
	person := dir.people[1].Number
	w.sim.fault(t, worksim.Fault{Method: http.MethodGet, Path: "/credentials", Status: http.StatusForbidden})
	for _, row := range []struct{ typed, says string }{
		{"hold " + person + " --until " + w.inDays(9) + " --reason sabbatical", "NOT RECORDED: nobody is on leave of absence by this"},
		{"hold --end " + person, "NOT RECORDED: the leave of absence goes on as before"},
		{"withdraw --undo " + person + " --reason mistake", "NOT RECORDED: no withdrawal was taken back"},
		{"approve cafe", "NOT RECORDED: nothing was approved"},
		{"approve --baseline", "NOT RECORDED: nothing was accepted"},
		{"approve --undo nobody", "NOT RECORDED: no yes was taken back"},
		{"source forget nothing", "NOT RECORDED: the ledger knows the source as before"},
	} {
		if out := w.must(t, 1, strings.Fields(row.typed)...); !strings.Contains(out.stdout+out.stderr, row.says) {
			t.Errorf("%s: %v", row.typed, out)
		}
	}
	w.must(t, 0, "hold").tells(t, "Nobody is on leave of absence.")
}
