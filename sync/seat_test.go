package sync_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// keyEnds is a package that opens no more when it is asked for the second time in a pass.
type keyEnds struct {
	dirsync.WorkAPI
	answer error
}

func (k keyEnds) Subscription(context.Context) (model.Subscription, error) {
	return model.Subscription{}, k.answer
}

type answered model.FailureKind

func (a answered) Error() string { return string(a) + ": check threema.api_key_file" }

func (a answered) FailureKind() model.FailureKind { return model.FailureKind(a) }

// TestForbiddenCreate: 403 means that the licences are used up only while the key still opens the
// package; else it is the key, or the service, and the pass has failed.
func TestForbiddenCreate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer error // to the question, nil: as the service answers
		exit   int
		sent   int // creates
		says   string
	}{
		"the key is good":          {nil, dirsync.ExitOK, 1, "licences are probably used up"},
		"the key is forbidden too": {answered(model.FailureForbidden), dirsync.ExitFailed, 1, "check threema.api_key_file"},
		"the key is refused":       {answered(model.FailureUnauthorized), dirsync.ExitFailed, 1, "check threema.api_key_file"},
		"the day is spent":         {answered(model.FailureQuota), dirsync.ExitFailed, 1, "quota"},
		"no answer":                {answered(model.FailureUnavailable), dirsync.ExitFailed, 3, "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			if tt.answer != nil {
				w.pack = func(p dirsync.WorkAPI) dirsync.WorkAPI { return keyEnds{p, tt.answer} }
			}
			w.fault(worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: 403})
			r := w.exits(tt.exit)
			if words := text(r); !strings.Contains(words, tt.says) {
				t.Errorf("does not say %q: %s", tt.says, words)
			}
			sent := 0
			for _, request := range w.writes() {
				if request == "POST /credentials" {
					sent++
				}
			}
			w.equal("creates sent", tt.sent, sent)
			w.equal("rows whose end is not known", 0, r.Unsettled)
			w.sim.ClearFaults()
			w.pack = nil
			w.ok()
			w.everybodyWorks()
		})
	}
}
