package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// readPeople reads everybody in scope, or fails. It adds to the certificate what the pages
// proved.
func (v *session) readPeople(ctx context.Context) ([]model.Person, error) {
	before, err := v.profile.marker(v)
	if err != nil {
		return nil, fmt.Errorf("read the change marker: %w", err)
	}
	var people []model.Person
	hidden := map[string]int{} // mandatory attributes: how many people lack them
	sink := v.sinkByID(func(id string, e entry) {
		if v.profile.skip(e) {
			v.tally.skipped = append(v.tally.skipped, e.dn)
			return
		}
		people = append(people, v.person(id, e))
		v.tally.count(v.profile.lifecycle(), v.cfg.Account.DisabledAttribute, e)
		if v.asksGroups() {
			v.note(id, e)
		}
		for _, name := range v.profile.mandatory() {
			if e.first(strings.ToLower(name)) == "" {
				hidden[name]++
			}
		}
		if len(people)%v.cfg.PageSize == 0 {
			v.progress(len(people))
		}
	}, v.meetNameless)
	count, err := v.pages(ctx, query{v.cfg.BaseDN, v.filter, v.wanted(), v.profile.controls(v.root)}, sink)
	if err != nil {
		return nil, err
	}
	v.progress(len(people))
	after, err := v.profile.marker(v)
	if err != nil {
		return nil, fmt.Errorf("read the change marker: %w", err)
	}
	switch lacking := len(v.nameless.names); {
	case len(people) == 0 && lacking > 0:
		return nil, v.refuse(mandatoryAttributes, model.ReadResult, worded(model.Because("nobody-has-id", lacking, v.cfg.IDAttribute, v.nameless.why), nil),
			model.Because("let-read-id"))
	case len(people) == 0:
		return nil, v.refuse(notEmpty, model.ReadEmpty, worded(model.Because("nobody-matches", v.cfg.BaseDN, string(v.filter)), nil),
			model.Because("check-base-and-filter"))
	}
	v.tally.entries = len(sink.seen)
	v.certifyPages(count, len(people), len(sink.seen))
	v.certificate.satisfy(resultCodes, success(changeNote(before, after), len(sink.seen)))
	v.judgeHidden(hidden, len(people))
	v.certifyIDs()
	return people, nil
}

func (v *session) certifyPages(pages, people, entries int) {
	v.certificate.satisfy(paging, model.Because("pages-controlled", pages))
	v.certificate.satisfy(lastCookieEmpty, model.Because("page-last", pages))
	v.certifyReferences()
	v.certificate.satisfy(duplicateIDs, model.Because("each-id-once", entries, v.cfg.IDAttribute))
	v.certificate.satisfy(notEmpty, model.Because("people-among-entries", people, entries))
}

// changeNote tells whether the directory changed during the read. Pages are no snapshot
// (pitfall C11): who moved meanwhile may be missing and is looked up by ID afterwards.
func changeNote(before, after string) model.Reason {
	switch {
	case before == "":
		return model.Because("change-untold")
	case before == after:
		return model.Because("unchanged-meanwhile", before)
	}
	return model.Because("changed-meanwhile", before, after)
}

// success makes a human look at a total that a silent limit might have made (pitfall A6).
// It is no failure: there are directories with 500 people.
func success(change model.Reason, entries int) model.Reason {
	if isRound(entries) {
		return model.Because("pages-succeed-round-number", change, entries)
	}
	return model.Because("pages-succeed", change)
}

func isRound(entries int) bool { return slices.Contains([]int{500, 1000, 1500, 2000, 5000}, entries) }

// judgeHidden doubts a view in which what decides about people is missing from more than
// max(3, 1 %) of them: somebody took a right away (pitfall B14).
func (v *session) judgeHidden(hidden map[string]int, people int) {
	var doubts []model.Reason
	for _, name := range v.profile.mandatory() {
		if allowed := model.HiddenAttributes(people); hidden[name] > allowed.Number() {
			doubts = append(doubts, model.Because("attribute-hidden", name, hidden[name], people, allowed.Reason()))
		}
	}
	if len(doubts) > 0 {
		v.certificate.doubt(mandatoryAttributes, model.Because("attributes-hidden", doubts))
		return
	}
	v.certificate.satisfy(mandatoryAttributes, model.Because("attributes-readable", append([]string{v.cfg.IDAttribute}, v.profile.mandatory()...)))
}

// find returns the one entry of the naming context that matches, nil if there is none.
func (v *session) find(ctx context.Context, f filter) (*entry, error) {
	var found []entry
	_, err := v.pages(ctx, query{v.root.context, f, append(v.idAttributes(), "sAMAccountName"), v.profile.controls(v.root)},
		v.sinkByName(func(_ string, e entry) { found = append(found, e) }))
	switch {
	case err != nil:
		return nil, err
	case len(found) > 1:
		return nil, v.refuse(bindIdentity, model.ReadBind, worded(model.Because("bind-account-twice"), nil), model.Because("write-bind-dn"))
	case len(found) == 0:
		return nil, nil
	}
	return &found[0], nil
}
