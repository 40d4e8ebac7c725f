package ldapsource

import (
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	// maxEntries ends a read that grows without end (pitfall A5). No size limit is ever sent
	// to the server: with paging, some then never end (cannatag/ldap3#1180).
	maxEntries = 2_000_000
)

// query is a search of a whole subtree.
type query struct {
	base       string
	filter     filter
	attributes []string
	controls   []ldap.Control
}

// pages runs a query to its last page and hands each page to sink once the server has sent
// all of it, so that no answer waits for us (pitfall A3). It returns the number of pages, and
// an error unless every page proves its place: success, no reference, the paging control,
// something new, and an empty cookie at the end (pitfalls A1, A5, A6, A7, A17).
func (v *session) pages(ctx context.Context, q query, sink *pageSink) (int, error) {
	var cookie []byte
	for n := 1; ; n++ {
		result, err := v.conn.Search(q.request(v.cfg.PageSize, cookie))
		switch {
		case ctx.Err() != nil: // an end by cancellation must not look like an end (A2)
			return n, ctx.Err()
		case err != nil:
			return n, fmt.Errorf("read page %d: %w", n, answer(err))
		}
		referred, unread := v.accept(result.Referrals, q.base)
		if unread != "" {
			return n, v.refuseReference(n, unread)
		}
		v.showed()
		control, ok := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok {
			return n, v.refuse(paging, model.ReadPaging, worded(model.Because("page-uncontrolled", n), nil), model.Because("paging-dropped"))
		}
		cookie = control.Cookie
		news, again, err := sink.take(result.Entries)
		switch {
		case err != nil:
			return n, err
		case news+referred == 0 && len(cookie) > 0:
			return n, v.refuse(lastCookieEmpty, model.ReadPaging, worded(model.Because("page-without-news", n), nil))
		case again != "":
			return n, v.refuse(duplicateIDs, model.ReadDuplicate, worded(model.Because("id-twice", sink.what, again), nil))
		case len(sink.seen) > maxEntries:
			return n, v.refuse(lastCookieEmpty, model.ReadPaging, worded(model.Because("entries-without-end", maxEntries), nil))
		case len(cookie) == 0:
			return n, v.strayPackets()
		}
	}
}

// request is made afresh for every page: a control that was sent once carries a cookie, and
// sent again gives an empty answer with success (pitfall A4).
func (q query) request(pageSize int, cookie []byte) *ldap.SearchRequest {
	page := ldap.NewControlPaging(uint32(pageSize))
	page.SetCookie(cookie)
	return &ldap.SearchRequest{
		BaseDN: q.base, Scope: ldap.ScopeWholeSubtree, DerefAliases: ldap.NeverDerefAliases, TimeLimit: timeLimit,
		Filter: string(q.filter), Attributes: q.attributes, Controls: append([]ldap.Control{page}, q.controls...),
	}
}

// strayPackets looks for packets that the library dropped because they belong to no request:
// one of them may have been an entry (pitfall A10).
func (v *session) strayPackets() error {
	if err := v.conn.GetLastError(); err != nil {
		return v.refuse(resultCodes, model.ReadResult, worded(model.Because("stray-packets", err.Error()), err))
	}
	return nil
}

// pageSink is the list of those who came, by what tells them apart: for people the immutable ID.
// each gets every entry once.
type pageSink struct {
	schema schema
	what   string // for the operator
	keyOf  func(entry) (string, error)
	seen   map[string]bool
	each   func(key string, e entry)
	// nameless gets those that have no key, with the reason; an error ends the read.
	nameless func(e entry, why error) error
}

// sinkByID is for people. None of its kinds passes over an entry without a usable ID in silence
// (pitfall D4): see nameless.go.
func (v *session) sinkByID(each func(id string, e entry), nameless func(e entry, why error) error) *pageSink {
	return &pageSink{v.schema, v.cfg.IDAttribute, v.idOf, map[string]bool{}, each, nameless}
}

// sinkByName is for entries that may have no immutable ID, such as groups.
func (v *session) sinkByName(each func(key string, e entry)) *pageSink {
	return &pageSink{v.schema, "name", func(e entry) (string, error) { return dnKey(e.dn), nil }, map[string]bool{}, each, nil}
}

// take records a page. It returns how many entries were new, and the key of one that was not.
func (r *pageSink) take(entries []*ldap.Entry) (news int, again string, err error) {
	for _, raw := range entries {
		e := r.schema.decode(raw)
		key, err := r.keyOf(e)
		if err != nil {
			key = "(none) " + dnKey(e.dn)
		}
		if r.seen[key] {
			again = key
			continue
		}
		r.seen[key] = true
		news++
		if err == nil {
			r.each(key, e)
		} else if err := r.nameless(e, err); err != nil {
			return news, again, err
		}
	}
	return news, again, nil
}

// idOf returns the immutable ID.
func (v *session) idOf(e entry) (string, error) {
	return v.id.decode(e.values[v.schema.canonical(v.cfg.IDAttribute)])
}
