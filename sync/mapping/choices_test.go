package mapping

import "testing"

// TestTooManyValues: however many values an entry has, few combinations are tried.
func TestTooManyValues(t *testing.T) {
	t.Parallel()
	many := make([]string, 500)
	for n := range many {
		many[n] = string(rune('a'+n%26)) + string(rune('0'+n/26%10)) + string(rune('a'+n/260))
	}
	if n := len(choices([]string{"a", "b", "c"}, map[string][]string{"a": many, "b": many, "c": many})); n > 3*500+1 {
		t.Errorf("%d combinations", n)
	}
}
