package plan_test

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestHint: news are what a pass would act upon. Silence is never news, and neither is what the
// last pass has seen already.
func TestHint(t *testing.T) {
	t.Parallel()
	id := model.PersonID{Source: "corp", ID: "1"}
	seen := func(state model.AccountState) *model.Observation {
		return &model.Observation{Subject: model.Subject{Person: id, CSI: "E1", DN: "CN=Ada,OU=A,DC=corp"}, State: state}
	}
	is := func(state model.AccountState, kind model.EvidenceKind, edit ...func(*model.Identity)) model.Identity {
		i := model.Identity{Subject: model.Subject{Person: id, CSI: "E1", DN: "cn=ada,ou=a,dc=corp"}, State: state, Evidence: model.Evidence{Kind: kind}}
		for _, change := range edit {
			change(&i)
		}
		return i
	}
	held := func(i *model.Identity) { i.Held, i.CSI = model.Told("", "no csi").Some(), "" }
	excluded := func(i *model.Identity) { i.Excluded = true }
	elsewhere := func(i *model.Identity) { i.DN = "CN=Ada,OU=B,DC=corp" }
	rekeyed := func(i *model.Identity) { i.CSI = "E2" }
	for name, tt := range map[string]struct {
		had  *model.Observation // nil: never seen
		now  model.Identity
		want model.Hint
	}{
		"new":                           {nil, is(model.Entitled, ""), model.HintJoined},
		"new and held":                  {nil, is(model.Entitled, "", held), ""},
		"new and excluded":              {nil, is(model.Entitled, "", excluded), ""},
		"new and disabled":              {nil, is(model.Departed, model.Disabled), ""},
		"as before":                     {seen(model.Entitled), is(model.Entitled, ""), ""},
		"moved":                         {seen(model.Entitled), is(model.Entitled, "", elsewhere), model.HintMoved},
		"moved and excluded":            {seen(model.Entitled), is(model.Entitled, "", elsewhere, excluded), ""},
		"another csi":                   {seen(model.Entitled), is(model.Entitled, "", rekeyed), model.HintMoved},
		"no csi any more":               {seen(model.Entitled), is(model.Entitled, "", held), ""},
		"disabled":                      {seen(model.Entitled), is(model.Departed, model.Disabled), model.HintDisabled},
		"disabled, and unknown before":  {seen(model.Unknown), is(model.Departed, model.Disabled), model.HintDisabled},
		"disabled already":              {seen(model.Departed), is(model.Departed, model.Disabled), ""},
		"disabled and excluded":         {seen(model.Entitled), is(model.Departed, model.Disabled, excluded), ""},
		"expired, which does not count": {seen(model.Entitled), is(model.Departed, model.Expired), ""},
		"out of the groups":             {seen(model.Entitled), is(model.Departed, model.OutOfScope), ""},
		"hidden":                        {seen(model.Entitled), is(model.Unknown, ""), ""},
		"back":                          {seen(model.Departed), is(model.Entitled, ""), model.HintJoined},
		"back, whose name does not map": {seen(model.Departed), is(model.Entitled, "", held), model.HintJoined},
		"readable again":                {seen(model.Unknown), is(model.Entitled, ""), model.HintJoined},
	} {
		policy := model.Policy{Evidence: []model.EvidenceKind{model.Disabled, model.OutOfScope}}
		var had model.Observation
		if tt.had != nil {
			had = *tt.had
		}
		if got := policy.Hint(had, tt.had != nil, tt.now); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
