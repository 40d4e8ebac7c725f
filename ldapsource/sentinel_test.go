package ldapsource

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// wantSentinels reads, rechecks and checks, and wants all three to see the sentinels, or to miss
// the one named.
func wantSentinels(t *testing.T, cfg Config, missing string) model.Snapshot {
	t.Helper()
	s := mustNew(t, cfg)
	snapshot := mustRead(t, s)
	c := condition(t, snapshot.Conditions, sentinels)
	if seen := missing == ""; c.OK != seen || snapshot.Departures() != seen || !strings.Contains(english.Say(c.Detail), missing) {
		t.Errorf("%+v, departures %t; missing should be %q", c, snapshot.Departures(), missing)
	}
	if _, err := s.Recheck(t.Context(), nil); (err == nil) != (missing == "") || err != nil && !strings.Contains(err.Error(), missing) {
		t.Errorf("recheck: %v", err)
	}
	findings := s.Check(t.Context(), nil)
	told := slices.ContainsFunc(findings, func(f Finding) bool { return f.Name == sentinels && f.Verdict == Failure })
	if told != (missing != "") {
		t.Errorf("check: %+v", findings)
	}
	return snapshot
}

// TestC3_SentinelInAHiddenUnit: an access rule hides a third of the people, with success. They
// are added and updated elsewhere; nobody departs, and the operator learns what is not seen.
func TestC3_SentinelInAHiddenUnit(t *testing.T) {
	srv := directory.Get(t)
	var hidden string
	for _, p := range srv.People {
		if strings.HasSuffix(p.DN, ","+srv.HiddenOU) {
			hidden = p.DN
		}
	}
	for name, dn := range map[string]string{"the unit": srv.HiddenOU, "a person of it": hidden} {
		t.Run(name, func(t *testing.T) {
			watched := func(c *Config) { c.Sentinels = []string{srv.PeopleDN, dn} }
			wantSentinels(t, forOpenLDAP(t, srv, watched), "")
			blind := func(c *Config) { c.BindDN = srv.BlindDN }
			if snapshot := wantSentinels(t, forOpenLDAP(t, srv, watched, blind), dn); len(snapshot.People) != 400 {
				t.Errorf("%d people", len(snapshot.People))
			}
		})
	}
}

// TestB14_SentinelInAHiddenUnit: Active Directory shows the bare name of some entries that it
// hides, which is not seeing them.
func TestB14_SentinelInAHiddenUnit(t *testing.T) {
	srv := domain.Get(t)
	for _, p := range srv.People {
		if !strings.HasSuffix(p.DN, ","+srv.HiddenOU) {
			continue
		}
		watched := func(c *Config) { c.BaseDN, c.Sentinels = srv.StaffDN, []string{p.DN} }
		wantSentinels(t, forDomain(t, srv, watched), "")
		wantSentinels(t, forDomain(t, srv, watched, func(c *Config) { c.BindDN = srv.BlindDN }), p.DN)
		return
	}
	t.Error("nobody is in the hidden unit")
}

// TestSentinelGone: deleted, or on another server. With none configured nothing is missed.
func TestSentinelGone(t *testing.T) {
	srv := directory.Get(t)
	gone := func(c *Config) { c.Sentinels = []string{"uid=nobody," + srv.PeopleDN} }
	wantSentinels(t, forOpenLDAP(t, srv, gone), "uid=nobody,"+srv.PeopleDN)
	elsewhere := func(c *Config) { c.Sentinels = []string{"CN=Boss,DC=other,DC=example"} }
	wantSentinels(t, forOpenLDAP(t, srv, elsewhere), "CN=Boss,DC=other,DC=example")
	wantSentinels(t, forOpenLDAP(t, srv), "")
}

// TestSentinelAnswers: only an entry with a class is seen. A server that fails to answer gives
// no snapshot, rather than one without a sentinel.
func TestSentinelAnswers(t *testing.T) {
	t.Parallel()
	const boss = "uid=boss," + peer.Suffix
	for name, tt := range map[string]struct {
		answer peer.Step
		seen   bool
		reason model.ReadReason // "": a snapshot
	}{
		"the entry":         {answer: peer.Do(peer.Entries(ldap.NewEntry(boss, map[string][]string{"objectClass": {"person"}})), peer.Done(0)), seen: true},
		"its bare name":     {answer: peer.Do(peer.Entries(ldap.NewEntry(boss, nil)), peer.Done(0))},
		"nothing":           {answer: peer.Done(0)},
		"no such object":    {answer: peer.Done(ldap.LDAPResultNoSuchObject)},
		"no right":          {answer: peer.Done(ldap.LDAPResultInsufficientAccessRights)},
		"another server":    {answer: peer.Done(ldap.LDAPResultReferral)},
		"busy":              {answer: peer.Done(ldap.LDAPResultBusy), reason: model.ReadResult},
		"hang-up":           {answer: peer.Hangup(), reason: model.ReadResult},
		"entry, then error": {answer: peer.Do(peer.Entries(ldap.NewEntry(boss, map[string][]string{"objectClass": {"person"}})), peer.Done(ldap.LDAPResultOther)), reason: model.ReadResult},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}, Base: answerFor(boss, tt.answer)})
			s := mustNew(t, forPeer(t, p, func(c *Config) { c.Sentinels = []string{boss} }))
			if tt.reason != "" {
				refusedRead(t, s, tt.reason)
				return
			}
			if c := condition(t, mustRead(t, s).Conditions, sentinels); c.OK != tt.seen {
				t.Errorf("%+v", c)
			}
		})
	}
}

// answerFor answers for one entry, and with the identity of the suffix for all others.
func answerFor(dn string, answer peer.Step) peer.Step {
	suffix := ldap.NewEntry(peer.Suffix, map[string][]string{"objectClass": {"top"}, "entryUUID": {peer.SuffixUUID}})
	return func(s *peer.Session) error {
		if op, _ := s.Request.Op.(ldapwire.Search); op.BaseDN == dn {
			return answer(s)
		}
		return peer.Do(peer.Entries(suffix), peer.Done(0))(s)
	}
}

// TestBindAccountsEntry: the snapshot names the entry of the bind account, if there is one that
// it can read.
func TestBindAccountsEntry(t *testing.T) {
	t.Run("OpenLDAP", func(t *testing.T) {
		srv := directory.Get(t)
		for account, want := range map[string]string{srv.ReaderDN: srv.ReaderDN, srv.AdminDN: ""} {
			s := mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BindDN = account }))
			if got := mustRead(t, s).Account; got != want {
				t.Errorf("bound as %s: %q, want %q", account, got, want)
			}
		}
	})
	t.Run("Active Directory", func(t *testing.T) {
		srv := domain.Get(t)
		if got := mustRead(t, mustNew(t, forDomain(t, srv))).Account; !sameDN(got, srv.ReaderDN) {
			t.Errorf("%q, want %q", got, srv.ReaderDN)
		}
	})
}
