package ldapsource

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestC6_AccountState is the table of what the profiles beside Active Directory and OpenLDAP take
// for the end of an account, with garbage.
func TestC6_AccountState(t *testing.T) {
	t.Parallel()
	eDirectory := custom{rules: AccountRules{
		DisabledAttribute: "loginDisabled", DisabledValues: []string{"TRUE"}, EnabledValues: []string{"FALSE"},
		ExpiryAttribute: "loginExpirationTime", ExpiryFormat: FormatGeneralizedTime,
	}}
	expires := func(format TimeFormat) custom {
		return custom{rules: AccountRules{ExpiryAttribute: "end", ExpiryFormat: format}}
	}
	for _, tt := range []struct {
		name     string
		profile  profile
		entry    entry
		want     model.AccountState
		evidence model.EvidenceKind
	}{
		{"389: nothing said", directoryServer{}, entryOf("uid", "u"), model.Entitled, ""},
		{"389: locked", directoryServer{}, entryOf("nsaccountlock", "TRUE"), model.Departed, model.Disabled},
		{"389: locked, in lower case", directoryServer{}, entryOf("nsaccountlock", "true"), model.Departed, model.Disabled},
		{"389: not locked", directoryServer{}, entryOf("nsaccountlock", "False"), model.Entitled, ""},
		{"389: garbage", directoryServer{}, entryOf("nsaccountlock", "yes"), model.Unknown, ""},
		{"389: what another product says", directoryServer{}, entryOf("pwdaccountlockedtime", "000001010000Z", "pwdendtime", "20200101000000Z"), model.Entitled, ""},
		{"389: locked after wrong passwords", directoryServer{}, entryOf("accountunlocktime", "20990101000000Z"), model.Entitled, ""},
		{"389: locked so until somebody unlocks it", directoryServer{}, entryOf("accountunlocktime", "19700101000000Z"), model.Entitled, ""},
		{"freeipa: nothing said", freeIPA{}, entryOf("uid", "u"), model.Entitled, ""},
		{"freeipa: locked", freeIPA{}, entryOf("nsaccountlock", "TRUE"), model.Departed, model.Disabled},
		{"freeipa: ended", freeIPA{}, entryOf("krbprincipalexpiration", "20200101000000Z"), model.Departed, model.Expired},
		{"freeipa: to end", freeIPA{}, entryOf("krbprincipalexpiration", "29990101000000Z"), model.Entitled, ""},
		{"freeipa: garbage", freeIPA{}, entryOf("krbprincipalexpiration", "never"), model.Unknown, ""},
		{"freeipa: locked, and garbage", freeIPA{}, entryOf("nsaccountlock", "TRUE", "krbprincipalexpiration", "never"), model.Departed, model.Disabled},
		{"freeipa: an expired password", freeIPA{}, entryOf("krbpasswordexpiration", "20200101000000Z"), model.Entitled, ""},
		{"custom: nothing said", eDirectory, entryOf("uid", "u"), model.Entitled, ""},
		{"custom: disabled", eDirectory, entryOf("logindisabled", "true"), model.Departed, model.Disabled},
		{"custom: enabled", eDirectory, entryOf("logindisabled", "FALSE"), model.Entitled, ""},
		{"custom: neither", eDirectory, entryOf("logindisabled", "perhaps"), model.Unknown, ""},
		{"custom: both at once", eDirectory, entry{values: map[string][]string{"logindisabled": {"FALSE", "TRUE"}}}, model.Unknown, ""},
		{"custom: ended", eDirectory, entryOf("loginexpirationtime", "20200101000000Z"), model.Departed, model.Expired},
		{"custom: to end", eDirectory, entryOf("loginexpirationtime", "29990101000000Z"), model.Entitled, ""},
		{"custom: two ends", eDirectory, entry{values: map[string][]string{"loginexpirationtime": {"20200101000000Z", "29990101000000Z"}}}, model.Unknown, ""},
		{"custom: garbage", eDirectory, entryOf("loginexpirationtime", "never"), model.Unknown, ""},
		{"days: yesterday", expires(FormatUnixDays), entryOf("end", "20777"), model.Departed, model.Expired},
		{"days: tomorrow", expires(FormatUnixDays), entryOf("end", "20779"), model.Entitled, ""},
		{"days: none", expires(FormatUnixDays), entryOf("end", "-1"), model.Entitled, ""},
		{"days: in truth seconds", expires(FormatUnixDays), entryOf("end", "1795219200"), model.Unknown, ""},
		{"seconds: past", expires(FormatUnixSeconds), entryOf("end", "1500000000"), model.Departed, model.Expired},
		{"seconds: to come", expires(FormatUnixSeconds), entryOf("end", "32472144000"), model.Entitled, ""},
		{"seconds: in truth a FILETIME", expires(FormatUnixSeconds), entryOf("end", "132223104000000000"), model.Unknown, ""},
		{"filetime: past", expires(FormatFileTime), entryOf("end", "132223104000000000"), model.Departed, model.Expired},
		{"filetime: never", expires(FormatFileTime), entryOf("end", "9223372036854775807"), model.Entitled, ""},
		{"filetime: garbage", expires(FormatFileTime), entryOf("end", "2020-01-01"), model.Unknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			state, evidence := tt.profile.state(tt.entry, noon)
			if state != tt.want || evidence.Kind != tt.evidence || (evidence.Detail == "") != (state == model.Entitled) {
				t.Errorf("%v %+v", state, evidence)
			}
		})
	}
}

// TestAccountRules refuses rules with which nobody would ever leave.
func TestAccountRules(t *testing.T) {
	t.Parallel()
	for says, edit := range map[string]func(*Config){
		"needs id_attribute and filter": func(c *Config) { c.IDAttribute = "" },
		"id_attribute and filter":       func(c *Config) { c.Filter = " " },
		"needs a rule":                  func(c *Config) { c.Account = AccountRules{} },
		"no value of off":               func(c *Config) { c.Account.DisabledAttribute = "off" },
		`"iso" is no format of a date`:  func(c *Config) { c.Account.ExpiryFormat = "iso" },
		`"" is no format of a date`:     func(c *Config) { c.Account.ExpiryFormat = "" },
		`unknown profile "novell"`:      func(c *Config) { c.Profile = "novell" },
	} {
		cfg := offline(t).cfg
		cfg.Profile, cfg.IDAttribute, cfg.Filter = Custom, "GUID", "(objectClass=person)"
		cfg.Account = AccountRules{ExpiryAttribute: "end", ExpiryFormat: FormatUnixDays}
		if _, err := New(cfg, Options{}); err != nil {
			t.Fatal(err)
		}
		edit(&cfg)
		if _, err := New(cfg, Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}

// TestC7_FreeIPATrees: copies and people who are only prepared are no people; preserved ones are.
func TestC7_FreeIPATrees(t *testing.T) {
	t.Parallel()
	for dn, want := range map[string]bool{
		"uid=a,cn=users,cn=accounts,dc=ipa,dc=example":                         false,
		"uid=a,cn=users,CN=Compat,dc=ipa,dc=example":                           true,
		"uid=a,cn=Staged Users,cn=accounts,cn=provisioning,dc=ipa,dc=example":  true,
		"uid=a,cn=deleted users,cn=accounts,cn=provisioning,dc=ipa,dc=example": false,
		"uid=cn=compat,cn=users,cn=accounts,dc=ipa,dc=example":                 false,
	} {
		if got := (freeIPA{}).skip(entry{dn: dn}); got != want {
			t.Errorf("%s: %t, want %t", dn, got, want)
		}
	}
}

// TestC4_IDs: each product's ID in its canonical form, and the filter that finds it again.
func TestC4_IDs(t *testing.T) {
	t.Parallel()
	bytes := "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
	for _, tt := range []struct{ attribute, raw, text string }{
		{"nsUniqueId", "35AE3EB9-e60611f1-a72ca0ca-d79aefb1", "35ae3eb9-e60611f1-a72ca0ca-d79aefb1"},
		{"nsuniqueid", "35ae3eb9-e606-11f1-a72c-a0cad79aefb1", ""}, // that of an entryUUID
		{"nsUniqueId", "35ae3eb9-e60611f1-a72ca0ca", ""},
		{"nsUniqueId", "35ae3eb9-e60611f1-a72ca0ca-+79aefb1", ""},
		{"nsUniqueId", "", ""},
		{"GUID", bytes, "00112233-4455-6677-8899-aabbccddeeff"},
		{"objectGUID", bytes, "33221100-5544-7766-8899-aabbccddeeff"},
		{"GUID", bytes[:15], ""},
		{"ipaUniqueID", "7f2e1f6c-e606-11f1-9a57-000000000000", "7f2e1f6c-e606-11f1-9a57-000000000000"},
	} {
		codec := newIDCodec(tt.attribute)
		text, err := codec.decode([]string{tt.raw})
		if tt.text == "" {
			if err == nil {
				t.Errorf("%s: %q is taken for %q", tt.attribute, tt.raw, text)
			}
			continue
		}
		if err != nil || text != tt.text {
			t.Errorf("%s: %q, %v; want %q", tt.attribute, text, err, tt.text)
		}
		raw, err := codec.toRaw(text)
		again, errAgain := codec.toText(raw)
		if err != nil || errAgain != nil || again != text {
			t.Errorf("%s: %q does not come back: %q, %v, %v", tt.attribute, text, again, err, errAgain)
		}
	}
}
