package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func (v *validator) sources(sources []Source) {
	if len(sources) == 0 {
		v.fail("sources", model.Because("sources-required"))
	}
	for i, s := range sources {
		v.source("sources["+strconv.Itoa(i)+"]", s)
	}
	v.distinct(sources)
}

func (v *validator) source(path string, s Source) {
	if !isName(s.Name) {
		v.fail(path+".name", model.Because("no-source-name", clip(s.Name)))
	}
	oneOf(v, path+".profile", s.Profile, ldapsource.Profiles()...)
	v.servers(path, s)
	v.login(path, s)
	v.scope(path, s)
	v.attribute(path+".id_attribute", s.IDAttribute)
	v.account(path, s)
	v.between(path+".page_size", s.PageSize, 1, 1000)
	v.positive(path+".timeout", s.Timeout)
}

// servers checks where they are: either listed, or found through DNS.
func (v *validator) servers(path string, s Source) {
	switch {
	case s.Domain == "" && len(s.URLs) == 0:
		v.fail(path+".urls", model.Because("servers-required"))
	case s.Domain != "" && len(s.URLs) > 0:
		v.fail(path+".domain", model.Because("servers-twice"))
	case s.Domain != "" && !isHostName(s.Domain):
		v.fail(path+".domain", model.Because("no-domain", clip(s.Domain)))
	}
	v.site(path+".site", s)
	v.urls(path, s)
}

// site needs what only Active Directory registers in DNS.
func (v *validator) site(path string, s Source) {
	switch {
	case s.Site == "":
	case s.Domain == "" || s.Profile != ldapsource.ActiveDirectory:
		v.fail(path, model.Because("site-elsewhere"))
	case !isHostName(s.Site) || strings.Contains(s.Site, "."):
		v.fail(path, model.Because("no-site", clip(s.Site)))
	}
}

// urls checks each address. As start_tls fits one scheme only, a mixed list never passes.
func (v *validator) urls(path string, s Source) {
	v.list(path+".urls", s.URLs, func(at, item string) {
		if err := checkLDAPURL(item, s.StartTLS); err != nil {
			v.problems = append(v.problems, Problem{Path: at, Mistake: mistakeOf(err)})
		}
	})
}

func checkLDAPURL(text string, startTLS bool) error {
	u, err := parseURL(text)
	switch _, host, _ := strings.Cut(text, "://"); {
	case strings.Count(host, ":") > 1 && !strings.Contains(host, "[") && !strings.Contains(host, "@"):
		return Mistake{model.Because("ipv6-without-brackets")}
	case err != nil:
		return err
	case u == nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "":
		return Mistake{model.Because("no-server-address")}
	case u.User != nil:
		return Mistake{model.Because("server-with-user")}
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return Mistake{model.Because("server-with-path", u.Scheme, u.Host)}
	case u.Port() == "3268" || u.Port() == "3269":
		return Mistake{model.Because("global-catalog", u.Port())}
	case u.Scheme == "ldap" && !startTLS:
		return Mistake{model.Because("server-in-clear-text", u.Host)}
	case u.Scheme == "ldaps" && startTLS:
		return Mistake{model.Because("start-tls-over-tls", u.Host)}
	}
	return nil
}

// bindDN accepts what a simple bind to the product accepts (MS-ADTS 5.1.1.1.1 for the two
// forms without a DN). An anonymous bind sees less than everybody, so a name is required.
func (v *validator) bindDN(path string, s Source) {
	_, err := ldap.ParseDN(s.BindDN)
	switch {
	case strings.TrimSpace(s.BindDN) == "":
		v.fail(path, model.Because("bind-dn-required"))
	case err == nil || s.Profile == ldapsource.ActiveDirectory && isADLogin(s.BindDN):
	case s.Profile == ldapsource.ActiveDirectory:
		v.fail(path, model.Because("no-account", clip(s.BindDN)))
	default:
		v.fail(path, model.Because("no-bind-dn", clip(s.BindDN), err))
	}
}

// scope checks who is looked at: base, exceptions and filter.
func (v *validator) scope(path string, s Source) {
	base := v.dn(path+".base_dn", s.BaseDN)
	v.list(path+".exclude_dns", s.ExcludeDNs, func(at, item string) {
		switch exclude := v.dn(at, item); {
		case base == nil || exclude == nil:
		case exclude.EqualFold(base) || exclude.AncestorOfFold(base):
			v.fail(at, model.Because("excludes-everybody"))
		case !base.AncestorOfFold(exclude):
			v.fail(at, model.Because("excludes-nobody"))
		}
	})
	v.dns(path+".groups", s.Groups)
	v.list(path+".sentinels", s.Sentinels, func(at, item string) { v.dn(at, item) })
	if s.Filter != "" {
		v.filter(path+".filter", s.Filter)
	}
}

// attribute checks a name that may be left out.
func (v *validator) attribute(path, name string) {
	if name != "" && !isAttribute(name) {
		v.fail(path, model.Because("no-attribute", clip(name)))
	}
}

// account checks what only the profile custom has: everything that the others know by themselves.
func (v *validator) account(path string, s Source) {
	a, at := s.Account, path+".account"
	if s.Profile != ldapsource.Custom {
		if a.Disabled.Attribute != "" || a.Expires.Attribute != "" || a.Starts.Attribute != "" {
			v.fail(at, model.Because("account-elsewhere", string(s.Profile)))
		}
		return
	}
	v.required(path+".id_attribute", s.IDAttribute)
	v.required(path+".filter", s.Filter)
	if a.Disabled.Attribute == "" && a.Expires.Attribute == "" {
		v.fail(at, model.Because("account-rule-required"))
	}
	v.attribute(at+".disabled.attribute", a.Disabled.Attribute)
	if a.Disabled.Attribute != "" && len(a.Disabled.Values) == 0 {
		v.fail(at+".disabled.values", model.Because("account-values-required", a.Disabled.Attribute))
	}
	v.list(at+".disabled.values", a.Disabled.Values, func(here, item string) {
		if slices.ContainsFunc(a.Disabled.Enabled, func(on string) bool { return strings.EqualFold(on, item) }) {
			v.fail(here, model.Because("account-value-means-both", clip(item)))
		}
	})
	v.list(at+".disabled.enabled", a.Disabled.Enabled, func(_, _ string) {})
	v.moment(at+".expires", a.Expires.Attribute, a.Expires.Format)
	v.moment(at+".starts", a.Starts.Attribute, a.Starts.Format)
}

// moment checks the rule for a begin or an end date.
func (v *validator) moment(path, attribute string, format ldapsource.TimeFormat) {
	if attribute != "" {
		v.attribute(path+".attribute", attribute)
		oneOf(v, path+".format", format, ldapsource.TimeFormats()...)
	}
}

// filter compiles the filter. The library recurses once for each parenthesis, and too deep a
// stack ends the program; the length bounds it.
func (v *validator) filter(path, text string) {
	const longest = 16 << 10
	if len(text) > longest {
		v.fail(path, model.Because("filter-too-long", len(text), longest))
		return
	}
	if _, err := ldap.CompileFilter(text); err != nil {
		v.fail(path, model.Because("no-filter", filterCause(err)))
	}
}

// dns checks a list of DNs, of which none may stand there twice in another spelling.
func (v *validator) dns(path string, items []string) {
	var parsed []*ldap.DN
	v.list(path, items, func(at, item string) {
		dn := v.dn(at, item)
		if dn == nil {
			return
		}
		if slices.ContainsFunc(parsed, dn.EqualFold) {
			v.fail(at, model.Because("dn-twice", clip(item)))
		}
		parsed = append(parsed, dn)
	})
}

// dn parses a DN that the file must hold; nil if it is none.
func (v *validator) dn(path, text string) *ldap.DN {
	if strings.TrimSpace(text) == "" {
		v.fail(path, model.Because("key-required"))
		return nil
	}
	dn, err := ldap.ParseDN(text)
	if err != nil {
		v.fail(path, model.Because("no-dn", clip(text), err))
		return nil
	}
	return dn
}

// filterCause takes the sentence out of the library's error.
func filterCause(err error) string {
	if e, ok := errors.AsType[*ldap.Error](err); ok && e.Err != nil {
		err = e.Err
	}
	return strings.TrimPrefix(err.Error(), "ldap: ")
}

// isADLogin accepts user@domain and DOMAIN\user.
func isADLogin(text string) bool {
	for _, separator := range []string{"@", `\`} {
		left, right, ok := strings.Cut(text, separator)
		if ok && left != "" && right != "" && !strings.ContainsAny(left+right, `@\`) {
			return true
		}
	}
	return false
}

// isHostName accepts a name of at least one label (RFC 1123 §2.1), and the underscores of Microsoft.
func isHostName(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || !only(label, "-_") || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return len(text) <= 253
}

// isName accepts what can stand in a metric label, a message and a path without quotes.
func isName(text string) bool {
	return text != "" && len(text) <= 32 && only(text, "-_")
}

// isAttribute accepts a descriptor or a numeric OID (RFC 4512 §2.5); options are left out.
func isAttribute(text string) bool {
	return len(text) <= 64 && only(text, "-.")
}

// only tells whether text has ASCII letters, digits and the given extras, and nothing else.
func only(text, extras string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(extras, r))
	})
}
