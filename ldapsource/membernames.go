package ldapsource

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// foldUID is a login as caseIgnoreMatch compares it, by which uid is found (RFC 4519 §2.39, RFC 4518):
// case, compatible forms and superfluous blanks do not count. memberUid itself is compared with its
// case (RFC 2307), but it names a uid, and no directory has two that differ in nothing else. To be
// stricter would make somebody depart whom the login programs let in.
func foldUID(uid string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(uid)))), " ")
}

// formerNames are the logins in the name of the entry under whose DN key somebody was seen last.
func formerNames(key string) []string {
	rdn, _, _ := strings.Cut(key, "\x00")
	var names []string
	for part := range strings.SplitSeq(rdn, "\x01") {
		if name, ok := strings.CutPrefix(part, "uid="); ok {
			names = append(names, foldUID(name))
		}
	}
	return names
}

// nameMembers finds out which of the names that a set lists are nobody's: neither of somebody in
// scope nor of any other entry that the bind account sees.
func (r *groupReader) nameMembers(ctx context.Context, found *memberSet) error {
	if r.named == nil {
		r.named = map[string]bool{}
		for _, t := range r.traits {
			for _, uid := range t.uids {
				r.named[uid] = true
			}
		}
	}
	var asked []string
	for _, uid := range slices.Sorted(maps.Keys(found.uids)) {
		if _, known := r.named[uid]; !known {
			asked = append(asked, uid)
			r.named[uid] = false // until it is found
		}
	}
	for batch := range slices.Chunk(asked, groupBatch) {
		if err := r.lookUpNames(ctx, batch); err != nil {
			return fmt.Errorf("look up the names that groups list: %w", err)
		}
	}
	for uid := range found.uids {
		if !r.named[uid] {
			found.nobodys[uid] = true
		}
	}
	return nil
}

func (r *groupReader) lookUpNames(ctx context.Context, batch []string) error {
	var names []filter
	for _, uid := range batch {
		names = append(names, equal("uid", uid))
	}
	for _, top := range r.profile.contexts(r.root) {
		q := query{top, anyOf(names...), []string{"uid"}, r.profile.controls(r.root)}
		_, err := r.pages(ctx, q, r.sinkByName(func(_ string, e entry) {
			for _, uid := range e.all("uid") {
				r.named[foldUID(uid)] = true
			}
		}))
		if err != nil {
			return err
		}
	}
	return nil
}
