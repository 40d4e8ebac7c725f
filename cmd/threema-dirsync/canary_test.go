package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestCanary lets everything happen that could show a secret: requests that fail and quote what
// was sent, a directory that refuses the password, the most talkative log. Each run looks at
// its own output, see child.wait; here are the files and the metrics.
func TestCanary(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	w.set("log.format", "json")
	w.sim.fault(t, worksim.Fault{
		Method: http.MethodPost, Path: "/credentials", Status: http.StatusBadRequest, Times: 1,
		Body: `{"error": "bad request with key ` + w.sim.key + `"}`, ContentType: "application/json",
	})
	w.run(t, "run", "--once")
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	d := w.serve(t)
	d.told(t, "READY=1")
	page := d.page(t, "/metrics")
	d.stop(t)
	w.must(t, 0, "plan", "--json")
	w.must(t, 0, "check")
	w.must(t, 0, "status", "--json")
	w.writeSecret(t, "bind-password", canary("another"))
	w.must(t, 4, "run", "--once", "--json")
	w.must(t, 1, "check", "--json")

	canaries := append(w.passwords(t), w.secrets...)
	if len(canaries) < 12 {
		t.Fatalf("%d secrets; this test proved nothing", len(canaries))
	}
	files, err := filepath.Glob(filepath.Join(w.stateDir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%q, %v; this test proved nothing", files, err)
	}
	for _, secret := range canaries {
		if strings.Contains(page, secret) {
			t.Error("the metrics show a secret")
		}
		for _, file := range files {
			if file == w.handover() {
				continue
			}
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds a secret", filepath.Base(file))
			}
		}
	}
}
