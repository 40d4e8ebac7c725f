package ldapsource

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSubCodesOfADomain: what a real domain controller says of an account that may not log in, with
// the right password and with a wrong one. The two answers differ wherever we let ourselves try
// again, or a locked account would follow.
func TestSubCodesOfADomain(t *testing.T) {
	srv := domain.Get(t)
	for n, tt := range []struct {
		name        string
		change      func(dn string)
		right, code string // what the operator reads, and the sub-code
	}{
		{"disabled", func(dn string) { srv.Disable(t, dn) }, "the account is disabled", "533"},
		{"expired", func(dn string) { srv.Expire(t, dn, time.Now().Add(-time.Hour)) }, "the account has expired", "701"},
		{"must change", func(dn string) { srv.Modify(t, dn, "pwdLastSet", "0") }, "must be changed first", "773"},
		{"never at this hour", func(dn string) { srv.Modify(t, dn, "logonHours", strings.Repeat("\x00", 21)) }, "at this hour", "530"},
		{"not from here", func(dn string) { srv.Modify(t, dn, "userWorkstations", "ELSEWHERE") }, "from this machine", "531"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := srv.NewPerson(5000 + 20*n)
			p.DN = "CN=login " + tt.name + "," + srv.LeaversDN
			srv.AddPerson(t, p)
			t.Cleanup(func() { srv.Delete(t, p.DN) })
			tt.change(p.DN)
			as := func(password string) *model.ReadError {
				return refusedRead(t, mustNew(t, forDomain(t, srv, func(c *Config) { c.BindDN, c.BindPassword = p.DN, secret.New(password) })), model.ReadBind)
			}
			if e := as(srv.Password); !strings.Contains(e.Error(), tt.right) || !strings.Contains(e.Error(), "data "+tt.code) {
				t.Error(e)
			}
			if e := as("canary-Wrong-1"); !strings.Contains(e.Error(), "data 52e") || strings.Contains(e.Error(), "canary") {
				t.Error(e)
			}
		})
	}
}

// TestA15_LockoutOfADomain: a domain that locks an account after three wrong passwords, and ten
// processes that one after the other start with a wrong one. The account is as free as before.
func TestA15_LockoutOfADomain(t *testing.T) {
	srv := domain.Get(t)
	lockAfter := func(n string) { srv.Modify(t, srv.BaseDN, "lockoutThreshold", n) }
	p := srv.NewPerson(6000)
	p.DN = "CN=login locked," + srv.LeaversDN
	srv.AddPerson(t, p)
	t.Cleanup(func() { lockAfter("0"); srv.Delete(t, p.DN) })
	cfg := func(password string) Config {
		return forDomain(t, srv, func(c *Config) { c.BindDN, c.BindPassword, c.BaseDN = p.DN, secret.New(password), srv.StaffDN })
	}
	read := func(password string, notes *notebook) error {
		_, err := mustNew(t, cfg(password), remembering(notes)).Read(t.Context(), nil)
		return err
	}
	if came := lockoutOf(t, cfg(srv.Password), Pass); !strings.HasPrefix(came, "wrong passwords do not lock an account (lockoutThreshold of "+srv.BaseDN) {
		t.Errorf("check says %q", came)
	}
	lockAfter("3")
	if came := lockoutOf(t, cfg(srv.Password), Pass); !strings.HasPrefix(came, "3 wrong passwords in a row lock the account") {
		t.Errorf("check says %q", came)
	}
	if came := lockoutOf(t, cfg("canary-Wrong-1"), Warning); !strings.Contains(came, "does not tell this to somebody who is not logged in") {
		t.Errorf("check says %q", came)
	}
	if err := read(srv.Password, &notebook{}); err != nil { // which also resets the count
		t.Fatal(err)
	}
	notes := &notebook{}
	for range 10 {
		if err := read("canary-Wrong-1", notes); err == nil || !strings.Contains(err.Error(), "the password is wrong") {
			t.Fatal(err)
		}
	}
	if err := read(srv.Password, notes); err != nil {
		t.Errorf("the right password fails too: %v", err)
	}
	// And without a memory the account is locked by the third of them.
	for range 3 {
		_ = read("canary-Wrong-1", &notebook{})
	}
	if err := read(srv.Password, notes); err == nil || !strings.Contains(err.Error(), "data 775") || !strings.Contains(err.Error(), "the account is locked out") {
		t.Errorf("the domain does not lock, so this test proves nothing: %v", err)
	}
}
