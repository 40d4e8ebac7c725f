package ldapsource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// tally counts what a read of everybody showed.
type tally struct {
	entries, people int
	skipped         []string       // the DNs of entries that are no people
	shown           map[string]int // attributes: how many people show them
	states          map[string]int // values of the attribute that switches an account off: how many people have them
}

func (t *tally) count(attributes []string, state string, e entry) {
	if t.shown == nil {
		t.shown, t.states = map[string]int{}, map[string]int{}
	}
	t.people++
	for _, value := range e.all(state) {
		t.states[strings.ToLower(value)]++
	}
	for _, name := range attributes {
		if e.first(name) != "" {
			t.shown[name]++
		}
	}
}

// describe counts the entries, and says why there are fewer people, if there are.
func (t *tally) describe() []model.Reason {
	const shown = 8
	counts := model.Because("entries-were-all", t.entries).Some()
	if len(t.skipped) > 0 {
		names := slices.Sorted(slices.Values(t.skipped))
		counts = append(counts, model.Because("others-passed-over", t.people, wording.SomeOf(names, shown, " | ")))
	}
	return counts
}

// checkProduct compares the profile with what the server calls itself: with another one, the
// attributes of this product that end an account are not even asked for.
func (v *session) checkProduct() Finding {
	f := Finding{Name: "profile", Verdict: Pass, Tried: "compare the profile " + string(v.cfg.Profile) + " with the server", Came: model.Because("server-product", v.root.product())}
	if fitting := v.betterProfiles(); fitting != "" {
		f.Verdict = Warning
		f.Advice = model.Because("set-fitting-profile", fitting)
	}
	return f
}

// betterProfiles are those of the product that the server calls itself, in words, where the configured one is of
// another; else "".
func (v *session) betterProfiles() string {
	fitting := v.root.profiles()
	if v.cfg.Profile == Custom || slices.Contains(fitting, v.cfg.Profile) {
		return ""
	}
	var names []string
	for _, profile := range fitting {
		names = append(names, string(profile))
	}
	return strings.Join(names, " or ")
}

// checkLimits makes a human look at a total that a silent limit may have made (pitfall A6).
func (v *session) checkLimits() Finding {
	f, counts := Finding{Name: "limits", Verdict: Pass, Tried: fmt.Sprintf("read everybody in pages of %d", v.cfg.PageSize)}, v.tally.describe()
	if isRound(v.tally.entries) {
		counts = append(counts, model.Because("usual-size-limit"))
		f.Verdict, f.Advice = Warning, model.Because("count-otherwise", v.profile.limitsAdvice(v.cfg.BindDN))
	}
	f.Came = model.Because("entries-counted", counts)
	return f
}

// checkAccountState tells how many people show the attributes by which an account ends. Where
// nobody shows one, either nobody's account was ever switched off, or an access rule hides them,
// and then disabled accounts look like enabled ones (pitfalls B14, C6).
func (v *session) checkAccountState() Finding {
	names := v.profile.lifecycle()
	f := Finding{Name: "account-state", Verdict: Pass, Tried: "read " + strings.Join(names, ", ") + " of everybody"}
	var counts []model.Reason
	var known, never []string
	for _, name := range names {
		if !v.schema.knows(name) {
			counts = append(counts, model.Because("attribute-not-in-schema", name))
			continue
		}
		counts, known = append(counts, model.Because("attribute-shown", v.tally.shown[name], v.tally.people, name)), append(known, name)
		if v.tally.shown[name] == 0 {
			never = append(never, name)
		}
	}
	f.Came = model.Because("account-state-shown", counts)
	expected := func(name string) bool { return slices.Contains(v.profile.required(), name) }
	switch {
	case len(known) == 0: // nothing in the schema ends an account: no right would help
		f.Verdict, f.Advice = Warning, model.Because("no-account-state")
	case len(never) == len(known) || slices.ContainsFunc(never, expected):
		f.Verdict, f.Advice = Warning, model.Because("let-account-state-be-read", v.cfg.BindDN, strings.Join(never, " and "))
	}
	return f
}

// checkChanges tells whether a poll would find what changed. Where the attribute that tells is
// hidden, it would find nothing, and without any error.
func (v *session) checkChanges() Finding {
	f := Finding{Name: "changes", Verdict: Warning, Tried: "look whether the directory tells what changed", Advice: pollOff()}
	w, err := v.profile.window(v, "")
	if err != nil {
		f.Came = said(err)
		return f
	}
	f.Tried += " by " + w.attribute
	shown, err := v.shows(v.cfg.BaseDN, ldap.ScopeWholeSubtree, allOf(v.filter, present(w.attribute)))
	switch {
	case err != nil:
		f.Came, f.Advice = said(err), model.Because("check-again")
	case !v.schema.knows(w.attribute):
		f.Came = model.Because("marker-not-in-schema")
	case !shown:
		f.Came, f.Advice = model.Because("marker-hidden"), model.Because("let-marker-be-read", pollOff())
	default:
		f.Verdict, f.Came, f.Advice = Pass, model.Because("marker-shown"), model.Reason{}
	}
	return f
}

// checkTombstones tells whether deleted people can be told from hidden ones. It is a choice: where
// they cannot, an absence is weak evidence and takes its time (pitfall B13).
func (v *session) checkTombstones() []Finding {
	container, grant := v.profile.deletedObjects(v.root)
	if container == "" {
		return nil
	}
	f := Finding{Name: "tombstones", Verdict: Pass, Tried: "read the container of deleted objects", Came: model.Because("tombstones-readable")}
	result, err := v.conn.Search(&ldap.SearchRequest{
		BaseDN: container, Scope: ldap.ScopeBaseObject, DerefAliases: ldap.NeverDerefAliases, TimeLimit: timeLimit,
		Filter: string(anything), Attributes: []string{"objectClass"}, Controls: []ldap.Control{showDeleted()},
	})
	_, answered := serverCode(err)
	switch {
	case err != nil && !answered:
		f.Verdict, f.Came, f.Advice = Warning, said(err), model.Because("check-again")
	case err != nil, len(result.Entries) == 0, len(result.Entries[0].Attributes) == 0:
		f.Came, f.Advice = model.Because("tombstones-hidden"), model.Because("let-tombstones-be-read", grant)
	}
	return []Finding{f}
}
