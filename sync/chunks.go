package sync

import (
	"iter"
	"slices"
)

// chunks cuts a list into pieces of at most n.
func chunks[T any](list []T, n int) iter.Seq[[]T] { return slices.Chunk(list, max(1, n)) }
