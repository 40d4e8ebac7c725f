package ldapsource

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// lookupBatch is the number of IDs in one search.
const lookupBatch = 50

// sight looks people up by immutable ID and says of each what the directory knows, in order
// (pitfall B13). It runs two searches for each batch: one over the scope as a read sees it,
// which finds those that moved between its pages (pitfall C11), and one over the whole naming
// context. Where neither finds anything, silence alone proves nothing, see absence.
func (v *session) sight(ctx context.Context, tracked []model.Tracked) ([]model.Sighting, error) {
	sightings := make([]model.Sighting, 0, len(tracked))
	for batch := range slices.Chunk(tracked, lookupBatch) {
		found, err := v.lookFor(ctx, batch)
		if err != nil {
			return nil, err
		}
		for _, t := range batch {
			s, err := v.judge(ctx, t, found)
			if err != nil {
				return nil, err
			}
			sightings = append(sightings, s)
		}
	}
	return sightings, nil
}

// findings are the answers for one batch, by ID.
type findings struct {
	malformed  map[string]error // no ID of this directory
	inScope    map[string]entry
	anywhere   map[string]entry
	tombstones map[string]string
}

func (v *session) lookFor(ctx context.Context, batch []model.Tracked) (findings, error) {
	f := findings{malformed: map[string]error{}}
	var ids []filter
	for _, t := range batch {
		match, err := v.id.match(t.ID.ID)
		if err != nil {
			f.malformed[t.ID.ID] = err
			continue
		}
		ids = append(ids, match)
	}
	if len(ids) == 0 {
		return f, nil
	}
	var err error
	if f.inScope, err = v.collect(ctx, v.cfg.BaseDN, allOf(v.filter, anyOf(ids...)), v.meetNameless); err != nil {
		return f, fmt.Errorf("look people up in scope: %w", err)
	}
	if f.anywhere, err = v.collect(ctx, v.root.context, anyOf(ids...), v.meetNameless); err != nil {
		return f, fmt.Errorf("look people up in %s: %w", v.root.context, err)
	}
	if f.tombstones, err = v.profile.tombstones(ctx, v, anyOf(ids...)); err != nil {
		return f, fmt.Errorf("look people up among the deleted: %w", err)
	}
	return f, nil
}

// collect returns the people who match, by ID.
func (v *session) collect(ctx context.Context, base string, f filter, nameless func(entry, error) error) (map[string]entry, error) {
	found := map[string]entry{}
	_, err := v.pages(ctx, query{base, f, v.wanted(), v.profile.controls(v.root)},
		v.sinkByID(func(id string, e entry) { found[id] = e }, nameless))
	return found, err
}

func (v *session) judge(ctx context.Context, t model.Tracked, f findings) (model.Sighting, error) {
	id := t.ID.ID
	if err, ok := f.malformed[id]; ok {
		return sighting(t, t.DN)(unknown("this is no ID of this directory: " + err.Error())), nil
	}
	if e, ok := f.inScope[id]; ok {
		return v.judgeEntry(ctx, t, e, true)
	}
	if e, ok := f.anywhere[id]; ok {
		return v.judgeEntry(ctx, t, e, false)
	}
	if detail, ok := f.tombstones[id]; ok {
		return found(t, t.DN)(departed(model.Tombstone, detail)), nil
	}
	return v.absence(t)
}

// judgeEntry applies the rules of a read to an entry that was found.
func (v *session) judgeEntry(ctx context.Context, t model.Tracked, e entry, inScope bool) (model.Sighting, error) {
	p := v.person(t.ID.ID, e)
	switch {
	case p.Excluded:
		p.State, p.Evidence = unknown(english.Join(p.Held))
	case v.profile.skip(e):
		p.State, p.Evidence = unknown("the entry is no longer that of a person")
	case p.State == model.Entitled && !inScope:
		p.State, p.Evidence = departed(model.OutOfScope, "base_dn and filter no longer cover it; it is "+p.DN)
	case p.State == model.Entitled:
		var err error
		if p.State, p.Evidence, err = v.judgeMembership(ctx, t, e); err != nil {
			return model.Sighting{}, err
		}
	}
	s := found(t, p.DN)(p.State, p.Evidence)
	s.Dated = p.Dated
	var err error
	s.Protected, err = v.protects(ctx, t, e)
	return s, err
}

// absence is weak evidence, and none at all unless the place where the person was shows its
// entries now, and so do those that we certainly may read: a server gives the same answer for
// what is gone and for what it hides (pitfalls B13, B14, C3).
func (v *session) absence(t model.Tracked) (model.Sighting, error) {
	conclude := sighting(t, t.DN)
	if why := v.nameless.mayBe(t); why != "" {
		return conclude(unknown("not found by ID, but " + why)), nil
	}
	for _, dn := range []string{v.cfg.BaseDN, v.account} {
		ok, err := v.ask(dn, v.sees)
		if err != nil {
			return model.Sighting{}, fmt.Errorf("look at %s: %w", dn, err)
		}
		if !ok {
			return conclude(unknown("not found by ID, but nothing of " + dn + " is readable either, so nothing is proven")), nil
		}
	}
	s, err := v.absenceFrom(t, parentOf(t.DN))
	if err != nil {
		return s, err
	}
	if away := v.outOfSight(); away != "" && s.State == model.Departed {
		s = conclude(unknown("not found by ID, but they may be below " + away + ", which lies on another server and is in exclude_dns, so nothing is proven"))
		s.Placeless = true
	}
	return s, nil
}

// absenceFrom judges by the place where the person was. If that shows nothing, it was deleted with
// them or hides them.
func (v *session) absenceFrom(t model.Tracked, parent string) (model.Sighting, error) {
	conclude := sighting(t, t.DN)
	shown, err := false, error(nil)
	if parent != "" {
		shown, err = v.ask(parent, v.showsEntries)
	}
	if err != nil {
		return model.Sighting{}, fmt.Errorf("look at %s: %w", parent, err)
	}
	if shown {
		return conclude(departed(model.Absent, "not found by ID in "+v.root.context+", though what else is in "+parent+" can be seen")), nil
	}
	s := conclude(unknown("not found by ID, and no other entry in " + cmp.Or(parent, "the place where they were seen last") + " is readable: they were the only one there, or it is gone or hidden with them, so nothing is proven"))
	s.Placeless = true
	return s, nil
}

// ask remembers what a witness says of a DN. Nothing speaks against no DN.
func (v *session) ask(dn string, witness func(string) (bool, error)) (bool, error) {
	if ok, known := v.witnesses[dn]; known || dn == "" {
		return ok || dn == "", nil
	}
	ok, err := witness(dn)
	if err != nil {
		return false, err
	}
	if v.witnesses == nil {
		v.witnesses = map[string]bool{}
	}
	v.witnesses[dn] = ok
	return ok, nil
}

// sees tells whether an entry is readable. Active Directory shows the bare name of an entry
// that it hides, so it must have a class (pitfall B14).
func (v *session) sees(dn string) (bool, error) {
	e, err := v.lookup(dn, "objectClass")
	return e.first("objectclass") != "", err
}

// showsEntries tells whether what is right below dn can be seen: an entry is visible, or the
// server states that there is none. That the entry dn itself is readable would not do: an
// access rule may hide its children alone.
func (v *session) showsEntries(dn string) (bool, error) {
	shown, err := v.shows(dn, ldap.ScopeSingleLevel, anything)
	if shown || err != nil {
		return shown, err
	}
	return v.childless(dn)
}

// shows tells whether there is anything to be seen that matches. That the server refuses is no
// error, but a no.
func (v *session) shows(base string, scope int, f filter) (bool, error) {
	result, err := v.conn.Search(&ldap.SearchRequest{
		BaseDN: base, Scope: scope, DerefAliases: ldap.NeverDerefAliases, TimeLimit: timeLimit,
		SizeLimit: 1, Filter: string(f), Attributes: []string{"1.1"},
	})
	if _, answered := serverCode(err); err != nil && !answered {
		return false, err
	}
	return len(result.Entries) > 0, nil
}

// childless tells whether the server states that there is nothing below dn: then seeing
// nothing is the truth, as after the last person of a unit was deleted.
func (v *session) childless(dn string) (bool, error) {
	attribute, value := v.profile.childless()
	e, err := v.lookup(dn, attribute)
	return strings.EqualFold(e.first(strings.ToLower(attribute)), value), err
}

// sighting lets a conclusion about t be drawn from a state with its evidence.
func sighting(t model.Tracked, dn string) func(model.AccountState, model.Evidence) model.Sighting {
	return func(state model.AccountState, evidence model.Evidence) model.Sighting {
		return model.Sighting{ID: t.ID, DN: dn, OU: model.ParentDN(dn), State: state, Evidence: evidence}
	}
}

// found is sighting where there is an entry, or its tombstone.
func found(t model.Tracked, dn string) func(model.AccountState, model.Evidence) model.Sighting {
	conclude := sighting(t, dn)
	return func(state model.AccountState, evidence model.Evidence) model.Sighting {
		s := conclude(state, evidence)
		s.Found = true
		return s
	}
}
