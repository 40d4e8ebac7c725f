package ldapsource

import (
	"context"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// walk is the way of a read with one server, as far as it led.
type walk struct {
	at     string // the server
	passed []Finding
	failed Finding   // at which it ended
	beside []Finding // what else there is to say about that
	rest   []step    // that were not tried
	err    error     // nil: it led to the end
}

// walk takes the steps to a session, and reads everybody.
func (v *session) walk(ctx context.Context) walk {
	w := walk{at: v.target()}
	steps := append(v.steps(), v.probe())
	for n, step := range steps {
		if n == len(steps)-1 {
			v.entered()
		}
		came, err := v.take(ctx, step)
		if err != nil {
			e := v.readError(ctx, err)
			if v.shut {
				w.beside = v.warnOfLockout()
			}
			came := strings.TrimPrefix(e.Err.Error(), step.tried+": ") // errors name the action, and so does the line
			w.failed, w.rest, w.err = Finding{step.name, Failure, step.tried, model.Told(e.Why[0].Code, came), adviceOf(e)}, steps[n+1:], err
			return w
		}
		w.passed = append(w.passed, Finding{Name: step.name, Verdict: Pass, Tried: step.tried, Came: came})
	}
	return w
}

// adviceOf is what to do about a read that failed.
func adviceOf(e *model.ReadError) model.Reason {
	switch advice := e.Why[1:]; len(advice) {
	case 0:
		return model.Reason{}
	case 1:
		return advice[0]
	default:
		return model.Because("read-advice", advice)
	}
}

// tell is the whole walk.
func (w walk) tell() []Finding {
	if w.err == nil {
		return w.passed
	}
	return slices.Concat(w.passed, []Finding{w.failed}, w.beside, skipped(w.rest))
}

// stumble is the end of a walk after which another server was asked: a failure only if none led to
// the end. That a server cannot be reached, [session.checkServers] has told.
func (w walk) stumble(nobodyElse bool) []Finding {
	if len(w.passed) == 0 {
		return nil
	}
	f := w.failed
	f.Tried += " at " + w.at
	if !nobodyElse {
		f.Verdict = Warning
	}
	return []Finding{f}
}
