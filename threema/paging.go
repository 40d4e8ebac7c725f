package threema

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// pageSize is the largest page the service gives.
const pageSize = 5000

// listing is a paged list of the API.
type listing[T any] struct {
	name   string // for people
	path   string
	query  url.Values // a filter, or nil
	decode func([]byte) (page[T], error)
	id     func(T) string
}

// page is one page of a list; total is the length of the whole list.
type page[T any] struct {
	entries []T
	total   int
}

// list reads a list page by page, wholly or not at all: a shorter list would be read as "these
// people are gone".
//
// The list is complete when as many entries came as its total says. Within one page an id may
// stand twice, and the first entry counts. An id that an earlier page had tells nothing: pages
// shift when an entry is deleted meanwhile, and then another one was hidden. Whether page 1 is
// the second page or the first once more is not documented, so one page without news is
// tolerated there (threema-work-api.md §4).
func list[T any](ctx context.Context, c *Client, l listing[T]) ([]T, error) {
	var all []T
	pageOf := map[string]int{}
	came, total := 0, 0
	for n := 0; ; n++ {
		r := l.request(n)
		p, err := fetch(ctx, c, r, l.decode)
		switch {
		case n > 0 && statusOf(err) == http.StatusNotFound:
			return nil, l.incomplete(r, came, total)
		case err != nil:
			return nil, err
		case n > 0 && p.total != total:
			return nil, r.odd(http.StatusOK, fmt.Errorf("the list of %s changed from %d to %d entries while it was read", l.name, total, p.total))
		}
		total = p.total
		news := false
		for _, entry := range p.entries {
			id := l.id(entry)
			if _, known := pageOf[id]; !known {
				pageOf[id], news = n, true
				all = append(all, entry)
			}
			if pageOf[id] == n {
				came++
			}
		}
		c.options.Progress(l.name, came, total)
		repeated := n == 1 && len(p.entries) > 0
		switch {
		case came == total:
			return all, nil
		case came > total || !news && !repeated:
			return nil, l.incomplete(r, came, total)
		}
	}
}

func (l listing[T]) request(n int) request {
	query := url.Values{"pageSize": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(n)}}
	maps.Copy(query, l.query)
	return request{method: http.MethodGet, path: []string{l.path}, query: query}
}

func (l listing[T]) incomplete(r request, came, total int) error {
	return r.odd(http.StatusOK, fmt.Errorf("the list of %s is not what it says: %d entries came, its total is %d", l.name, came, total))
}

// wirePaging is the member that tells how long a list is.
type wirePaging struct {
	Total *int `json:"total"`
}

// newPage makes a page of what came over the wire. A page that does not tell the total proves
// nothing.
func newPage[W, T any](paging wirePaging, wire []W, read func(W) (T, error)) (page[T], error) {
	if paging.Total == nil {
		return page[T]{}, errors.New("the answer does not say how long the list is (paging.total)")
	}
	p := page[T]{total: *paging.Total, entries: make([]T, 0, len(wire))}
	for _, w := range wire {
		entry, err := read(w)
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
