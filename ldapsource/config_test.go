package ldapsource

import (
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := Config{
		Name: "corp", Profile: ActiveDirectory, URLs: []string{"ldaps://dc1.example"},
		BindDN: "reader@example", BindPassword: secret.New("canary"), BaseDN: "DC=example",
	}
	for name, tt := range map[string]struct {
		edit func(*Config)
		want string // "": accepted
	}{
		"nothing":               {func(*Config) {}, ""},
		"B17 clear text":        {func(c *Config) { c.URLs = []string{"ldap://dc1.example"} }, "refused"},
		"StartTLS over TLS":     {func(c *Config) { c.StartTLS = true }, "refused"},
		"StartTLS":              {func(c *Config) { c.URLs, c.StartTLS = []string{"ldap://dc1.example"}, true }, ""},
		"other scheme":          {func(c *Config) { c.URLs = []string{"https://dc1.example"} }, "refused"},
		"no host":               {func(c *Config) { c.URLs = []string{"ldaps://"} }, "no address"},
		"password in the URL":   {func(c *Config) { c.URLs = []string{"ldaps://a:b@dc1.example"} }, "no address"},
		"bad URL":               {func(c *Config) { c.URLs = []string{"ldaps://[x"} }, "parse URL"},
		"no URL":                {func(c *Config) { c.URLs = nil }, "no URL"},
		"URL and domain":        {func(c *Config) { c.Domain = "corp.example" }, "or a domain beside them"},
		"A15 empty password":    {func(c *Config) { c.BindPassword = secret.New("") }, "needs a name and a password"},
		"A15 anonymous":         {func(c *Config) { c.BindDN = " " }, "needs a name and a password"},
		"unknown profile":       {func(c *Config) { c.Profile = "novell" }, "unknown profile"},
		"no base":               {func(c *Config) { c.BaseDN = "" }, "base DN"},
		"base is no DN":         {func(c *Config) { c.BaseDN = "corp.example" }, "base DN"},
		"bad filter":            {func(c *Config) { c.Filter = "(uid=x" }, "filter"},
		"filter without (":      {func(c *Config) { c.Filter = "uid=x" }, "filter"},
		"excluded DN is no DN":  {func(c *Config) { c.ExcludeDNs = []string{"x"} }, "excluded DN"},
		"excluded DN is empty":  {func(c *Config) { c.ExcludeDNs = []string{""} }, "excluded DN"},
		"sentinel is no DN":     {func(c *Config) { c.Sentinels = []string{"DC=example", "x"} }, `sentinel "x"`},
		"sentinel is empty":     {func(c *Config) { c.Sentinels = []string{""} }, "sentinel"},
		"unusual but good base": {func(c *Config) { c.BaseDN = `OU=Vor\, stand,DC=example` }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			tt.edit(&cfg)
			_, err := New(cfg, Options{})
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary")):
				t.Errorf("%v does not say %q", err, tt.want)
			}
		})
	}
}

// TestD8_ScopeFingerprint: what changes who is in the snapshot changes the fingerprint, and
// spelling does not.
func TestD8_ScopeFingerprint(t *testing.T) {
	t.Parallel()
	scope := func(edit func(*Config)) string {
		return offline(t, func(c *Config) {
			c.Filter, c.ExcludeDNs = "(&(uid=*)(sn=*))", []string{"ou=a,dc=example,dc=org", "ou=b,dc=example,dc=org"}
			edit(c)
		}).scope
	}
	base := scope(func(*Config) {})
	for name, edit := range map[string]func(*Config){
		"case of the base": func(c *Config) { c.BaseDN = "DC=Example, DC=Org" },
		"blanks":           func(c *Config) { c.Filter = " (&(uid=*)(sn=*)) " },
		"order of exclusion": func(c *Config) {
			c.ExcludeDNs = []string{"OU=b,dc=example,dc=org", "ou=a,dc=example,dc=org", "ou=a,dc=example,dc=org"}
		},
		"the ID by name":     func(c *Config) { c.IDAttribute = "ENTRYUUID" },
		"other server":       func(c *Config) { c.URLs = []string{"ldaps://other"} },
		"other bind account": func(c *Config) { c.BindDN = "cn=other" },
		"a sentinel":         func(c *Config) { c.Sentinels = []string{"ou=a,dc=example,dc=org"} },
		"opt-in attribute":   func(c *Config) { c.Attributes = append(c.Attributes, "title") },
	} {
		if scope(edit) != base {
			t.Errorf("%s changes the fingerprint", name)
		}
	}
	for key, edit := range map[string]func(*Config){
		"base_dn": func(c *Config) { c.BaseDN = "ou=staff,dc=example,dc=org" }, "groups": func(c *Config) { c.Groups = []string{"cn=taem,dc=example,dc=org"} },
		"filter": func(c *Config) { c.Filter = "(uid=*)" }, "mapping": func(c *Config) { c.MappingFingerprint = "x" },
	} { // each part tells of one setting alone
		before, now := strings.Fields(base), strings.Fields(scope(edit))
		changed := slices.DeleteFunc(now[1:], func(part string) bool { return slices.Contains(before, part) })
		if len(changed) != 1 || !strings.HasPrefix(changed[0], key+"=") {
			t.Errorf("%s: %v", key, changed)
		}
	}
	for name, edit := range map[string]func(*Config){
		"base":       func(c *Config) { c.BaseDN = "ou=staff,dc=example,dc=org" },
		"filter":     func(c *Config) { c.Filter = "(uid=*)" },
		"no filter":  func(c *Config) { c.Filter = "" },
		"exclusions": func(c *Config) { c.ExcludeDNs = c.ExcludeDNs[:1] },
		"ID":         func(c *Config) { c.IDAttribute = "uid" },
		"profile":    func(c *Config) { c.Profile, c.IDAttribute = ActiveDirectory, "entryUUID" },
		"mapping":    func(c *Config) { c.MappingFingerprint = "x" },
	} {
		if scope(edit) == base {
			t.Errorf("%s does not change the fingerprint", name)
		}
	}
}
