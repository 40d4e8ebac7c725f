package threema

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// listing is a paged list of the API.
type listing[T any] struct {
	name   string // for people
	path   string
	filter url.Values // nil: the whole list
	decode func([]byte, *tolerance) (page[T], error)
	id     func(T) string
}

// page is one page of a list; total is the length of the whole list, unless it is untold.
type page[T any] struct {
	entries []T
	total   int
	untold  bool
}

// list reads a list page by page, wholly or not at all: a shorter list would be read as "these people
// are gone". It ends where one of these says so:
//
//   - Its total: as many entries came. Of a whole list nothing else counts, if it tells one.
//   - A page after the last entry that has nothing, empty or 404. This ends a list that tells no
//     total, and a filtered one, whose total may be that of the whole list
//     (work-api §14). A page may be smaller than it was asked for, so a short page ends none.
//
// Within one page an id may stand twice, and the first entry counts. An id that an earlier page had
// tells nothing: pages shift when an entry is deleted meanwhile, and then another one was hidden.
// Whether page 1 is the second page or the first once more is not documented, so one page without
// news is tolerated there (work-api §4).
func list[T any](ctx context.Context, c *Client, l listing[T]) ([]T, error) {
	r := reading[T]{listing: l, pageOf: map[string]int{}}
	p, size, err := firstPage(ctx, c, l)
	for n := 0; ; n++ {
		request := l.request(n, size)
		if n > 0 {
			p, err = fetch(ctx, c, request, l.decode)
		}
		pastEnd := n > 0 && statusOf(err) == http.StatusNotFound
		if err != nil && !pastEnd {
			return nil, err
		}
		done, odd := r.take(n, p, pastEnd)
		if odd != nil {
			return nil, request.odd(http.StatusOK, odd)
		}
		c.options.Progress(l.name, r.came, max(r.came, r.total))
		if done {
			return r.all, nil
		}
	}
}

// reading is a list as far as it was read.
type reading[T any] struct {
	listing[T]

	all         []T
	pageOf      map[string]int // the page that had an id first
	came, total int
	untold      bool // no page says how long the list is
}

// take adds page n and tells whether it was the last one.
func (r *reading[T]) take(n int, p page[T], pastEnd bool) (done bool, err error) {
	if n == 0 {
		r.total, r.untold = p.total, p.untold
	}
	if !pastEnd && (p.total != r.total || p.untold != r.untold) {
		return false, fmt.Errorf("the list of %s changed from %d to %d entries while it was read", r.name, r.total, p.total)
	}
	news := r.add(n, p.entries)
	byTotal := !r.untold && r.filter == nil
	empty := pastEnd || len(p.entries) == 0
	repeated := n == 1 && !empty
	switch {
	case !r.untold && r.came == r.total:
		return true, nil
	case !byTotal && empty && n > 0:
		return true, nil
	case byTotal && (empty || r.came > r.total), !news && !repeated && !empty:
		return false, r.incomplete()
	}
	return false, nil
}

// add keeps the entries of page n and tells whether any of them is new.
func (r *reading[T]) add(n int, entries []T) (news bool) {
	for _, entry := range entries {
		id := r.id(entry)
		if _, known := r.pageOf[id]; !known {
			r.pageOf[id], news = n, true
			r.all = append(r.all, entry)
		}
		if r.pageOf[id] == n {
			r.came++
		}
	}
	return news
}

func (r *reading[T]) incomplete() error {
	if r.untold {
		return fmt.Errorf("the list of %s does not say how long it is, and repeats itself after %d entries", r.name, r.came)
	}
	return fmt.Errorf("the list of %s is not what it says: %s came, its total is %d", r.name, wording.Counted(r.came, "entry", "entries"), r.total)
}

func (l listing[T]) request(n, size int) request {
	query := url.Values{"pageSize": {strconv.Itoa(size)}, "page": {strconv.Itoa(n)}}
	maps.Copy(query, l.filter)
	return request{method: http.MethodGet, path: []string{l.path}, query: query}
}

// wirePaging is the member that tells how long a list is.
type wirePaging struct {
	Total wireNumber `json:"total"`
}

// newPage makes a page of what came over the wire. A page without its list is no page. One that
// tells no total is taken: its list ends with the first page that has nothing.
func newPage[W, T any](paging wirePaging, wire []W, odd *tolerance, read func(W, *tolerance) (T, error)) (page[T], error) {
	p := page[T]{entries: make([]T, 0, len(wire)), untold: !paging.Total.there, total: paging.Total.value}
	switch {
	case p.untold && wire == nil:
		return page[T]{}, errors.New("the answer has neither its list nor its length (paging.total)")
	case p.untold:
		odd.note("a list does not say how long it is (paging.total): it ends with the first page that has nothing")
	case paging.Total.text:
		odd.note("paging.total is a text, not a number")
	}
	for _, w := range wire {
		entry, err := read(w, odd)
		if err != nil {
			return page[T]{}, err
		}
		p.entries = append(p.entries, entry)
	}
	return p, nil
}

// statusOf is the status that an error carries, or 0.
func statusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}
