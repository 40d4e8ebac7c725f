package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// Of a company behind a front: so many people, and so many of them on the first page.
const (
	staff     = 24
	firstPage = 16
)

// front is a directory in memory behind a scripted peer. What no fault concerns, the peer
// answers as the directory does.
type front struct {
	*memory
	peer     *peer.Peer
	upstream *ldap.Conn

	mu    sync.Mutex
	fault fault
}

// fault is what goes wrong at a front; the zero one is nothing.
type fault struct {
	accept, startTLS, bind, whoAmI peer.Step
	// page answers page n of the read of everybody, from 1; nil, or a nil step: honestly. Next is
	// the honest cookie.
	page func(n int, entries []*ldap.Entry, next string) peer.Step
	// lost people are not found by their ID, as after an answer that lacks them by mistake.
	lost func(*ldap.Entry) bool
	// hidden entries are in no answer at all, as an access rule does it.
	hidden func(dn string) bool
	// edit changes an entry on its way.
	edit func(*ldap.Entry) *ldap.Entry
	root map[string][]string // of the root DSE, in place of what it says
}

// fronted is a trial whose directory has a front.
type fronted struct {
	*trial
	*front
}

// newFronted rolls out a company behind a front, with more settings if need be. Then somebody
// leaves.
func newFronted(t *testing.T, settings ...func(*world, *front)) fronted {
	t.Helper()
	x := settledFronted(t, settings...)
	x.leaves(t, 3)
	return x
}

// settledFronted is newFronted with nobody who leaves.
func settledFronted(t *testing.T, settings ...func(*world, *front)) fronted {
	t.Helper()
	f := newFront(t, staff)
	w := newWorld(t, f.site)
	w.set("sources.0.page_size", firstPage)
	for _, set := range settings {
		set(w, f)
	}
	return fronted{newTrial(t, w, f.memory.people), f}
}

// leaves lets person n leave, which the directory says.
func (x fronted) leaves(t *testing.T, n int) {
	t.Helper()
	x.disable(t, x.people[n])
	x.left(x.people[n])
}

// through lets a fault last, and end.
func (x fronted) through(t *testing.T, f fault, codes ...int) outcome {
	t.Helper()
	x.strike(f)
	out := x.lasts(t, codes...)
	x.strike(fault{})
	x.fixed(t)
	return out
}

// newFront starts a front of so many people, all of them entitled.
func newFront(t *testing.T, people int) *front {
	t.Helper()
	f := &front{memory: newMemory(t, people)}
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(f.caFile)
	if err != nil {
		t.Fatal(err)
	}
	roots.AppendCertsFromPEM(pem)
	if f.upstream, err = ldap.DialURL(f.url, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.upstream.Close() })
	if err := f.upstream.Bind(f.bindDN, f.password); err != nil {
		t.Fatal(err)
	}
	f.answer(t)
	f.url, f.caFile = f.peer.LDAPS, f.peer.CAFile
	return f
}

// answer starts a server of the front.
func (f *front) answer(t *testing.T) {
	t.Helper()
	f.peer = peer.Start(t, peer.Script{
		OnAccept: f.step(func(x fault) peer.Step { return x.accept }, peer.Do()),
		StartTLS: f.step(func(x fault) peer.Step { return x.startTLS }, peer.AcceptTLS()),
		Bind:     f.step(func(x fault) peer.Step { return x.bind }, peer.BindResult(ldap.LDAPResultSuccess, "")),
		WhoAmI:   f.step(func(x fault) peer.Step { return x.whoAmI }, sayWho("dn:"+f.bindDN)),
		RootDSE:  f.rootDSE, Schema: f.search, Base: f.search, Pages: []peer.Step{f.search},
	})
}

func (f *front) strike(x fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = x
}

func (f *front) struck() fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault
}

// step takes a step of the fault, or the honest one.
func (f *front) step(of func(fault) peer.Step, honest peer.Step) peer.Step {
	return func(s *peer.Session) error {
		if step := of(f.struck()); step != nil {
			return step(s)
		}
		return honest(s)
	}
}

func sayWho(authz string) peer.Step {
	return func(s *peer.Session) error {
		return s.Send(ldapwire.RespondExtended(s.Request.ID, ldapwire.Result{}, "", authz))
	}
}

func (f *front) rootDSE(s *peer.Session) error {
	entries, code, err := f.ask(s)
	if err != nil || code != 0 || len(entries) != 1 {
		return fmt.Errorf("root DSE: code %d, %w", code, err)
	}
	values := map[string][]string{}
	for _, a := range entries[0].Attributes {
		values[a.Name] = a.Values
	}
	maps.Copy(values, f.struck().root)
	return peer.Do(peer.Entries(ldap.NewEntry("", values)), peer.Done(0))(s)
}

// search answers a search as the directory would, but for the fault.
func (f *front) search(s *peer.Session) error {
	entries, code, err := f.ask(s)
	if err != nil {
		return err
	}
	x := f.struck()
	op, _ := s.Request.Op.(ldapwire.Search)
	text, err := op.FilterText()
	if err != nil {
		return err
	}
	byID := strings.Contains(text, "entryUUID=")
	var shown []*ldap.Entry
	for _, e := range entries {
		if x.hidden != nil && x.hidden(e.DN) || byID && x.lost != nil && x.lost(e) {
			continue
		}
		if x.edit != nil {
			e = x.edit(e)
		}
		shown = append(shown, e)
	}
	hiddenBase := x.hidden != nil && x.hidden(op.BaseDN)
	switch {
	case hiddenBase:
		return peer.Done(ldap.LDAPResultNoSuchObject)(s)
	case code != 0:
		return peer.Do(peer.Entries(shown...), peer.Done(code))(s)
	case byID || s.Request.Paging() == nil || x.page == nil:
		return peer.Honest(firstPage, shown...)(s)
	}
	return x.pageOf(s.Request.Paging(), shown)(s)
}

// pageOf cuts a page as an honest server does, and lets the fault answer it.
func (x fault) pageOf(paging *ldap.ControlPaging, entries []*ldap.Entry) peer.Step {
	var from int
	_, _ = fmt.Sscan(string(paging.Cookie), &from) // nothing is the first page
	to := min(from+firstPage, len(entries))
	next := ""
	if to < len(entries) {
		next = fmt.Sprint(to)
	}
	page := entries[min(from, to):to]
	if step := x.page(from/firstPage+1, page, next); step != nil {
		return step
	}
	return peer.Page(next, page...)
}

// ask puts the request to the directory.
func (f *front) ask(s *peer.Session) (entries []*ldap.Entry, code uint16, err error) {
	op, _ := s.Request.Op.(ldapwire.Search)
	text, err := op.FilterText()
	if err != nil {
		return nil, 0, err
	}
	result, err := f.upstream.Search(ldap.NewSearchRequest(op.BaseDN, op.Scope, ldap.NeverDerefAliases, int(op.SizeLimit), 0, false, text, op.Attributes, nil))
	if refusal, ok := err.(*ldap.Error); ok && refusal.ResultCode < ldap.ErrorNetwork { //nolint:errorlint // the library does not wrap
		code, err = refusal.ResultCode, nil
	}
	if result != nil {
		entries = result.Entries
	}
	return entries, code, err
}

// everybody is lost.
func everybody(*ldap.Entry) bool { return true }
