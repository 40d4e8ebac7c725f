package plan_test

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestHint: news are what a pass would act upon. Silence is never news, and neither is what the
// last pass has seen already.
func TestHint(t *testing.T) {
	t.Parallel()
	id := plan.PersonID{Source: "corp", ID: "1"}
	seen := func(state plan.AccountState) *plan.Observation {
		return &plan.Observation{Person: id, DN: "CN=Ada,OU=A,DC=corp", CSI: "E1", State: state}
	}
	is := func(state plan.AccountState, kind plan.EvidenceKind, edit ...func(*plan.Identity)) plan.Identity {
		i := plan.Identity{Person: id, DN: "cn=ada,ou=a,dc=corp", CSI: "E1", State: state, Evidence: plan.Evidence{Kind: kind}}
		for _, change := range edit {
			change(&i)
		}
		return i
	}
	held := func(i *plan.Identity) { i.Held, i.CSI = "no csi", "" }
	excluded := func(i *plan.Identity) { i.Excluded = true }
	elsewhere := func(i *plan.Identity) { i.DN = "CN=Ada,OU=B,DC=corp" }
	rekeyed := func(i *plan.Identity) { i.CSI = "E2" }
	for name, tt := range map[string]struct {
		had  *plan.Observation // nil: never seen
		now  plan.Identity
		want plan.Hint
	}{
		"new":                           {nil, is(plan.Entitled, ""), plan.HintJoined},
		"new and held":                  {nil, is(plan.Entitled, "", held), ""},
		"new and excluded":              {nil, is(plan.Entitled, "", excluded), ""},
		"new and disabled":              {nil, is(plan.Departed, plan.Disabled), ""},
		"as before":                     {seen(plan.Entitled), is(plan.Entitled, ""), ""},
		"moved":                         {seen(plan.Entitled), is(plan.Entitled, "", elsewhere), plan.HintMoved},
		"moved and excluded":            {seen(plan.Entitled), is(plan.Entitled, "", elsewhere, excluded), ""},
		"another csi":                   {seen(plan.Entitled), is(plan.Entitled, "", rekeyed), plan.HintMoved},
		"no csi any more":               {seen(plan.Entitled), is(plan.Entitled, "", held), ""},
		"disabled":                      {seen(plan.Entitled), is(plan.Departed, plan.Disabled), plan.HintDisabled},
		"disabled, and unknown before":  {seen(plan.Unknown), is(plan.Departed, plan.Disabled), plan.HintDisabled},
		"disabled already":              {seen(plan.Departed), is(plan.Departed, plan.Disabled), ""},
		"disabled and excluded":         {seen(plan.Entitled), is(plan.Departed, plan.Disabled, excluded), ""},
		"expired, which does not count": {seen(plan.Entitled), is(plan.Departed, plan.Expired), ""},
		"out of the groups":             {seen(plan.Entitled), is(plan.Departed, plan.OutOfScope), ""},
		"hidden":                        {seen(plan.Entitled), is(plan.Unknown, ""), ""},
		"back":                          {seen(plan.Departed), is(plan.Entitled, ""), plan.HintJoined},
		"back, whose name does not map": {seen(plan.Departed), is(plan.Entitled, "", held), plan.HintJoined},
		"readable again":                {seen(plan.Unknown), is(plan.Entitled, ""), plan.HintJoined},
	} {
		policy := plan.Policy{Evidence: []plan.EvidenceKind{plan.Disabled, plan.OutOfScope}}
		var had plan.Observation
		if tt.had != nil {
			had = *tt.had
		}
		if got := policy.Hint(had, tt.had != nil, tt.now); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
