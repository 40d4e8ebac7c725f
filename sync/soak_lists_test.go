package sync_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"
)

// liar stands before the package, and leaves an entry out of one of its lists, once. Its total says
// so too: nothing but another list can tell. It also tells the time, so that the program's own clock can
// be wrong.
type liar struct {
	behind http.Handler

	mu   sync.Mutex
	list string // path of the list that lacks an entry next, "" for none
	nth  int    // which one, from 0
	lied bool
	ours time.Duration // how far the program's clock is ahead
}

// setAhead tells how far the program's clock is ahead of the one that is right.
func (l *liar) setAhead(by time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ours = by
}

// arm lets the next list of a path lack an entry.
func (l *liar) arm(list string, nth int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.nth, l.lied = list, nth, false
}

// hasLied tells whether an entry was left out since it was asked last.
func (l *liar) hasLied() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.lied
	l.lied = false
	return was
}

// ServeHTTP implements http.Handler.
func (l *liar) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	lies := r.Method == http.MethodGet && l.list != "" && strings.HasSuffix(r.URL.Path, l.list)
	nth := l.nth
	rw.Header().Set("Date", time.Now().Add(-l.ours).UTC().Format(http.TimeFormat))
	l.mu.Unlock()
	if !lies {
		l.behind.ServeHTTP(rw, r)
		return
	}
	recorded := httptest.NewRecorder()
	l.behind.ServeHTTP(recorded, r)
	body := recorded.Body.Bytes()
	if short, cut := without(body, nth); cut {
		body = short
		l.mu.Lock()
		l.list, l.lied = "", true
		l.mu.Unlock()
	}
	maps.Copy(rw.Header(), recorded.Header())
	rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(recorded.Code)
	_, _ = rw.Write(body)
}

// without leaves the nth entry out of the one list of a document, and counts one less.
func without(body []byte, nth int) (short []byte, cut bool) {
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&document) != nil {
		return nil, false
	}
	paging, _ := document["paging"].(map[string]any)
	total, _ := paging["total"].(json.Number)
	count, err := total.Int64()
	if err != nil {
		return nil, false
	}
	for _, member := range []string{"users", "credentials", "contacts"} { // that of /mdm-bulk is called credentials too
		if entries, ok := document[member].([]any); ok && len(entries) > 0 {
			nth %= len(entries)
			document[member] = append(entries[:nth:nth], entries[nth+1:]...)
			paging["total"] = count - 1
			short, err = json.Marshal(document)
			return short, err == nil
		}
	}
	return nil, false
}

// shortList lets a list of one of the next passes lack an entry: where each credential of our people is
// tied to them by now, for nobody could tell one that was not seen yet from none.
func (w *soak) shortList(rt *rapid.T) {
	for id := range w.belongs {
		if w.holder[id] == nil {
			rt.Skip("no pass has tied a credential that was there")
		}
	}
	list := rapid.SampledFrom([]string{"/users", "/credentials", "/contacts", "/mdm-bulk"}).Draw(rt, "list")
	nth := rapid.IntRange(0, 20).Draw(rt, "entry")
	w.liar.arm(list, nth)
	w.log("the list %s will lack entry %d", list, nth)
}
