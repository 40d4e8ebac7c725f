package ldapsource

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// adGroup makes a group of Active Directory.
func adGroup(parent, name string, members ...string) testdir.Entry {
	e := groupIn(parent, "group", name, members...)
	e.Attributes["sAMAccountName"] = []string{name}
	return e
}

// TestGroupsOfDomain: nested four deep with a cycle, a primary group that is nested itself,
// members that are no people, and one of another forest.
func TestGroupsOfDomain(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	people := addTo(t, srv, unit, 6000, 12)
	at := func(name string) string { return "CN=" + name + "," + unit }
	const foreigner = "<SID=S-1-5-21-1-2-3-1107>" // Samba makes it an entry
	chart := charts{
		"gt-top":     {names(people[:2]), []string{"gt-two"}},
		"gt-two":     {names(people[2:4]), []string{"gt-three"}},
		"gt-three":   {names(people[3:6]), []string{"gt-four", "gt-two"}},
		"gt-four":    {names(people[6:8]), []string{"gt-top", "gt-primary"}},
		"gt-primary": {names(people[9:11]), nil}, // one by the group, one by primaryGroupID
	}
	srv.Add(t,
		adGroup(unit, "gt-primary", dns(people[9:11])...),
		adGroup(unit, "gt-empty"),
		adGroup(unit, "gt-four", dns(people[6:8])...),
		adGroup(unit, "gt-three", append(dns(people[3:6]), at("gt-four"))...),
		adGroup(unit, "gt-two", append(dns(people[2:4]), at("gt-three"), srv.ContactDN, srv.ComputerDN)...),
		adGroup(unit, "gt-top", append(dns(people[:2]), at("gt-two"), at("gt-empty"), foreigner)...),
	)
	srv.Modify(t, at("gt-three"), "member", append(dns(people[3:6]), at("gt-four"), at("gt-two"))...)
	srv.Modify(t, at("gt-four"), "member", append(dns(people[6:8]), at("gt-top"), at("gt-primary"))...)
	makePrimary(t, srv, people[10].DN, at("gt-primary"))
	for root := range chart {
		t.Run(root, func(t *testing.T) {
			s := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.Groups = []string{strings.ToLower(at(root))} }))
			snapshot := wantMembers(t, s, "samaccountname", chart.everybody(root))
			if !snapshot.Departures() {
				t.Errorf("departures are blocked: %+v", snapshot.Conditions)
			}
			wantSameFromBelow(t, s, snapshot)
		})
	}
	top := func(c *Config) { c.Groups = []string{at("gt-top")} }
	c := condition(t, mustRead(t, mustNew(t, forDomain(t, srv, narrow, top))).Conditions, groups)
	if want := at("gt-top") + ": 10 people, 5 groups in it, 1 member of another domain"; english.Say(c.Detail) != want {
		t.Errorf("%q, want %q", english.Say(c.Detail), want)
	}
	t.Run("labels", func(t *testing.T) { wantLabels(t, forDomain(t, srv, narrow), "samaccountname", chart, at) })
	t.Run("Domain Users", func(t *testing.T) { // lists nobody but the one who has another primary group
		users := func(c *Config) { c.Groups = []string{"CN=Domain Users,CN=Users," + srv.BaseDN} }
		want := charts{"all": {names(people), nil}}.everybody("all")
		chart := charts{"Domain Users": {names(people), nil}}
		wantLabels(t, forDomain(t, srv, narrow), "samaccountname", chart, func(name string) string { return "CN=" + name + ",CN=Users," + srv.BaseDN })
		snapshot := wantMembers(t, mustNew(t, forDomain(t, srv, narrow, users)), "samaccountname", want)
		wantSameFromBelow(t, mustNew(t, forDomain(t, srv, narrow, users)), snapshot)
	})
	t.Run("empty", func(t *testing.T) {
		empty := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.Groups, c.LabelGroups = []string{at("gt-empty")}, []string{at("gt-empty")} }))
		snapshot := mustRead(t, empty)
		if snapshot.Departures() || snapshot.People[0].State != model.Unknown {
			t.Errorf("%+v", snapshot)
		}
		if c := condition(t, snapshot.Conditions, labelGroups); !c.OK || snapshot.People[0].Groups[at("gt-empty")] != model.MembershipUnknown ||
			!strings.Contains(english.Say(c.Detail), "it shows no member: either it is empty, or the bind account may not read who is in it") {
			t.Errorf("%+v, %v", c, snapshot.People[0].Groups)
		}
		if got, err := empty.Recheck(t.Context(), []model.Tracked{trackedAs(snapshot.People[0])}); err == nil && got[0].State != model.Unknown {
			t.Errorf("%+v", got)
		}
	})
}

// TestRulesAmongTheMembers: what stands for everyone, or for who is logged in, may have anybody.
func TestRulesAmongTheMembers(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	p := addTo(t, srv, unit, 6170, 2)
	group := adGroup(unit, "gr-rule", p[0].DN, "CN=S-1-5-11,CN=ForeignSecurityPrincipals,"+srv.BaseDN)
	outer := adGroup(unit, "gr-outer", group.DN)
	srv.Add(t, group, outer)
	for _, dn := range []string{group.DN, outer.DN} {
		s := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.Groups = []string{dn} }))
		snapshot := wantMembers(t, s, "samaccountname", map[string]bool{p[0].Account: true})
		c := condition(t, snapshot.Conditions, groups)
		if c.OK || !strings.Contains(english.Say(c.Detail), "S-1-5-11), which is not followed") {
			t.Errorf("%+v", c)
		}
		if got := byAttribute(snapshot.People, "samaccountname")[p[1].Account]; got.State != model.Unknown {
			t.Errorf("%+v", got)
		}
	}
}

func baseSearch(dn, attribute string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, string(anything), []string{attribute}, nil)
}

// makePrimary gives a member of a group it as the primary one, which takes the person off its list.
func makePrimary(t *testing.T, srv *sambaad.Server, person, group string) {
	t.Helper()
	conn := srv.Connect(t, srv.AdminDN)
	result, err := conn.Search(baseSearch(group, "objectSid"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := parseSID(string(result.Entries[0].GetRawAttributeValue("objectSid")))
	if err != nil {
		t.Fatal(err)
	}
	srv.Modify(t, person, "primaryGroupID", fmt.Sprint(id.rid()))
	if result, err = conn.Search(baseSearch(group, "member")); err != nil || strings.Contains(strings.Join(result.Entries[0].GetAttributeValues("member"), " "), person) {
		t.Fatalf("%s is still listed: %v, %v", person, result, err)
	}
}

// TestB14_HiddenMembers: in Active Directory nothing dangles, so a member that cannot be read is
// hidden, and may be a group. Without the doubt its members would look as if they had left.
func TestB14_HiddenMembers(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	people := addTo(t, srv, unit, 6100, 3)
	srv.Add(t, adGroup(srv.HiddenOU, "gh-inner", people[0].DN))
	srv.Add(t, adGroup(unit, "gh-outer", "CN=gh-inner,"+srv.HiddenOU, people[1].DN))
	outer := func(c *Config) {
		c.Groups, c.LabelGroups = []string{"CN=gh-outer," + unit}, []string{"CN=gh-outer," + unit}
	}
	wantMembership := func(snapshot model.Snapshot, want ...model.Membership) {
		t.Helper()
		for n, p := range people {
			if got := byAttribute(snapshot.People, "samaccountname")[p.Account].Groups["CN=gh-outer,"+unit]; got != want[n] {
				t.Errorf("%s: %v, want %v", p.DN, got, want[n])
			}
		}
	}
	whole := wantMembers(t, mustNew(t, forDomain(t, srv, narrow, outer)), "samaccountname",
		map[string]bool{people[0].Account: true, people[1].Account: true})
	wantMembership(whole, model.Member, model.Member, model.NoMember)

	blind := mustNew(t, forDomain(t, srv, narrow, outer, func(c *Config) { c.BindDN = srv.BlindDN }))
	snapshot := wantMembers(t, blind, "samaccountname", map[string]bool{people[1].Account: true})
	if snapshot.Departures() {
		t.Error("somebody may depart")
	}
	wantMembership(snapshot, model.MembershipUnknown, model.Member, model.MembershipUnknown)
	if p := byAttribute(snapshot.People, "samaccountname")[people[0].Account]; p.State != model.Unknown {
		t.Errorf("%+v", p)
	}

	show := srv.HideMembers(t, "CN=gh-outer,"+unit) // then it looks empty
	snapshot = wantMembers(t, mustNew(t, forDomain(t, srv, narrow, outer)), "samaccountname", map[string]bool{})
	wantMembership(snapshot, model.MembershipUnknown, model.MembershipUnknown, model.MembershipUnknown)
	show()
	srv.Modify(t, "CN=gh-outer,"+unit, "member", people[2].DN)
	snapshot = wantMembers(t, mustNew(t, forDomain(t, srv, narrow, outer)), "samaccountname", map[string]bool{people[2].Account: true})
	wantMembership(snapshot, model.NoMember, model.NoMember, model.Member)
}

// TestB2_BigGroup: a group of more than 1,500. Samba shows all of it at once, and continues a
// range that was asked for, so the loop starts here with the first hundred.
func TestB2_BigGroup(t *testing.T) {
	srv := sambaad.Start(t, sambaad.Options{People: 1600})
	big := "CN=big," + srv.GroupsDN
	s := mustNew(t, forDomain(t, srv, func(c *Config) { c.BaseDN, c.Groups, c.PageSize = srv.StaffDN, []string{big}, 500 }))
	snapshot := mustRead(t, s)
	want := map[string]bool{}
	for _, p := range srv.People {
		if p.Entitled() {
			want[p.Account] = true
		}
	}
	if diff := cmp.Diff(want, entitledBy(snapshot, "samaccountname")); diff != "" {
		t.Error(diff)
	}
	_, err := withSession(t.Context(), s, func(_ context.Context, v *session) (struct{}, error) {
		whole, err := v.lookup(big, "member")
		if err != nil {
			return struct{}{}, err
		}
		t.Logf("unasked, the server shows %d values", len(whole.values["member"]))
		first, err := v.lookup(big, "member;range=0-99")
		if err != nil {
			return struct{}{}, err
		}
		all, err := v.allValues(*first, "member")
		if len(all) != 1600 || len(first.values["member"]) != 0 {
			t.Errorf("%d members from %v", len(all), first.values)
		}
		return struct{}{}, err
	})
	if err != nil {
		t.Error(err)
	}
	t.Run("from the side of the members", func(t *testing.T) { sweepBigGroup(t, srv, big) })
}

// sweepBigGroup reads a branch of the company, with a group of everybody: most of its members are
// strangers, among them a group in which somebody of the branch is, and one that is hidden.
func sweepBigGroup(t *testing.T, srv *sambaad.Server, big string) {
	unit := "OU=" + testdir.Units()[0] + "," + srv.StaffDN
	lone := srv.NewPerson(3000)
	lone.State, lone.DN = testdir.Active, "CN="+lone.Account+","+unit
	srv.AddPerson(t, lone)
	srv.Add(t, adGroup(srv.GroupsDN, "sw-inner", lone.DN), adGroup(srv.HiddenOU, "sw-hidden"))
	want, listed := map[string]bool{lone.Account: true}, []string{"CN=sw-inner," + srv.GroupsDN}
	for _, p := range srv.People {
		listed = append(listed, p.DN)
		if p.Unit == testdir.Units()[0] && p.Entitled() {
			want[p.Account] = true
		}
	}
	srv.Modify(t, big, "member", listed...)
	branch := func(edit ...func(*Config)) *Source {
		return mustNew(t, forDomain(t, srv, append(edit, func(c *Config) { c.BaseDN, c.Groups, c.PageSize = unit, []string{big}, 500 })...))
	}
	if snapshot := wantMembers(t, branch(), "samaccountname", want); !snapshot.Departures() {
		t.Errorf("departures are blocked: %+v", snapshot.Conditions)
	}
	_, err := withSession(t.Context(), branch(), func(ctx context.Context, v *session) (struct{}, error) {
		if _, err := v.readPeople(ctx); err != nil {
			return struct{}{}, err
		}
		r := &groupReader{session: v, known: map[string]member{}}
		root, err := r.readRoot(big)
		if err != nil {
			return struct{}{}, err
		}
		if err := r.readByMemberOf(ctx, []*group{root}); err != nil {
			return struct{}{}, err
		}
		if len(r.known) != len(root.rest) || r.known[dnKey(listed[0])].kind != nested {
			t.Errorf("%d of %d strangers are known", len(r.known), len(root.rest))
		}
		if r.worthSweeping(root) {
			t.Error("it would be swept again")
		}
		return struct{}{}, nil
	})
	if err != nil {
		t.Error(err)
	}
	srv.Modify(t, big, "member", append(listed, "CN=sw-hidden,"+srv.HiddenOU)...)
	blind := mustRead(t, branch(func(c *Config) { c.BindDN = srv.BlindDN }))
	if blind.Departures() {
		t.Errorf("a hidden member is not noticed: %+v", condition(t, blind.Conditions, groups))
	}
}
