package ldapsource

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// AccountRules say, for the profile [Custom], how the directory tells that somebody left. A rule
// without an attribute is none.
type AccountRules struct {
	// DisabledAttribute switches an account off where it has one of the DisabledValues, and
	// leaves it on where it is not there or has one of the EnabledValues. Case does not count.
	// Any other value is unknown.
	DisabledAttribute             string
	DisabledValues, EnabledValues []string
	// ExpiryAttribute is the end date of an account, in the ExpiryFormat. Not there: no end.
	ExpiryAttribute string
	ExpiryFormat    TimeFormat
	// StartAttribute is the begin date of an account, in the StartFormat. Not there: it has begun.
	// What is not set is left out of the fingerprint of the scope, as from before there were begins.
	StartAttribute string     `json:",omitempty"`
	StartFormat    TimeFormat `json:",omitempty"`
}

func (r AccountRules) check() error {
	if r.DisabledAttribute == "" && r.ExpiryAttribute == "" {
		return errors.New("profile custom needs a rule for accounts that are switched off or at their end")
	}
	if r.DisabledAttribute != "" && len(r.DisabledValues) == 0 {
		return fmt.Errorf("no value of %s switches an account off", r.DisabledAttribute)
	}
	for _, m := range append(r.term().begins, r.term().ends...) {
		if !slices.Contains(TimeFormats(), m.format) {
			return fmt.Errorf("%q is no format of a date", m.format)
		}
	}
	return nil
}

// term has the moments that the rules name.
func (r AccountRules) term() term {
	var t term
	if r.ExpiryAttribute != "" {
		t.ends = []moment{{r.ExpiryAttribute, r.ExpiryFormat}}
	}
	if r.StartAttribute != "" {
		t.begins = []moment{{r.StartAttribute, r.StartFormat}}
	}
	return t
}

// custom is the profile of any other directory: the configuration says who is a person, what the
// immutable ID is, and how an account ends.
type custom struct {
	openLDAP
	id    string
	rules AccountRules
}

func (custom) people() filter      { return "" }
func (custom) idAttribute() string { return "" }

// required: an attribute with a typo would make nobody ever leave.
func (c custom) required() []string {
	return slices.DeleteFunc([]string{c.rules.DisabledAttribute, c.rules.ExpiryAttribute, c.rules.StartAttribute}, func(name string) bool { return name == "" })
}

func (custom) optional() []string { return nil }

// lifecycle: that nobody shows a begin date is nothing to be told.
func (c custom) lifecycle() []string {
	return slices.DeleteFunc(c.required(), func(name string) bool { return name == c.rules.StartAttribute })
}

func (custom) limitsAdvice(string) model.Reason { return model.Because("lift-limits") }

// contextAttributes: by what the configuration tells people apart, a suffix cannot always be told: it
// is no account, and has no uidNumber, uid or employeeNumber. Then it is told by what servers give
// each of their entries, or by the time when it was made where they give nothing.
func (c custom) contextAttributes(s schema) []string {
	own := slices.DeleteFunc([]string{"entryUUID", "nsUniqueId", "objectGUID", "GUID", "ibm-entryUUID", "orclGUID"},
		func(name string) bool { return !s.knows(name) })
	if len(own) == 0 {
		own = []string{"createTimestamp"} // RFC 4512 §3.4.2
	}
	return append([]string{c.id}, slices.DeleteFunc(own, func(name string) bool { return strings.EqualFold(name, c.id) })...)
}

func (custom) replica(*session) (string, model.Version, error) { return "", "", nil }

func (custom) marker(*session) (string, error) { return "", nil }

func (c custom) state(e entry, now time.Time) (model.AccountState, model.Evidence) {
	if state, evidence := c.disabled(e); state != model.Entitled {
		return state, evidence
	}
	return c.rules.term().state(e, now)
}

func (c custom) disabled(e entry) (model.AccountState, model.Evidence) {
	text := e.first(c.rules.DisabledAttribute)
	is := func(value string) bool { return strings.EqualFold(value, text) }
	switch {
	case len(e.all(c.rules.DisabledAttribute)) > 1:
		return unknown(c.rules.DisabledAttribute + " has several values")
	case text == "" || slices.ContainsFunc(c.rules.EnabledValues, is):
		return entitled()
	case slices.ContainsFunc(c.rules.DisabledValues, is):
		return departed(model.Disabled, c.rules.DisabledAttribute+" "+text)
	}
	return unknown(fmt.Sprintf("%s %q is listed neither as disabled nor as enabled", c.rules.DisabledAttribute, text))
}
