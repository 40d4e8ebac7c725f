package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestStatusTellsTheCause of each way in which a pass ends badly, and what to type.
func TestStatusTellsTheCause(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	held := model.Wait{Code: "held", Since: at, Seen: at, People: 9, Command: "threema-dirsync approve --baseline"}
	for _, row := range []struct {
		name, report   string
		code           int
		waits          []model.Wait
		cause, command string
	}{
		{"all is well", `{}`, 0, nil, "", ""},
		{"the package cannot be read", `{"error":"read the licence package: 401"}`, 1, nil, "401", "threema-dirsync check"},
		{"a change failed", `{"error":"","results":[{"op":"create","outcome":"done"},{"op":"withdraw","outcome":"failed","message":"409"}]}`, 1, nil,
			"changes that failed: 1; the first: withdraw: 409", "threema-dirsync plan"},
		{"a source cannot be read", `{"sources":[{"name":"corp","complete":false,"error":"no route to host"}]}`, 4, nil, "source corp: NOT READ", "threema-dirsync check"},
		{"the service answers oddly", `{"error":"read the licence package: 503","failure":"service"}`, 1, nil, "503", "threema-dirsync check"},
		{"the licence ended", `{"error":"its licence ended","failure":"licence-ended"}`, 1, nil, "ended", "threema-dirsync check"},
		{"credentials are missing", `{"error":"4 of the 60 are missing","failure":"missing"}`, 1, nil, "4 of the 60", "threema-dirsync plan"},
		{"a written plan does not hold", `{"error":"the world has changed","failure":"stale-plan"}`, 1, nil, "has changed", "threema-dirsync plan"},
		{"a trial is open", `{"error":"lost what others had set","failure":"trial"}`, 1, nil, "lost", "threema-dirsync run --once"},
		{"stopped in the middle", `{"error":"context canceled","failure":"interrupted"}`, 1, nil, "canceled", "threema-dirsync run --once"},
		{"a full disk", `{"error":"no space left","failure":"machine"}`, 1, nil, "no space", "threema-dirsync check"},
		{"fewer people than before", `{"sources":[{"name":"corp","conditions":[{"name":"count","detail":"9 of 12 people"}]}]}`, 4, nil, "9 of 12", "threema-dirsync plan"},
		{"a group is gone", `{"sources":[{"name":"corp","conditions":[{"name":"groups","detail":"empty"}]}]}`, 4, nil, "groups: empty", "threema-dirsync check"},
		{"both, and a source that does not answer",
			`{"sources":[{"name":"corp","conditions":[{"name":"count"},{"name":"paging","ok":true}]},{"name":"hr","error":"no route"},{"name":"lab","conditions":[{"name":"groups"}]}]}`, 4, nil,
			"no route", "threema-dirsync plan; threema-dirsync check"},
		{"a guard", `{"guards":[{"guard":"held","source":"corp","detail":"9 people are held"}]}`, 3, []model.Wait{held},
			"held corp: 9 people are held", "threema-dirsync approve --baseline"},
		{"a question", `{}`, 3, []model.Wait{{Code: "approval", Since: at, Seen: at, Command: "threema-dirsync approve f00d"}, {Code: "same-person", Since: at, Seen: at, Command: "threema-dirsync approve f00d"}},
			"(approval) (and 1 more", "threema-dirsync approve f00d"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), ledger.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			run, err := l.StartRun(t.Context(), model.Sync)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.FinishRun(t.Context(), run, model.RunEnd{Result: "failed", ExitCode: row.code, Report: []byte(row.report), Waits: row.waits, Planned: true}); err != nil {
				t.Fatal(err)
			}
			s, err := readStatus(t.Context(), l.Reader, &config.Config{}, at)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			s.LastPass.print(&out)
			if row.cause == "" && s.LastPass.Cause != "" || !strings.Contains(s.LastPass.Cause, row.cause) || s.LastPass.Command != row.command ||
				!strings.Contains(out.String(), row.cause) {
				t.Errorf("%+v: %s", s.LastPass, out.String())
			}
		})
	}
}
