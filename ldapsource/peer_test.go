package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const reader = "cn=reader," + peer.Suffix

func forPeer(t testing.TB, p *peer.Peer, edit ...func(*Config)) Config {
	t.Helper()
	cfg := Config{
		Name: "corp", Profile: OpenLDAP, URLs: []string{p.LDAPS}, Roots: pool(t, p.CAFile),
		BindDN: reader, BindPassword: secret.New("x"), BaseDN: peer.Suffix,
		PageSize: 100, Timeout: generous, Attributes: []string{"uid"},
	}
	for _, change := range edit {
		change(&cfg)
	}
	return cfg
}

func uuid(i int) string { return fmt.Sprintf("5a3c0b7e-0000-4000-8000-%012d", i+1) }

// one is a person of the peer; attributes come beside uid and entryUUID.
func one(i int, attributes ...map[string][]string) *ldap.Entry {
	all := map[string][]string{"uid": {fmt.Sprint("u", i)}, "entryUUID": {uuid(i)}}
	for _, more := range attributes {
		maps.Copy(all, more)
	}
	return ldap.NewEntry(fmt.Sprintf("uid=u%d,ou=people,%s", i, peer.Suffix), all)
}

func many(n int) []*ldap.Entry {
	entries := make([]*ldap.Entry, n)
	for i := range entries {
		entries[i] = one(i)
	}
	return entries
}

func TestPeerHonest(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Honest(100, many(250)...)}})
	if snapshot := mustRead(t, mustNew(t, forPeer(t, p))); len(snapshot.People) != 250 {
		t.Errorf("%d people", len(snapshot.People))
	}
	for _, m := range p.Requests() {
		search, ok := m.Op.(ldapwire.Search)
		if !ok || search.Scope == ldap.ScopeBaseObject {
			continue
		}
		if m.Paging() == nil || search.SizeLimit != 0 || slices.Contains(search.Attributes, "*") || len(search.Attributes) == 0 {
			t.Errorf("a page is asked for with %+v", search)
		}
	}
}

// TestPages are the faults of the page loop (pitfalls A1, A5, A6, A7, A10, A17, C7; matrix K1
// to K3). Each guard in pages was removed once and its rows failed; with the check of the
// control gone, A6 is a snapshot of two people.
func TestPages(t *testing.T) {
	t.Parallel()
	e := many(6)
	for name, tt := range map[string]struct {
		reason model.ReadReason
		pages  []peer.Step
	}{
		"A1 cut between pages":            {model.ReadResult, []peer.Step{peer.Page("c", e[:2]...), peer.Hangup()}},
		"A1 cut mid-page":                 {model.ReadResult, []peer.Step{peer.Do(peer.Entries(e[:2]...), peer.Hangup())}},
		"A1 cut within an entry":          {model.ReadResult, []peer.Step{peer.Do(peer.PartOfEntry(e[0], 20), peer.Hangup())}},
		"A5 one page for ever":            {model.ReadPaging, []peer.Step{peer.Page("c", e[:2]...)}},
		"A5 empty pages for ever":         {model.ReadPaging, []peer.Step{peer.Page("c", e[:2]...), peer.Page("c")}},
		"A6 no control":                   {model.ReadPaging, []peer.Step{peer.Do(peer.Entries(e[:2]...), peer.Done(0))}},
		"A6 no control on the last":       {model.ReadPaging, []peer.Step{peer.Page("c", e[:2]...), peer.Do(peer.Entries(e[2]), peer.Done(0))}},
		"A10 garbage":                     {model.ReadResult, []peer.Step{peer.Do(peer.Raw("HTTP/1.0 400\r\n\r\n"), peer.Hangup())}},
		"A10 entry under a wrong message": {model.ReadResult, []peer.Step{peer.Do(peer.WithID(99, peer.Entries(e[0])), peer.Page("", e[1:]...))}},
		"A17 reference":                   {model.ReadReference, []peer.Step{peer.Do(peer.Entries(e[0]), peer.Reference("ldap://other/"), peer.DonePaged(0, ""))}},
		"A17 referral":                    {model.ReadReference, []peer.Step{peer.Page("c", e[0]), peer.Done(ldap.LDAPResultReferral)}},
		"C7 one ID twice":                 {model.ReadDuplicate, []peer.Step{peer.Page("", e[0], e[1], one(0, map[string][]string{"uid": {"other"}}))}},
		"C7 one ID on two pages":          {model.ReadDuplicate, []peer.Step{peer.Page("c", e[0], e[1]), peer.Page("", e[1], e[2])}},
		"nobody":                          {model.ReadEmpty, []peer.Step{peer.Page("")}},
		"nobody has an ID":                {model.ReadResult, []peer.Step{peer.Page("", one(0, map[string][]string{"entryUUID": nil}), one(1, map[string][]string{"entryUUID": {"1"}}))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedRead(t, mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: tt.pages}))), tt.reason)
		})
	}
}

// TestK2_ResultCodes: any code but success discards the read, on the first page and on a later
// one, even with entries, control and empty cookie.
func TestK2_ResultCodes(t *testing.T) {
	t.Parallel()
	reasons := map[uint16]model.ReadReason{10: model.ReadReference, 32: model.ReadBase}
	for _, code := range []uint16{1, 3, 4, 10, 11, 12, 32, 50, 51, 52, 53, 80} {
		reason := reasons[code]
		if reason == "" {
			reason = model.ReadResult
		}
		last := peer.Do(peer.Entries(one(2)), peer.DonePaged(code, ""))
		for name, pages := range map[string][]peer.Step{"first": {last}, "later": {peer.Page("c", one(0), one(1)), last}} {
			t.Run(fmt.Sprint(code, " on the ", name, " page"), func(t *testing.T) {
				t.Parallel()
				refusedRead(t, mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: pages}))), reason)
			})
		}
	}
}

// TestD1_CutAtAnyPacket: wherever the link breaks there is no snapshot, until the whole answer
// has come.
func TestD1_CutAtAnyPacket(t *testing.T) {
	t.Parallel()
	whole := 0
	for n := 1; whole == 0 && n < 100; n++ {
		p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("c", one(0), one(1)), peer.Page("", one(2))}, CutAfter: n})
		snapshot, err := mustNew(t, forPeer(t, p)).Read(t.Context(), nil)
		switch {
		case err == nil && len(snapshot.People) == 3:
			whole = n
		case err == nil || model.ReasonOf(err) == "":
			t.Errorf("cut after %d packets: %d people, %v", n, len(snapshot.People), err)
		}
	}
	if whole < 10 {
		t.Errorf("whole after %d packets", whole)
	}
}

// TestA8_Silence: a server that says nothing ends the read in time, wherever it falls silent.
func TestA8_Silence(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script   peer.Script
		startTLS bool
		reason   model.ReadReason
	}{
		"after accept":        {peer.Script{OnAccept: peer.Stall()}, false, model.ReadUnreachable},
		"before StartTLS":     {peer.Script{StartTLS: peer.Stall()}, true, model.ReadUnreachable},
		"after StartTLS":      {peer.Script{StartTLS: peer.Do(peer.StartTLSResult(0), peer.Stall())}, true, model.ReadUnreachable},
		"instead of the bind": {peer.Script{Bind: peer.Stall()}, false, model.ReadTimeout},
		"root DSE":            {peer.Script{RootDSE: peer.Stall()}, false, model.ReadTimeout},
		"within an entry":     {peer.Script{Pages: []peer.Step{peer.Do(peer.PartOfEntry(one(0), 20), peer.Stall())}}, false, model.ReadTimeout},
		"between pages":       {peer.Script{Pages: []peer.Step{peer.Page("c", one(0)), peer.Stall()}}, false, model.ReadTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, tt.script)
			s := mustNew(t, forPeer(t, p, func(c *Config) {
				if c.Timeout = time.Second; tt.startTLS {
					c.URLs, c.StartTLS = []string{p.LDAP}, true
				}
			}))
			start := time.Now()
			refusedRead(t, s, tt.reason)
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestA8_CancelReturnsAtOnce(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("c", one(0)), peer.Stall()}})
	ctx, cancel := context.WithCancel(t.Context())
	s := mustNew(t, forPeer(t, p, func(c *Config) { c.PageSize = 1 }), func(o *Options) { o.Progress = func(int) { cancel() } })
	if _, err := s.Read(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestA15_RefusedOnce: ten reads and a recheck send a wrong password once, and never to the
// second server, nor does a check; each check that is told to sends it once more. Without the breaker in
// bindSimple there are sixteen binds.
func TestA15_RefusedOnce(t *testing.T) {
	t.Parallel()
	script := peer.Script{Bind: peer.BindResult(ldap.LDAPResultInvalidCredentials, "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 775, v4563\x00")}
	first, second := peer.Start(t, script), peer.Start(t, script)
	s := mustNew(t, forPeer(t, first, func(c *Config) { c.URLs = append(c.URLs, second.LDAPS) }))
	for range 10 {
		if e := refusedRead(t, s, model.ReadBind); !strings.Contains(e.Error(), "the account is locked out") {
			t.Error(e)
		}
	}
	if _, err := s.Recheck(t.Context(), nil); model.ReasonOf(err) != model.ReadBind {
		t.Error(err)
	}
	if len(first.Binds()) != 1 || len(second.Binds()) != 0 {
		t.Errorf("%d and %d binds, want 1 and 0", len(first.Binds()), len(second.Binds()))
	}
	for n := range 2 {
		if f := s.Check(t.Context(), nil); len(findingsOf(f, "bind", Failure)) != 1 || len(first.Binds()) != n+1 {
			t.Errorf("a check tried it: %d binds, %+v", len(first.Binds()), f)
		}
		f := s.CheckAgain(t.Context(), nil)
		if len(findingsOf(f, "bind", Failure)) != 1 || len(slices.DeleteFunc(f, func(f Finding) bool { return f.Verdict != Failure })) != 1 {
			t.Errorf("%+v", f)
		}
		refusedRead(t, s, model.ReadBind)
		if len(first.Binds()) != n+2 || len(second.Binds()) != 0 {
			t.Errorf("%d and %d binds, want %d and 0", len(first.Binds()), len(second.Binds()), n+2)
		}
	}
}

func TestA15_WhoWeAre(t *testing.T) {
	t.Parallel()
	say := func(authz string) peer.Step {
		return func(s *peer.Session) error {
			return s.Send(ldapwire.RespondExtended(s.Request.ID, ldapwire.Result{}, "", authz))
		}
	}
	ownEntry := answerFor(reader, peer.Do(peer.Entries(ldap.NewEntry(reader, nil)), peer.Done(0)))
	for name, tt := range map[string]struct {
		whoAmI peer.Step
		base   peer.Step
		proven bool
		reason model.ReadReason
	}{
		"ourselves":         {whoAmI: say("dn:CN=Reader, " + strings.ToUpper(peer.Suffix)), proven: true},
		"nobody":            {whoAmI: say(""), reason: model.ReadBind},
		"somebody else":     {whoAmI: say("dn:cn=guest," + peer.Suffix), reason: model.ReadBind},
		"a login":           {whoAmI: say("u:Reader"), proven: true},
		"of a domain":       {whoAmI: say(`u:CORP\reader`), proven: true},
		"a DN as a login":   {whoAmI: say("u:CN=Reader," + peer.Suffix), proven: true},
		"another login":     {whoAmI: say("u:4711")}, // nothing to compare it with
		"and its own entry": {whoAmI: say("u:4711"), base: ownEntry, proven: true},
		"not offered":       {whoAmI: peer.Done(ldap.LDAPResultProtocolError)},
		"hang-up":           {whoAmI: peer.Hangup(), reason: model.ReadResult},
		"an internal error": {whoAmI: peer.Done(ldap.LDAPResultOther), reason: model.ReadResult},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustNew(t, forPeer(t, peer.Start(t, peer.Script{WhoAmI: tt.whoAmI, Base: tt.base, Pages: []peer.Step{peer.Page("", one(0))}})))
			if tt.reason != "" {
				refusedRead(t, s, tt.reason)
				return
			}
			snapshot := mustRead(t, s)
			if c := condition(t, snapshot.Conditions, bindIdentity); c.OK != tt.proven || snapshot.Departures() != tt.proven {
				t.Error(c)
			}
			if _, err := s.Recheck(t.Context(), nil); (err == nil) != tt.proven {
				t.Errorf("recheck: %v", err)
			}
		})
	}
}

// TestLoginsOfTheBindAccount: what a domain says of the login decides; elsewhere the name of the entry may
// agree, and no more.
func TestLoginsOfTheBindAccount(t *testing.T) {
	t.Parallel()
	known := &entry{values: map[string][]string{"samaccountname": {"svc"}}, schema: schema{}}
	for _, tt := range []struct {
		authz, bindDN string
		own           *entry
		want          comparison
	}{
		{`u:CORP\svc`, "cn=reader,dc=corp", known, sameAccount},
		{`u:CORP\reader`, "cn=reader,dc=corp", known, otherAccount},
		{"u:reader@corp.example", "Reader@corp.example", nil, sameAccount},
		{"u:CN=Reader, DC=corp", "cn=reader,dc=corp", nil, sameAccount},
		{"u:reader", "cn=reader,dc=corp", nil, sameAccount},
		{"u:writer", "cn=reader,dc=corp", nil, cannotCompare},
	} {
		if got := compareIdentity(tt.authz, tt.bindDN, tt.own); got != tt.want {
			t.Errorf("%s as %s: %d, want %d", tt.authz, tt.bindDN, got, tt.want)
		}
	}
}

// TestNextServer: an address that does not answer is skipped; the one that does is kept.
func TestNextServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "ldaps://" + listener.Addr().String()
	_ = listener.Close()
	expired := peer.Start(t, peer.Script{Leaf: loopca.Leaf{NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-time.Hour)}})
	alive := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}})

	s := mustNew(t, forPeer(t, alive, func(c *Config) { c.URLs = []string{closed, expired.LDAPS, alive.LDAPS} }))
	if snapshot := mustRead(t, s); "ldaps://"+snapshot.Server != alive.LDAPS {
		t.Error(snapshot.Server)
	}
	none := mustNew(t, forPeer(t, expired, func(c *Config) { c.URLs = []string{closed, expired.LDAPS} }))
	if e := refusedRead(t, none, model.ReadTLS); !strings.Contains(e.Hint, "renew") {
		t.Error(e.Hint)
	}
	if len(expired.Binds()) != 0 {
		t.Error("a password went to a server whose certificate is not good")
	}
}

func TestG4_ForeignName(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Leaf: loopca.Leaf{Hosts: []string{"other.example"}}})
	if e := refusedRead(t, mustNew(t, forPeer(t, p)), model.ReadTLS); !strings.Contains(e.Hint, "certificate has it") {
		t.Error(e.Hint)
	}
	p = peer.Start(t, peer.Script{StartTLS: peer.StartTLSResult(ldap.LDAPResultUnavailable)})
	refusedRead(t, mustNew(t, forPeer(t, p, func(c *Config) { c.URLs, c.StartTLS = []string{p.LDAP}, true })), model.ReadTLS)
}

// TestRootDSE: what a server may say about itself that makes it unfit.
func TestRootDSE(t *testing.T) {
	t.Parallel()
	dse := func(attributes map[string][]string) peer.Step {
		all := map[string][]string{
			"namingContexts": {peer.Suffix}, "subschemaSubentry": {"cn=Subschema"}, "supportedControl": {ldap.ControlTypePaging},
		}
		maps.Copy(all, attributes)
		return peer.Do(peer.Entries(ldap.NewEntry("", all)), peer.Done(0))
	}
	for name, tt := range map[string]struct {
		script peer.Script
		reason model.ReadReason // "": a snapshot from which nobody departs
		failed string
	}{
		"no paging":            {peer.Script{RootDSE: dse(map[string][]string{"supportedControl": nil})}, model.ReadPaging, paging},
		"nothing":              {peer.Script{RootDSE: peer.Done(0)}, model.ReadResult, resultCodes},
		"other suffix":         {peer.Script{RootDSE: dse(map[string][]string{"namingContexts": {"dc=other"}})}, model.ReadBase, namingContext},
		"no schema":            {peer.Script{RootDSE: dse(map[string][]string{"subschemaSubentry": {"cn=none"}})}, model.ReadResult, schemaKnown},
		"hidden suffix":        {peer.Script{Base: peer.Done(ldap.LDAPResultNoSuchObject)}, "", namingContext},
		"not synchronized":     {peer.Script{RootDSE: dse(map[string][]string{"isSynchronized": {"FALSE"}})}, "", serverSynchronized},
		"clock of last year":   {peer.Script{RootDSE: dse(map[string][]string{"currentTime": {"20200101000000.0Z"}})}, "", clock},
		"clock that says soon": {peer.Script{RootDSE: dse(map[string][]string{"currentTime": {"soon"}})}, "", clock},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.script.Pages = []peer.Step{peer.Page("", one(0))}
			s := mustNew(t, forPeer(t, peer.Start(t, tt.script)))
			if tt.reason != "" {
				if c := condition(t, refusedRead(t, s, tt.reason).Conditions, tt.failed); c.OK {
					t.Error(c)
				}
				return
			}
			snapshot := mustRead(t, s)
			if c := condition(t, snapshot.Conditions, tt.failed); c.OK || snapshot.Departures() {
				t.Error(c)
			}
			if last := s.Check(t.Context(), nil); last[len(last)-1].Verdict != Warning {
				t.Errorf("check does not warn: %+v", last)
			}
		})
	}
}

// TestC11_MissedByThePages: two people are on no page. One is found by ID in scope, the other
// only outside of it.
func TestC11_MissedByThePages(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{
		peer.Page("", one(0), one(1)), // the read
		peer.Page("", one(2)),         // by ID, in scope
		peer.Page("", one(2), one(3)), // by ID, anywhere
	}})
	snapshot := mustRead(t, mustNew(t, forPeer(t, p)), tracked(2), tracked(3), tracked(0))
	if len(snapshot.Sightings) != 2 {
		t.Fatalf("%+v", snapshot.Sightings)
	}
	if got := snapshot.Sightings[0]; got.ID.ID != uuid(2) || got.State != model.Entitled {
		t.Errorf("%+v", got)
	}
	if got := snapshot.Sightings[1]; got.ID.ID != uuid(3) || got.Evidence.Kind != model.OutOfScope {
		t.Errorf("%+v", got)
	}
}

// TestRecheckFaults: the last look gives an error or the truth, never a departure, when the
// link or the server fails.
func TestRecheckFaults(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string][]peer.Step{
		"cut":        {peer.Hangup()},
		"no control": {peer.Done(0)},
		"busy":       {peer.DonePaged(ldap.LDAPResultBusy, "")},
		"reference":  {peer.Do(peer.Reference("ldap://other/"), peer.DonePaged(0, ""))},
		"cut later":  {peer.Page(""), peer.Hangup()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: pages})))
			if got, err := s.Recheck(t.Context(), []model.Tracked{tracked(0)}); model.ReasonOf(err) == "" {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func tracked(i int) model.Tracked {
	return model.Tracked{ID: model.PersonID{Source: "corp", ID: uuid(i)}, DN: one(i).DN}
}

// TestD4_FaultsHoldAndNeverHide: an entry with a fault is present, held, and says why.
func TestD4_FaultsHoldAndNeverHide(t *testing.T) {
	t.Parallel()
	odd := one(1)
	odd.DN = `uid="odd"<name>,` + peer.Suffix + `,`
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("",
		one(0), odd, one(2, map[string][]string{"uid": {"\xff\xfe"}}), one(3, map[string][]string{"uid": nil, "mail": nil}),
	)}})
	people := mustRead(t, mustNew(t, forPeer(t, p, func(c *Config) { c.ExcludeDNs = []string{"ou=board," + peer.Suffix} }))).People
	if len(people) != 4 {
		t.Fatalf("%d people, want 4", len(people))
	}
	for i, want := range []struct {
		held     string
		excluded bool
	}{{"", false}, {"the DN is not readable", true}, {"something other than text", false}, {"", false}} {
		got := people[i]
		if got.ID.ID != uuid(i) || !strings.Contains(english.Join(got.Held), want.held) || (len(got.Held) == 0) != (want.held == "") || got.Excluded != want.excluded {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
	}
}

// TestA6_RoundNumbers: a total that equals a usual limit is pointed out.
func TestA6_RoundNumbers(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Honest(100, many(500)...)}})
	snapshot := mustRead(t, mustNew(t, forPeer(t, p)))
	if c := condition(t, snapshot.Conditions, resultCodes); !c.OK || !strings.Contains(english.Say(c.Detail), "exactly 500 entries") {
		t.Error(c)
	}
}

// TestA14_Memory: what a read keeps is what the mapping names, and nothing of the packets that
// it came in. (The library copies each value, so there is nothing to clone; if a later version
// does not, this fails.)
func TestA14_Memory(t *testing.T) {
	const people, ballast = 20_000, 1000
	entries := many(people)
	for _, e := range entries {
		e.Attributes = append(e.Attributes, &ldap.EntryAttribute{Name: "description", Values: []string{strings.Repeat("x", ballast)}})
	}
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Honest(500, entries...)}})
	s := mustNew(t, forPeer(t, p, func(c *Config) { c.PageSize = 500 }))
	before := heap()
	snapshot := mustRead(t, s)
	kept := (heap() - before) / people
	t.Logf("%d bytes a person", kept)
	if len(snapshot.People) != people || kept > ballast {
		t.Errorf("%d people, %d bytes each", len(snapshot.People), kept)
	}
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
