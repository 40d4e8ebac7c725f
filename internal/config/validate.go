package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A validator collects the broken rules. Its problems have no line; Parse adds it.
type validator struct{ problems []Problem }

func (v *validator) failf(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// validate checks every rule that looks at values. It is empty for a Config from Parse.
func (c *Config) validate() []Problem {
	v := &validator{}
	v.policy(c.Policy)
	if err := c.Schedule.check(); err != nil {
		v.failf("schedule", "%v", err)
	}
	if c.Poll > 0 && c.Poll < time.Minute {
		v.failf("poll", "%v is more often than the program looks at the clock; write 1m or more, or 0s to do without", c.Poll)
	}
	v.stateDir("state_dir", c.StateDir)
	v.sources(c.Sources)
	v.threema(c.Threema)
	v.mapping(c.Mapping)
	v.list("adopt.personal", c.Adopt.Personal, func(_, _ string) {})
	v.between("credentials.password_length", c.Credentials.PasswordLength, 16, 128)
	v.handover(c.Handover, c.Credentials)
	v.leavers(c.Leavers)
	v.dns("protect.groups", c.Protect.Groups)
	v.list("protect.csi", c.Protect.CSI, func(_, _ string) {})
	v.limits(c.Limits)
	v.listen("metrics.listen", c.Metrics.Listen)
	oneOf(v, "log.level", c.Log.Level, LogDebug, LogInfo, LogWarn, LogError)
	oneOf(v, "log.format", c.Log.Format, LogText, LogJSON)
	return v.problems
}

func (v *validator) policy(mode model.Mode) {
	if mode == "" {
		v.failf("policy", "the key is required and has no default; %s", choosePolicy())
		return
	}
	oneOf(v, "policy", mode, model.Modes()...)
}

// choosePolicy says what to write to whom has not chosen.
func choosePolicy() string {
	return "write one of " + words(model.Modes()) + "; observe is the harmless one: it changes nothing and shows what would be done"
}

func (v *validator) threema(t Threema) {
	v.baseURL("threema.base_url", t.BaseURL)
	v.required("threema.api_key_file", t.APIKeyFile)
	if t.Proxy != nil {
		v.proxy("threema.proxy", t.Proxy)
	}
	v.positive("threema.timeout", t.Timeout)
	v.atLeast("threema.daily_requests", t.DailyRequests, 0, "0 is no limit, for OnPrem")
	v.between("threema.chunk_size", t.ChunkSize, 1, 5000)
}

// baseURL holds to D-58: any host and path, but nothing that could carry a secret, and
// nothing in clear text that leaves this machine.
func (v *validator) baseURL(path string, u *url.URL) {
	switch {
	case u == nil:
		v.failf(path, "the key is required")
	case u.User != nil:
		v.failf(path, "a user name or password has no place in the URL; the API key stands in api_key_file")
	case u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		v.failf(path, "write https://host[:port]/path, as in https://work.threema.ch/api/v1")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.failf(path, "the URL ends with its path; remove what follows the ? or #")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		v.failf(path, "http would send the API key in clear text; write https:// (http is for loopback addresses, as in tests)")
	}
}

func (v *validator) proxy(path string, u *url.URL) {
	switch {
	case u.User != nil:
		v.failf(path, "a password has no place in this file; leave proxy empty and set HTTPS_PROXY in the environment of the service")
	case !isProxy(u):
		v.failf(path, "write http://host:port, https://host:port or socks5://host:port")
	}
}

func (v *validator) mapping(m Mapping) {
	v.required("mapping.csi", m.CSI)
	v.required("mapping.first_name", m.FirstName)
	v.required("mapping.last_name", m.LastName)
	v.required("mapping.username", m.Username)
}

func (v *validator) leavers(l Leavers) {
	oneOf(v, "leavers.app_access", l.AppAccess, AppWithdraw, AppKeep)
	oneOf(v, "leavers.id", l.ID, model.IDPolicies()...)
	v.list("leavers.never_revoke", l.NeverRevoke, func(_, _ string) {})
	oneOf(v, "leavers.approval", l.Approval, model.ApprovalThresholds()...)
	v.evidence("leavers.evidence", l.Evidence)
	v.atLeast("leavers.confirm.reads", l.Confirm.Reads, 1, "1 takes a single read's word")
	switch {
	case l.AppAccess == AppKeep && l.ID == model.DetachID:
		v.failf("leavers.id", "detach does not hold together with app_access: keep: the credential stays valid, so the ID comes back as soon as it is used (D-18); write app_access: withdraw, or id: keep")
	case l.AppAccess == AppKeep && l.ID == model.RevokeID:
		v.failf("leavers.id", "revoke does not hold together with app_access: keep: the credential stays valid, so the leaver starts again with a new ID (D-15); write app_access: withdraw, or id: keep")
	}
}

func (v *validator) evidence(path string, kinds []model.EvidenceKind) {
	if len(kinds) == 0 {
		v.failf(path, "with nothing that counts nobody ever leaves; write app_access: keep together with id: keep if you want that, and remove this key")
	}
	items := make([]string, len(kinds))
	for i, kind := range kinds {
		items[i] = string(kind)
	}
	v.list(path, items, func(at, item string) { oneOf(v, at, model.EvidenceKind(item), model.EvidenceKinds()...) })
}

func (v *validator) limits(l Limits) {
	v.window("limits.leavers.run", l.Leavers.Run)
	v.window("limits.leavers.day", l.Leavers.Day)
	v.window("limits.leavers.week", l.Leavers.Week)
	v.window("limits.creates.run", l.Creates.Run)
	v.window("limits.changes.run", l.Changes.Run)
	v.atLeast("limits.held.count", l.Held.Count, 0, "0 leaves it to the percentage")
	v.between("limits.held.percent", l.Held.Percent, 0, 100)
}

func (v *validator) window(path string, w Window) {
	v.atLeast(path+".count", w.Count, 0, "0 allows nobody")
	v.between(path+".percent", w.Percent, 0, 50)
}

func (v *validator) listen(path, address string) {
	if address == "" {
		return
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil || !isPort(port) && port != "0" {
		v.failf(path, `%q is no address to listen on; write host:port, as in 127.0.0.1:9877, or "" for none`, clip(address))
	}
}

func (v *validator) required(path, value string) {
	if strings.TrimSpace(value) == "" {
		v.failf(path, "the key is required")
	}
}

func (v *validator) absolute(path, name string) {
	if !filepath.IsAbs(name) {
		v.failf(path, "an absolute path is expected, found %q; it begins with /", clip(name))
	}
}

// list refuses empty and repeated items, and gives the others to check.
func (v *validator) list(path string, items []string, check func(at, item string)) {
	seen := make(map[string]bool, len(items))
	for i, item := range items {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case strings.TrimSpace(item) == "":
			v.failf(at, "the item is empty; remove it")
		case seen[item]:
			v.failf(at, "%q stands in the list twice; remove one", clip(item))
		default:
			seen[item] = true
			check(at, item)
		}
	}
}

func (v *validator) between(path string, n, least, most int) {
	if n < least || n > most {
		v.failf(path, "%d is out of range; write a number from %d to %d", n, least, most)
	}
}

func (v *validator) atLeast(path string, n, least int, meaning string) {
	if n < least {
		v.failf(path, "%d is too small; write %d or more (%s)", n, least, meaning)
	}
}

func (v *validator) positive(path string, span time.Duration) {
	if span < time.Second {
		v.failf(path, "%v is too short; write 1s or more", span)
	}
}

func oneOf[T ~string](v *validator, path string, value T, choices ...T) {
	if slices.Contains(choices, value) {
		return
	}
	if value == "" {
		v.failf(path, "the key is required; write one of %s", words(choices))
		return
	}
	v.failf(path, "%q is not known; write one of %s", clip(string(value)), words(choices))
}

// words lists the values of a key, for messages.
func words[T ~string](choices []T) string {
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}

// isLoopback tells whether a host of a URL is this machine without asking DNS.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
