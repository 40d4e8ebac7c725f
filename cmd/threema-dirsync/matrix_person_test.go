package main

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// numberOf is somebody new with the number of somebody else.
func numberOf(p testdir.Person, n int) testdir.Person {
	young := testdir.NewPerson(n)
	young.Number = p.Number
	return young
}

// enters is hire for the truth, too.
func (x fronted) enters(t *testing.T, p testdir.Person) testdir.Person {
	t.Helper()
	p = x.hire(t, p)
	x.people = append(x.people, p)
	return p
}

// yes approves whatever a plan waits for; the pass that follows ends with a code.
func (x fronted) yes(t *testing.T, code int) {
	t.Helper()
	x.must(t, 0, "approve", x.hash(t))
	x.must(t, code, "run", "--once")
	x.spared(t)
}

// waits lets a wait last: exit 3, and what to type.
func (x fronted) waits(t *testing.T, code string) {
	t.Helper()
	x.lasts(t, 3).says(t, "* "+code+" ", ": threema-dirsync approve ")
}

// inPackage edits the package, as somebody does in the cockpit.
func (x fronted) inPackage(t *testing.T, edit func(*worksim.State)) {
	t.Helper()
	state := x.sim.state(t)
	edit(&state)
	x.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
}

// reports lets the phone of somebody report a csi, and say nothing more.
func (x fronted) reports(t *testing.T, p testdir.Person, csi string) {
	t.Helper()
	phone := x.phoneOf(p)
	x.inPackage(t, func(s *worksim.State) {
		for n := range s.Users {
			if s.Users[n].ID == phone {
				s.Users[n].CSI = csi
			}
		}
		for n := range s.Phones {
			s.Phones[n].Locked = s.Phones[n].Locked || s.Phones[n].ThreemaID == phone
		}
	})
}

// credentialOf finds a person's credential in the package.
func credentialOf(s *worksim.State, p testdir.Person) int {
	return slices.IndexFunc(s.Credentials, func(c worksim.Credential) bool { return c.Username == p.Account })
}

// borrows moves a phone to the credential of somebody, who lets its owner use it.
func (x fronted) borrows(t *testing.T, phone string, from testdir.Person) {
	t.Helper()
	x.inPackage(t, func(s *worksim.State) {
		for n := range s.Credentials {
			s.Credentials[n].Users = slices.DeleteFunc(s.Credentials[n].Users, func(id string) bool { return id == phone })
		}
		c := &s.Credentials[credentialOf(s, from)]
		c.Users = append(c.Users, phone)
		user := slices.IndexFunc(s.Users, func(u worksim.User) bool { return u.ID == phone })
		s.Users[user].CredentialID, s.Users[user].CSI = c.ID, from.Number
		device := slices.IndexFunc(s.Phones, func(p worksim.Phone) bool { return p.ThreemaID == phone })
		s.Phones[device].CredentialID, s.Phones[device].Username, s.Phones[device].Password = c.ID, c.Username, c.Password
		s.Phones[device].Locked = false
	})
}

// sameNumber is row A1: a csi is not a person.
func (m *matrix) sameNumber(t *testing.T) {
	m.scenario(t, "somebody new has a leaver's number", func(t *testing.T) {
		x := newFronted(t)
		young := x.enters(t, numberOf(x.people[3], 500))
		x.waits(t, "same-person")
		x.gone(t, 0, 0, x.people[3].Account)
		x.unpack(t, young, "")
		x.yes(t, 0)
		x.fixed(t)
	})
	m.scenario(t, "the leaver is back while somebody new has the number", func(t *testing.T) {
		x := settledFronted(t)
		x.set("leavers.grace.id", "168h")
		x.away(t, 3)
		phone := x.phoneOf(x.people[3])
		young := x.enters(t, numberOf(x.people[3], 500))
		x.endures(t, 0)
		x.unpack(t, young, "")
		x.enable(t, 3)
		x.lasts(t, 0).says(t, "the csi "+young.Number+" is also that of")
		x.edit(t, x.people[3], "employeeNumber", "200003")
		x.people[3].Number = "200003"
		x.endures(t, 0)
		x.unpack(t, x.people[3], phone)
		x.fixed(t)
	})
	m.scenario(t, "an account made anew elsewhere, the name in other letters", func(t *testing.T) {
		x := newFronted(t)
		old := x.people[7]
		if err := x.Move(old.DN, "uid="+old.Account+","+memorySuffix); err != nil {
			t.Fatal(err)
		}
		again := old
		again.GivenName, x.people[7].GivenName = "JU\u0308RGEN", "JÜRGEN"
		x.hire(t, again)
		x.lasts(t, 0)
		x.fixed(t)
	})
	m.scenario(t, "the number is taken in another source, after a rename", func(t *testing.T) {
		hr := newMemory(t, 0)
		for n := range 12 {
			hr.join(t, 700+n)
		}
		x := settledFronted(t, func(w *world, f *front) {
			w.addSource(t, "hr", hr.site)
			f.memory.people = append(f.memory.people, hr.people...)
		})
		x.set("sources.0.name", "head")
		x.must(t, 0, "source", "rename", "corp", "head")
		x.leaves(t, 3)
		x.people = append(x.people, hr.hire(t, numberOf(x.people[3], 500)))
		x.waits(t, "same-person")
		x.unpack(t, x.people[len(x.people)-1], "")
		x.yes(t, 0)
		x.fixed(t)
	})
}

// sharedThings is row A2: what two people share belongs to neither.
func (m *matrix) sharedThings(t *testing.T) {
	m.scenario(t, "an external uses the leaver's credential", func(t *testing.T) {
		x := newFronted(t)
		old := x.people[3]
		x.reports(t, old, "EXT-1")
		x.waits(t, "others-use")
		x.orders(t, 3, old.Account).says(t, "reports the csi EXT-1, which is nobody's here", "threema-dirsync approve ")
		x.gone(t, 0, 0)
		x.reports(t, old, old.Number)
		x.fixed(t)
	})
	m.scenario(t, "the owner of a shared credential is back, and leaves again", func(t *testing.T) {
		x := newFronted(t)
		old, friend := x.people[3], x.people[5]
		x.reports(t, old, friend.Number)
		x.waits(t, "others-use")
		x.must(t, 0, "approve", x.hash(t), "--ttl", "720h")
		x.enable(t, 3)
		x.endures(t, 0)
		x.disable(t, old)
		x.waits(t, "others-use")
		x.gone(t, 0, 0)
		x.reports(t, old, old.Number)
		x.fixed(t)
	})
	m.scenario(t, "a colleague's phone on the leaver's credential", func(t *testing.T) {
		x := settledFronted(t)
		old, friend := x.people[3], x.people[5]
		phone := x.phoneOf(friend)
		x.borrows(t, phone, old)
		x.endures(t, 0)
		x.leaves(t, 3)
		x.waits(t, "others-use")
		x.gone(t, 0, 1, old.Account)
		x.borrows(t, phone, friend)
		x.endures(t, 3)
		x.advance(t, 31*24*time.Hour)
		x.fixed(t)
	})
	m.scenario(t, "a Gateway ID on the leaver's credential", func(t *testing.T) {
		x := newFronted(t)
		x.inPackage(t, func(s *worksim.State) {
			n := credentialOf(s, x.people[3])
			s.Users = append(s.Users, worksim.User{ID: "*GATEWAY", CredentialID: s.Credentials[n].ID})
			s.Credentials[n].Users = append(s.Credentials[n].Users, "*GATEWAY")
		})
		x.lasts(t, 3).says(t, "* by-hand  since ", "by hand in the management cockpit")
		x.gone(t, 0, 0)
		x.inPackage(t, func(s *worksim.State) {
			s.Users = slices.DeleteFunc(s.Users, func(u worksim.User) bool { return u.ID == "*GATEWAY" })
			for n := range s.Credentials {
				s.Credentials[n].Users = slices.DeleteFunc(s.Credentials[n].Users, func(id string) bool { return id == "*GATEWAY" })
			}
		})
		x.fixed(t)
	})
	m.scenario(t, "a second phone between the plan and the withdrawal", func(t *testing.T) {
		x := newFronted(t)
		old := x.people[3]
		x.sim.fault(t, worksim.Fault{Method: http.MethodGet, Path: "/credentials/", Delay: 300 * time.Millisecond, Times: 1})
		pass := x.start(t, "run", "--once")
		x.sim.awaitRequest(t, 1, "GET /credentials/")
		x.inPackage(t, func(s *worksim.State) {
			n := credentialOf(s, old)
			s.Users = append(s.Users, worksim.User{ID: "SECOND01", CredentialID: s.Credentials[n].ID, CSI: old.Number})
			s.Credentials[n].Users = append(s.Credentials[n].Users, "SECOND01")
		})
		pass.wait(t).says(t, "SKIPPED: withdraw of "+old.DN)
		x.gone(t, 0, 0)
		x.notePhones(t)
		x.ends[old.Number]++
		x.fixed(t)
	})
}

// renumbers gives somebody another number, which the phone hears of.
func (x fronted) renumbers(t *testing.T, n int, number string) {
	t.Helper()
	x.edit(t, x.people[n], "employeeNumber", number)
	x.people[n].Number = number
	x.endures(t, 0)
	x.advance(t, 24*time.Hour)
	x.notePhones(t)
}

// numbersOfBefore is row A3: a list names a person, not a spelling.
func (m *matrix) numbersOfBefore(t *testing.T) {
	m.scenario(t, "protected by the number of two renumberings ago", func(t *testing.T) {
		x := settledFronted(t)
		x.set("protect.csi", []any{x.people[3].Number})
		x.renumbers(t, 3, "A-3")
		x.renumbers(t, 3, "B-3")
		x.leaves(t, 3)
		x.waits(t, "approval")
		x.gone(t, 0, 0)
		x.yes(t, 0)
		x.fixed(t)
	})
	m.scenario(t, "never revoked by an old number, and the phone was off", func(t *testing.T) {
		x := settledFronted(t)
		old := x.people[3]
		x.set("leavers.never_revoke", []any{old.Number})
		x.reports(t, old, old.Number) // for good
		x.renumbers(t, 3, "A-3")
		x.leaves(t, 3)
		x.ends[old.Number]++
		x.lasts(t, 0)
		x.gone(t, 1, 0, old.Account)
		x.holds(t, x.people, true)
	})
	for name, number := range map[string]string{"full-width digits": "１００００３", "leading zeros": "00100003", "a blank": "100 003"} {
		m.scenario(t, "a leaver's number in "+name, func(t *testing.T) {
			x := newFronted(t)
			young := testdir.NewPerson(500)
			young.Number = number
			x.enters(t, young)
			x.waits(t, "like-csi")
			x.gone(t, 0, 0, x.people[3].Account)
			young = x.people[len(x.people)-1]
			x.edit(t, young, "employeeNumber", "100500")
			x.people[len(x.people)-1].Number = "100500"
			x.endures(t, 0)
			x.unpack(t, young, "")
			x.fixed(t)
		})
	}
}

// oneDeparture is row A4: a yes is for one departure.
func (m *matrix) oneDeparture(t *testing.T) {
	m.scenario(t, "approved as one of many, back, and gone alone", func(t *testing.T) {
		x := settledFronted(t)
		x.set("limits.leavers.run", window(2, 50))
		x.set("leavers.approval", "irreversible")
		for n := 3; n < 8; n++ {
			x.disable(t, x.people[n])
		}
		x.lasts(t, 3).says(t, "GUARD leavers-run")
		x.must(t, 0, "approve", x.hash(t), "--ttl", "720h")
		for n := 3; n < 8; n++ {
			x.enable(t, n)
		}
		x.endures(t, 0)
		x.leaves(t, 4)
		x.waits(t, "approval")
		x.gone(t, 0, 0, x.people[4].Account) // a withdrawal takes no yes, and the limit allows one
		x.yes(t, 0)
		x.fixed(t)
	})
	m.scenario(t, "back for so long as an order for somebody else takes", func(t *testing.T) {
		x := settledFronted(t)
		x.set("leavers.approval", "all")
		x.disable(t, x.people[3])
		x.endures(t, 3)
		x.must(t, 0, "approve", x.hash(t), "--ttl", "720h")
		x.enable(t, 3)
		x.must(t, 1, "withdraw", "nobody", "--reason", "stolen phone")
		x.leaves(t, 3)
		x.waits(t, "approval")
		x.gone(t, 0, 0)
		x.yes(t, 0)
		x.fixed(t)
	})
}

// severalValues is row A5: of several values one is not picked silently.
func (m *matrix) severalValues(t *testing.T) {
	m.scenario(t, "another server gives the values in another order", func(t *testing.T) {
		newFronted(t).through(t, fault{
			root: map[string][]string{"dnsHostName": {"dc2.example.org"}},
			edit: func(e *ldap.Entry) *ldap.Entry {
				for _, attribute := range []string{"uid", "givenName", "employeeNumber"} {
					if value := e.GetAttributeValue(attribute); value != "" {
						e = withAll(e, attribute, "aaa", value, "zzz")
					}
				}
				return e
			},
		}, 0)
	})
	m.scenario(t, "a colleague's second number is the leaver's", func(t *testing.T) {
		x := newFronted(t)
		x.edit(t, x.people[5], "employeeNumber", x.people[3].Number, x.people[5].Number)
		x.lasts(t, 0)
		x.edit(t, x.people[5], "employeeNumber", x.people[5].Number)
		x.fixed(t)
	})
	m.scenario(t, "somebody new may have the leaver's number", func(t *testing.T) {
		x := newFronted(t)
		young := x.enters(t, testdir.NewPerson(500))
		x.edit(t, young, "employeeNumber", x.people[3].Number, young.Number)
		x.waits(t, "same-person")
		x.gone(t, 0, 0, x.people[3].Account)
		x.edit(t, young, "employeeNumber", young.Number)
		x.endures(t, 0)
		x.unpack(t, young, "")
		x.fixed(t)
	})
	m.scenario(t, "the login in use is not among the values any more", func(t *testing.T) {
		x := newFronted(t)
		x.through(t, fault{edit: func(e *ldap.Entry) *ldap.Entry {
			if e.GetAttributeValue("employeeNumber") == x.people[5].Number {
				e = withAll(e, "uid", "aaa", "zzz")
				e.DN = fmt.Sprintf("cn=%s,%s", x.people[5].Account, x.baseDN)
			}
			return e
		}}, 0)
	})
}
