package threema_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

type action func(context.Context, *threema.Client) error

func readUser(ctx context.Context, c *threema.Client) error {
	_, err := c.User(ctx, "ABCDEFGH")
	return err
}

func readPackage(ctx context.Context, c *threema.Client) error {
	_, err := c.Inventory(ctx)
	return err
}

func withdraw(ctx context.Context, c *threema.Client) error { return c.Withdraw(ctx, "c1") }

func create(ctx context.Context, c *threema.Client) error {
	_, err := c.CreateCredential(ctx, "jo", secret.New("canary-password"), true, true)
	return err
}

func setSettings(ctx context.Context, c *threema.Client) error {
	return c.SetSettings(ctx, []model.CredentialSettings{{CredentialID: "c1", Settings: []model.Setting{{Name: "th_csi", Value: "1"}}}})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	const html = "<!DOCTYPE html><title>Sign in to the guest network</title>"
	tests := []struct {
		name     string
		do       action
		answer   http.HandlerFunc
		kind     model.FailureKind
		status   int
		attempts int
		says     string
	}{
		{"key refused", readUser, replyJSON(401, `{"error":"bad key"}`), model.FailureUnauthorized, 401, 1, "threema.api_key_file"},
		{"address refused on a write", withdraw, replyJSON(401, ``), model.FailureUnauthorized, 401, 1, "bound to other addresses"},
		{"forbidden", readUser, replyJSON(403, `{"message":"not in your plan"}`), model.FailureForbidden, 403, 1, `the service says "not in your plan"`},
		{"licences used up", create, replyJSON(403, `{"error":"no licence"}`), model.FailureForbidden, 403, 1, "licences of the package are used"},
		{"record missing", readUser, replyJSON(404, `{"error":"no such user"}`), model.FailureNotFound, 404, 1, "not in the licence package"},
		{"record of a write missing", withdraw, reply(404, "text/html", html), model.FailureNotFound, 404, 1, "DELETE /credentials/c1"},
		{"no API there", readPackage, reply(404, "text/html", html), model.FailureInvalid, 404, 2, "check threema.base_url"},
		{"bulk names an unknown credential", setSettings, replyJSON(404, `{}`), model.FailureRefused, 404, 1, ""},
		{"bad request", withdraw, replyJSON(400, `{"error":"bad id"}`), model.FailureRefused, 400, 1, "bad id"},
		{"conflict", create, replyJSON(409, `{"error":"taken"}`), model.FailureRefused, 409, 1, "taken"},
		{"too large", setSettings, reply(413, "text/plain", "too large"), model.FailureRefused, 413, 1, ""},
		{"unprocessable", setSettings, replyJSON(422, ``), model.FailureRefused, 422, 1, "does not accept"},
		{"day spent", readUser, replyJSON(429, ``), model.FailureQuota, 429, 1, "requests of this day"},
		{"service down, read", readUser, reply(500, "text/html", html), model.FailureUnavailable, 500, 3, "out of order"},
		{"service down, write", withdraw, replyJSON(500, `{}`), model.FailureUnknown, 500, 1, "may have happened"},
		{"gateway down, create", create, replyJSON(502, `{}`), model.FailureUnknown, 502, 1, "may have happened"},
		{"method not known", withdraw, replyJSON(405, `{}`), model.FailureUnknown, 405, 1, "not part of the contract; the change may have happened"},
		{"no status of the contract, read", readUser, replyJSON(418, `{}`), model.FailureOther, 418, 1, "not part of the contract"},
		{"given up, read", readUser, replyJSON(408, ``), model.FailureUnavailable, 408, 3, "gave up on the request"},
		{"too early, read", readUser, replyJSON(425, ``), model.FailureUnavailable, 425, 3, "gave up"},
		{"closed before a proxy, read", readUser, replyJSON(499, ``), model.FailureUnavailable, 499, 3, "gave up"},
		{"given up, create", create, replyJSON(408, `{}`), model.FailureUnknown, 408, 1, "gave up on the request; the change may have happened"},
		{"too early, withdraw", withdraw, replyJSON(425, `{}`), model.FailureUnknown, 425, 1, "may have happened"},
		{"closed before a proxy, settings", setSettings, reply(499, "text/html", html), model.FailureUnknown, 499, 1, "may have happened"},
		{"payment, create", create, replyJSON(402, `{}`), model.FailureUnknown, 402, 1, "may have happened"},
		{"redirect, read", readUser, redirectTo("https://portal.example/login?session=abc"), model.FailureInvalid, 302, 1, "a redirect to https://portal.example, which is never followed"},
		{"redirect, write", withdraw, redirectTo("/elsewhere"), model.FailureUnknown, 302, 1, "never followed: check threema.base_url and the proxy; the change may have happened"},
		{"captive portal, read", readUser, reply(200, "text/html", html), model.FailureInvalid, 200, 1, "captive portal"},
		{"captive portal, write", withdraw, reply(200, "text/html", html), model.FailureUnknown, 200, 1, "captive portal"},
		{"JSON without its type", readUser, reply(200, "text/plain", `{"id":"ABCDEFGH"}`), model.FailureInvalid, 200, 1, "not JSON"},
		{"garbage", readUser, replyJSON(200, `{"id":`), model.FailureInvalid, 200, 1, "cannot be read"},
		{"garbage behind", readUser, replyJSON(200, `{"id":"ABCDEFGH"} trailing`), model.FailureInvalid, 200, 1, "cannot be read"},
		{"nothing", readUser, replyJSON(200, ``), model.FailureInvalid, 200, 1, "empty"},
		{"no id", readUser, replyJSON(200, `{}`), model.FailureInvalid, 200, 1, "no id"},
		{"another record", readUser, replyJSON(200, `{"id":"ZZZZZZZZ"}`), model.FailureInvalid, 200, 1, "another record"},
		{"another credential", func(ctx context.Context, c *threema.Client) error {
			_, err := c.Credential(ctx, "c1")
			return err
		}, replyJSON(200, `{"id":"c2","usage":0}`), model.FailureInvalid, 200, 1, "another record"},
		{"no content for a read", readUser, reply(204, "", ""), model.FailureInvalid, 204, 1, "not part of the contract"},
		{"created, without record", create, reply(201, "", ""), model.FailureUnknown, 201, 1, "may have happened"},
		{"created, garbage", create, replyJSON(201, `{"id":12}`), model.FailureUnknown, 201, 1, "may have happened"},
		{"created, no id", create, replyJSON(201, `{"username":"jo"}`), model.FailureUnknown, 201, 1, "no id"},
		{"created, no content", create, reply(204, "", ""), model.FailureUnknown, 204, 1, "empty"},
		{"success of no known form", withdraw, reply(206, "", ""), model.FailureUnknown, 206, 1, "not part of the contract"},
		{"body cut off, read", readUser, cutOff, model.FailureUnavailable, 200, 3, "did not answer"},
		{"body cut off, create", create, cutOff, model.FailureUnknown, 200, 1, "may have happened"},
		{"connection lost, read", readUser, hangUp, model.FailureUnavailable, 0, 3, "did not answer"},
		{"connection lost, write", withdraw, hangUp, model.FailureUnknown, 0, 1, "may have happened"},
		{"too large an answer", readUser, flood, model.FailureInvalid, 200, 1, "too large (more than 64 MiB)"},
		{"too large an error", readUser, longError, model.FailureRefused, 400, 1, "does not accept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, tt.answer)
			err := tt.do(t.Context(), client)
			e := apiError(t, err)
			if e.FailureKind() != tt.kind || e.Status != tt.status {
				t.Errorf("kind %q, status %d; want %q, %d: %v", e.Kind, e.Status, tt.kind, tt.status, err)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %q lacks %q", err, tt.says)
			}
			if got := len(seen.requests()); got != tt.attempts || seen.taken != tt.attempts || len(seen.statuses) != tt.attempts {
				t.Errorf("%d requests, %d counted, %d reported; want %d of each", got, seen.taken, len(seen.statuses), tt.attempts)
			}
			if tt.kind == model.FailureUnknown && e.Method == http.MethodGet {
				t.Error("a read cannot have an unknown outcome")
			}
		})
	}
}

func redirectTo(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	}
}

func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"id":"ABCDEFGH"`))
}

// flood sends for as long as the client reads.
func flood(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	chunk := []byte(strings.Repeat(" ", 1<<20))
	for {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func longError(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"error":%q}`, strings.Repeat("x", 2<<20))
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		do     action
		early  bool // the header comes, the body does not
		kind   model.FailureKind
		counts int
		says   string
	}{
		{"header of a read", readUser, false, model.FailureUnavailable, 3, "awaiting response headers"},
		{"body of a read", readUser, true, model.FailureUnavailable, 3, "reading body"},
		{"header of a write, after its effect", withdraw, false, model.FailureUnknown, 1, "awaiting response headers"},
		{"body of a create, after its effect", create, true, model.FailureUnknown, 1, "reading body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			seen := &wire{}
			server := httptest.NewServer(seen.record(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.early {
					w.Header().Set("Content-Type", "application/json")
					_ = http.NewResponseController(w).Flush()
				}
				<-release
			})))
			t.Cleanup(server.Close)
			t.Cleanup(func() { close(release) })
			client := newClient(t, server.URL+prefix, seen, threema.Config{Timeout: 200 * time.Millisecond})
			err := tt.do(t.Context(), client)
			if got := model.KindOf(err); got != tt.kind || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("kind = %q, want %q and %q: %v", got, tt.kind, tt.says, err)
			}
			if got := len(seen.requests()); got != tt.counts {
				t.Errorf("%d requests, want %d", got, tt.counts)
			}
		})
	}
}

// The connection is lost first: on a kept-alive one Go's transport would repeat the read itself.
func TestReadsAreRepeated(t *testing.T) {
	t.Parallel()
	client, seen := setup(t, nthAnswer(hangUp, replyJSON(503, ``), replyJSON(200, `{"id":"ABCDEFGH"}`)))
	user, err := client.User(t.Context(), "ABCDEFGH")
	if err != nil || user.ID != "ABCDEFGH" {
		t.Fatalf("user %v, error %v", user, err)
	}
	if diff := cmp.Diff([]time.Duration{500 * time.Millisecond, time.Second}, seen.waits); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 503, 200}, seen.statuses); diff != "" {
		t.Errorf("reported statuses (-want +got):\n%s", diff)
	}
}

// nthAnswer gives one answer after another, the last one for ever.
func nthAnswer(answers ...http.HandlerFunc) http.HandlerFunc {
	turn := make(chan http.HandlerFunc, len(answers))
	for _, a := range answers[:len(answers)-1] {
		turn <- a
	}
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case a := <-turn:
			a(w, r)
		default:
			answers[len(answers)-1](w, r)
		}
	}
}

func TestPauseThatTheServiceAsksFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		header   string
		min, max time.Duration
	}{
		{"120", 2 * time.Minute, 2 * time.Minute},
		{"999999", 24 * time.Hour, 24 * time.Hour},
		{"99999999999999999999999", 24 * time.Hour, 24 * time.Hour},
		{"-5", 0, 0},
		{"soon", 0, 0},
		{"", 0, 0},
		{time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), 50 * time.Minute, time.Hour},
		{"Thu, 01 Jan 2099 00:00:00 GMT", 24 * time.Hour, 24 * time.Hour},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.header, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", tt.header)
				w.WriteHeader(http.StatusTooManyRequests)
			})
			err := withdraw(t.Context(), client)
			asked, ok := errors.AsType[interface {
				error
				RetryAfter() time.Duration
			}](err)
			if !ok || asked.RetryAfter() < tt.min || asked.RetryAfter() > tt.max {
				t.Errorf("pause = %v, want %v to %v", apiError(t, err).Pause, tt.min, tt.max)
			}
		})
	}
}

func TestReadIsNotRepeatedAgainstTheServicesWish(t *testing.T) {
	t.Parallel()
	client, seen := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if err := readUser(t.Context(), client); apiError(t, err).RetryAfter() != 30*time.Second {
		t.Error(err)
	}
	if got := len(seen.requests()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestNothingIsSent(t *testing.T) {
	t.Parallel()
	spent := errors.New("the day is spent")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name  string
		spent error
		do    action
		kind  model.FailureKind
		cause error
	}{
		{"quota spent", spent, withdraw, model.FailureQuota, spent},
		{"quota spent before a read", spent, readUser, model.FailureQuota, spent},
		{"context ended", nil, func(_ context.Context, c *threema.Client) error { return withdraw(ended, c) }, model.FailureUnavailable, context.Canceled},
		{"empty id", nil, func(ctx context.Context, c *threema.Client) error { return c.Withdraw(ctx, "") }, model.FailureOther, nil},
		{"id that climbs", nil, func(ctx context.Context, c *threema.Client) error { return c.Revoke(ctx, "..") }, model.FailureOther, nil},
		{"id that stays", nil, func(ctx context.Context, c *threema.Client) error { return c.UnsetSetting(ctx, "c1", ".") }, model.FailureOther, nil},
		{"gateway ID revoked", nil, func(ctx context.Context, c *threema.Client) error { return c.Revoke(ctx, "*SUPPORT") }, model.FailureOther, nil},
		{"gateway ID detached", nil, func(ctx context.Context, c *threema.Client) error { return c.Detach(ctx, "*SUPPORT") }, model.FailureOther, nil},
		{"credential twice in a bulk write", nil, bulk(one("c1", "th_csi"), one("c1", "th_nickname")), model.FailureOther, nil},
		{"credential without id", nil, bulk(one("", "th_csi")), model.FailureOther, nil},
		{"setting twice", nil, bulk(model.CredentialSettings{CredentialID: "c1", Settings: []model.Setting{{Name: "th_csi"}, {Name: "th_csi"}}}), model.FailureOther, nil},
		{"setting without name", nil, bulk(one("c1", "")), model.FailureOther, nil},
		{"th_id_backup", nil, bulk(one("c1", "th_id_backup")), model.FailureOther, nil},
		{"th_id_backup_password", nil, bulk(one("c1", "th_id_backup_password")), model.FailureOther, nil},
		{"th_license_username", nil, bulk(one("c1", "th_license_username")), model.FailureOther, nil},
		{"th_license_password", nil, bulk(one("c1", "th_license_password")), model.FailureOther, nil},
		{"th_safe_password", nil, bulk(one("c1", "th_safe_password")), model.FailureOther, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, reply(204, "", ""))
			seen.spent = tt.spent
			err := tt.do(t.Context(), client)
			if got := model.KindOf(err); got != tt.kind {
				t.Errorf("kind = %q, want %q: %v", got, tt.kind, err)
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("error %v does not wrap %v", err, tt.cause)
			}
			if len(seen.requests()) != 0 || seen.taken != 0 || len(seen.statuses) != 0 {
				t.Errorf("arrived %q, counted %d, reported %v; want nothing", seen.requests(), seen.taken, seen.statuses)
			}
		})
	}
}

func one(id, name string) model.CredentialSettings {
	return model.CredentialSettings{CredentialID: id, Settings: []model.Setting{{Name: name, Value: "x"}}}
}

func bulk(settings ...model.CredentialSettings) action {
	return func(ctx context.Context, c *threema.Client) error { return c.SetSettings(ctx, settings) }
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String() + prefix
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	seen := &wire{}
	client := newClient(t, base, seen, threema.Config{})
	for name, do := range map[string]action{"read": readUser, "write": withdraw, "create": create} {
		if err := do(t.Context(), client); model.KindOf(err) != model.FailureUnavailable || !strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("%s: kind %q: %v", name, model.KindOf(err), err)
		}
	}
	if seen.taken != 5 {
		t.Errorf("%d attempts counted, want 3 + 1 + 1", seen.taken)
	}
	if seen.givenBack != seen.taken {
		t.Errorf("%d of %d given back, and nothing was sent", seen.givenBack, seen.taken)
	}
}

// TestWriteIsNeverReplayed lets a kept-alive connection die just when a write has arrived on
// it: the case in which Go's transport silently sends a read again (D9).
func TestWriteIsNeverReplayed(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]action{"delete": withdraw, "post with body": create, "post bulk": setSettings,
		"post without body": func(ctx context.Context, c *threema.Client) error { return c.Detach(ctx, "ABCDEFGH") },
		"put": func(ctx context.Context, c *threema.Client) error {
			return c.UpdateContact(ctx, model.Contact{ID: "ABCDEFGH", FirstName: "A", LastName: "B"})
		}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, nthAnswer(replyJSON(200, `{"id":"ABCDEFGH"}`), hangUp))
			if err := readUser(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			if err := do(t.Context(), client); model.KindOf(err) != model.FailureUnknown {
				t.Errorf("kind %q: %v", model.KindOf(err), err)
			}
			if got := seen.requests(); len(got) != 2 {
				t.Errorf("the write arrived more than once: %q", got)
			}
		})
	}
}
