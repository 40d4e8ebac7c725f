package english

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestEachFormOfAnArgument that a sentence can ask for.
func TestEachFormOfAnArgument(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 4, 5, 0, time.UTC)
	names, reasons := []string{"a", "b", "c"}, []model.Reason{model.Told("", "one"), model.Told("", "two"), model.Told("", "three")}
	for _, row := range []struct {
		sentence string
		arg      any
		words    string
	}{
		{"since {1}", at, "since 2026-03-02 08:04:05 UTC"},
		{"on {1:date}", at, "on 2026-03-02"},
		{"{1:person:people} of {1}", 1, "1 person of 1"},
		{"{1:person:people}", 2, "2 people"},
		{"it is {1:quoted}", "x", `it is "x"`},
		{"{1}.", "{2}", "{2}."},
		{"{1}", names, "a, b, c"},
		{"{1:some}", names, "a and b and 1 more"},
		{"{1:some}", names[:2], "a and b"},
		{"{1}", reasons, "one; two; three"},
		{"{1:list}", reasons, "one, two, three"},
		{"{1:|}", reasons, "one | two | three"},
		{"({1})", model.Reason{}, "()"},
		{"{2}", "x", "{2}"},
	} {
		if got := fill(row.sentence, []any{row.arg}); got != row.words {
			t.Errorf("%s of %v: %s, want %s", row.sentence, row.arg, got, row.words)
		}
	}
}
