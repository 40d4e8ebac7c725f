package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
)

func (v *validator) sources(sources []Source) {
	if len(sources) == 0 {
		v.failf("sources", "the key is required: name the directory to read")
	}
	for i, s := range sources {
		v.source("sources["+strconv.Itoa(i)+"]", s)
	}
	v.distinct(sources)
}

func (v *validator) source(path string, s Source) {
	if !isName(s.Name) {
		v.failf(path+".name", "%q is no name for a source; write 1 to 32 of a–z, A–Z, 0–9, - and _, as in corp", clip(s.Name))
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
		v.failf(path+".urls", "the key is required: list the servers, as in [ldaps://dc1.corp.example], or write domain: corp.example to find them through DNS")
	case s.Domain != "" && len(s.URLs) > 0:
		v.failf(path+".domain", "urls lists the servers already; remove one of the two keys")
	case s.Domain != "" && !isHostName(s.Domain):
		v.failf(path+".domain", "%q is no name of a domain; write for example corp.example", clip(s.Domain))
	}
	v.site(path+".site", s)
	v.urls(path, s)
}

// site needs what only Active Directory registers in DNS.
func (v *validator) site(path string, s Source) {
	switch {
	case s.Site == "":
	case s.Domain == "" || s.Profile != ldapsource.ActiveDirectory:
		v.failf(path, "a site is for profile: active-directory together with domain; remove the key")
	case !isHostName(s.Site) || strings.Contains(s.Site, "."):
		v.failf(path, "%q is no name of a site; write it as Active Directory Sites and Services shows it, as in Default-First-Site-Name", clip(s.Site))
	}
}

// urls checks each address. As start_tls fits one scheme only, a mixed list never passes.
func (v *validator) urls(path string, s Source) {
	v.list(path+".urls", s.URLs, func(at, item string) {
		if err := checkLDAPURL(item, s.StartTLS); err != nil {
			v.failf(at, "%v", err)
		}
	})
}

func checkLDAPURL(text string, startTLS bool) error {
	u, err := parseURL(text)
	switch _, host, _ := strings.Cut(text, "://"); {
	case strings.Count(host, ":") > 1 && !strings.Contains(host, "[") && !strings.Contains(host, "@"):
		return errors.New("an IPv6 address stands in brackets: ldaps://[fd00::1] or ldaps://[fd00::1]:636")
	case err != nil:
		return err
	case u == nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "":
		return errors.New("this is no address of a directory server; write ldaps://host[:port]")
	case u.User != nil:
		return errors.New("a user name or password has no place in the URL; use bind_dn and bind_password_file")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("the URL ends with the host and port; write %s://%s, and the rest as base_dn and filter", u.Scheme, u.Host)
	case u.Port() == "3268" || u.Port() == "3269":
		return fmt.Errorf("port %s is the Global Catalog, which lacks attributes that decide whether somebody has left; leave the port out", u.Port())
	case u.Scheme == "ldap" && !startTLS:
		return fmt.Errorf("ldap://%s without start_tls sends the password in clear text; write ldaps://… or set start_tls: true", u.Host)
	case u.Scheme == "ldaps" && startTLS:
		return fmt.Errorf("start_tls is for ldap:// addresses; ldaps://%s is encrypted from the start: remove start_tls", u.Host)
	}
	return nil
}

// bindDN accepts what a simple bind to the product accepts (MS-ADTS 5.1.1.1.1 for the two
// forms without a DN). An anonymous bind sees less than everybody, so a name is required.
func (v *validator) bindDN(path string, s Source) {
	_, err := ldap.ParseDN(s.BindDN)
	switch {
	case strings.TrimSpace(s.BindDN) == "":
		v.failf(path, "the key is required: an anonymous reader sees a part of the directory only")
	case err == nil || s.Profile == ldapsource.ActiveDirectory && isADLogin(s.BindDN):
	case s.Profile == ldapsource.ActiveDirectory:
		v.failf(path, `%q is no account; write a DN, user@domain or 'DOMAIN\user' (in single quotes)`, clip(s.BindDN))
	default:
		v.failf(path, "%q is no DN (%v); write for example cn=reader,dc=corp,dc=example", clip(s.BindDN), err)
	}
}

// scope checks who is looked at: base, exceptions and filter.
func (v *validator) scope(path string, s Source) {
	base := v.dn(path+".base_dn", s.BaseDN)
	v.list(path+".exclude_dns", s.ExcludeDNs, func(at, item string) {
		switch exclude := v.dn(at, item); {
		case base == nil || exclude == nil:
		case exclude.EqualFold(base) || exclude.AncestorOfFold(base):
			v.failf(at, "this holds everybody: it is base_dn itself or above it")
		case !base.AncestorOfFold(exclude):
			v.failf(at, "this holds nobody: it is not below base_dn; fix it or remove it")
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
		v.failf(path, "%q is no attribute name", clip(name))
	}
}

// account checks what only the profile custom has: everything that the others know by themselves.
func (v *validator) account(path string, s Source) {
	a, at := s.Account, path+".account"
	if s.Profile != ldapsource.Custom {
		if a.Disabled.Attribute != "" || a.Expires.Attribute != "" || a.Starts.Attribute != "" {
			v.failf(at, "the rules are for profile: custom; %s knows by itself how an account ends: remove the key", s.Profile)
		}
		return
	}
	v.required(path+".id_attribute", s.IDAttribute)
	v.required(path+".filter", s.Filter)
	if a.Disabled.Attribute == "" && a.Expires.Attribute == "" {
		v.failf(at, "profile: custom needs at least one rule: disabled, expires, or both; else nobody is ever seen to leave but by absence")
	}
	v.attribute(at+".disabled.attribute", a.Disabled.Attribute)
	if a.Disabled.Attribute != "" && len(a.Disabled.Values) == 0 {
		v.failf(at+".disabled.values", "the list is empty: which values of %s switch an account off?", a.Disabled.Attribute)
	}
	v.list(at+".disabled.values", a.Disabled.Values, func(here, item string) {
		if slices.ContainsFunc(a.Disabled.Enabled, func(on string) bool { return strings.EqualFold(on, item) }) {
			v.failf(here, "%q stands under enabled too", clip(item))
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
		v.failf(path, "the filter has %d bytes; write %d or less", len(text), longest)
		return
	}
	if _, err := ldap.CompileFilter(text); err != nil {
		v.failf(path, "this is no LDAP filter: %s; write for example (&(objectClass=person)(mail=*))", filterCause(err))
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
			v.failf(at, "%q stands in the list twice, in two spellings; remove one", clip(item))
		}
		parsed = append(parsed, dn)
	})
}

// dn parses a DN that the file must hold; nil if it is none.
func (v *validator) dn(path, text string) *ldap.DN {
	if strings.TrimSpace(text) == "" {
		v.failf(path, "the key is required")
		return nil
	}
	dn, err := ldap.ParseDN(text)
	if err != nil {
		v.failf(path, "%q is no DN (%v); write for example OU=Staff,DC=corp,DC=example", clip(text), err)
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
