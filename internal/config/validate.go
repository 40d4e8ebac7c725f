package config

import (
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

func (v *validator) fail(path string, reason model.Reason) {
	v.problems = append(v.problems, Problem{Path: path, Mistake: Mistake{reason}})
}

// validate checks every rule that looks at values. It is empty for a Config from Parse.
func (c *Config) validate() []Problem {
	v := &validator{}
	v.policy(c.Policy)
	if err := c.Schedule.check(); err != nil {
		v.problems = append(v.problems, Problem{Path: "schedule", Mistake: mistakeOf(err)})
	}
	if c.Poll > 0 && c.Poll < time.Minute {
		v.fail("poll", model.Because("poll-too-often", c.Poll))
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
		v.fail("policy", model.Because("policy-required", choosePolicy()))
		return
	}
	oneOf(v, "policy", mode, model.Modes()...)
}

// choosePolicy says what to write to whom has not chosen.
func choosePolicy() model.Reason {
	return model.Because("choose-policy", words(model.Modes()))
}

func (v *validator) threema(t Threema) {
	v.baseURL("threema.base_url", t.BaseURL)
	v.required("threema.api_key_file", t.APIKeyFile)
	if t.Proxy != nil {
		v.proxy("threema.proxy", t.Proxy)
	}
	v.positive("threema.timeout", t.Timeout)
	v.atLeast("threema.daily_requests", t.DailyRequests, 0, model.Because("zero-is-no-limit"))
	v.between("threema.chunk_size", t.ChunkSize, 1, 5000)
}

// baseURL holds to D-58: any host and path, but nothing that could carry a secret, and
// nothing in clear text that leaves this machine.
func (v *validator) baseURL(path string, u *url.URL) {
	switch {
	case u == nil:
		v.fail(path, model.Because("key-required"))
	case u.User != nil:
		v.fail(path, model.Because("base-url-with-user"))
	case u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		v.fail(path, model.Because("no-base-url"))
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.fail(path, model.Because("base-url-with-query"))
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		v.fail(path, model.Because("base-url-in-clear-text"))
	}
}

func (v *validator) proxy(path string, u *url.URL) {
	switch {
	case u.User != nil:
		v.fail(path, model.Because("proxy-with-password"))
	case !isProxy(u):
		v.fail(path, model.Because("no-proxy"))
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
	v.atLeast("leavers.confirm.reads", l.Confirm.Reads, 1, model.Because("one-takes-a-single-read"))
	switch {
	case l.AppAccess == AppKeep && l.ID == model.DetachID:
		v.fail("leavers.id", model.Because("keep-with-detach"))
	case l.AppAccess == AppKeep && l.ID == model.RevokeID:
		v.fail("leavers.id", model.Because("keep-with-revoke"))
	}
}

func (v *validator) evidence(path string, kinds []model.EvidenceKind) {
	if len(kinds) == 0 {
		v.fail(path, model.Because("evidence-none"))
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
	v.atLeast("limits.held.count", l.Held.Count, 0, model.Because("zero-leaves-it-to-percent"))
	v.between("limits.held.percent", l.Held.Percent, 0, 100)
}

func (v *validator) window(path string, w Window) {
	v.atLeast(path+".count", w.Count, 0, model.Because("zero-allows-nobody"))
	v.between(path+".percent", w.Percent, 0, 50)
}

func (v *validator) listen(path, address string) {
	if address == "" {
		return
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil || !isPort(port) && port != "0" {
		v.fail(path, model.Because("no-listen-address", clip(address)))
	}
}

func (v *validator) required(path, value string) {
	if strings.TrimSpace(value) == "" {
		v.fail(path, model.Because("key-required"))
	}
}

func (v *validator) absolute(path, name string) {
	if !filepath.IsAbs(name) {
		v.fail(path, model.Because("path-not-absolute", clip(name)))
	}
}

// list refuses empty and repeated items, and gives the others to check.
func (v *validator) list(path string, items []string, check func(at, item string)) {
	seen := make(map[string]bool, len(items))
	for i, item := range items {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case strings.TrimSpace(item) == "":
			v.fail(at, model.Because("item-empty"))
		case seen[item]:
			v.fail(at, model.Because("item-twice", clip(item)))
		default:
			seen[item] = true
			check(at, item)
		}
	}
}

func (v *validator) between(path string, n, least, most int) {
	if n < least || n > most {
		v.fail(path, model.Because("number-out-of-range", n, least, most))
	}
}

func (v *validator) atLeast(path string, n, least int, meaning model.Reason) {
	if n < least {
		v.fail(path, model.Because("number-too-small", n, least, meaning))
	}
}

func (v *validator) positive(path string, span time.Duration) {
	if span < time.Second {
		v.fail(path, model.Because("time-span-too-short", span))
	}
}

func oneOf[T ~string](v *validator, path string, value T, choices ...T) {
	if slices.Contains(choices, value) {
		return
	}
	if value == "" {
		v.fail(path, model.Because("choice-required", words(choices)))
		return
	}
	v.fail(path, model.Because("choice-unknown", clip(string(value)), words(choices)))
}

// words lists the values of a key, for messages.
func words[T ~string](choices []T) []string {
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = string(c)
	}
	return names
}

// isLoopback tells whether a host of a URL is this machine without asking DNS.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
