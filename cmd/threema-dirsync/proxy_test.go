package main

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

// outside is the way to the licence package: it is reached as https://work.invalid, through a proxy that
// wants a name and a password.
type outside struct {
	address  string // of the proxy
	password string
	tries    atomic.Int32 // with whatever login
}

// throughProxy puts the licence package of a world behind a proxy.
func throughProxy(t *testing.T, w *world) *outside {
	t.Helper()
	ca, err := loopca.New("private authority")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.Issue(loopca.Leaf{Hosts: []string{"work.invalid"}})
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(w.sim.base())
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host}))
	service.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
	service.StartTLS()
	t.Cleanup(service.Close)
	o := &outside{password: "Gehe1m%G4/#" + canary("proxy")}
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("svc:"+o.password))
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.tries.Add(1)
		if r.Header.Get("Proxy-Authorization") != want {
			w.Header().Set("Proxy-Authenticate", `Basic realm="corp"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		w.WriteHeader(http.StatusOK)
		tunnel(w, service.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	o.address = strings.TrimPrefix(proxy.URL, "http://")
	w.secrets = append(w.secrets, o.password, url.QueryEscape(o.password))
	w.set("threema.base_url", "https://work.invalid"+base.Path)
	w.set("threema.ca_file", "service-ca.pem")
	if err := os.WriteFile(filepath.Join(w.dir, "service-ca.pem"), ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// tunnel joins a connection that was taken over from a server with another one.
func tunnel(w http.ResponseWriter, to string) {
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = near.Close() }()
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(far, near) // its end is that of the client
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
	_ = near.Close()
	<-done
}

// TestProxyOfTheEnvironment follows the hints from the first mistake to the first plan. The password of the
// proxy is never shown, and a wrong one is tried once.
func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 3).site)
	o := throughProxy(t, w)
	says := func(code int, command, proxy string, parts ...string) {
		t.Helper()
		w.env = []string{"HTTPS_PROXY=" + proxy}
		out := w.must(t, code, command)
		for _, part := range parts {
			if !strings.Contains(out.stdout+out.stderr, part) {
				t.Errorf("%s does not say %q: %v", command, part, out)
			}
		}
	}
	says(78, "check", "http://svc:"+o.password+"@"+o.address, "HTTPS_PROXY in the environment is no address of a proxy", "written %25 %23 %2F")
	if n := o.tries.Load(); n != 0 {
		t.Errorf("the proxy was asked %d times", n)
	}
	says(1, "check", "http://"+o.address, "407 Proxy Authentication Required", "set HTTPS_PROXY=http://NAME:PASSWORD@"+o.address)
	says(1, "plan", "http://svc:wrong@"+o.address, "FAILED", "407 Proxy Authentication Required", "does not accept the name or the password in HTTPS_PROXY")
	if n := o.tries.Load(); n != 2 {
		t.Errorf("the proxy was asked %d times by two commands", n)
	}
	says(0, "plan", "http://svc:"+url.QueryEscape(o.password)+"@"+o.address, "3 create")
}
