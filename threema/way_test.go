package threema_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema"
)

// TestProxyAnswers: what a proxy says is told with what to do about it. A no is not asked for again: each
// try with a wrong password may lock an account out.
func TestProxyAnswers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status   int
		offers   []string
		user     *url.Userinfo
		attempts int
		says     string
	}{
		"no login given":     {407, []string{"Basic realm=x"}, nil, 1, "set HTTPS_PROXY=http://NAME:PASSWORD@127.0.0.1:"},
		"nothing offered":    {407, nil, nil, 1, "set HTTPS_PROXY="},
		"a wrong login":      {407, []string{"Basic realm=x"}, url.UserPassword("svc", "canary-proxy"), 1, "does not accept the name or the password in HTTPS_PROXY"},
		"a login of Windows": {407, []string{"Negotiate", "NTLM"}, url.UserPassword("svc", "canary-proxy"), 1, "a login by Negotiate or NTLM, which this program does not have"},
		"one of two":         {407, []string{"Negotiate", "Basic realm=x"}, nil, 1, "set HTTPS_PROXY="},
		"not for us":         {403, nil, nil, 1, "does not let this machine through to work.invalid"},
		"it does not know":   {502, nil, nil, 3, "does not reach work.invalid: check threema.base_url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Proxy-Authenticate"] = row.offers
				w.WriteHeader(row.status)
			}))
			t.Cleanup(proxy.Close)
			at := url.URL{Scheme: "http", Host: strings.TrimPrefix(proxy.URL, "http://"), User: row.user}
			seen := &wire{}
			err := readUser(t.Context(), newClient(t, "https://work.invalid"+prefix, seen, threema.Config{Proxy: at.String()}))
			if err == nil || !strings.Contains(err.Error(), "nothing was sent") || !strings.Contains(err.Error(), http.StatusText(row.status)) ||
				!strings.Contains(threema.Advice(err), row.says) || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%v", err)
			}
			if seen.taken != row.attempts {
				t.Errorf("%d attempts, want %d", seen.taken, row.attempts)
			}
		})
	}
}

// TestNoProxyThere: the key that names the proxy is told, for the address of the service is right.
func TestNoProxyThere(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	err := readUser(t.Context(), newClient(t, "https://work.invalid"+prefix, &wire{}, threema.Config{Proxy: gone.URL}))
	if !strings.Contains(threema.Advice(err), "that is the proxy: check its host and port in threema.proxy") {
		t.Errorf("%v", err)
	}
}
