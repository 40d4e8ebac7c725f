package ldapsource

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// wantClock reads with a clock that is off by so much, and wants the condition to hold or not.
func wantClock(t *testing.T, cfg Config, off time.Duration, ok bool, says string) {
	t.Helper()
	s := mustNew(t, cfg, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(off) } })
	snapshot := mustRead(t, s)
	for _, c := range snapshot.Conditions {
		if c.Name == model.ConditionClock {
			if c.OK != ok || !strings.Contains(english.Say(c.Detail), says) {
				t.Errorf("off by %v: %+v", off, c)
			}
			return
		}
	}
	t.Errorf("no condition %s: %+v", model.ConditionClock, snapshot.Conditions)
}

// TestClockOfOpenLDAP: the backend monitor tells the time, where there is one and we may read it.
func TestClockOfOpenLDAP(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 3, ExtraConf: "database monitor\naccess to * by users read"})
	wantClock(t, forOpenLDAP(t, srv), 0, true, "the server's clock is ")
	wantClock(t, forOpenLDAP(t, srv), 12*24*time.Hour, false, "set one of them right")
	wantClock(t, forOpenLDAP(t, srv), -12*24*time.Hour, false, "set one of them right")
	hides := openldap.Start(t, openldap.Options{People: 3, ExtraConf: "database monitor\naccess to * by * none"})
	wantClock(t, forOpenLDAP(t, hides), 12*24*time.Hour, true, "does not tell its time")
	wantClock(t, forOpenLDAP(t, directory.Get(t)), 12*24*time.Hour, true, "does not tell its time")
}

// TestClockOfDS389: any account may read the entry of the monitor.
func TestClockOfDS389(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	wantClock(t, forDS389(t, srv), 0, true, "the server's clock is ")
	wantClock(t, forDS389(t, srv), 12*24*time.Hour, false, "set one of them right")
}

// TestDated: whom a begin or an end date decides, and nobody else.
func TestDated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		profile profile
		entry   entry
		want    bool
	}{
		{"an end date of shadow", openLDAP{}, entryOf("shadowexpire", "20000"), true},
		{"one that has passed", openLDAP{}, entryOf("shadowexpire", "1"), true},
		{"none", openLDAP{}, entryOf("uid", "x"), false},
		{"locked by an administrator", openLDAP{}, entryOf("pwdaccountlockedtime", "000001010000Z"), false},
		{"no end", custom{rules: AccountRules{ExpiryAttribute: "end", ExpiryFormat: FormatUnixDays}}, entryOf("end", "0"), false},
		{"an end in days", custom{rules: AccountRules{ExpiryAttribute: "end", ExpiryFormat: FormatUnixDays}}, entryOf("end", "30000"), true},
		{"a principal that ends", freeIPA{}, entryOf("krbprincipalexpiration", "20300101000000Z"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := &session{Source: &Source{profile: tt.profile, now: time.Now}}
			if got := v.person("x", tt.entry).Dated; got != tt.want {
				t.Errorf("dated is %v", got)
			}
		})
	}
}
