package threema

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// How long the steps of an attempt may take; Config.Timeout bounds the whole.
const (
	dialTimeout = 10 * time.Second
	tlsTimeout  = 10 * time.Second
	// idleTimeout is shorter than the five seconds after which common servers close an idle
	// connection: a write that meets such a close has an unknown outcome.
	idleTimeout = 4 * time.Second
)

const maxHeaderBytes = 64 << 10

// newTransport makes the connections of one client, which shares them with nobody. The answer
// must begin within half of the time-out; the other half is for its body.
func newTransport(config Config) (*http.Transport, error) {
	proxy, err := proxyOf(config.Proxy)
	if err != nil {
		return nil, err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: judgeProxy,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: config.Roots},
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  config.Timeout / 2,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              protocols,
	}, nil
}

// proxyOf returns how to find the proxy. Its error does not repeat the text, which may hold a
// password.
func proxyOf(text string) (func(*http.Request) (*url.URL, error), error) {
	if text == "" {
		return http.ProxyFromEnvironment, nil
	}
	proxy, err := url.Parse(text)
	if err != nil || proxy.Host == "" {
		return nil, errors.New("the proxy is not a URL such as http://proxy.example:3128")
	}
	return http.ProxyURL(proxy), nil
}
