package ldapsource

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// pollOff is what to do where nobody can tell what changed.
func pollOff() model.Reason { return model.Because("poll-off") }

// Changes tells who in the scope changed since a version of this source, and which of the groups
// that entitle. Of the people only those are looked at closely who are wanted, by what their own
// entry says. It is a hint that brings a complete read forward: who is not in it is not gone, and who
// is gone is not in it (pitfalls B11, C8). An error is a *model.ReadError, and changes nothing about
// which server is asked next.
func (s *Source) Changes(ctx context.Context, since model.Version, wanted func(model.Person) bool) (model.Delta, error) {
	delta, _, err := runSession(ctx, s, func(ctx context.Context, v *session) (model.Delta, error) {
		w, err := v.profile.window(v, since)
		switch {
		case err != nil:
			return model.Delta{}, v.fail(model.ReadResult, err, pollOff())
		case w.from == "":
			return model.Delta{Version: w.next, Lost: w.lost}, nil
		}
		return v.changes(ctx, w, wanted)
	})
	return delta, err
}

func (v *session) changes(ctx context.Context, w window, wanted func(model.Person) bool) (model.Delta, error) {
	if !v.schema.knows(w.attribute) {
		return model.Delta{}, v.fail(model.ReadResult, worded(model.Because("changes-untold", w.attribute), nil), pollOff())
	}
	latest := ""
	note := func(e entry) { latest = max(latest, e.first(w.attribute)) }
	people, err := v.changedPeople(ctx, w, note, wanted)
	if err != nil {
		return model.Delta{}, fmt.Errorf("look for people who changed: %w", err)
	}
	groups, err := v.changedGroups(ctx, w, note)
	if err != nil {
		return model.Delta{}, fmt.Errorf("look for groups that changed: %w", err)
	}
	return model.Delta{Version: cmp.Or(w.next, timestampVersion(max(latest, w.reached))), People: people, Groups: groups}, nil
}

// changedPeople judges each wanted person as the last look before a step does: upwards, from the
// person to the groups.
func (v *session) changedPeople(ctx context.Context, w window, note func(entry), wanted func(model.Person) bool) ([]model.Person, error) {
	var people []model.Person
	var entries []entry
	sink := v.sinkByID(func(id string, e entry) {
		note(e)
		if v.profile.skip(e) {
			return
		}
		if p := v.person(id, e); wanted(p) {
			people, entries = append(people, p), append(entries, e)
		}
	}, ignoreNameless)
	q := query{v.cfg.BaseDN, allOf(v.filter, w.filter()), append(v.wanted(), w.attribute), v.profile.controls(v.root)}
	if _, err := v.pages(ctx, q, sink); err != nil {
		return nil, err
	}
	for n := range people {
		p := &people[n]
		if p.State != model.Entitled {
			continue
		}
		var err error
		if p.State, p.Evidence, err = v.judgeMembership(ctx, model.Tracked{ID: p.ID, DN: p.DN}, entries[n]); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// changedGroups are those of all changed groups that are one of the configured ones, or lead to one.
func (v *session) changedGroups(ctx context.Context, w window, note func(entry)) ([]model.ChangedGroup, error) {
	if len(v.cfg.Groups) == 0 {
		return nil, nil
	}
	goals, err := v.goals(v.cfg.Groups)
	if err != nil {
		return nil, err
	}
	var candidates []model.ChangedGroup
	for _, top := range v.profile.contexts(v.root) {
		q := query{top, allOf(v.anyGroup(), w.filter()), []string{"objectClass", w.attribute}, v.profile.controls(v.root)}
		_, err := v.pages(ctx, q, v.sinkByName(func(_ string, e entry) {
			note(e)
			candidates = append(candidates, model.ChangedGroup{DN: e.dn, Stamp: e.first(w.attribute)})
		}))
		if err != nil {
			return nil, err
		}
	}
	var changed []model.ChangedGroup
	for _, group := range candidates {
		leads := goals.keys[dnKey(group.DN)]
		if !leads {
			leads, err = v.leads(ctx, goals, node{dn: group.DN})
		}
		if _, doubtful := errors.AsType[groupFault](err); doubtful {
			leads, err = true, nil // the complete read tells
		}
		if err != nil {
			return nil, err
		}
		if leads {
			changed = append(changed, group)
		}
	}
	return changed, nil
}

// anyGroup matches whatever isGroup takes for a group.
func (v *session) anyGroup() filter {
	var ways []filter
	for _, class := range groupClasses() {
		ways = append(ways, equal("objectClass", class))
	}
	for _, attribute := range v.memberAttributes() {
		ways = append(ways, present(attribute))
	}
	return anyOf(ways...)
}
