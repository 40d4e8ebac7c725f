package ldapsource

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// dataOf is how Active Directory words result 49.
func dataOf(code string) string {
	return "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data " + code + ", v4563\x00"
}

// TestRefusals: each way in which a server does not let us in, what the operator reads of it,
// and whether the next read tries again. Only where the server says that the password was right,
// or that it is none of the password's business, another try is free.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code  uint16
		text  string
		says  []string
		again bool
	}{
		"49 of AD, 525":    {49, dataOf("525"), []string{"no such account", "fix bind_dn"}, false},
		"49 of AD, 52e":    {49, dataOf("52e"), []string{"the name or the password is wrong", "bind_password_file"}, false},
		"49 of AD, 530":    {49, dataOf("530"), []string{"may not log in at this hour", "Logon Hours"}, true},
		"49 of AD, 531":    {49, dataOf("531"), []string{"may not log in from this machine", "Log On To"}, true},
		"49 of AD, 532":    {49, dataOf("532"), []string{"the password has expired", "set a new one"}, true},
		"49 of AD, 533":    {49, dataOf("533"), []string{"the account is disabled", "enable it"}, true},
		"49 of AD, 701":    {49, dataOf("701"), []string{"the account has expired", "Account expires"}, true},
		"49 of AD, 773":    {49, dataOf("773"), []string{"the password must be changed first", "next logon"}, true},
		"49 of AD, 775":    {49, dataOf("775"), []string{"the account is locked out", "unlock it"}, false},
		"49 of AD, 52E":    {49, dataOf("52E"), []string{"the name or the password is wrong"}, false},
		"49 of AD, others": {49, dataOf("7ff"), []string{"code 7ff", "fix the account"}, false},
		"49 of others":     {49, "", []string{"Invalid Credentials", "the name or the password is wrong, or the account is locked"}, false},
		"7":                {7, "", []string{"this kind of login", "bind: external"}, true},
		"8 of AD": {8, "00002028: LdapErr: DSID-0C090259, comment: The server requires binds to turn on integrity checking, data 0, v4563",
			[]string{"signing or TLS", "load balancer", "urls"}, true},
		"13":             {13, "TLS confidentiality required", []string{"better encrypted", "load balancer"}, true},
		"19 of 389":      {19, "Exceed password retry limit. Please try later.", []string{"password policy", "unlock the account"}, true},
		"48":             {48, "", []string{"cannot log in this way", "bind: simple"}, true},
		"53 of 389":      {53, "Account inactivated. Contact system administrator.", []string{"does not let this account log in", "activate"}, true},
		"any other code": {80, "backend gone", []string{"answers 80", "backend gone"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, peer.Script{Bind: peer.BindResult(tt.code, tt.text)})
			s := mustNew(t, forPeer(t, p, func(c *Config) { c.BindPassword = secret.New("canary-1") }))
			for range 2 {
				e := refusedRead(t, s, model.ReadBind)
				for _, want := range append(tt.says, reader) {
					if !strings.Contains(e.Error(), want) {
						t.Errorf("%q lacks %q", e, want)
					}
				}
				if strings.Contains(e.Error(), "canary") || strings.Contains(e.Error(), "\x00") {
					t.Errorf("%q shows the password, or what no terminal can", e)
				}
				if barred := strings.Contains(e.Hint, "no pass tries it again"); barred == tt.again {
					t.Errorf("%q", e.Hint)
				}
			}
			if want := map[bool]int{false: 1, true: 2}[tt.again]; len(p.Binds()) != want {
				t.Errorf("%d binds, want %d", len(p.Binds()), want)
			}
		})
	}
}

// notebook is a Lockout that outlives the source, as the ledger does.
type notebook struct {
	shortLived
	err error
}

func (n *notebook) NoteRefusedLogin(ctx context.Context, login model.RefusedLogin) error {
	if err := errors.Join(n.err, ctx.Err()); err != nil {
		return err
	}
	return n.shortLived.NoteRefusedLogin(ctx, login)
}

func remembering(n *notebook) func(*Options) { return func(o *Options) { o.Lockout = n } }

// moody accepts one password and refuses all others.
func moody(password string) peer.Step {
	return func(s *peer.Session) error {
		code := uint16(ldap.LDAPResultInvalidCredentials)
		if op, _ := s.Request.Op.(ldapwire.Bind); op.Password == password {
			code = ldap.LDAPResultSuccess
		}
		return peer.BindResult(code, "")(s)
	}
}

// TestA15_OverRestarts: what was refused stays refused for the next process, until the servers,
// the name or the password changes; what the server accepts is forgotten.
func TestA15_OverRestarts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit  func(*Config)
		tries bool
	}{
		"as before":      {func(*Config) {}, false},
		"another filter": {func(c *Config) { c.Filter, c.PageSize = "(uid=*)", 7 }, false},
		"another name":   {func(c *Config) { c.BindDN = "cn=other," + peer.Suffix }, true},
		"another server": {func(c *Config) { c.URLs = append(c.URLs, "ldaps://127.0.0.1:9") }, true},
		"a fixed secret": {func(c *Config) { c.BindPassword = secret.New("right") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, peer.Script{Bind: moody("right"), Pages: []peer.Step{peer.Page("", one(0))}})
			notes := &notebook{}
			cfg := forPeer(t, p, func(c *Config) { c.BindPassword = secret.New("canary-wrong") })
			refusedRead(t, mustNew(t, cfg, remembering(notes)), model.ReadBind)
			before := notes.noted
			if before.Source != cfg.Name || before.At.IsZero() || !strings.Contains(before.Answer, "Invalid Credentials") || strings.Contains(before.Answer, "canary") {
				t.Errorf("%+v", before)
			}

			tt.edit(&cfg)
			_, err := mustNew(t, cfg, remembering(notes)).Read(t.Context(), nil)
			right := cfg.BindPassword.Equal(secret.New("right"))
			if (err == nil) != right || right != notes.noted.At.IsZero() {
				t.Errorf("%v, %+v", err, notes.noted)
			}
			if tried := len(p.Binds()) == 2; tried != tt.tries {
				t.Errorf("%d binds", len(p.Binds()))
			}
			if !tt.tries && (cmp.Diff(before, notes.noted) != "" || !strings.Contains(err.Error(), "and not tried since") || len(p.Requests()) != 1) {
				t.Errorf("%v, %d requests", err, len(p.Requests()))
			}
		})
	}
}

// TestFingerprintIsSlow: whoever has a note must not find the password by trying. A source as the
// program makes it computes what PBKDF2 gives for OWASP's count.
func TestFingerprintIsSlow(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Name: "corp", Profile: OpenLDAP, URLs: []string{"ldaps://h"}, BindDN: "d", BindPassword: secret.New("p"), BaseDN: peer.Suffix}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	salt := []byte("0123456789abcdef")
	got, err := s.loginFingerprint(salt)
	if err != nil {
		t.Fatal(err)
	}
	login := "\x00\x00\x00\x00\x00\x00\x00\x01d" + "\x00\x00\x00\x00\x00\x00\x00\x01p" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x09ldaps://h"
	want, err := pbkdf2.Key(sha256.New, login, salt, 600_000, 32)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// TestA15_CheckReopens: an account that was unlocked has its old password; a check finds out, and
// from then on passes read again, but only if somebody asks it to try.
func TestA15_CheckReopens(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Bind: moody("right"), Pages: []peer.Step{peer.Page("", one(0))}})
	notes := &notebook{}
	s := mustNew(t, forPeer(t, p, func(c *Config) { c.BindPassword = secret.New("right") }), remembering(notes))
	salt := []byte("0123456789abcdef")
	sum, err := s.loginFingerprint(salt)
	if err != nil {
		t.Fatal(err)
	}
	notes.noted = model.RefusedLogin{Source: "corp", At: time.Now(), Answer: dataOf("775"), Salt: salt, Fingerprint: sum}
	refusedRead(t, s, model.ReadBind)
	if len(p.Requests()) != 0 {
		t.Error("a request was sent")
	}
	found := s.Check(t.Context(), nil) // not by itself: it may be run every minute
	if f := findingsOf(slices.Clone(found), "bind", Failure); len(f) != 1 || !strings.Contains(english.Say(f[0].Came), "not tried since") || !strings.Contains(english.Say(f[0].Advice), "check --try-login") || len(p.Binds()) != 0 {
		t.Errorf("%d binds, %+v", len(p.Binds()), f)
	}
	if f := findingsOf(found, lockoutLine, Warning); len(f) != 1 || !strings.Contains(english.Say(f[0].Advice), "ask the directory's administrator") {
		t.Errorf("%+v", f)
	}
	refusedRead(t, s, model.ReadBind)
	for _, f := range s.CheckAgain(t.Context(), nil) {
		if f.Verdict == Failure {
			t.Error(f)
		}
	}
	mustRead(t, s)
	if !notes.noted.At.IsZero() {
		t.Error("the refusal is still noted")
	}
}

// TestA15_NoteFails: a refusal that cannot be kept is said, and is still a refusal; one that
// comes when the pass is told to stop is kept.
func TestA15_NoteFails(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Bind: moody("right")})
	notes := &notebook{err: errors.New("the disk is full")}
	e := refusedRead(t, mustNew(t, forPeer(t, p), remembering(notes)), model.ReadBind)
	if !strings.Contains(e.Error(), "the disk is full") || !strings.Contains(e.Error(), "Invalid Credentials") {
		t.Error(e)
	}

	ctx, cancel := context.WithCancel(t.Context())
	notes = &notebook{}
	s := mustNew(t, forPeer(t, p), remembering(notes), func(o *Options) {
		o.Now = func() time.Time { cancel(); return time.Now() } // the clock is read for the note
	})
	if _, err := s.Read(ctx, nil); err == nil || notes.noted.At.IsZero() {
		t.Errorf("%v, %+v", err, notes.noted)
	}
}
