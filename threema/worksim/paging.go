package worksim

import (
	"fmt"
	"strconv"
)

const (
	defaultPageSize = 20
	maxPageSize     = 5000
	maxSettingsPage = 500 // of GET /mdm-bulk
)

// paging describes a page of a list.
type paging struct {
	Links []link `json:"_links"`
	Count int    `json:"count"`
	Total any    `json:"total"` // a number, or a text by quirk
	Page  int    `json:"page"`
}

// largestPage is the largest page that a list gives.
func (c *call) largestPage() int {
	if c.path[0] == "mdm-bulk" && !c.world.quirks[SettingsPage5000] {
		return maxSettingsPage
	}
	return maxPageSize
}

// listPage answers the page of a list that the query asks for: of the records that keep chooses if the list
// is filtered, else of all.
func listPage[T, S any](c *call, member string, t *table[T], filtered bool, keep func(T) bool, show func(T) S) (answer, error) {
	page, err := c.number("page", 0, 0, 1<<31-1)
	if err != nil {
		return answer{}, err
	}
	size, err := c.number("pageSize", defaultPageSize, 1, c.largestPage())
	if err != nil {
		return answer{}, err
	}
	if c.path[0] == "mdm-bulk" && size > maxSettingsPage {
		c.deviates(SettingsPage5000)
	}
	index := page
	if c.world.quirks[PagesOneBased] {
		index = max(page-1, 0)
	}
	chosen := t.order
	if filtered {
		chosen = nil
		for _, e := range t.order {
			if keep(e.value) {
				chosen = append(chosen, e)
			}
		}
	}
	shown := []S{}
	for _, e := range window(chosen, index, c.cut(size), size) {
		shown = append(shown, show(e.value))
	}
	body := map[string]any{
		"_links": c.links("self", c.path...),
		member:   shown,
		"paging": c.paging(paging{Links: []link{}, Count: len(shown), Total: len(chosen), Page: page}, len(t.order)),
	}
	if c.world.quirks[NoPaging] && len(chosen) <= size {
		c.deviates(NoPaging)
		delete(body, "paging")
	}
	return ok(body), nil
}

// paging shows it as the quirks have it; whole is the length of the list without its filter.
func (c *call) paging(p paging, whole int) paging {
	if c.world.quirks[TotalUnfiltered] {
		p.Total = whole
	}
	if c.world.quirks[TotalText] {
		c.deviates(TotalText)
		p.Total = fmt.Sprint(p.Total)
	}
	return p
}

// window returns at most count records of the page with this index.
func window[T any](all []T, index, count, size int) []T {
	if index > len(all)/size {
		return nil
	}
	rest := all[index*size:]
	return rest[:min(count, len(rest))]
}

// cut shortens a page where a fault asks for it.
func (c *call) cut(size int) int {
	if c.truncate == nil {
		return size
	}
	return min(size, *c.truncate)
}

// number reads a whole number from the query.
func (c *call) number(name string, otherwise, least, most int) (int, error) {
	value := c.query.Get(name)
	if value == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, badRequest("%s must be a number from %d to %d", name, least, most)
	}
	return n, nil
}
