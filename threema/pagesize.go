package threema

import (
	"context"
	"fmt"
	"net/http"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// pageSizes are the sizes that a list is asked for, the largest first. 5,000 and 500 are those that
// the sources name, for the lists and for the settings; 20 is what the service gives unasked
// (work-api §4, §14).
func pageSizes() []int { return []int{5000, 500, 100, 20} }

// PageSizes remembers how large a page the service gives of a list.
type PageSizes interface {
	// PageSize is the size that the service took where it had refused a larger one; 0 if it is not
	// known to refuse any.
	PageSize(ctx context.Context, list string) (int, error)
	// NotePageSize keeps that size.
	NotePageSize(ctx context.Context, list string, size int) error
}

// forgetful is a memory for those who need none: each list is asked for the largest page first.
type forgetful struct{}

func (forgetful) PageSize(context.Context, string) (int, error) { return 0, nil }

func (forgetful) NotePageSize(context.Context, string, int) error { return nil }

// firstPage reads the first page of a list in the largest size that the service takes, and tells
// which one that is. A refusal of a filtered list may mean its filter, so nothing is learned there.
func firstPage[T any](ctx context.Context, c *Client, l listing[T]) (page[T], int, error) {
	known, err := c.options.PageSizes.PageSize(ctx, l.path)
	if err != nil {
		return page[T]{}, 0, l.request(0, 0).failure(model.FailureOther, fmt.Errorf("not sent: look up the page size: %w", err))
	}
	size := pageSizes()[0]
	if known > 0 {
		size = known
	}
	first, err := fetch(ctx, c, l.request(0, size), l.decode)
	if !refusesSize(err) || l.filter != nil {
		return first, size, err
	}
	for _, smaller := range pageSizes() {
		if smaller >= size {
			continue
		}
		first, more := fetch(ctx, c, l.request(0, smaller), l.decode)
		switch {
		case more == nil:
			return first, smaller, c.learnPageSize(ctx, l.request(0, smaller), smaller)
		case !refusesSize(more):
			return page[T]{}, 0, more
		}
	}
	return page[T]{}, 0, err // whatever the size: it is not the size
}

func (c *Client) learnPageSize(ctx context.Context, r request, size int) error {
	if err := c.options.PageSizes.NotePageSize(ctx, r.path[0], size); err != nil {
		return r.failure(model.FailureOther, fmt.Errorf("note the page size: %w", err))
	}
	return nil
}

// refusesSize tells an answer that may be about the size of the page.
func refusesSize(err error) bool {
	status := statusOf(err)
	return status == http.StatusBadRequest || status == http.StatusUnprocessableEntity
}
