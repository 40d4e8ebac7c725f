package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// clockAndRows is row C11: a wait that a wrong clock, or a hole, must not end.
func (m *matrix) clockAndRows(t *testing.T) {
	m.scenario(t, "our clock jumps ahead of a grace", func(t *testing.T) {
		x := newFronted(t)
		date := x.datedBy(t)
		x.set("leavers.grace.withdraw", "240h")
		x.endures(t, 0)
		const jump = 12 * 24 * time.Hour
		x.offset += jump
		date.Store(int64(-jump))
		x.lasts(t, 4).says(t, "failed: clock: ")
		x.gone(t, 0, 0)
		x.offset -= jump
		date.Store(0)
		x.must(t, 0, "run", "--once")
		x.gone(t, 0, 0)
		x.set("leavers.grace.withdraw", "0s")
		x.fixed(t)
	})
	m.scenario(t, "holes between the reads that miss somebody", func(t *testing.T) {
		x := settledFronted(t)
		x.set("leavers.confirm", map[string]any{"reads": 2, "over": "24h", "max_gap": "48h"})
		x.remove(t, 3)
		x.left(x.people[3])
		x.endures(t, 0)
		for _, code := range []int{0, 3} {
			x.advance(t, 60*time.Hour)
			x.endures(t, code)
			x.gone(t, 0, 0)
		}
		x.must(t, 3, "plan", "--detailed-exitcode").says(t, "* row-restarted ", "leavers.confirm.max_gap")
		x.endures(t, 0)
		x.fixed(t)
	})
}

// limits is row C12: a limit that nobody lifts does not lift itself.
func (m *matrix) limits(t *testing.T) {
	m.scenario(t, "joiners whom the limit blocks, day after day", func(t *testing.T) {
		x := newFronted(t)
		x.set("limits.creates.run", window(2, 5))
		for n := range 3 {
			x.enters(t, testdir.NewPerson(500+n))
		}
		x.waits(t, "creates-run")
		if n := len(x.sim.state(t).Credentials); n != staff-1 {
			t.Errorf("%d credentials, want those of before without the leaver's", n)
		}
		x.yes(t, 0)
		for _, p := range x.people[staff:] {
			x.unpack(t, p, "")
		}
		x.fixed(t)
	})
	m.scenario(t, "leavers beside as many joiners", func(t *testing.T) {
		x := settledFronted(t)
		x.set("limits.creates.run", window(500, 50))
		for n := range 4 {
			x.enters(t, testdir.NewPerson(500+n))
		}
		x.endures(t, 0)
		for _, p := range x.people[staff:] {
			x.unpack(t, p, "")
		}
		const tooMany = staff/2 + 1 // of those of before, and not half of all
		for n := range tooMany {
			x.leaves(t, n)
		}
		x.lasts(t, 3).says(t, "GUARD leavers-week", fmt.Sprintf("50 %% of %d is", staff))
		x.gone(t, 0, 0)
		x.yes(t, 3) // the withdrawals; the IDs are as many
		x.yes(t, 0)
		x.fixed(t)
	})
}

// dated gives a date to everybody whose DN begins so. The directory knows the attribute by then, as a
// server does with its password policy or its NIS schema.
func dated(who, attribute, value string) fault {
	return fault{edit: func(e *ldap.Entry) *ldap.Entry {
		const types = "attributeTypes"
		switch known := e.GetEqualFoldAttributeValues(types); {
		case len(known) > 0:
			return withAll(e, types, append(known, fmt.Sprintf("( 1.3.6.1.4.1.42.2.27.8.1.99 NAME '%s' )", attribute))...)
		case strings.HasPrefix(e.DN, who):
			return with(e, attribute, value)
		}
		return e
	}}
}

// dates is row C13: begin and end dates of the product.
func (m *matrix) dates(t *testing.T) {
	m.scenario(t, "a begin date ahead of everybody", func(t *testing.T) {
		newFronted(t).through(t, dated("uid=", "pwdStartTime", "20991231000000Z"), 3).
			says(t, "pwdStartTime", "GUARD held")
	})
	m.scenario(t, "everybody's last day", func(t *testing.T) {
		x := newFronted(t)
		today := time.Now().Unix() / int64(24*60*60) // for the directory, whose clock nobody shifts
		lastDay := func(day int64) fault {
			return dated("uid=", "shadowExpire", strconv.FormatInt(day, 10))
		}
		x.strike(lastDay(today))
		x.lasts(t, 0)
		x.gone(t, 0, 1, x.people[3].Account)
		x.strike(lastDay(today - 1))
		x.lasts(t, 3).says(t, "GUARD leavers-")
		x.strike(fault{})
		x.fixed(t)
	})
	m.scenario(t, "an end date that is past", func(t *testing.T) {
		x := newFronted(t)
		x.strike(dated("uid=u000005,", "pwdEndTime", "20200101000000Z"))
		x.left(x.people[5])
		x.lasts(t, 0)
		x.fixed(t)
	})
}

// afterTheEffect is row C14: a create of which nobody knows what came.
func (m *matrix) afterTheEffect(t *testing.T) {
	m.scenario(t, "refused after the effect", func(t *testing.T) {
		x := newFronted(t)
		young := x.enters(t, testdir.NewPerson(500))
		x.sim.fault(t, worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: http.StatusConflict, Effect: true, Times: 1})
		x.endures(t, 1)
		x.waits(t, "resume")
		x.yes(t, 0)
		x.unpack(t, young, "")
		x.fixed(t)
	})
	m.scenario(t, "an administrator takes the name meanwhile", func(t *testing.T) {
		x := newFronted(t)
		young := x.enters(t, testdir.NewPerson(500))
		x.sim.fault(t, worksim.Fault{Method: http.MethodPost, Path: "/credentials", Drop: worksim.DropBefore, Times: 1})
		x.endures(t, 1)
		theirs := worksim.Credential{ID: "cBYHAND", Username: young.Account, Password: canary("by-hand"), Hashed: true, Locked: true, LicenseCount: 1}
		x.inPackage(t, func(s *worksim.State) {
			s.Credentials = append(s.Credentials, theirs)
			s.Settings[theirs.ID] = map[string]any{"th_nickname": "Fritz"}
		})
		x.waits(t, "resume")
		x.inPackage(t, func(s *worksim.State) {
			n := credentialOf(s, young)
			if s.Credentials[n].Password != theirs.Password || len(s.Settings[theirs.ID]) != 1 {
				t.Errorf("it was touched: %+v, %v", s.Credentials[n], s.Settings[theirs.ID])
			}
			s.Credentials[n].Username = "fritz"
		})
		x.endures(t, 0)
		x.unpack(t, young, "")
		x.inPackage(t, func(s *worksim.State) {
			s.Credentials = slices.DeleteFunc(s.Credentials, func(c worksim.Credential) bool { return c.ID == theirs.ID })
			delete(s.Settings, theirs.ID)
		})
		x.fixed(t)
	})
}

// contract is row D15: a service that reads the contract in another way.
func (m *matrix) contract(t *testing.T) {
	m.scenario(t, "pages of at most 100", func(t *testing.T) {
		x := newFronted(t)
		x.behind(t, func(r *http.Request) int {
			if size, _ := strconv.Atoi(r.FormValue("pageSize")); size > 100 {
				return http.StatusUnprocessableEntity
			}
			return 0
		}, func(*http.Response) error { return nil })
		x.lasts(t, 0)
		x.must(t, 0, "check")
		x.fixed(t)
	})
	m.scenario(t, "a total that counts whom the filter left out", func(t *testing.T) {
		x := newFronted(t)
		total := regexp.MustCompile(`"total":\s*\d+`)
		x.behind(t, noRefusal, func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			if r.Request.FormValue("filterCredential") != "" {
				body = total.ReplaceAll(body, fmt.Appendf(nil, `"total":%d`, staff))
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		})
		x.lasts(t, 0)
		x.gone(t, 0, 1, x.people[3].Account)
		x.fixed(t)
	})
	m.scenario(t, "a wrong key that is answered with 403", func(t *testing.T) {
		x := newFronted(t)
		x.enters(t, testdir.NewPerson(500))
		x.sim.fault(t, worksim.Fault{Status: http.StatusForbidden})
		x.lasts(t, 1).says(t, "threema.api_key_file")
		x.gone(t, 0, 0)
		x.sim.clearFaults(t)
		x.endures(t, 0)
		x.unpack(t, x.people[staff], "")
		x.fixed(t)
	})
}

// checks is row D16: what a pass needs, and check tries.
func (m *matrix) checks(t *testing.T) {
	for _, path := range []string{"/contacts", "/mdm-bulk"} {
		m.scenario(t, "a list that fails: "+path, func(t *testing.T) {
			x := newFronted(t)
			x.sim.fault(t, worksim.Fault{Method: http.MethodGet, Path: path, Status: http.StatusForbidden})
			x.must(t, 1, "check").says(t, path, "403")
			x.lasts(t, 1)
			x.gone(t, 0, 0)
			x.sim.clearFaults(t)
			x.must(t, 0, "check")
			x.fixed(t)
		})
	}
	m.scenario(t, "no folder for the hand-over", func(t *testing.T) {
		x := newFronted(t)
		young := x.enters(t, testdir.NewPerson(500))
		x.set("handover.file", filepath.Join(x.dir, "missing", "handover.csv"))
		wantSays(t, x.must(t, 1, "check"), "handover.file", "without it nobody learns a new password")
		x.endures(t, 1)
		x.endures(t, 1)
		x.set("handover.file", x.handover())
		x.must(t, 0, "check")
		x.endures(t, 0)
		x.unpack(t, young, "")
		x.fixed(t)
	})
}

// licences is row D17: out of licences is not "ok".
func (m *matrix) licences(t *testing.T) {
	m.scenario(t, "fewer licences than joiners", func(t *testing.T) {
		x := newFronted(t)
		x.inPackage(t, func(s *worksim.State) { s.Subscription.LicenseAmount = staff })
		x.enters(t, testdir.NewPerson(500))
		x.enters(t, testdir.NewPerson(501))
		x.endures(t, 0) // the leaver's licence is taken up, and one more may come free by itself
		x.lasts(t, 3).says(t, "* no-licence ", "buy licences in the management cockpit")
		x.inPackage(t, func(s *worksim.State) { s.Subscription.LicenseAmount++ })
		x.endures(t, 0)
		for _, p := range x.people[staff:] {
			x.unpack(t, p, "")
		}
		x.fixed(t)
	})
	m.scenario(t, "a service that has fewer than it says", func(t *testing.T) {
		x := newFronted(t)
		young := x.enters(t, testdir.NewPerson(500))
		x.sim.fault(t, worksim.Fault{Method: http.MethodPost, Path: "/credentials", Status: http.StatusForbidden})
		x.endures(t, 0)
		x.endures(t, 3).says(t, "* no-licence ")
		x.sim.clearFaults(t)
		x.endures(t, 0)
		x.unpack(t, young, "")
		x.fixed(t)
	})
}
