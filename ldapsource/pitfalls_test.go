package ldapsource

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// proof says which test holds a guard, and what was done to the code to see it fail.
type proof struct{ test, broken string }

// libraryPitfalls are pitfalls A1 to A18, those of go-ldap. Whoever moves one of these guards breaks
// it again, and writes here how.
func libraryPitfalls() map[int]proof {
	return map[int]proof{
		1:  {"TestA1_A2_TheEndIsNoEnd/A1", "pages: an error that is no result code ends the loop as if the page were the last"},
		2:  {"TestA1_A2_TheEndIsNoEnd/A2", "pages: a cancelled context ends the loop without an error"},
		3:  {"TestA3_NothingIsProcessedDuringAnAnswer", "pages: SearchAsync, each entry taken as it comes"},
		4:  {"TestA4_RequestsAreMadeAfresh", "request: one paging control for all pages and searches of a session"},
		5:  {"TestPages/A5 one page for ever", "pages: no error for a page with nobody new; without it, the time-out of the read"},
		6:  {"TestPages/A6 no control", "pages: a missing control taken for an empty cookie"},
		7:  {"TestA7_C1_LimitOfTheServer", "pages: result code 4 with entries taken for a page"},
		8:  {"TestA8_Silence", "use: the end of the context does not close the socket; dial: no deadline around StartTLS"},
		9:  {"TestA9_NothingStaysOpen", "close: the connection is not closed"},
		10: {"TestPages/A10 entry under a wrong message", "pages: strayPackets not asked"},
		11: {"TestA11_NamesOfAttributes", "decode: names as the server writes them; then: options cut off the name"},
		12: {"TestA12_ExcludedDNs", "within: Equal and AncestorOf; then excludes: an unreadable DN is not excluded"},
		13: {"TestA13_ValuesInFilters", "equal: without EscapeFilter"},
		14: {"TestA14_Memory", "person: the whole entry is kept beside the attributes of the mapping"},
		15: {"TestA15_RefusedOnce", "bind: the refusal is not remembered"},
		16: {"TestA16_ClearTextIsRefused", "setAddresses: ldap:// without StartTLS is taken; then refusals: codes 8 and 13 not explained"},
		17: {"TestA17_B5_WholeDomain", "activeDirectory.controls: no DomainScope; and TestPages/A17 reference: references passed over"},
		18: {"TestA18_NothingIsPrinted", "use: conn.Debug on"},
	}
}

// TestEveryPitfallOfTheLibraryHasItsTest holds the table above to the tests that there are.
func TestEveryPitfallOfTheLibraryHasItsTest(t *testing.T) {
	t.Parallel()
	tests := testFunctions(t)
	table := libraryPitfalls()
	for number := 1; number <= 18; number++ {
		p := table[number]
		function, row, _ := strings.Cut(p.test, "/")
		source, ok := tests[function]
		switch {
		case !ok || p.broken == "":
			t.Errorf("A%d: no test, or nobody saw it fail: %+v", number, p)
		case !regexp.MustCompile(fmt.Sprintf(`A%d(\D|$)`, number)).MatchString(p.test):
			t.Errorf("A%d: %s is not named after it", number, p.test)
		case !strings.Contains(source, row):
			t.Errorf("A%d: %s has no row %q", number, function, row)
		}
	}
}

// testFunctions are the test functions of this package, by name, with their text.
func testFunctions(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
				found[f.Name.Name] = string(text[set.Position(f.Pos()).Offset:set.Position(f.End()).Offset])
			}
		}
	}
	return found
}

// TestA1_A2_TheEndIsNoEnd: a connection that ends between two pages, by itself or because we were
// told to stop, is no end of the list. The profile reads nothing after the last page, so that nothing
// but the page loop can notice. (In other profiles the change marker fails too.)
func TestA1_A2_TheEndIsNoEnd(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]bool{"A1 cut": false, "A2 cancelled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("c", many(2)...), peer.Hangup()}})
			s := mustNew(t, forPeer(t, p, func(c *Config) { c.Profile, c.IDAttribute, c.PageSize = DS389, "entryUUID", 1 }), func(o *Options) {
				o.Progress = func(int) {
					if stop {
						cancel()
					}
				}
			})
			if snapshot, err := s.Read(ctx, nil); err == nil || len(snapshot.People) > 0 {
				t.Errorf("%d people, %v", len(snapshot.People), err)
			}
		})
	}
}

// TestA3_NothingIsProcessedDuringAnAnswer: the server sends half a page and waits for somebody to
// take an entry of it. Nobody may: the library drops what comes while its reader is busy.
func TestA3_NothingIsProcessedDuringAnAnswer(t *testing.T) {
	t.Parallel()
	taken := make(chan struct{}, 6)
	var early atomic.Bool
	slow := func(s *peer.Session) error {
		if err := peer.Entries(many(3)...)(s); err != nil {
			return err
		}
		select {
		case <-taken:
			early.Store(true)
		case <-time.After(300 * time.Millisecond): // long enough to take an entry
		}
		return peer.Page("", many(6)[3:]...)(s)
	}
	p := peer.Start(t, peer.Script{Pages: []peer.Step{slow}})
	s := mustNew(t, forPeer(t, p, func(c *Config) { c.PageSize = 1 }), func(o *Options) {
		o.Progress = func(int) {
			select {
			case taken <- struct{}{}:
			default:
			}
		}
	})
	if people := mustRead(t, s).People; len(people) != 6 || early.Load() {
		t.Errorf("%d people; an entry was taken before the answer was whole: %t", len(people), early.Load())
	}
}

// TestA4_RequestsAreMadeAfresh: each page carries the cookie of the page before it, and each new
// search none. TestA4_ReadTwice sees what a real server makes of it.
func TestA4_RequestsAreMadeAfresh(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{
		peer.Page("one", one(0)), peer.Page("two", one(1)), peer.Page("", one(2)), // the read
		peer.Page("last of a search", one(3)), peer.Page(""), peer.Page("", one(3)), // by ID in scope, and anywhere
	}})
	mustRead(t, mustNew(t, forPeer(t, p)), tracked(3))
	var cookies []string
	for _, m := range p.Requests() {
		if page := m.Paging(); page != nil {
			cookies = append(cookies, string(page.Cookie))
		}
	}
	if got := strings.Join(cookies, "|"); got != "|one|two||last of a search|" {
		t.Errorf("cookies %q", got)
	}
}

// TestA9_NothingStaysOpen: however a read ends, its connection and all that watches it are gone.
func TestA9_NothingStaysOpen(t *testing.T) {
	for name, script := range map[string]peer.Script{
		"whole":           {Pages: []peer.Step{peer.Page("", one(0))}},
		"cut":             {Pages: []peer.Step{peer.Page("c", one(0)), peer.Hangup()}},
		"refused":         {Bind: peer.BindResult(ldap.LDAPResultInvalidCredentials, "")},
		"garbage":         {Pages: []peer.Step{peer.Raw("HTTP/1.0 400\r\n\r\n")}},
		"one page always": {Pages: []peer.Step{peer.Page("c", one(0))}},
	} {
		t.Run(name, func(t *testing.T) {
			p := peer.Start(t, script)
			// The garbage announces more than comes: that read ends when its time is over.
			s := mustNew(t, forPeer(t, p, func(c *Config) { c.Timeout = time.Second }))
			before := goleak.IgnoreCurrent()
			_, _ = s.Read(t.Context(), nil) // how it ends is for other tests
			if err := goleak.Find(before); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestA16_ClearTextIsRefused: a domain controller takes no password over an open line, and neither
// do we send one; a server that wants more than a simple bind can offer is understood.
func TestA16_ClearTextIsRefused(t *testing.T) {
	srv := domain.Get(t)
	conn, err := ldap.DialURL(srv.LDAP)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Bind(srv.ReaderDN, srv.Password); !ldap.IsErrorWithCode(err, ldap.LDAPResultStrongAuthRequired) {
		t.Errorf("the server takes a clear-text bind: %v", err)
	}
	if _, err := New(forDomain(t, srv, func(c *Config) { c.URLs = []string{srv.LDAP} }), Options{}); err == nil {
		t.Error("we would send the password in clear text")
	}
	for _, code := range []uint16{ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired} {
		p := peer.Start(t, peer.Script{Bind: peer.BindResult(code, "")})
		if e := refusedRead(t, mustNew(t, forPeer(t, p)), model.ReadBind); !strings.Contains(e.Hint, "name the servers themselves in urls") {
			t.Errorf("%d: %q", code, e.Hint)
		}
	}
}

// TestA18_NothingIsPrinted: the library has a switch that prints every packet, the password too.
func TestA18_NothingIsPrinted(t *testing.T) {
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}})
	s := mustNew(t, forPeer(t, p, func(c *Config) { c.BindPassword = secret.New("canary-of-A18") }))
	file, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	to := func(file *os.File) { ldap.Logger(slog.NewLogLogger(slog.NewTextHandler(file, nil), slog.LevelInfo)) }
	to(file)
	_, err = s.Read(t.Context(), nil)
	to(os.Stderr)
	printed, readErr := os.ReadFile(file.Name())
	if err != nil || readErr != nil || file.Close() != nil || len(p.Binds()) != 1 || p.Binds()[0].Password != "canary-of-A18" {
		t.Fatal(err, readErr, p.Binds())
	}
	if len(printed) > 0 {
		t.Errorf("printed: %q", printed)
	}
}
