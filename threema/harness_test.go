package threema_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	apiKey = "canary-key-5f1c"
	// prefix stands before every path of the servers, so that a client which builds an address
	// from anything but its base URL shows up.
	prefix = "/onprem/work"
)

// wire is what a client did: its attempts as the quota counted them, as it reported them, and as
// they arrived.
type wire struct {
	mu        sync.Mutex
	taken     int
	givenBack int
	statuses  []int
	arrived   []string
	progress  []string
	waits     []time.Duration
	odd       []string
	sizes     map[string]int // what was learned of the page sizes
	spent     error
}

// PageSize and NotePageSize implement threema.PageSizes.
func (w *wire) PageSize(_ context.Context, list string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sizes[list], nil
}

func (w *wire) NotePageSize(_ context.Context, list string, size int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sizes == nil {
		w.sizes = map[string]int{}
	}
	w.sizes[list] = size
	return nil
}

func (w *wire) tolerated(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.odd = append(w.odd, what)
}

// Take implements threema.Quota.
func (w *wire) Take(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.spent != nil {
		return w.spent
	}
	w.taken++
	return nil
}

// GiveBack implements threema.Quota.
func (w *wire) GiveBack(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.givenBack++
	return nil
}

func (w *wire) onRequest(_ string, status int, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.statuses = append(w.statuses, status)
}

func (w *wire) onProgress(what string, done, total int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress = append(w.progress, fmt.Sprintf("%s %d/%d", what, done, total))
}

func (w *wire) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = append(w.waits, d)
	return ctx.Err()
}

func (w *wire) options() threema.Options {
	return threema.Options{Quota: w, PageSizes: w, OnRequest: w.onRequest, Progress: w.onProgress, Tolerated: w.tolerated, Wait: w.wait}
}

// requests lists what arrived, as "METHOD /path?query" below the base.
func (w *wire) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.arrived)
}

// record notes what arrives below the prefix and refuses everything else.
func (w *wire) record(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		below, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
		if !ok {
			t.Errorf("a request left the base URL: %s %s", r.Method, r.URL)
		}
		if r.ProtoMajor != 1 {
			t.Errorf("%s: HTTP/2 has rules of its own for sending a request again", r.Proto)
		}
		if got := r.Header.Get("X-Api-Key"); got != apiKey {
			t.Errorf("API key = %q", got)
		}
		for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
			if r.Header.Get(name) != "" {
				t.Errorf("header %s makes the transport repeat writes (D9)", name)
			}
		}
		if r.URL.RawQuery != "" {
			below += "?" + r.URL.RawQuery
		}
		w.mu.Lock()
		w.arrived = append(w.arrived, r.Method+" "+below)
		w.mu.Unlock()
		next.ServeHTTP(out, r)
	})
}

// setup starts a scripted service and returns a client of it.
func setup(t *testing.T, handler http.HandlerFunc) (*threema.Client, *wire) {
	t.Helper()
	seen := &wire{}
	server := httptest.NewServer(seen.record(t, handler))
	t.Cleanup(server.Close)
	return newClient(t, server.URL+prefix, seen, threema.Config{}), seen
}

// newClient returns a client that closes its connections before the server ends.
func newClient(t *testing.T, base string, seen *wire, config threema.Config) *threema.Client {
	t.Helper()
	address, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	config.BaseURL = address
	config.APIKey = secret.New(apiKey)
	config.UserAgent = "threema-dirsync/test"
	client, err := threema.New(config, seen.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// reply answers with a text of a type.
func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func replyJSON(status int, body string) http.HandlerFunc {
	return reply(status, "application/json; charset=utf-8", body)
}

// hangUp closes the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// bodyOf decodes the JSON of a request.
func bodyOf(t *testing.T, r *http.Request) map[string]any {
	t.Helper()
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("%s %s: Content-Type = %q", r.Method, r.URL.Path, got)
	}
	return body
}

// apiError asserts that err is a *threema.Error and returns it.
func apiError(t *testing.T, err error) *threema.Error {
	t.Helper()
	e, ok := errors.AsType[*threema.Error](err)
	if !ok {
		t.Fatalf("error = %v (%T), want a *threema.Error", err, err)
	}
	return e
}
