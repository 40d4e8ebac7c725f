package threema

import (
	"net/http"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAheadOf: a date is right if the service may have written it while the request was under way,
// by however much the clock was set meanwhile.
func TestAheadOf(t *testing.T) {
	t.Parallel()
	now := time.Now()
	whole := now.Truncate(time.Second)
	for name, tt := range map[string]struct {
		date time.Time
		ago  time.Duration
		want time.Duration // to the second
	}{
		"the same second":            {whole, 0, 0},
		"written when it was sent":   {whole.Add(-time.Minute), time.Minute, 0},
		"an answer of a minute":      {whole.Add(-30 * time.Second), time.Minute, 0},
		"behind":                     {whole.Add(-time.Hour), 0, -time.Hour},
		"behind, and long under way": {whole.Add(-time.Hour), 10 * time.Minute, -50 * time.Minute},
		"ahead":                      {whole.Add(time.Hour), 10 * time.Minute, time.Hour},
		"in 1970":                    {time.Unix(0, 0), 0, time.Unix(0, 0).Sub(whole)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := aheadOf(now, tt.ago, tt.date); (got - tt.want).Abs() > time.Second {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
	if got := aheadOf(now.Add(12*24*time.Hour), time.Second, whole); got > -12*24*time.Hour+3*time.Second { // set while under way
		t.Errorf("a clock that was set while the request was under way is off by %v", got)
	}
}

// TestClockWatchKeepsTheFurthest: one answer that is off among good ones is told, until the next
// inventory; what is no date tells nothing.
func TestClockWatchKeepsTheFurthest(t *testing.T) {
	t.Parallel()
	now := time.Now()
	w := &clockWatch{}
	note := func(texts ...string) {
		for _, text := range texts {
			w.note(http.Header{"Date": {text}}, now, 0)
		}
	}
	note("", "soon", "2026-11-29T18:00:00Z")
	w.note(http.Header{}, now, 0)
	if got := w.furthest(); got.Told {
		t.Errorf("nobody told a time, and it is %v", got)
	}
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(http.TimeFormat) }
	note(at(0), at(-3*time.Hour), at(time.Hour), at(0))
	if got := w.furthest(); !got.Told || got.Ahead.Round(time.Minute) != -3*time.Hour {
		t.Errorf("furthest off is %+v", got)
	}
	w.begin()
	if got := w.furthest(); got != (model.ServiceClock{}) {
		t.Errorf("after the begin it is %+v", got)
	}
	note(at(0))
	if got := w.furthest(); !got.Told || len(got.Doubt()) > 0 {
		t.Errorf("then %+v", got)
	}
}
