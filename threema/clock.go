package threema

import (
	"net/http"
	"sync"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// clockWatch compares the dates of answers with our clock, and keeps the one that is furthest off:
// an answer out of a proxy's memory among good ones is as little to be relied on as a wrong clock.
type clockWatch struct {
	mu      sync.Mutex
	reading model.ServiceClock
}

// begin forgets what earlier answers told.
func (w *clockWatch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reading = model.ServiceClock{}
}

func (w *clockWatch) furthest() model.ServiceClock {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reading
}

// note reads the date of a good answer that came now, to a request of so long ago. One that says
// nothing, or nothing readable, tells no time.
func (w *clockWatch) note(header http.Header, now time.Time, ago time.Duration) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if ahead := aheadOf(now, ago, date); !w.reading.Told || ahead.Abs() > w.reading.Ahead.Abs() {
		w.reading = model.ServiceClock{Told: true, Ahead: ahead}
	}
}

// aheadOf is how far a date, whole seconds cut off, lies outside the time that the request was under
// way. That time is counted back from now by what the request took, and not by what the clock showed
// when it was sent: a clock that was set in between would make any date fit.
func aheadOf(now time.Time, ago time.Duration, date time.Time) time.Duration {
	now = now.Round(0) // by the clock, not by Go's count beside it
	switch sent := now.Add(-ago); {
	case date.After(now):
		return date.Sub(now)
	case date.Add(time.Second).Before(sent):
		return date.Add(time.Second).Sub(sent)
	}
	return 0
}

// Clock is what the answers since the last [Client.Inventory] began tell of the service's clock. It
// is held against the true time, also where a test shifts the clock of the rest.
func (c *Client) Clock() model.ServiceClock { return c.clock.furthest() }
