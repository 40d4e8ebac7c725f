package ldapsource

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// part is what the scripted controller shows of a group's members, under a name with its range.
type part struct {
	name     string
	from, to int // members from up to but without to
}

func (p part) attribute() map[string][]string {
	var members []string
	for i := p.from; i < p.to; i++ {
		members = append(members, account(i, nil).DN)
	}
	return map[string][]string{p.name: members}
}

// rangedDomain is a domain controller that shows a group of twelve in parts, as Windows does with
// more than 1,500: the first unasked, the others by the bound that is asked for.
func rangedDomain(t *testing.T, parts map[string][]part) Config {
	t.Helper()
	const group = "CN=big," + peer.Suffix
	var people []*ldap.Entry
	for i := range 14 {
		people = append(people, account(i, map[string][]string{"primaryGroupID": {"513"}, "objectSid": {rawSID(21, 1, 2, 3, uint32(2000+i))}}))
	}
	script := domainPeer(peer.Page("", people...), peer.Page(""), peer.Page("", people...)) // the read, the strangers, and any more
	rest := script.Base
	script.Base = func(s *peer.Session) error {
		op, _ := s.Request.Op.(ldapwire.Search)
		if op.BaseDN != group {
			return rest(s)
		}
		asked := slices.IndexFunc(op.Attributes, func(name string) bool { return strings.HasPrefix(name, "member") })
		shown, there := parts[op.Attributes[asked]]
		if !there {
			return peer.Done(ldap.LDAPResultNoSuchObject)(s)
		}
		attributes := map[string][]string{"objectClass": {"group"}, "objectSid": {rawSID(21, 1, 2, 3, 1500)}}
		for _, p := range shown {
			maps.Copy(attributes, p.attribute())
		}
		return peer.Do(peer.Entries(ldap.NewEntry(group, attributes)), peer.Done(0))(s)
	}
	return forPeer(t, peer.Start(t, script), func(c *Config) { c.Profile, c.Groups = ActiveDirectory, []string{group} })
}

// TestB2_Ranges: a part that is empty, comes again, leaves a gap or never ends is a group that is
// not known wholly. Without span.joins the rows with a fault let people depart.
func TestB2_Ranges(t *testing.T) {
	t.Parallel()
	first := []part{{"member", 0, 0}, {"member;range=0-4", 0, 5}}
	for name, tt := range map[string]struct {
		parts  map[string][]part
		fault  string // "": all twelve are known
		people int
	}{
		"whole":             {map[string][]part{"member": {{"member", 0, 12}}}, "", 12},
		"in three":          {map[string][]part{"member": first, "member;range=5-*": {{"member;range=5-9", 5, 10}}, "member;range=10-*": {{"member;Range=10-*", 10, 12}}}, "", 12},
		"last of full size": {map[string][]part{"member": first, "member;range=5-*": {{"member;range=5-*", 5, 12}}}, "", 12},
		"empty step":        {map[string][]part{"member": first, "member;range=5-*": {{"member;range=5-*", 5, 5}}}, "the part from 5 on is empty", 0},
		"no step":           {map[string][]part{"member": first, "member;range=5-*": {{"member", 5, 5}}}, "does not show it", 0},
		"first again":       {map[string][]part{"member": first, "member;range=5-*": {{"member;range=0-4", 0, 5}}}, "values from 5 on were due, and those from 0 came", 0},
		"overlap":           {map[string][]part{"member": first, "member;range=5-*": {{"member;range=4-*", 4, 12}}}, "from 5 on were due", 0},
		"gap":               {map[string][]part{"member": first, "member;range=5-*": {{"member;range=6-*", 6, 12}}}, "from 5 on were due", 0},
		"short":             {map[string][]part{"member": first, "member;range=5-*": {{"member;range=5-9", 5, 8}}}, "the part 5 to 9 has 3 values", 0},
		"backwards":         {map[string][]part{"member": first, "member;range=5-*": {{"member;range=5-3", 5, 12}}}, "the part 5 to 3 has 7 values", 0},
		"begins late":       {map[string][]part{"member": {{"member;range=1-*", 1, 12}}}, "from 0 on were due", 0},
		"whole and part":    {map[string][]part{"member": {{"member", 0, 5}, {"member;range=0-4", 0, 5}}}, "both whole and in parts", 0},
		"two parts":         {map[string][]part{"member": {{"member;range=0-4", 0, 5}, {"member;range=5-*", 5, 12}}}, "two ranges of member", 0},
		"garbage":           {map[string][]part{"member": {{"member;range=0-x", 0, 5}}}, `"x" is no bound`, 0},
		"gone meanwhile":    {map[string][]part{"member": first}, "was gone before all of member", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snapshot := mustRead(t, mustNew(t, rangedDomain(t, tt.parts)))
			states := map[model.AccountState]int{}
			for _, p := range snapshot.People {
				states[p.State]++
			}
			c := condition(t, snapshot.Conditions, groups)
			if c.OK != (tt.fault == "") || snapshot.Departures() != c.OK || !strings.Contains(english.Say(c.Detail), tt.fault) {
				t.Errorf("%+v", c)
			}
			if tt.fault != "" && states[model.Departed] > 0 || states[model.Entitled] != tt.people {
				t.Errorf("%v", states)
			}
		})
	}
}

// TestB14_OneHiddenMember: the fifteenth is not found, though everything else beside it can be
// seen. In Active Directory nothing dangles, so somebody hides it. With linksFollow false it
// would count as deleted, and as a group its members as people who left.
func TestB14_OneHiddenMember(t *testing.T) {
	t.Parallel()
	snapshot := mustRead(t, mustNew(t, rangedDomain(t, map[string][]part{"member": {{"member", 0, 15}}})))
	c := condition(t, snapshot.Conditions, groups)
	if c.OK || snapshot.Departures() || !strings.Contains(english.Say(c.Detail), "14 people, 1 member that is not found; 1 member cannot be read") {
		t.Errorf("%+v", c)
	}
}

func TestParseRange(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]string{
		"range=0-1499": "0 1499 false", "range=1500-*": "1500 0 true", "binary;range=3-4": "3 4 false", "range=5-4": "5 4 false",
		"lang-de": "none", "": "none", "range": "none",
		"range=": "error", "range=0": "error", "range=-1": "error", "range=*-5": "error", "range=+1-2": "error", "range=01-2": "error",
		"range=0-99999999999999999999": "error", "range=0-1;range=2-3": "error", "range=0-1-2": "error",
	} {
		s, ok, err := parseRange(options)
		var got string
		switch {
		case err != nil:
			got = "error"
		case !ok:
			got = "none"
		default:
			got = fmt.Sprint(s.low, " ", s.high, " ", s.last)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", options, got, want)
		}
	}
}

// FuzzParseRange: what is understood is written the same way again, and joins only where it begins.
func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"range=0-1499", "range=1500-*", "lang-de;range=0-0", "range=0-", "range=a-b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, options string) {
		s, ok, err := parseRange(options)
		if err != nil || !ok {
			return
		}
		text := fmt.Sprintf("range=%d-%d", s.low, s.high)
		if s.last {
			text = fmt.Sprintf("range=%d-*", s.low)
		}
		if !slices.Contains(strings.Split(options, ";"), text) {
			t.Errorf("%q is read as %q", options, text)
		}
		if s.misfit(s.low).Code == "" || s.misfit(s.low+1).Code == "" {
			t.Errorf("%q joins without a value", options)
		}
	})
}
