package ldapsource

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestC6_OpenLDAPAccountState(t *testing.T) {
	t.Parallel()
	today := noon.Unix() / 86400
	if today != 20778 {
		t.Fatal(today)
	}
	for name, tt := range map[string]struct {
		attribute, value string
		want             model.AccountState
		kind             model.EvidenceKind
	}{
		"nothing said":              {"uid", "u1", model.Entitled, ""},
		"locked by administrator":   {"pwdaccountlockedtime", "000001010000Z", model.Departed, model.Disabled},
		"the same with seconds":     {"pwdaccountlockedtime", "00000101000000Z", model.Departed, model.Disabled},
		"locked after bad binds":    {"pwdaccountlockedtime", "20260101000000Z", model.Entitled, ""},
		"lock is garbage":           {"pwdaccountlockedtime", "TRUE", model.Unknown, ""},
		"lock without a zone":       {"pwdaccountlockedtime", "000001010000", model.Unknown, ""},
		"ended":                     {"pwdendtime", "20261120000000Z", model.Departed, model.Expired},
		"ends now":                  {"pwdendtime", noon.Format("20060102150405Z"), model.Departed, model.Expired},
		"to end":                    {"pwdendtime", "20270101000000Z", model.Entitled, ""},
		"end is garbage":            {"pwdendtime", "soon", model.Unknown, ""},
		"begun":                     {"pwdstarttime", "20200101000000Z", model.Entitled, ""},
		"begins now":                {"pwdstarttime", noon.Format("20060102150405Z"), model.Entitled, ""},
		"to begin":                  {"pwdstarttime", "20270101000000Z", model.Unknown, ""},
		"begin is garbage":          {"pwdstarttime", "soon", model.Unknown, ""},
		"an expired password":       {"pwdchangedtime", "20000101000000Z", model.Entitled, ""},
		"shadow: never":             {"shadowexpire", "-1", model.Entitled, ""},
		"shadow: zero":              {"shadowexpire", "0", model.Entitled, ""},
		"shadow: long past":         {"shadowexpire", "1", model.Departed, model.Expired},
		"shadow: yesterday":         {"shadowexpire", "20777", model.Departed, model.Expired},
		"shadow: today":             {"shadowexpire", "20778", model.Entitled, ""},
		"shadow: garbage":           {"shadowexpire", "never", model.Unknown, ""},
		"shadow: seconds, not days": {"shadowexpire", "99999999999", model.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, evidence := openLDAP{}.state(entryOf(tt.attribute, tt.value), noon)
			if state != tt.want || evidence.Kind != tt.kind || (evidence.Detail == "") != (state == model.Entitled) {
				t.Errorf("%v %v", state, evidence)
			}
		})
	}
}

func TestGeneralizedTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"20261121210026.0Z":  "2026-11-21T21:00:26Z", // Active Directory
		"20261121210026Z":    "2026-11-21T21:00:26Z",
		"202611212100Z":      "2026-11-21T21:00:00Z",
		"2026112121Z":        "2026-11-21T21:00:00Z",
		"20261121210026,5Z":  "2026-11-21T21:00:26Z",
		"20261121210026+01":  "2026-11-21T20:00:26Z",
		"202611212100-0330":  "2026-11-22T00:30:00Z",
		"000001010000Z":      "0000-01-01T00:00:00Z",
		"":                   "",
		"Z":                  "",
		"2026112121":         "",
		"20261321210026Z":    "",
		"2026112121.5Z":      "",
		"20261121210026.Z":   "",
		"20261121210026.xZ":  "",
		"20261121210026+1":   "",
		"20261121210026+1x":  "",
		"20261121 10026Z":    "",
		"20261121210026ZZ":   "",
		"-20261121210026Z":   "",
		"202611212100260000": "",
	} {
		got, err := parseGeneralizedTime(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q is taken for %v", text, got)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
}

func FuzzGeneralizedTime(f *testing.F) {
	f.Add("20261121210026.0Z")
	f.Add("202611212100-0330")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseGeneralizedTime(text)
		if err != nil {
			return
		}
		if again, err := parseGeneralizedTime(got.Format("20060102150405Z")); got.Year() >= 0 && (err != nil || !again.Equal(got)) {
			t.Errorf("%q: %v, then %v, %v", text, got, again, err)
		}
	})
}

func FuzzFileTime(f *testing.F) {
	f.Add("0")
	f.Add("132223104000000000")
	f.Add("9223372036854775807")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseFileTime(text)
		if err == nil && !got.IsZero() && (got.Year() < 1601 || got.Year() > 30828) {
			t.Errorf("%q is %v", text, got)
		}
	})
}

// FuzzAccountState: no input makes a departure without words to show for it, and garbage makes
// none at all.
func FuzzAccountState(f *testing.F) {
	f.Add("512", "0", "000001010000Z", "1")
	f.Add("514", "x", "x", "x")
	f.Fuzz(func(t *testing.T, control, expires, locked, shadow string) {
		for _, e := range []struct {
			profile profile
			entry   entry
		}{
			{activeDirectory{}, entryOf("useraccountcontrol", control, "accountexpires", expires)},
			{openLDAP{}, entryOf("pwdaccountlockedtime", locked, "shadowexpire", shadow, "pwdstarttime", control, "pwdendtime", expires)},
			{directoryServer{}, entryOf("nsaccountlock", locked)},
			{freeIPA{}, entryOf("nsaccountlock", shadow, "krbprincipalexpiration", expires)},
			{custom{rules: AccountRules{
				DisabledAttribute: "off", DisabledValues: []string{"1"}, EnabledValues: []string{"0"}, ExpiryAttribute: "end", ExpiryFormat: FormatUnixDays,
			}}, entryOf("off", control, "end", shadow)},
		} {
			state, evidence := e.profile.state(e.entry, noon)
			if (state == model.Departed) != evidence.Kind.Positive() || (state == model.Entitled) != (evidence == model.Evidence{}) {
				t.Errorf("%v with %+v", state, evidence)
			}
		}
	})
}
