package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
)

// moves is row 7.
func (m *matrix) moves(t *testing.T) {
	m.onBoth(t, "people move during the read", func(t *testing.T, h housed) {
		h.set("sources.0.page_size", 3)
		for range 3 {
			h.advance(t, 25*time.Hour)
			h.moveAbout(t, h.start(t, "run", "--once"))
			h.spared(t)
		}
		h.fixed(t)
	})
	m.onBoth(t, "an OU renamed within the scope", func(t *testing.T, h housed) {
		attribute, _, _ := strings.Cut(h.unit(unitGone()), "=")
		renamed := h.Rename(t, h.unit(unitGone()), attribute+"=Umbenannt")
		h.lasts(t, 0)
		h.Rename(t, renamed, attribute+"="+unitGone())
		h.fixed(t)
	})
	m.onBoth(t, "an OU renamed out of scope", func(t *testing.T, h housed) {
		moved := h.Move(t, h.unit(unitGone()), h.outside)
		h.lasts(t, 3).says(t, "GUARD leavers-ou", "100 % of "+strings.ToLower(h.unit(unitGone())), "moved to ", "Check first:")
		h.Move(t, moved, h.people)
		h.fixed(t)
	})
	missed := func(e *ldap.Entry) bool { return strings.HasPrefix(e.DN, "uid=u00001") } // ten of them
	m.scenario(t, "missed by the pages", func(t *testing.T) {
		newFronted(t).through(t, fault{page: func(_ int, entries []*ldap.Entry, next string) peer.Step {
			return peer.Page(next, slices.DeleteFunc(slices.Clone(entries), missed)...)
		}}, 0)
	})
	m.scenario(t, "disabled on the page, enabled at the last look", func(t *testing.T) {
		x := newFronted(t)
		x.strike(fault{page: func(_ int, entries []*ldap.Entry, next string) peer.Step {
			seen := make([]*ldap.Entry, len(entries))
			for n, e := range entries {
				seen[n] = e
				if missed(e) {
					seen[n] = with(e, "pwdAccountLockedTime", openldap.LockedByAdmin)
				}
			}
			return peer.Page(next, seen...)
		}})
		if out := x.lasts(t, 0, 3); out.code != 3 {
			t.Errorf("it goes on, and nobody is told: %v", out)
		}
		x.run(t, "status").says(t, "changes skipped right before their requests")
		x.strike(fault{})
		x.fixed(t)
	})
}

// moveAbout lets people change their OU as long as a command runs.
func (h *housed) moveAbout(t *testing.T, c *child) {
	t.Helper()
	units := testdir.Units()
	for n := 0; ; n++ {
		select {
		case <-c.done:
			if out := c.wait(t); !slices.Contains(lookedOver, out.code) {
				t.Errorf("want exit %v, got %v", lookedOver, out)
			}
			return
		default:
		}
		p := &h.trial.people[n%len(h.trial.people)]
		p.Unit = units[(slices.Index(units, p.Unit)+1)%len(units)]
		p.DN = h.Move(t, p.DN, h.unit(p.Unit))
	}
}

// with is an entry with another value of an attribute.
func with(e *ldap.Entry, attribute, value string) *ldap.Entry {
	return withAll(e, attribute, value)
}

// withAll is with for several values.
func withAll(e *ldap.Entry, attribute string, values ...string) *ldap.Entry {
	changed := &ldap.Entry{DN: e.DN}
	for _, a := range e.Attributes {
		if !strings.EqualFold(a.Name, attribute) {
			changed.Attributes = append(changed.Attributes, a)
		}
	}
	changed.Attributes = append(changed.Attributes, ldap.NewEntryAttribute(attribute, values))
	return changed
}

// copies are those of row 8 whose change sequence number tells that they are old: two servers behind
// one address, and one that was restored from a backup.
func (m *matrix) copies(t *testing.T, late func(string) bool) {
	stands := func(hour string) fault {
		return fault{edit: func(e *ldap.Entry) *ldap.Entry {
			if !strings.EqualFold(e.DN, memorySuffix) {
				return e
			}
			return with(e, "contextCSN", "20261121"+hour+"0000.000000Z#000000#001#000000")
		}}
	}
	for name, row := range map[string]struct {
		root map[string][]string
		say  string
	}{
		"another server that lags, by its contextCSN": {map[string][]string{"dnsHostName": {"dc2.example.org"}}, "dc2.example.org is behind the state that"},
		"a server restored from a backup":             {nil, "has gone back behind the state"},
	} {
		m.scenario(t, name, func(t *testing.T) {
			x := newFronted(t)
			x.strike(stands("12"))
			x.endures(t, 0)
			old := stands("11")
			old.hidden, old.root = late, row.root
			x.strike(old)
			x.lasts(t, 4).says(t, "server-progress", row.say)
			x.strike(stands("13"))
			x.fixed(t)
		})
	}
}

// servers is row 8.
func (m *matrix) servers(t *testing.T) {
	// A replica that has not heard of those who came last.
	late := func(dn string) bool { return strings.HasPrefix(dn, "uid=u00002") }
	replica := fault{hidden: late, root: map[string][]string{"dnsHostName": {"dc2.example.org"}}}
	m.scenario(t, "another server that lags, in turn", func(t *testing.T) {
		x := newFronted(t)
		for range 2 {
			x.strike(replica)
			x.endures(t, lookedOver...) // 4 where most of the learned sentinels are among those who came last
			x.strike(fault{})
			x.endures(t, 0)
		}
		x.fixed(t)
	})
	m.scenario(t, "another server that lags for hours", func(t *testing.T) {
		x := newFronted(t)
		x.set("leavers.confirm", map[string]any{"reads": 2, "over": "24h"})
		x.strike(replica)
		for range 4 {
			x.advance(t, 5*time.Hour)
			if out := x.run(t, "run", "--once"); !slices.Contains(lookedOver, out.code) {
				t.Errorf("want exit %v, got %v", lookedOver, out)
			}
			x.spared(t)
		}
		x.strike(fault{})
		x.fixed(t)
	})
	m.scenario(t, "another server that lags for days", func(t *testing.T) {
		x := newFronted(t)
		// Two: never most of the learned sentinels, so that it is no doubt about the whole unit.
		two := func(dn string) bool {
			return strings.HasPrefix(dn, "uid=u000020") || strings.HasPrefix(dn, "uid=u000021")
		}
		x.strike(fault{hidden: two, root: replica.root})
		x.endures(t, 0)
		x.lasts(t, 3).says(t, "holds a copy of the directory that no proved read came from yet: they may only be hidden")
		x.strike(fault{})
		x.fixed(t)
	})
	m.copies(t, late)
	m.scenario(t, "a server that says it lags", func(t *testing.T) {
		newFronted(t).through(t, fault{hidden: late, root: map[string][]string{"isSynchronized": {"FALSE"}}}, 4).
			says(t, "has not yet caught up with the other servers")
	})
	for name, skew := range map[string]time.Duration{"its clock is an hour ahead": time.Hour, "its clock is an hour behind": -time.Hour} {
		m.scenario(t, name, func(t *testing.T) {
			now := time.Now().Add(skew).UTC().Format("20060102150405.0Z")
			newFronted(t).through(t, fault{hidden: late, root: map[string][]string{"currentTime": {now}}}, 4).
				says(t, "the server's clock is", "set one of them right")
		})
	}
	m.scenario(t, "our clock steps by an hour", func(t *testing.T) {
		x := newFronted(t)
		for _, step := range []time.Duration{time.Hour, -time.Hour, -time.Hour, time.Hour} {
			x.offset += step
			x.endures(t, 0)
		}
		x.fixed(t)
	})
}

// identities is row 9.
func (m *matrix) identities(t *testing.T) {
	m.scenario(t, "all IDs re-keyed", func(t *testing.T) {
		newFronted(t).through(t, fault{edit: func(e *ldap.Entry) *ldap.Entry {
			if id := e.GetAttributeValue("entryUUID"); strings.HasPrefix(e.DN, "uid=") && id != "" {
				return with(e, "entryUUID", "00000000"+id[8:])
			}
			return e
		}}, 3).says(t, "GUARD baseline", "have a new directory ID and the csi of before", "threema-dirsync approve --baseline")
	})
	m.onOpenLDAP(t, "rebuilt from an LDIF without IDs", func(t *testing.T, h housed) {
		rebuilt := openldap.Start(t, openldap.Options{People: manyStaff})
		h.set("sources.0.urls", []any{rebuilt.LDAPS})
		h.set("sources.0.ca_file", rebuilt.CAFile)
		h.writeSecret(t, "bind-password", rebuilt.Password)
		h.lasts(t, 3).says(t, "is another directory", baselineWords[2])
		h.reset()
		h.writeSecret(t, "bind-password", h.server.Password)
		h.fixed(t)
	})
	m.scenario(t, "duplicate IDs", func(t *testing.T) {
		newFronted(t).through(t, duplicates("uid=u000005,", "uid=u000006,"), 4).says(t, notRead, "two entries have the entryUUID")
	})
	m.scenario(t, "duplicate IDs on two pages", func(t *testing.T) {
		newFronted(t).through(t, duplicates("uid=u000005,", "uid=u000020,"), 4).says(t, notRead, "two entries have the entryUUID")
	})
	m.onBoth(t, "half of all mail cleared", func(t *testing.T, h housed) {
		h.clearMail(t, func(n int) bool { return n%2 == 0 })
	}, identifiedByMail)
	m.onBoth(t, "all mail cleared", func(t *testing.T, h housed) {
		h.clearMail(t, func(int) bool { return true })
	}, identifiedByMail)
}

// duplicates lets one entry carry the ID of another one.
func duplicates(of, at string) fault {
	const id = "00000000-0000-4000-8000-000000000000"
	return fault{edit: func(e *ldap.Entry) *ldap.Entry {
		if strings.HasPrefix(e.DN, of) || strings.HasPrefix(e.DN, at) {
			return with(e, "entryUUID", id)
		}
		return e
	}}
}

// identifiedByMail lets csi and username be the mail address. Who has none is not entitled.
func identifiedByMail(_ *testing.T, w *world, people *[]testdir.Person) {
	w.set("mapping.csi", "{{ .mail }}")
	w.set("mapping.username", "{{ .mail | lower }}")
	w.set("limits.held", map[string]any{"count": 10}) // some have none
	for n := range *people {
		p := &(*people)[n]
		p.Number, p.Account = p.Mail, p.Mail
		if p.Mail == "" {
			p.State = testdir.Disabled
		}
	}
}

// clearMail takes the mail address from people, which is what they are known by.
func (h *housed) clearMail(t *testing.T, which func(int) bool) {
	t.Helper()
	var cleared []testdir.Person
	for n, p := range h.trial.people {
		if which(n) && p.Mail != "" {
			h.Modify(t, p.DN, "mail")
			cleared = append(cleared, p)
		}
	}
	h.lasts(t, 4).says(t, "failed: mapped-attributes: ", "Look at the attributes that mapping.csi and mapping.username name")
	for _, p := range cleared {
		h.Modify(t, p.DN, "mail", p.Mail)
	}
	h.fixed(t)
}
