package threema

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/tlsadvice"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
)

// way is what lies between this machine and the service, for what to do about a request that did not
// get there.
type way struct {
	roots    *x509.CertPool
	proxyKey string // where a proxy is named, if there is one
	target   string
}

// wayError is a request that did not reach the service, with what to do about it.
type wayError struct {
	cause  error
	advice string
}

func (e *wayError) Error() string { return e.cause.Error() + "; " + e.advice }

func (e *wayError) Unwrap() error { return e.cause }

// Advice is what to do about a request that did not get to the service, "" if its error is another
// one or tells nothing of the cause.
func Advice(err error) string {
	if e, ok := errors.AsType[*wayError](err); ok {
		return e.advice
	}
	return ""
}

// explain adds what to do, where the cause is known.
func (w way) explain(err error) error {
	trust := tlsadvice.Trust{Roots: w.roots, Now: time.Now(), Address: "threema.base_url", CAFile: "threema.ca_file"}
	if advice := tlsadvice.Certificate(err, trust); advice.Code != "" {
		return &wayError{err, english.Say(advice)}
	}
	if refusal, ok := errors.AsType[*proxyRefusal](err); ok {
		return &wayError{err, w.askProxy(refusal)}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "proxyconnect" {
		return &wayError{err, "that is the proxy: check its host and port in " + w.proxyKey + ", and the network to it"}
	}
	return err
}

// proxyRefusal is the answer of a proxy that does not let us through.
type proxyRefusal struct {
	proxy   string // host:port; its URL may hold a password
	status  int
	named   bool     // we gave it a name and a password
	methods []string // of login, as far as it offers any
}

func (e *proxyRefusal) Error() string {
	return fmt.Sprintf("the proxy %s answers %d %s", e.proxy, e.status, http.StatusText(e.status))
}

// judgeProxy takes the answer of a proxy to CONNECT: net/http keeps no more of it than its words.
func judgeProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	refusal := &proxyRefusal{proxy: proxy.Host, status: answer.StatusCode, named: proxy.User != nil}
	for _, offer := range answer.Header.Values("Proxy-Authenticate") {
		method, _, _ := strings.Cut(offer, " ")
		refusal.methods = append(refusal.methods, printable(method))
	}
	return refusal
}

// takesPassword tells whether the proxy offers the one login that this program has (RFC 7617), or says nothing of it.
func (e *proxyRefusal) takesPassword() bool {
	for _, method := range e.methods {
		if strings.EqualFold(strings.TrimSuffix(method, ","), "Basic") {
			return true
		}
	}
	return len(e.methods) == 0
}

func (w way) askProxy(e *proxyRefusal) string {
	switch {
	case e.status == http.StatusProxyAuthRequired && !e.takesPassword():
		return fmt.Sprintf("it wants a login by %s, which this program does not have: ask its administrator to let this machine through without, or by Basic",
			strings.Join(e.methods, " or "))
	case e.status == http.StatusProxyAuthRequired && e.named:
		return "it does not accept the name or the password in HTTPS_PROXY: fix them in the environment of the service; characters such as % # / : @ are written %25 %23 %2F %3A %40 there"
	case e.status == http.StatusProxyAuthRequired:
		return "it wants a name and a password: set HTTPS_PROXY=http://NAME:PASSWORD@" + e.proxy + " in the environment of the service, and leave threema.proxy empty"
	case e.status >= http.StatusInternalServerError:
		return fmt.Sprintf("it does not reach %s: check threema.base_url, then ask its administrator; where no proxy is needed, fix %s", w.target, w.proxyKey)
	}
	return fmt.Sprintf("it does not let this machine through to %s: ask its administrator to allow that, or name another proxy in %s", w.target, w.proxyKey)
}

// isForbidden tells a proxy that said no: each further try with a wrong password may lock an account out.
func isForbidden(err error) bool {
	e, ok := errors.AsType[*proxyRefusal](err)
	return ok && e.status < http.StatusInternalServerError
}
