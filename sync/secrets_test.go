package sync_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestCanaries sends everything through a bad day and looks for secrets in all that is written,
// and for people in all that is written for others than them.
func TestCanaries(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	w := newWorld(t, options{metrics: dirsync.NewMetrics(registry, "v1", "go1", []string{sourceName})}, employees(9)...)
	w.policy.ID = model.DetachID
	var said []dirsync.Report
	pass := func() { said = append(said, w.run()) }

	w.fault(worksim.Fault{Method: "POST", Path: "/credentials", Status: 500, Effect: true, Times: 1, Skip: 1})
	w.fault(worksim.Fault{Method: "POST", Path: "/credentials", Status: 400, Times: 1, Skip: 2, Body: `{"error":"user04 is bad: ` + apiKey + `"}`, ContentType: "application/json"})
	pass()
	w.must(os.Chmod(w.handoverFile(), 0o644))
	pass()
	w.must(os.Chmod(w.handoverFile(), 0o600))
	w.diskFull = true
	pass()
	w.diskFull = false
	pass()
	w.rollOut()
	w.directory.change(t, "id-04", func(p *person) { p.First = "First04BAD" })
	w.refusing("First04BAD")
	pass()
	pass()
	w.directory.dismiss(t, "id-05")
	w.directory.recheck = func([]model.Tracked) ([]model.Sighting, error) { return nil, errors.New(employee(5).dn() + " is gone") }
	pass()
	w.directory.recheck = nil
	w.fault(worksim.Fault{Method: "POST", Path: "/users", Status: 500, Body: `{"error":"Last05"}`, ContentType: "application/json", Times: 1})
	pass()
	pass()
	w.fault(worksim.Fault{Path: "/users", Status: 401, Times: 1})
	pass()
	w.directory.failure = &model.ReadError{Source: sourceName, Reason: model.ReadDuplicate, Err: errors.New(employee(1).dn() + " stands twice")}
	pass()
	w.directory.failure = nil
	w.handedOver() // the sink has them
	if len(w.passwords.made) < 9 {
		t.Fatalf("only %d passwords were made", len(w.passwords.made))
	}

	written := map[string]string{"log": w.logs.text(), "metrics": gathered(t, registry)}
	for _, r := range said {
		written["report"] += text(r)
		data, err := json.Marshal(r)
		w.must(err)
		written["JSON"] += string(data)
		if r.Err != nil {
			written["errors"] += r.Err.Error()
		}
	}
	files, err := filepath.Glob(filepath.Join(w.folder, "ledger.db*"))
	w.must(err)
	if len(files) < 2 {
		t.Fatalf("no write-ahead log among %v", files)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		w.must(err)
		written[filepath.Base(file)] = string(data)
	}
	secrets := append([]string{apiKey}, w.passwords.made...)
	for where, what := range written {
		if what == "" {
			t.Errorf("nothing was written to %s: the test proves nothing", where)
		}
		for _, secret := range secrets {
			if strings.Contains(what, secret) {
				t.Errorf("a secret stands in %s: %s", where, around(what, secret))
			}
		}
	}
	for where, what := range map[string]string{"the log above debug": aboveDebug(t, written["log"]), "the metrics": written["metrics"]} {
		for _, personal := range []string{"First", "Last0", "Title", "user0", "E0", "CN=", "Staff"} {
			if strings.Contains(what, personal) {
				t.Errorf("personal data in %s: %s", where, around(what, personal))
			}
		}
	}
}

func around(text, part string) string {
	n := strings.Index(text, part)
	return text[max(0, n-200):min(len(text), n+len(part)+100)]
}

// aboveDebug are the lines of a log that an operator sees.
func aboveDebug(t *testing.T, log string) string {
	t.Helper()
	var lines strings.Builder
	debug := 0
	for line := range strings.Lines(log) {
		var entry struct{ Level string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Level == "DEBUG" {
			debug++
			continue
		}
		lines.WriteString(line)
	}
	if debug == 0 || lines.Len() == 0 {
		t.Fatalf("%d lines of debug, %d bytes above", debug, lines.Len())
	}
	return lines.String()
}
