package ldapsource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
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

// strangers says why there are fewer people than entries.
func (t *tally) strangers() string {
	const shown = 8
	if len(t.skipped) == 0 {
		return ""
	}
	names := slices.Sorted(slices.Values(t.skipped))
	return fmt.Sprintf("; %d are people, the others are built-in accounts and machines, which are passed over: %s", t.people, wording.SomeOf(names, shown, " | "))
}

// checkProduct compares the profile with what the server calls itself: with another one, the
// attributes of this product that end an account are not even asked for.
func (v *session) checkProduct() Finding {
	f := Finding{Name: "profile", Verdict: Pass, Tried: "compare the profile " + string(v.cfg.Profile) + " with the server", Came: v.root.product()}
	if fitting := v.betterProfiles(); fitting != "" {
		f.Verdict = Warning
		f.Advice = "set profile to " + fitting + ": with another one it is not seen that an account is switched off"
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
	f := Finding{
		Name: "limits", Verdict: Pass, Tried: fmt.Sprintf("read everybody in pages of %d", v.cfg.PageSize),
		Came: wording.Counted(v.tally.entries, "entry", "entries") + ", and the server says that this was all",
	}
	f.Came += v.tally.strangers()
	if isRound(v.tally.entries) {
		f.Verdict, f.Came = Warning, f.Came+"; it is also a usual size limit"
		f.Advice = "count the people with another tool; if there are more: " + english.Say(v.profile.limitsAdvice(v.cfg.BindDN))
	}
	return f
}

// noAccountState is for a server whose schema has nothing that ends an account: no right would help.
const noAccountState = "this server cannot tell that an account is switched off, so somebody leaves by being deleted or moved only: " +
	"load its password policy (OpenLDAP: overlay ppolicy), or write profile: custom and name under account the attribute that tells it here"

// checkAccountState tells how many people show the attributes by which an account ends. Where
// nobody shows one, either nobody's account was ever switched off, or an access rule hides them,
// and then disabled accounts look like enabled ones (pitfalls B14, C6).
func (v *session) checkAccountState() Finding {
	names := v.profile.lifecycle()
	f := Finding{Name: "account-state", Verdict: Pass, Tried: "read " + strings.Join(names, ", ") + " of everybody"}
	var counts, known, never []string
	for _, name := range names {
		if !v.schema.knows(name) {
			counts = append(counts, name+" is not in the schema")
			continue
		}
		counts, known = append(counts, fmt.Sprintf("%d of %d people show %s", v.tally.shown[name], v.tally.people, name)), append(known, name)
		if v.tally.shown[name] == 0 {
			never = append(never, name)
		}
	}
	f.Came = strings.Join(counts, ", ")
	expected := func(name string) bool { return slices.Contains(v.profile.required(), name) }
	switch {
	case len(known) == 0:
		f.Verdict, f.Advice = Warning, noAccountState
	case len(never) == len(known) || slices.ContainsFunc(never, expected):
		f.Verdict = Warning
		f.Advice = fmt.Sprintf("let the bind account %s read %s; if it may, switch a test account off and run check again: until one shows, "+
			"a disabled account is not told from an enabled one", v.cfg.BindDN, strings.Join(never, " and "))
	}
	return f
}

// checkChanges tells whether a poll would find what changed. Where the attribute that tells is
// hidden, it would find nothing, and without any error.
func (v *session) checkChanges() Finding {
	f := Finding{Name: "changes", Verdict: Warning, Tried: "look whether the directory tells what changed", Advice: english.Say(pollOff())}
	w, err := v.profile.window(v, "")
	if err != nil {
		f.Came = err.Error()
		return f
	}
	f.Tried += " by " + w.attribute
	shown, err := v.shows(v.cfg.BaseDN, ldap.ScopeWholeSubtree, allOf(v.filter, present(w.attribute)))
	switch {
	case err != nil:
		f.Came, f.Advice = err.Error(), "run check again: the connection ended before the answer"
	case !v.schema.knows(w.attribute):
		f.Came = "the schema does not know it"
	case !shown:
		f.Came = "nobody shows it, so changes wait for the schedule"
		f.Advice = "let the bind account read it, or " + english.Say(pollOff())
	default:
		f.Verdict, f.Came, f.Advice = Pass, "people show it", ""
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
	f := Finding{Name: "tombstones", Verdict: Pass, Tried: "read the container of deleted objects", Came: "the bind account may read it"}
	result, err := v.conn.Search(&ldap.SearchRequest{
		BaseDN: container, Scope: ldap.ScopeBaseObject, DerefAliases: ldap.NeverDerefAliases, TimeLimit: timeLimit,
		Filter: string(anything), Attributes: []string{"objectClass"}, Controls: []ldap.Control{showDeleted()},
	})
	_, answered := serverCode(err)
	switch {
	case err != nil && !answered:
		f.Verdict, f.Came, f.Advice = Warning, err.Error(), "run check again: the connection ended before the answer"
	case err != nil, len(result.Entries) == 0, len(result.Entries[0].Attributes) == 0:
		f.Came = "the bind account may not, so who was deleted counts as absent and needs the full confirmation; this is fine"
		f.Advice = "optional, as a domain administrator: " + grant
	}
	return []Finding{f}
}
