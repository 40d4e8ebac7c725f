package threema_test

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// largestPages is an empty package whose lists give pages up to a size, and else answer with a status.
func largestPages(status int, largest map[string]int) http.HandlerFunc {
	member := map[string]string{"/credentials": "credentials", "/users": "users", "/contacts": "contacts", "/mdm-bulk": "credentials"}
	return func(w http.ResponseWriter, r *http.Request) {
		below := strings.TrimPrefix(r.URL.EscapedPath(), prefix)
		size, _ := strconv.Atoi(r.FormValue("pageSize"))
		switch limit, limited := largest[below]; {
		case below == "":
			replyJSON(200, `{"id":"A1B2C3D4E5"}`)(w, r)
		case limited && size > limit:
			replyJSON(status, `{"error":"Invalid request"}`)(w, r)
		default:
			replyJSON(200, `{"`+member[below]+`":[],"paging":{"total":0}}`)(w, r)
		}
	}
}

// TestPageSizeIsLearned: whatever list gives smaller pages than it is asked for, the first pass finds
// out and the next one knows.
func TestPageSizeIsLearned(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		status  int
		largest map[string]int
		first   int // requests
		second  int
		learned map[string]int
	}{
		{"all give what they are asked for", 400, nil, 5, 5, nil},
		{"settings 500, 400", 400, map[string]int{"/mdm-bulk": 500}, 6, 5, map[string]int{"mdm-bulk": 500}},
		{"settings 500, 422", 422, map[string]int{"/mdm-bulk": 500}, 6, 5, map[string]int{"mdm-bulk": 500}},
		{"settings 499", 400, map[string]int{"/mdm-bulk": 499}, 7, 5, map[string]int{"mdm-bulk": 100}},
		{"settings 25", 400, map[string]int{"/mdm-bulk": 25}, 8, 5, map[string]int{"mdm-bulk": 20}},
		{"credentials and users too", 422, map[string]int{"/mdm-bulk": 500, "/credentials": 1000, "/users": 100}, 9, 5,
			map[string]int{"mdm-bulk": 500, "credentials": 500, "users": 100}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, largestPages(tt.status, tt.largest))
			for pass, want := range []int{tt.first, tt.second, tt.second} {
				before := seen.taken
				if _, err := client.Inventory(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := seen.taken - before; got != want {
					t.Errorf("pass %d took %d requests, want %d", pass, got, want)
				}
			}
			if !maps.Equal(seen.sizes, tt.learned) {
				t.Errorf("learned %v, want %v", seen.sizes, tt.learned)
			}
		})
	}
}

// TestPageSizeShrinks: a size that was learned and is refused by now is learned anew.
func TestPageSizeShrinks(t *testing.T) {
	t.Parallel()
	client, seen := setup(t, largestPages(400, map[string]int{"/mdm-bulk": 100}))
	seen.sizes = map[string]int{"mdm-bulk": 500}
	if _, err := client.Inventory(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"mdm-bulk": 100}, seen.sizes); diff != "" || seen.taken != 6 {
		t.Errorf("%d requests, learned (-want +got):\n%s", seen.taken, diff)
	}
}

// TestRefusalIsNotTheSize: where no size is taken it is something else, and nothing is learned; nor
// from any other answer.
func TestRefusalIsNotTheSize(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{400: 5, 422: 5, 403: 2, 413: 2, 429: 2, 401: 2} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, largestPages(status, map[string]int{"/credentials": 0}))
			_, err := client.Inventory(t.Context())
			if e := apiError(t, err); e.Status != status || seen.taken != want || len(seen.sizes) != 0 {
				t.Errorf("%d requests, want %d; learned %v: %v", seen.taken, want, seen.sizes, err)
			}
		})
	}
}
