package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
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
		return nil, v.refuse(mandatoryAttributes, model.ReadResult, "let the bind account read that attribute of everybody in scope",
			fmt.Errorf("none of %d entries has a usable %s, so nobody knows who they are: %s", lacking, v.cfg.IDAttribute, v.nameless.why))
	case len(people) == 0:
		return nil, v.refuse(notEmpty, model.ReadEmpty, "check base_dn and filter, and what the bind account may read; an empty directory is never believed",
			fmt.Errorf("nobody below %s matches %s", v.cfg.BaseDN, v.filter))
	}
	v.tally.entries = len(sink.seen)
	v.certifyPages(count, len(people), len(sink.seen))
	v.certificate.satisfy(resultCodes, "success on all pages; %s%s", changeNote(before, after), roundNumber(len(sink.seen)))
	v.judgeHidden(hidden, len(people))
	v.certifyIDs()
	return people, nil
}

func (v *session) certifyPages(pages, people, entries int) {
	v.certificate.satisfy(paging, "the control on each of %s", wording.Counted(pages, "page", "pages"))
	v.certificate.satisfy(lastCookieEmpty, "the server says that page %d was the last", pages)
	v.certifyReferences()
	v.certificate.satisfy(duplicateIDs, "%s, each %s once", wording.Counted(entries, "entry", "entries"), v.cfg.IDAttribute)
	v.certificate.satisfy(notEmpty, "%s among %s", wording.Counted(people, "person", "people"), wording.Counted(entries, "entry", "entries"))
}

// changeNote tells whether the directory changed during the read. Pages are no snapshot
// (pitfall C11): who moved meanwhile may be missing and is looked up by ID afterwards.
func changeNote(before, after string) string {
	switch {
	case before == "":
		return "the server does not tell whether the directory changed meanwhile"
	case before == after:
		return before + ", unchanged by the read's end"
	}
	return before + " at the start, " + after + " at the end: the directory changed meanwhile"
}

// roundNumber makes a human look at a total that a silent limit might have made (pitfall A6).
// It is no failure: there are directories with 500 people.
func roundNumber(entries int) string {
	if isRound(entries) {
		return fmt.Sprintf("; exactly %d entries, which is also a usual size limit: make sure that there are no more", entries)
	}
	return ""
}

func isRound(entries int) bool { return slices.Contains([]int{500, 1000, 1500, 2000, 5000}, entries) }

// judgeHidden doubts a view in which what decides about people is missing from more than
// max(3, 1 %) of them: somebody took a right away (pitfall B14).
func (v *session) judgeHidden(hidden map[string]int, people int) {
	var doubts []string
	for _, name := range v.profile.mandatory() {
		if allowed := model.HiddenAttributes(people); hidden[name] > allowed.Number() {
			doubts = append(doubts, fmt.Sprintf("%s of %d of %s is not readable, %s", name, hidden[name], wording.Counted(people, "person", "people"), english.Say(allowed.Reason())))
		}
	}
	if len(doubts) > 0 {
		v.certificate.doubt(mandatoryAttributes, "%s; let the bind account read it, or, if these are no accounts (contacts, say), leave them out by filter", strings.Join(doubts, ", "))
		return
	}
	v.certificate.satisfy(mandatoryAttributes, "%s", strings.Join(append([]string{v.cfg.IDAttribute}, v.profile.mandatory()...), ", "))
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
		return nil, v.refuse(bindIdentity, model.ReadBind, "write bind_dn as a DN", errors.New("more than one account has the name of the bind account"))
	case len(found) == 0:
		return nil, nil
	}
	return &found[0], nil
}
