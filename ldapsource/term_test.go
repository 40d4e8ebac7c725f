package ldapsource

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestLastDayCountsAsIn: a day is over at its end, in whatever profile and format it is written, and an
// instant is over at once.
func TestLastDayCountsAsIn(t *testing.T) {
	t.Parallel()
	lastDay := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	ends := func(format TimeFormat) custom {
		return custom{rules: AccountRules{ExpiryAttribute: "end", ExpiryFormat: format}}
	}
	for name, tt := range map[string]struct {
		profile profile
		entry   entry
		over    time.Time
	}{
		"openldap: shadowExpire":  {openLDAP{}, entryOf("shadowexpire", "20778"), lastDay.AddDate(0, 0, 1)},
		"custom: unix-days":       {ends(FormatUnixDays), entryOf("end", "20778"), lastDay.AddDate(0, 0, 1)},
		"custom: date":            {ends(FormatDate), entryOf("end", "2026-11-21"), lastDay.AddDate(0, 0, 1)},
		"custom: date, short":     {ends(FormatDate), entryOf("end", "20261121"), lastDay.AddDate(0, 0, 1)},
		"custom: seconds":         {ends(FormatUnixSeconds), entryOf("end", "1795219200"), lastDay},
		"custom: time":            {ends(FormatGeneralizedTime), entryOf("end", "20261121000000Z"), lastDay},
		"openldap: pwdEndTime":    {openLDAP{}, entryOf("pwdendtime", "20261121000000Z"), lastDay},
		"freeipa":                 {freeIPA{}, entryOf("krbprincipalexpiration", "20261121000000Z"), lastDay},
		"active directory's next": {activeDirectory{}, entryOf("useraccountcontrol", "512", "accountexpires", "134396928000000000"), lastDay},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if state, evidence := tt.profile.state(tt.entry, tt.over.Add(-time.Second)); state != model.Entitled {
				t.Errorf("a second before: %v %+v", state, evidence)
			}
			if state, evidence := tt.profile.state(tt.entry, tt.over); state != model.Departed || evidence.Kind != model.Expired {
				t.Errorf("after it: %v %+v", state, evidence)
			}
		})
	}
}

// TestTerm: an end that has passed counts whatever else stands there; a begin that lies ahead, or anything
// that cannot be read, makes nobody a leaver and nobody entitled.
func TestTerm(t *testing.T) {
	t.Parallel()
	both := custom{rules: AccountRules{
		DisabledAttribute: "off", DisabledValues: []string{"1"},
		StartAttribute: "begin", StartFormat: FormatDate, ExpiryAttribute: "end", ExpiryFormat: FormatDate,
	}}
	for name, tt := range map[string]struct {
		profile profile
		entry   entry
		want    model.AccountState
		kind    model.EvidenceKind
	}{
		"within":                         {both, entryOf("begin", "2020-01-01", "end", "2030-01-01"), model.Entitled, ""},
		"the first day":                  {both, entryOf("begin", noon.Format(time.DateOnly)), model.Entitled, ""},
		"the day before":                 {both, entryOf("begin", noon.AddDate(0, 0, 1).Format(time.DateOnly)), model.Unknown, ""},
		"before, and switched off":       {both, entryOf("begin", "2030-01-01", "off", "1"), model.Departed, model.Disabled},
		"ended, and to begin again":      {both, entryOf("begin", "2030-01-01", "end", "2020-01-01"), model.Departed, model.Expired},
		"ended, and a begin of garbage":  {both, entryOf("begin", "soon", "end", "2020-01-01"), model.Departed, model.Expired},
		"two begins":                     {both, entryOf("begin", "2020-01-01", "begin", "2021-01-01"), model.Unknown, ""},
		"garbage":                        {both, entryOf("end", "0000-00-00"), model.Unknown, ""},
		"openldap: one of two ends":      {openLDAP{}, entryOf("pwdendtime", "20300101000000Z", "shadowexpire", "1"), model.Departed, model.Expired},
		"openldap: the other":            {openLDAP{}, entryOf("pwdendtime", "20200101000000Z", "shadowexpire", "never"), model.Departed, model.Expired},
		"openldap: locked, and to begin": {openLDAP{}, entryOf("pwdaccountlockedtime", "000001010000Z", "pwdstarttime", "20300101000000Z"), model.Departed, model.Disabled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, evidence := tt.profile.state(tt.entry, noon)
			if state != tt.want || evidence.Kind != tt.kind || (evidence.Detail == "") != (state == model.Entitled) {
				t.Errorf("%v %+v", state, evidence)
			}
		})
	}
}

// TestScopeOfRulesWithoutBegin: a configuration from before there were begins is the same scope, and needs
// no new baseline; a begin makes another one.
func TestScopeOfRulesWithoutBegin(t *testing.T) {
	t.Parallel()
	scope := func(begin string) string {
		return offline(t, func(c *Config) {
			c.Profile, c.IDAttribute, c.Filter = Custom, "entryUUID", "(objectClass=person)"
			c.Account = AccountRules{DisabledAttribute: "off", DisabledValues: []string{"1"}, StartAttribute: begin}
			if begin != "" {
				c.Account.StartFormat = FormatDate
			}
		}).scope
	}
	const before = "c23bb51d606048a3d54f98fead4a9b3a2ff78879b8e4c998acb2d985e4e411c5"
	if !strings.HasPrefix(scope(""), before+" ") || strings.HasPrefix(scope("begin"), before) {
		t.Errorf("%s, with a begin %s", scope(""), scope("begin"))
	}
}
