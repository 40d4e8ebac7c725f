package ldapsource

import (
	"bytes"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// placesBeforeTheFirstPage are where a server may break before it has shown anybody.
func placesBeforeTheFirstPage() map[string]func(peer.Step) peer.Script {
	return map[string]func(peer.Step) peer.Script{
		"login":          func(s peer.Step) peer.Script { return peer.Script{Bind: s} },
		"root DSE":       func(s peer.Step) peer.Script { return peer.Script{RootDSE: s} },
		"who am I":       func(s peer.Step) peer.Script { return peer.Script{WhoAmI: s} },
		"schema":         func(s peer.Step) peer.Script { return peer.Script{Schema: s} },
		"naming context": func(s peer.Step) peer.Script { return peer.Script{Base: s} },
		"first page":     func(s peer.Step) peer.Script { return peer.Script{Pages: []peer.Step{s}} },
	}
}

// TestNextServerBeforeTheFirstPage: whatever a server does in TLS before its first page, but refuse
// the login, the next one is asked: for a read, and for the last look before a step.
func TestNextServerBeforeTheFirstPage(t *testing.T) {
	t.Parallel()
	ends := map[string]peer.Step{"closes": peer.Hangup(), "is silent": peer.Stall(), "sends garbage": peer.Do(peer.Raw("HTTP/1.0 400\r\n\r\n"), peer.Hangup())}
	for _, code := range []uint16{1, 3, 7, 11, 13, 19, 51, 52, 53, 80} {
		ends["answers "+ldap.LDAPResultCodeMap[code]] = peer.Done(code)
	}
	for place, script := range placesBeforeTheFirstPage() {
		for end, step := range ends {
			if place == "who am I" && end == "answers "+ldap.LDAPResultCodeMap[53] {
				continue // so does a server that does not offer the question
			}
			t.Run(place+" "+end, func(t *testing.T) {
				t.Parallel()
				cfg, peers := several(t, script(step), peer.Script{})
				cfg.Timeout = 8 * time.Second
				s := mustNew(t, cfg)
				if snapshot := mustRead(t, s); snapshot.Replica.Address != at(peers[1]) || !snapshot.Departures() || len(snapshot.People) != 1 {
					t.Errorf("%+v", snapshot)
				}
				if next, err := s.candidates(t.Context()); err != nil || next[0].Host != at(peers[1]) {
					t.Errorf("the last look would ask %v first, %v", next, err)
				}
			})
		}
	}
}

// TestNextServerForTheLastLook: the look right before a step asks on as well.
func TestNextServerForTheLastLook(t *testing.T) {
	t.Parallel()
	cfg, _ := several(t, peer.Script{Bind: peer.BindResult(ldap.LDAPResultBusy, "")}, peer.Script{})
	if _, err := mustNew(t, cfg).Recheck(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestNoNextServer: a login that was refused is carried to no other server, and from the first page
// on the read is this server's or nobody's.
func TestNoNextServer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		first  peer.Script
		reason model.ReadReason
	}{
		"strong authentication":  {peer.Script{Bind: peer.BindResult(ldap.LDAPResultStrongAuthRequired, "")}, model.ReadBind},
		"inappropriate":          {peer.Script{Bind: peer.BindResult(ldap.LDAPResultInappropriateAuthentication, "")}, model.ReadBind},
		"invalid credentials":    {peer.Script{Bind: peer.BindResult(ldap.LDAPResultInvalidCredentials, "")}, model.ReadBind},
		"a good password":        {peer.Script{Bind: peer.BindResult(ldap.LDAPResultInvalidCredentials, "data 533, v4563")}, model.ReadBind},
		"cut on the second page": {peer.Script{Pages: []peer.Step{peer.Page("c", one(1)), peer.Hangup()}}, model.ReadResult},
		"busy on the second":     {peer.Script{Pages: []peer.Step{peer.Page("c", one(1)), peer.Done(ldap.LDAPResultBusy)}}, model.ReadResult},
		"nobody":                 {peer.Script{Pages: []peer.Step{peer.Page("")}}, model.ReadEmpty},
		"a part of it elsewhere": {peer.Script{Pages: []peer.Step{peer.Do(peer.Reference("ldap://other/"), peer.Page("", one(1)))}}, model.ReadReference},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, peers := several(t, tt.first, peer.Script{})
			refusedRead(t, mustNew(t, cfg), tt.reason)
			if n := len(peers[1].Requests()); n > 0 {
				t.Errorf("%d requests to the second server", n)
			}
		})
	}
}

// TestRefusedBehindABusyServer: the password that the second server refuses was not refused by the
// first, and the third never sees it.
func TestRefusedBehindABusyServer(t *testing.T) {
	t.Parallel()
	cfg, peers := several(t, peer.Script{Bind: peer.BindResult(ldap.LDAPResultBusy, "")},
		peer.Script{Bind: peer.BindResult(ldap.LDAPResultInvalidCredentials, "")}, peer.Script{})
	s := mustNew(t, cfg)
	for range 3 {
		if e := refusedRead(t, s, model.ReadBind); !strings.Contains(e.Error(), "Invalid Credentials") {
			t.Error(e)
		}
	}
	if a, b, c := len(peers[0].Binds()), len(peers[1].Binds()), len(peers[2].Binds()); a != 1 || b != 1 || c != 0 {
		t.Errorf("%d, %d and %d binds, want 1, 1 and 0", a, b, c)
	}
}

// TestShareOfEachServer: a server has a quarter of the time until its first page; where there are more
// than three, each has its turn. A slow server that is the last one has all the time that is left.
func TestShareOfEachServer(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{
		Name: "corp", Profile: OpenLDAP, URLs: []string{"ldaps://dc1"}, BindDN: reader, BindPassword: forDomainName(t, nil).BindPassword, BaseDN: peer.Suffix,
		Timeout: time.Minute,
	})
	for servers, want := range map[int]time.Duration{1: 15 * time.Second, 2: 15 * time.Second, 3: 15 * time.Second, 5: 10 * time.Second, 9: 6 * time.Second} {
		if got := s.share(servers); got != want {
			t.Errorf("each of %d servers has %v, want %v", servers, got, want)
		}
	}
	silent := peer.Script{Bind: peer.Stall()}
	cfg, peers := several(t, silent, silent, silent, silent, silent, peer.Script{})
	cfg.Timeout = 6 * time.Second
	if snapshot := mustRead(t, mustNew(t, cfg)); snapshot.Replica.Address != at(peers[5]) {
		t.Errorf("%+v", snapshot.Replica)
	}
	slow := peer.Script{Pages: []peer.Step{func(s *peer.Session) error {
		time.Sleep(1500 * time.Millisecond)
		return peer.Page("", one(0))(s)
	}}}
	cfg, peers = several(t, slow, slow)
	cfg.Timeout = 5 * time.Second
	if snapshot := mustRead(t, mustNew(t, cfg)); snapshot.Replica.Address != at(peers[1]) {
		t.Errorf("%+v", snapshot.Replica)
	}
}

// TestNobodyLetsUsIn: the error says of each server what it did, with what to do about the one that
// came furthest, and the log names the ones that were skipped.
func TestNobodyLetsUsIn(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	cfg, peers := several(t, peer.Script{OnAccept: peer.Hangup()}, peer.Script{Pages: []peer.Step{peer.Done(ldap.LDAPResultSizeLimitExceeded)}},
		peer.Script{Bind: peer.BindResult(ldap.LDAPResultBusy, "")})
	e := refusedRead(t, mustNew(t, cfg, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) }), model.ReadResult)
	for _, want := range []string{"none of 3 servers", peers[0].LDAPS + ": ", peers[1].LDAPS + ": read page 1: ", peers[2].LDAPS + ": log in as ", "Busy"} {
		if !strings.Contains(e.Error(), want) || strings.Contains(e.Error(), "\n") {
			t.Errorf("%q does not say %q in one line", e.Error(), want)
		}
	}
	if !strings.Contains(e.Hint, "limit") {
		t.Error(e.Hint)
	}
	if n := strings.Count(log.String(), "directory server skipped"); n != 2 {
		t.Errorf("%d lines of skipped servers, want 2: %s", n, log.String())
	}
}

// TestCheckTellsOfTheServerThatIsSkipped: a warning, as the second one lets everything go on; a failure
// where none does.
func TestCheckTellsOfTheServerThatIsSkipped(t *testing.T) {
	t.Parallel()
	busy := peer.Script{Bind: peer.BindResult(ldap.LDAPResultBusy, "")}
	cfg, peers := several(t, busy, peer.Script{})
	wantFinding(t, mustNew(t, cfg), "bind", Warning, at(peers[0]), "Busy")
	wantFinding(t, mustNew(t, cfg), "people", Pass, "1 person")
	cfg, _ = several(t, busy, busy)
	found := mustNew(t, cfg).Check(t.Context(), nil)
	if failures := findingsOf(slices.Clone(found), "bind", Failure); len(failures) != 2 {
		t.Errorf("%+v", found)
	}
	if names := maps.Collect(func(yield func(string, Verdict) bool) {
		for _, f := range found {
			if !yield(f.Name, f.Verdict) {
				return
			}
		}
	}); names["people"] != Skipped {
		t.Errorf("%+v", found)
	}
}
