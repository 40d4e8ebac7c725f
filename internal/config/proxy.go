package config

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// isProxy tells whether an address is that of a proxy, and of nothing more.
func isProxy(u *url.URL) bool {
	return u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) &&
		strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
}

// CheckProxy refuses a proxy of the environment that is no address, where it would be used: net/http
// passes over it, or asks another host. Its error never shows the value, which may hold a password.
func CheckProxy(cfg *Config, getenv func(string) string) error {
	name := "HTTPS_PROXY"
	value := getenv(name)
	if value == "" {
		name = "https_proxy"
		value = getenv(name)
	}
	if value == "" || cfg.Threema.Proxy != nil || !wantsProxy(cfg.Threema.BaseURL, getenv) {
		return nil
	}
	if !strings.Contains(value, "://") {
		value = "http://" + value // as net/http reads it
	}
	if u, err := parseURL(value); err == nil && isProxy(u) {
		return nil
	}
	return Mistake{model.Because("no-proxy-in-environment", name)}
}

// wantsProxy tells whether a proxy would be used at all: not for loopback, nor for what NO_PROXY names.
func wantsProxy(base *url.URL, getenv func(string) string) bool {
	without := getenv("NO_PROXY")
	if without == "" {
		without = getenv("no_proxy")
	}
	rule := httpproxy.Config{HTTPSProxy: "http://proxy", NoProxy: without}
	proxy, err := rule.ProxyFunc()(base)
	return err == nil && proxy != nil
}
