package threema_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

func TestSecretsStayOut(t *testing.T) {
	t.Parallel()
	const password = `canary "pass" word`
	// A service that shows everything it was told in its error.
	client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		text, _ := json.Marshal(fmt.Sprintf("key %s, password %v", r.Header.Get("X-Api-Key"), body["password"]))
		replyJSON(400, `{"error":`+string(text)+`}`)(w, r)
	})
	_, createErr := client.CreateCredential(t.Context(), "jo", secret.New(password), true, true)
	replaceErr := client.ReplacePassword(t.Context(), "c1", "jo", secret.New(password), true, true)
	_, queryErr := client.UsersOf(t.Context(), "canary-query", 0)

	var shown bytes.Buffer
	for _, value := range []any{client, *client, struct{ inner *threema.Client }{client}, createErr, replaceErr, queryErr} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&shown, format+"\n", value)
		}
		slog.New(slog.NewTextHandler(&shown, nil)).InfoContext(t.Context(), "shown", "value", value)
		encoded, err := json.Marshal(value)
		if err == nil {
			shown.Write(encoded)
		}
	}
	for _, canary := range []string{apiKey, password, "pass\\\" word", fmt.Sprintf("%x", apiKey)} {
		if strings.Contains(shown.String(), canary) {
			t.Errorf("%q shows", canary)
		}
	}
	if strings.Contains(queryErr.Error(), "canary-query") {
		t.Errorf("error %q shows the query", queryErr)
	}
	if want := "key [secret], password [secret]"; !strings.Contains(createErr.Error(), want) {
		t.Errorf("error %q lacks %q: the test proves nothing", createErr, want)
	}
}

func TestForeignTextIsMadeFitToShow(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, replyJSON(400, `{"error":"a\u001b[31m\n\tb\u202ec`+strings.Repeat("x", 300)+`"}`))
	e := apiError(t, withdraw(t.Context(), client))
	if !strings.HasPrefix(e.Message, "a�[31m b�c") || utf8.RuneCountInString(e.Message) != 200 {
		t.Errorf("message = %q", e.Message)
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		max   uint16 // newest version of TLS that the server speaks
		roots func(*httptest.Server) *x509.CertPool
		url   func(*httptest.Server) string
		plain bool
		says  string // "": works
	}{
		{"private CA", 0, ownCA, ownURL, false, ""},
		{"unknown CA", 0, emptyPool, ownURL, false, "threema.ca_file"},
		{"system CAs", 0, func(*httptest.Server) *x509.CertPool { return nil }, ownURL, false, "threema.ca_file"},
		{"wrong name", 0, ownCA, func(s *httptest.Server) string {
			return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
		}, false, "threema.base_url"},
		{"TLS 1.1", tls.VersionTLS11, ownCA, ownURL, false, "nothing was sent"},
		{"no TLS", 0, ownCA, func(s *httptest.Server) string {
			return strings.Replace(s.URL, "http:", "https:", 1)
		}, true, "nothing was sent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seen := &wire{}
			server := httptest.NewUnstartedServer(seen.record(t, replyJSON(200, `{"id":"ABCDEFGH"}`)))
			server.EnableHTTP2 = true
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tt.max}
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			if tt.plain {
				server.Start()
			} else {
				server.StartTLS()
			}
			t.Cleanup(server.Close)
			client := newClient(t, tt.url(server)+prefix, seen, threema.Config{Roots: tt.roots(server)})
			err := readUser(t.Context(), client)
			switch {
			case tt.says == "" && err != nil:
				t.Fatal(err)
			case tt.says == "":
			case model.KindOf(err) != model.FailureUnavailable || !strings.Contains(err.Error(), tt.says):
				t.Errorf("kind %q: %v", model.KindOf(err), err)
			case len(seen.requests()) != 0:
				t.Errorf("arrived: %q", seen.requests())
			case strings.Contains(err.Error(), "certificate") && seen.taken != 1:
				t.Errorf("%d attempts against a certificate that stays bad", seen.taken)
			}
			if got := model.KindOf(withdraw(t.Context(), client)); tt.says != "" && got != model.FailureUnavailable {
				t.Errorf("kind of a write = %q, want %q", got, model.FailureUnavailable)
			}
		})
	}
}

func ownCA(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	if s.Certificate() != nil {
		pool.AddCert(s.Certificate())
	}
	return pool
}

func emptyPool(*httptest.Server) *x509.CertPool { return x509.NewCertPool() }

func ownURL(s *httptest.Server) string { return s.URL }

func TestProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.String()
		replyJSON(200, `{"id":"ABCDEFGH"}`)(w, r)
	}))
	t.Cleanup(proxy.Close)
	client := newClient(t, "http://work.example"+prefix, &wire{}, threema.Config{Proxy: proxy.URL})
	if err := readUser(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	if got, want := <-asked, "http://work.example"+prefix+"/users/ABCDEFGH"; got != want {
		t.Errorf("the proxy was asked for %q, want %q", got, want)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	base := &url.URL{Scheme: "https", Host: "work.example", Path: "/api/v1"}
	key := secret.New(apiKey)
	tests := []struct {
		name   string
		config threema.Config
		quota  threema.Quota
	}{
		{"no address", threema.Config{APIKey: key}, &wire{}},
		{"no host", threema.Config{APIKey: key, BaseURL: &url.URL{Scheme: "https", Path: "/api/v1"}}, &wire{}},
		{"another scheme", threema.Config{APIKey: key, BaseURL: &url.URL{Scheme: "ftp", Host: "work.example"}}, &wire{}},
		{"no key", threema.Config{BaseURL: base}, &wire{}},
		{"no quota", threema.Config{APIKey: key, BaseURL: base}, nil},
		{"bad proxy", threema.Config{APIKey: key, BaseURL: base, Proxy: "http://u:canary-proxy\x7f@p"}, &wire{}},
		{"proxy without host", threema.Config{APIKey: key, BaseURL: base, Proxy: "canary-proxy"}, &wire{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := threema.New(tt.config, threema.Options{Quota: tt.quota})
			if err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// TestIDsSurviveThePath sends ids that a careless client or server would take apart.
func TestIDsSurviveThePath(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a/b", "a%2Fb", "a+b==", "a b", "ä?#;,&", "..a", "/", "%", "a:b@c"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, func(w http.ResponseWriter, r *http.Request) {
				segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), prefix+"/"), "/")
				if len(segments) != 2 || segments[0] != "credentials" || strings.Contains(segments[1], "+") {
					t.Errorf("path = %q", r.URL.EscapedPath())
				}
				got, err := url.PathUnescape(segments[len(segments)-1])
				if err != nil || got != id {
					t.Errorf("id = %q, %v", got, err)
				}
				w.WriteHeader(http.StatusNoContent)
			})
			if err := client.Withdraw(t.Context(), id); err != nil {
				t.Error(err)
			}
			if len(seen.requests()) != 1 {
				t.Errorf("arrived: %q", seen.requests())
			}
		})
	}
}

// TestConnectionIsReused shows that answers are read to their end.
func TestConnectionIsReused(t *testing.T) {
	t.Parallel()
	peers := make(chan string, 3)
	client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		peers <- r.RemoteAddr
		replyJSON(404, `{"error":"gone"}`)(w, r)
	})
	for range cap(peers) {
		if err := withdraw(t.Context(), client); model.KindOf(err) != model.FailureNotFound {
			t.Fatal(err)
		}
	}
	first := <-peers
	for range cap(peers) - 1 {
		if next := <-peers; next != first {
			t.Errorf("one request came from %s, another from %s", first, next)
		}
	}
}

func TestErrorsWrapTheirCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	if err := fmt.Errorf("read: %w", &threema.Error{Kind: model.FailureQuota, Err: cause}); !errors.Is(err, cause) || model.KindOf(err) != model.FailureQuota {
		t.Errorf("kind %q of %v", model.KindOf(err), err)
	}
}
