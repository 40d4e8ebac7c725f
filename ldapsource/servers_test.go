package ldapsource

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// zones is a DNS: the records by full name. A name that is not there does not exist.
type zones map[string][]*net.SRV

func (z zones) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	full := "_" + service + "._" + proto + "." + name
	if records, ok := z[full]; ok {
		return full, records, nil
	}
	return "", nil, &net.DNSError{Err: "no such host", Name: full, IsNotFound: true}
}

func srv(target string, port, priority, weight uint16) *net.SRV {
	return &net.SRV{Target: target, Port: port, Priority: priority, Weight: weight}
}

const (
	domainRecords = "_ldap._tcp.dc._msdcs.corp.example"
	siteRecords   = "_ldap._tcp.HQ._sites.dc._msdcs.corp.example"
)

// TestB16_Discover: which servers DNS names, and in which order.
func TestB16_Discover(t *testing.T) {
	t.Parallel()
	everywhere := []*net.SRV{srv("DC3.corp.example.", 389, 0, 100), srv("dc1.corp.example.", 389, 0, 100), srv("dc2.corp.example.", 389, 0, 200), srv("dc0.corp.example.", 389, 10, 900)}
	for name, tt := range map[string]struct {
		dns  zones
		edit func(*Config)
		want string // "": an error
	}{
		"priority, weight, name": {zones{domainRecords: everywhere}, nil, "ldaps://dc2.corp.example ldaps://dc1.corp.example ldaps://dc3.corp.example ldaps://dc0.corp.example"},
		"the site first": {
			zones{siteRecords: {srv("dc0.corp.example.", 389, 0, 0)}, domainRecords: everywhere}, func(c *Config) { c.Site = "HQ" },
			"ldaps://dc0.corp.example ldaps://dc2.corp.example ldaps://dc1.corp.example ldaps://dc3.corp.example",
		},
		"a site without records": {zones{domainRecords: everywhere[:1]}, func(c *Config) { c.Site = "HQ" }, "ldaps://dc3.corp.example"},
		"only the site":          {zones{siteRecords: everywhere[:1]}, func(c *Config) { c.Site = "HQ" }, "ldaps://dc3.corp.example"},
		"StartTLS":               {zones{domainRecords: everywhere[:1]}, func(c *Config) { c.StartTLS = true }, "ldap://dc3.corp.example:389"},
		"another port":           {zones{domainRecords: {srv("dc1.corp.example.", 1636, 0, 0)}}, nil, "ldaps://dc1.corp.example:1636"},
		"B15 the Global Catalog": {zones{domainRecords: {srv("gc.corp.example.", 3268, 0, 0), srv("gc.corp.example.", 3269, 0, 0), everywhere[0]}}, nil, "ldaps://dc3.corp.example"},
		"not OpenLDAP's zone":    {zones{domainRecords: everywhere}, func(c *Config) { c.Profile = OpenLDAP }, ""},
		"OpenLDAP":               {zones{"_ldap._tcp.corp.example": everywhere[:1]}, func(c *Config) { c.Profile = OpenLDAP }, "ldaps://dc3.corp.example"},
		"nothing":                {zones{}, func(c *Config) { c.Site = "HQ" }, ""},
		"no records":             {zones{domainRecords: nil}, nil, ""},
		"not here":               {zones{domainRecords: {srv(".", 0, 0, 0)}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := forDomainName(t, tt.edit)
			dns := zones{}
			for name, records := range tt.dns {
				dns[name] = slices.Clone(records)
			}
			s := mustNew(t, cfg, func(o *Options) { o.Resolver = dns })
			for range 2 { // and the same again, however the records are shuffled
				found, err := s.servers(t.Context())
				if got := strings.ReplaceAll(joinURLs(found), ",", ""); got != tt.want || (err != nil) != (tt.want == "") {
					t.Errorf("got %s, %v, want %s", got, err, tt.want)
				}
				for _, records := range dns {
					slices.Reverse(records)
				}
			}
			if tt.want == "" {
				if e := refusedRead(t, s, model.ReadUnreachable); !strings.Contains(e.Error(), "corp.example") || e.Hint != english.Say(discoveryAdvice()) {
					t.Error(e)
				}
			}
		})
	}
}

// forDomainName is a configuration whose servers are found through DNS.
func forDomainName(t *testing.T, edit func(*Config)) Config {
	t.Helper()
	cfg := Config{
		Name: "corp", Profile: ActiveDirectory, Domain: "corp.example",
		BindDN: reader, BindPassword: secret.New("x"), BaseDN: peer.Suffix, Timeout: generous,
	}
	if edit != nil {
		edit(&cfg)
	}
	return cfg
}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(port)
}

// TestB16_CertificateOfTheFullName: what DNS names is verified by that name, over LDAPS and over
// StartTLS. A server whose certificate has its address only is skipped.
func TestB16_CertificateOfTheFullName(t *testing.T) {
	t.Parallel()
	for _, startTLS := range []bool{false, true} {
		pages := []peer.Step{peer.Page("", one(0))}
		named := peer.Start(t, peer.Script{Pages: pages, Leaf: loopca.Leaf{Hosts: []string{"localhost"}}})
		unnamed := peer.Start(t, peer.Script{Pages: pages})
		port := func(p *peer.Peer) uint16 { return portOf(t, map[bool]string{false: p.LDAPS, true: p.LDAP}[startTLS]) }
		dns := zones{"_ldap._tcp.corp.example": {srv("localhost.", port(unnamed), 0, 0), srv("localhost.", port(named), 1, 0)}}
		roots := pool(t, named.CAFile)
		roots.AppendCertsFromPEM(readFile(t, unnamed.CAFile))
		s := mustNew(t, forPeer(t, named, func(c *Config) {
			c.URLs, c.Domain, c.StartTLS, c.Roots = nil, "corp.example", startTLS, roots
		}), func(o *Options) { o.Resolver = dns })
		if snapshot := mustRead(t, s); !strings.HasSuffix(snapshot.Replica.Address, ":"+strconv.Itoa(int(port(named)))) {
			t.Errorf("StartTLS %t: %+v", startTLS, snapshot.Replica)
		}
		if n := len(unnamed.Binds()); n > 0 {
			t.Errorf("StartTLS %t: %d passwords went to a server whose certificate has another name", startTLS, n)
		}
	}
}

// several are peers behind one configuration, in order.
func several(t *testing.T, scripts ...peer.Script) (Config, []*peer.Peer) {
	t.Helper()
	peers := make([]*peer.Peer, len(scripts))
	var cfg Config
	for i, script := range scripts {
		script.Pages = append(script.Pages, peer.Page("", one(0)))
		peers[i] = peer.Start(t, script)
		if i == 0 {
			cfg = forPeer(t, peers[0])
			continue
		}
		cfg.URLs = append(cfg.URLs, peers[i].LDAPS)
		cfg.Roots.AppendCertsFromPEM(readFile(t, peers[i].CAFile))
	}
	return cfg, peers
}

func at(p *peer.Peer) string { return strings.TrimPrefix(p.LDAPS, "ldaps://") }

// TestFailover: a server that cannot be used is skipped, and the log says which and why.
func TestFailover(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		first peer.Script
		say   string
	}{
		"dead":              {peer.Script{OnAccept: peer.Hangup()}, "error="},
		"silent":            {peer.Script{OnAccept: peer.Stall()}, "deadline exceeded"},
		"wrong certificate": {peer.Script{Leaf: loopca.Leaf{Hosts: []string{"dc1.corp.example"}}}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			cfg, peers := several(t, tt.first, peer.Script{})
			cfg.Timeout = 3 * time.Second
			s := mustNew(t, cfg, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			if snapshot := mustRead(t, s); snapshot.Replica.Address != at(peers[1]) {
				t.Errorf("%+v", snapshot.Replica)
			}
			if next, err := s.candidates(t.Context()); err != nil || next[0].Host != at(peers[1]) {
				t.Errorf("the last look would ask %v first, %v", next, err)
			}
			for _, want := range []string{"directory server skipped", peers[0].LDAPS, tt.say} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("%q does not say %q", log.String(), want)
				}
			}
		})
	}
}

// TestFailoverNobody: one error names each server with its cause.
func TestFailoverNobody(t *testing.T) {
	t.Parallel()
	cfg, peers := several(t, peer.Script{OnAccept: peer.Hangup()}, peer.Script{OnAccept: peer.Stall()}, peer.Script{OnAccept: peer.Hangup()})
	cfg.Timeout = 2 * time.Second
	e := refusedRead(t, mustNew(t, cfg), model.ReadTLS)
	for _, want := range []string{"none of 3 servers can be read: ", peers[0].LDAPS + ": ", "connect to " + peers[1].LDAPS + ": ", "context deadline exceeded; ", peers[2].LDAPS + ": "} {
		if !strings.Contains(e.Error(), want) || strings.Contains(e.Error(), "\n") {
			t.Errorf("%q does not say %q in one line", e.Error(), want)
		}
	}
}

// TestB16_Stickiness: the preferred server comes first, then the others in order; the last look
// asks the server of the read; one that broke off comes last until it works again.
func TestB16_Stickiness(t *testing.T) {
	t.Parallel()
	cfg, peers := several(t, peer.Script{}, peer.Script{Pages: []peer.Step{peer.Page("c", one(1)), peer.Hangup()}}, peer.Script{})
	var names []string
	for _, p := range peers {
		names = append(names, at(p))
	}
	s := mustNew(t, cfg)
	order := func() (hosts []string) {
		found, err := s.candidates(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range found {
			hosts = append(hosts, address.Host)
		}
		return hosts
	}
	want := func(when string, indexes ...int) {
		t.Helper()
		var hosts []string
		for _, i := range indexes {
			hosts = append(hosts, names[i])
		}
		if diff := cmp.Diff(hosts, order()); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	want("at the start", 0, 1, 2)
	s.Prefer("")
	want("nobody preferred", 0, 1, 2)
	s.Prefer("dc9.corp.example:636")
	want("one preferred that is no longer listed", 0, 1, 2)
	s.Prefer(names[2])
	want("one preferred", 2, 0, 1)
	mustRead(t, s)
	if _, err := s.Recheck(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if a, b, c := len(peers[0].Binds()), len(peers[1].Binds()), len(peers[2].Binds()); a+b != 0 || c != 2 {
		t.Errorf("%d, %d and %d binds, want 0, 0 and 2", a, b, c)
	}
	s.Prefer(names[1])
	refusedRead(t, s, model.ReadResult)
	s.Prefer(names[1]) // as the ledger does, which knows nothing of it
	want("one that broke off", 0, 2, 1)
	mustRead(t, s)
	want("after a read from the first", 0, 2, 1)
}

// TestAvoidedUntilItWorks: the one that broke off is asked when nobody else answers, and is as good
// as the others when it works.
func TestAvoidedUntilItWorks(t *testing.T) {
	t.Parallel()
	s := mustNew(t, Config{
		Name: "corp", Profile: OpenLDAP, URLs: []string{"ldaps://dc1", "ldaps://dc2"}, BindDN: reader, BindPassword: forDomainName(t, nil).BindPassword, BaseDN: peer.Suffix,
	})
	first := func() string {
		found, err := s.candidates(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return found[0].Host
	}
	for _, step := range []struct {
		at     string
		reason model.ReadReason
		want   string
	}{
		{"dc1:636", model.ReadBase, "dc1"}, {"dc1:636", model.ReadBind, "dc1"}, {"dc1:636", model.ReadEmpty, "dc1"}, {"", model.ReadUnreachable, "dc1"},
		{"dc1:636", model.ReadTimeout, "dc2"}, {"dc1:636", "", "dc1"}, {"dc1:636", model.ReadPaging, "dc2"}, {"dc2:636", model.ReadResult, "dc1"},
	} {
		var err error
		if step.reason != "" {
			err = &model.ReadError{Reason: step.reason, Err: errors.New("x")}
		}
		if s.noteTurn(step.at, err); first() != step.want {
			t.Errorf("after %q at %s: %s, want %s", step.reason, step.at, first(), step.want)
		}
	}
}

// TestB10_ReplicaOfDomain: the invocationId and the update sequence number, where they can be read.
func TestB10_ReplicaOfDomain(t *testing.T) {
	t.Parallel()
	const settings = "CN=NTDS Settings,CN=DC7,CN=Servers,CN=HQ,CN=Sites,CN=Configuration," + peer.Suffix
	raw, err := textToGUID("1b15ffde-0000-4000-8000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		invocationID []string
		usn          string
		want         model.Replica
	}{
		"both":             {[]string{raw}, "8123", model.Replica{ID: "1b15ffde-0000-4000-8000-000000000001", Version: "usn@1b15ffde-0000-4000-8000-000000000001=8123"}},
		"hidden":           {nil, "8123", model.Replica{Version: "usn@dc7.example.org=8123"}},
		"garbage":          {[]string{"x"}, "8123", model.Replica{Version: "usn@dc7.example.org=8123"}},
		"no USN":           {[]string{raw}, "", model.Replica{ID: "1b15ffde-0000-4000-8000-000000000001"}},
		"a USN of garbage": {[]string{raw}, "8 123=4", model.Replica{ID: "1b15ffde-0000-4000-8000-000000000001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &session{among: 1, server: "DC7.example.org"}
			p := peer.Start(t, peer.Script{Base: peer.Do(peer.Entries(ldap.NewEntry(settings, map[string][]string{"invocationId": tt.invocationID})), peer.Done(0))})
			v.Source = mustNew(t, forPeer(t, p, func(c *Config) { c.Profile = ActiveDirectory }))
			v.at = v.addresses[0]
			if _, err := v.connect(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer v.close()
			v.root = rootDSE{entry: entryOf("dsservicename", settings, "highestcommittedusn", tt.usn)}
			id, version, err := activeDirectory{}.replica(v)
			got := model.Replica{ID: id, Version: version}
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

// TestDomainReplica: a real domain controller tells an ordinary account who it is, and counts.
func TestDomainReplica(t *testing.T) {
	srv := domain.Get(t)
	s := mustNew(t, forDomain(t, srv))
	before := mustRead(t, s)
	if _, err := parseUUID(before.Replica.ID); err != nil || before.Replica.Address != strings.TrimPrefix(srv.LDAPS, "ldaps://")+":636" {
		t.Errorf("%+v", before.Replica)
	}
	if !strings.Contains(before.Server, ".") || before.Server == before.Replica.Address {
		t.Errorf("dnsHostName: %q", before.Server)
	}
	unit, _ := ownUnit(t, srv)
	addTo(t, srv, unit, 7000, 1)
	after := mustRead(t, s)
	usn := func(r model.Replica) int {
		n, err := strconv.Atoi(strings.TrimPrefix(string(r.Version), "usn@"+r.ID+"="))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if after.Replica.ID != before.Replica.ID || usn(after.Replica) <= usn(before.Replica) {
		t.Errorf("%+v, then %+v", before.Replica, after.Replica)
	}
}

// TestOpenLDAPReplica: a real server tells how far it has come, with the number of the server that
// made the change, and a copy that nobody changes stands still.
func TestOpenLDAPReplica(t *testing.T) {
	srv := directory.Get(t)
	before := mustRead(t, mustNew(t, forOpenLDAP(t, srv))).Replica
	if !strings.HasPrefix(string(before.Version), "csn000=20") || before.ID != "" || strings.Count(string(before.Version), "#") != 3 {
		t.Errorf("%+v", before)
	}
}
