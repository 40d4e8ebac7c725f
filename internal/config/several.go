package config

import (
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// distinct refuses sources that nobody could tell apart, and one directory that is read twice:
// everybody in it would be seen in two sources.
func (v *validator) distinct(sources []Source) {
	for i, s := range sources {
		for j, other := range sources[:i] {
			if s.Name != "" && strings.EqualFold(s.Name, other.Name) {
				v.fail("sources["+strconv.Itoa(i)+"].name", model.Because("source-name-twice", clip(s.Name), j))
			}
			if sameDN(s.BaseDN, other.BaseDN) && shareServer(s.URLs, other.URLs) {
				v.fail("sources["+strconv.Itoa(i)+"].base_dn", model.Because("base-twice", j))
			}
		}
	}
}

func sameDN(a, b string) bool {
	x, errX := ldap.ParseDN(a)
	y, errY := ldap.ParseDN(b)
	return errX == nil && errY == nil && x.EqualFold(y)
}

func shareServer(a, b []string) bool {
	servers := map[string]bool{}
	for _, text := range a {
		servers[serverOf(text)] = true
	}
	for _, text := range b {
		if server := serverOf(text); server != "" && servers[server] {
			return true
		}
	}
	return false
}

// serverOf is the server that an address means, "" if it is no address. The two usual ports are
// those of one server.
func serverOf(text string) string {
	u, err := parseURL(text)
	if err != nil || u == nil || u.Hostname() == "" {
		return ""
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" || port == "389" || port == "636" {
		return host
	}
	return host + ":" + port
}
