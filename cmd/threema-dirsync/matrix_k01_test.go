package main

import (
	"fmt"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
)

// onPage strikes page n of the read of everybody; whom it lacks is not found by ID either.
func onPage(n int, answer func(entries []*ldap.Entry, next string) peer.Step) fault {
	return fault{lost: everybody, page: func(at int, entries []*ldap.Entry, next string) peer.Step {
		if at != n {
			return nil
		}
		return answer(entries, next)
	}}
}

const notRead = "NOT READ read source corp"

// peerCloses is row 1.
func (m *matrix) peerCloses(t *testing.T) {
	hangup := func(part int) func([]*ldap.Entry, string) peer.Step {
		return func(entries []*ldap.Entry, _ string) peer.Step {
			return peer.Do(peer.Entries(entries[:len(entries)*part/2]...), peer.Hangup())
		}
	}
	for name, f := range map[string]fault{
		"before bind": {bind: peer.Hangup()},
		"mid-page":    onPage(1, hangup(1)),
		"within an entry": onPage(2, func(entries []*ldap.Entry, _ string) peer.Step {
			return peer.Do(peer.PartOfEntry(entries[0], 20), peer.Hangup())
		}),
		"between pages":                    onPage(2, hangup(0)),
		"after the last entry before Done": onPage(2, hangup(2)),
	} {
		m.scenario(t, name, func(t *testing.T) {
			newFronted(t).through(t, f, 4).says(t, notRead, "the connection ended early", "without a complete read nobody joins and nobody leaves")
		})
	}
}

// resultCodes is row 2. An answer with such a code brings entries, control and empty cookie all
// the same.
func (m *matrix) resultCodes(t *testing.T) {
	for _, code := range []uint16{1, 3, 4, 10, 11, 32, 51, 52, 53, 80} {
		for n := 1; n <= 2; n++ {
			m.scenario(t, fmt.Sprintf("code %d on page %d", code, n), func(t *testing.T) {
				f := onPage(n, func(entries []*ldap.Entry, _ string) peer.Step {
					return peer.Do(peer.Entries(entries[:len(entries)/2]...), peer.DonePaged(code, ""))
				})
				newFronted(t).through(t, f, 4).says(t, notRead, ldap.LDAPResultCodeMap[code])
			})
		}
	}
}

// paging is row 3.
func (m *matrix) paging(t *testing.T) {
	noControl := func(entries []*ldap.Entry, _ string) peer.Step {
		return peer.Do(peer.Entries(entries...), peer.Done(0))
	}
	for name, tt := range map[string]struct {
		fault fault
		cause string
	}{
		"no control on the first page": {onPage(1, noControl), "without the paging control"},
		"no control on the last page":  {onPage(2, noControl), "without the paging control"},
		"cookie loop": {fault{lost: everybody, page: func(_ int, entries []*ldap.Entry, _ string) peer.Step {
			return peer.Page("0", entries...)
		}}, "brought nobody new, and promises more"},
		"empty pages for ever": {onPage(2, func([]*ldap.Entry, string) peer.Step { return peer.Page("16") }), "brought nobody new, and promises more"},
	} {
		m.scenario(t, name, func(t *testing.T) {
			newFronted(t).through(t, tt.fault, 4).says(t, notRead, tt.cause)
		})
	}
	m.scenario(t, "page of known IDs", func(t *testing.T) {
		x := newFronted(t)
		var first []*ldap.Entry
		x.through(t, fault{lost: everybody, page: func(n int, entries []*ldap.Entry, _ string) peer.Step {
			if n == 1 {
				first = entries
				return nil
			}
			return peer.Page("", first...)
		}}, 4).says(t, notRead, "two entries have the entryUUID")
	})
}

// stalls is row 4: a server that says nothing ends the read in time.
func (m *matrix) stalls(t *testing.T) {
	midEntry := func(entries []*ldap.Entry, _ string) peer.Step {
		return peer.Do(peer.PartOfEntry(entries[0], 20), peer.Stall())
	}
	secured := func(*world, *front) {}
	startTLS := func(w *world, f *front) {
		w.set("sources.0.urls", []any{f.peer.LDAP})
		w.set("sources.0.start_tls", true)
	}
	for name, tt := range map[string]struct {
		fault fault
		by    func(*world, *front)
	}{
		"in TCP and TLS":    {fault{accept: peer.Stall()}, secured},
		"before StartTLS":   {fault{startTLS: peer.Stall()}, startTLS},
		"in StartTLS":       {fault{startTLS: peer.Do(peer.StartTLSResult(0), peer.Stall())}, startTLS},
		"at the bind":       {fault{bind: peer.Stall()}, secured},
		"mid-entry, page 1": {onPage(1, midEntry), secured},
		"mid-entry, page 2": {onPage(2, midEntry), startTLS},
		"between pages":     {onPage(2, func([]*ldap.Entry, string) peer.Step { return peer.Stall() }), secured},
	} {
		m.scenario(t, name, func(t *testing.T) {
			x := newFronted(t, tt.by)
			x.strike(tt.fault)
			x.set("sources.0.timeout", "1s") // no shorter one is allowed
			x.endures(t, 4).says(t, notRead)
			x.strike(fault{})
			x.set("sources.0.timeout", "1m")
			x.fixed(t)
		})
	}
}
