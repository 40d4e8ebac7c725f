package peer_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func people(n int) []*ldap.Entry {
	entries := make([]*ldap.Entry, n)
	for i := range entries {
		uid := "u" + strconv.Itoa(i)
		entries[i] = ldap.NewEntry("uid="+uid+","+peer.Suffix, map[string][]string{"uid": {uid}, "sn": {"Krüger"}})
	}
	return entries
}

func config(t *testing.T, caFile string) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

// dial connects over LDAPS and binds, with a time-out that tests of silence wait for.
func dial(t *testing.T, p *peer.Peer) *ldap.Conn {
	t.Helper()
	conn, err := ldap.DialURL(p.LDAPS, ldap.DialWithTLSConfig(config(t, p.CAFile)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	conn.SetTimeout(300 * time.Millisecond)
	if err := conn.Bind("cn=reader", "x"); err != nil {
		t.Fatal(err)
	}
	return conn
}

func search(filter string, controls ...ldap.Control) *ldap.SearchRequest {
	return ldap.NewSearchRequest(peer.Suffix, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, []string{"uid"}, controls)
}

// TestFaults shows each fault as go-ldap sees it: the entries that came and the error.
func TestFaults(t *testing.T) {
	t.Parallel()
	all := people(4)
	for name, tt := range map[string]struct {
		script  peer.Script
		entries int
		code    uint16 // 0: success; ldap.ErrorNetwork: any error that is no result
		paging  bool   // the answer carries the control
	}{
		"page":               {peer.Script{Pages: []peer.Step{peer.Page("c", all...)}}, 4, 0, true},
		"no control":         {peer.Script{Pages: []peer.Step{peer.Do(peer.Entries(all...), peer.Done(0))}}, 4, 0, false},
		"capped":             {peer.Script{Pages: []peer.Step{peer.Do(peer.Entries(all[:2]...), peer.Done(4))}}, 2, 4, false},
		"code with control":  {peer.Script{Pages: []peer.Step{peer.DonePaged(53, "")}}, 0, 53, false},
		"hang-up":            {peer.Script{Pages: []peer.Step{peer.Hangup()}}, 0, ldap.ErrorNetwork, false},
		"hang-up mid-page":   {peer.Script{Pages: []peer.Step{peer.Do(peer.Entries(all...), peer.Hangup())}}, 0, ldap.ErrorNetwork, false},
		"cut after packet 2": {peer.Script{Pages: []peer.Step{peer.Page("", all...)}, CutAfter: 2}, 0, ldap.ErrorNetwork, false},
		"silence":            {peer.Script{Pages: []peer.Step{peer.Stall()}}, 0, ldap.ErrorNetwork, false},
		"silence in entry":   {peer.Script{Pages: []peer.Step{peer.Do(peer.PartOfEntry(all[0], 20), peer.Stall())}}, 0, ldap.ErrorNetwork, false},
		"garbage":            {peer.Script{Pages: []peer.Step{peer.Do(peer.Raw("HTTP/1.0 400\r\n\r\n"), peer.Hangup())}}, 0, ldap.ErrorNetwork, false},
		"wrong message ID":   {peer.Script{Pages: []peer.Step{peer.Do(peer.WithID(99, peer.Entries(all[0])), peer.Entries(all[1:]...), peer.Done(0))}}, 3, 0, false},
		"referral":           {peer.Script{Pages: []peer.Step{peer.Done(10)}}, 0, 10, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, peer.Start(t, tt.script))
			result, err := conn.Search(search("(uid=*)", ldap.NewControlPaging(100)))
			if tt.code == ldap.ErrorNetwork {
				if err == nil {
					t.Fatal("no error")
				}
				return
			}
			if got := resultCode(err); got != tt.code {
				t.Errorf("result code %d, want %d (%v)", got, tt.code, err)
			}
			if len(result.Entries) != tt.entries {
				t.Errorf("%d entries, want %d", len(result.Entries), tt.entries)
			}
			if paging := ldap.FindControl(result.Controls, ldap.ControlTypePaging) != nil; paging != tt.paging {
				t.Errorf("paging control %v, want %v", paging, tt.paging)
			}
		})
	}
}

func resultCode(err error) uint16 {
	if e, ok := errors.AsType[*ldap.Error](err); ok {
		return e.ResultCode
	}
	return 0
}

func TestPagesInOrderAndLastRepeats(t *testing.T) {
	t.Parallel()
	all := people(3)
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("c", all[0]), peer.Do(peer.Reference("ldap://other/"), peer.Page("c", all[1:]...))}})
	conn := dial(t, p)
	var counts []int
	for range 3 {
		result, err := conn.Search(search("(uid=*)"))
		if err != nil {
			t.Fatal(err)
		}
		counts = append(counts, len(result.Entries), len(result.Referrals))
	}
	if diff := cmp.Diff([]int{1, 0, 2, 1, 2, 1}, counts); diff != "" {
		t.Error("entries and references of each page:", diff)
	}
}

func TestHonest(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Honest(3, people(10)...)}})
	result, err := dial(t, p).SearchWithPaging(search("(&(uid=*)(sn=Kr\u00fcger))"), 100)
	if err != nil || len(result.Entries) != 10 {
		t.Fatalf("%d entries, %v; want 10", len(result.Entries), err)
	}
	searches := p.Searches()
	if len(searches) != 4 {
		t.Errorf("%d pages, want 4", len(searches))
	}
	if diff := cmp.Diff([]string{"uid"}, searches[0].Attributes); diff != "" {
		t.Error("attributes:", diff)
	}
	if text, err := searches[0].FilterText(); err != nil || !strings.HasPrefix(text, "(&(uid=*)(sn=Kr") {
		t.Errorf("filter %q, %v", text, err)
	}
	if binds := p.Binds(); len(binds) != 1 || binds[0].Password != "x" {
		t.Errorf("binds: %v", binds)
	}
}

func TestStartTLSAndDefaults(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{})
	conn, err := ldap.DialURL(p.LDAP)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.StartTLS(config(t, p.CAFile)); err != nil {
		t.Fatal(err)
	}
	if err := conn.Bind("cn=reader", "x"); err != nil {
		t.Fatal(err)
	}
	if who, err := conn.WhoAmI(nil); err != nil || who.AuthzID != "dn:cn=reader" {
		t.Errorf("WhoAmI: %v, %v", who, err)
	}
	for _, base := range []string{"", "cn=Subschema", peer.Suffix} {
		req := search("(objectClass=*)")
		req.BaseDN, req.Scope = base, ldap.ScopeBaseObject
		if result, err := conn.Search(req); err != nil || len(result.Entries) != 1 {
			t.Errorf("base search %q: %v, %v", base, result, err)
		}
	}
}

func TestBindResult(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Bind: peer.BindResult(49, "80090308: AcceptSecurityContext error, data 52e, v4563")})
	conn, err := ldap.DialURL(p.LDAPS, ldap.DialWithTLSConfig(config(t, p.CAFile)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Bind("cn=reader", "wrong"); resultCode(err) != 49 || !strings.Contains(err.Error(), "data 52e") {
		t.Errorf("bind: %v", err)
	}
}

func TestSilenceBeforeTLS(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]peer.Script{
		"after accept":   {OnAccept: peer.Stall()},
		"after StartTLS": {StartTLS: peer.Do(peer.StartTLSResult(0), peer.Stall())},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, script)
			raw, err := net.Dial("tcp", strings.TrimPrefix(p.LDAP, "ldap://"))
			if err != nil {
				t.Fatal(err)
			}
			_ = raw.SetDeadline(time.Now().Add(200 * time.Millisecond))
			conn := ldap.NewConn(raw, false)
			conn.Start()
			defer func() { _ = conn.Close() }()
			if err := conn.StartTLS(config(t, p.CAFile)); err == nil {
				t.Error("StartTLS succeeded")
			}
		})
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	good := peer.Start(t, peer.Script{})
	expired := peer.Start(t, peer.Script{Leaf: loopca.Leaf{NotAfter: time.Now().Add(-time.Minute)}})
	foreign := peer.Start(t, peer.Script{Leaf: loopca.Leaf{Hosts: []string{"other.example"}}})
	for name, tt := range map[string]struct{ url, ca, want string }{
		"right":      {good.LDAPS, good.CAFile, ""},
		"wrong CA":   {good.LDAPS, good.OtherCAFile, "unknown authority"},
		"expired":    {expired.LDAPS, expired.CAFile, "expired"},
		"other name": {foreign.LDAPS, foreign.CAFile, "127.0.0.1"},
	} {
		conn, err := ldap.DialURL(tt.url, ldap.DialWithTLSConfig(config(t, tt.ca)))
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
