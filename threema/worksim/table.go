package worksim

import (
	"cmp"
	"slices"
)

// table keeps records by id and in the order of their arrival, so that both a look-up and a
// page are cheap however long the list is.
type table[T any] struct {
	byID  map[string]*entry[T]
	order []*entry[T]
	seq   uint64
}

type entry[T any] struct {
	seq   uint64
	value T
}

func newTable[T any]() table[T] { return table[T]{byID: map[string]*entry[T]{}} }

func (t *table[T]) get(id string) (T, bool) {
	if e, ok := t.byID[id]; ok {
		return e.value, true
	}
	var none T
	return none, false
}

func (t *table[T]) has(id string) bool { _, ok := t.byID[id]; return ok }

func (t *table[T]) len() int { return len(t.order) }

// add appends a record under an id that is free.
func (t *table[T]) add(id string, value T) {
	t.seq++
	e := &entry[T]{t.seq, value}
	t.byID[id] = e
	t.order = append(t.order, e)
}

func (t *table[T]) remove(id string) {
	e, ok := t.byID[id]
	if !ok {
		return
	}
	delete(t.byID, id)
	at, _ := slices.BinarySearchFunc(t.order, e.seq, func(e *entry[T], seq uint64) int { return cmp.Compare(e.seq, seq) })
	t.order = slices.Delete(t.order, at, at+1)
}

// values yields all records in order.
func (t *table[T]) values(yield func(T) bool) {
	for _, e := range t.order {
		if !yield(e.value) {
			return
		}
	}
}
