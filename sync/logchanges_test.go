package sync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// logLine is what these tests look at of a line of the log.
type logLine struct {
	Level, Msg, Op, Change            string
	Run, Done, Failed, Unknown, Lines int
}

func logLines(t *testing.T, w *world) []logLine {
	t.Helper()
	var lines []logLine
	for text := range strings.Lines(w.logs.text()) {
		var l logLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// TestLogCountsChanges: above debug a pass has one line for each operation, however many people it is about;
// each change that was done stands at debug, with pass and change. One that failed stays where it is seen.
func TestLogCountsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Times: 1, Skip: 1, Status: http.StatusBadRequest})
	w.exits(dirsync.ExitFailed)
	w.ok()
	titles := employees(5)
	for n := range titles {
		titles[n].Title = "Baker"
		w.directory.put(titles[n])
	}
	w.ok()
	w.directory.dismiss(t, "id-01")
	w.ok()
	var counted, single []string
	for _, l := range logLines(t, w) {
		switch {
		case l.Msg == "changes done":
			counted = append(counted, fmt.Sprintf("%s run %d: %s %d done %d failed", l.Level, l.Run, l.Op, l.Done, l.Failed))
		case l.Msg == "change done" && l.Run > 0 && l.Change != "":
			single = append(single, l.Level)
		case l.Msg == "change failed" && l.Change != "":
			counted = append(counted, l.Level+" "+l.Op)
		}
	}
	w.equal("one line for each operation", []string{
		"ERROR create", "INFO run 1: create 4 done 1 failed", "INFO run 2: create 1 done 0 failed",
		"INFO run 3: set-settings 5 done 0 failed", "INFO run 4: withdraw 1 done 0 failed",
	}, counted)
	w.equal("each change at debug", slices.Repeat([]string{"DEBUG"}, 11), single)
}
