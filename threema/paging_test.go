package threema_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// scriptedPage is one answer of a list of users; a page without total is a 404.
type scriptedPage struct {
	ids   string // separated by spaces
	total string // JSON
}

func (p scriptedPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.total == "" {
		replyJSON(404, `{"error":"no such page"}`)(w, r)
		return
	}
	entries := []string{}
	for id := range strings.FieldsSeq(p.ids) {
		entries = append(entries, fmt.Sprintf(`{"id":%q,"firstName":%q}`, strings.TrimSuffix(id, "'"), id))
	}
	replyJSON(200, `{"users":[`+strings.Join(entries, ",")+`],"paging":{"total":`+p.total+`}}`)(w, r)
}

func TestPaging(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		pages []scriptedPage // the last one repeats
		want  string         // ids, in order
		says  string         // of the error
		costs int
	}{
		{"one page", []scriptedPage{{"A B C", "3"}}, "A B C", "", 1},
		{"empty list", []scriptedPage{{"", "0"}}, "", "", 1},
		{"two pages", []scriptedPage{{"A B", "3"}, {"C", "3"}}, "A B C", "", 2},
		{"the service gives less than asked for", []scriptedPage{{"A", "3"}, {"B", "3"}, {"C", "3"}}, "A B C", "", 3},
		{"pages counted from 1", []scriptedPage{{"A B", "3"}, {"A B", "3"}, {"C", "3"}}, "A B C", "", 3},
		{"three pages counted from 1", []scriptedPage{{"A", "3"}, {"A", "3"}, {"B", "3"}, {"C", "3"}}, "A B C", "", 4},
		{"an id twice on a page: the first one counts", []scriptedPage{{"A A' B", "3"}}, "A B", "", 1},

		{"total as text", []scriptedPage{{"A B", `"3"`}, {"C", `"3"`}}, "A B C", "", 2},
		{"no total, then an empty page", []scriptedPage{{"A B", "null"}, {"", "null"}}, "A B", "", 2},
		{"no total, then 404", []scriptedPage{{"A B", "null"}, {}}, "A B", "", 2},
		{"no total, small pages", []scriptedPage{{"A", "null"}, {"B", "null"}, {"", "null"}}, "A B", "", 3},
		{"no total, counted from 1", []scriptedPage{{"A", "null"}, {"A", "null"}, {"B", "null"}, {}}, "A B", "", 4},
		{"no total, nothing", []scriptedPage{{"", "null"}}, "", "", 2},

		{"the same page for ever", []scriptedPage{{"A B", "3"}}, "", "2 entries came, its total is 3", 3},
		{"page 2 repeats page 1", []scriptedPage{{"A", "4"}, {"B", "4"}, {"B", "4"}}, "", "2 entries came", 3},
		{"short list, then an empty page", []scriptedPage{{"A B", "3"}, {"", "3"}}, "", "2 entries came, its total is 3", 2},
		{"short list, then 404", []scriptedPage{{"A B", "3"}, {}}, "", "2 entries came, its total is 3", 2},
		{"counted from 1, then 404", []scriptedPage{{"A B", "3"}, {"A B", "3"}, {}}, "", "2 entries came", 3},
		{"empty page of a full list", []scriptedPage{{"", "3"}}, "", "0 entries came, its total is 3", 1},
		{"more than the total", []scriptedPage{{"A B C", "2"}}, "", "3 entries came, its total is 2", 1},
		{"entries of an empty list", []scriptedPage{{"A", "0"}}, "", "1 entry came, its total is 0", 1},
		{"negative total", []scriptedPage{{"", "-1"}}, "", "its total is -1", 1},
		{"total missing, and the same page for ever", []scriptedPage{{"A", "null"}}, "", "does not say how long it is", 3},
		{"total on the first page only", []scriptedPage{{"A", "2"}, {"B", "null"}}, "", "changed", 2},
		{"total on the second page only", []scriptedPage{{"A", "null"}, {"B", "2"}}, "", "changed", 2},
		{"list changes while it is read", []scriptedPage{{"A B", "3"}, {"C D", "4"}}, "", "changed from 3 to 4", 2},
		{"pages shift: an old id stands where a hidden one was", []scriptedPage{{"A B", "4"}, {"B D", "4"}, {"", "4"}}, "", "3 entries came, its total is 4", 3},
		{"no list at all", []scriptedPage{{}}, "", "check threema.base_url", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, packageWith(t, tt.pages))
			inventory, err := client.Inventory(t.Context())
			switch {
			case tt.says == "" && err != nil:
				t.Fatal(err)
			case tt.says == "":
				var ids []string
				for _, u := range inventory.Users {
					ids = append(ids, u.ID)
					if u.FirstName != u.ID {
						t.Errorf("entry %q is the second one with id %q", u.FirstName, u.ID)
					}
				}
				if got := strings.Join(ids, " "); got != tt.want {
					t.Errorf("users %q, want %q", got, tt.want)
				}
			case model.KindOf(err) != model.FailureInvalid || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "users"):
				t.Errorf("kind %q, error %v; want it to say %q", model.KindOf(err), err, tt.says)
			case !cmp.Equal(inventory, model.Inventory{}):
				t.Errorf("part of an inventory came with the error: %v", inventory)
			}
			if got := usersRequests(seen.requests()); got != tt.costs {
				t.Errorf("%d requests for the list, want %d", got, tt.costs)
			}
		})
	}
}

func usersRequests(requests []string) int {
	return len(slices.DeleteFunc(requests, func(r string) bool { return !strings.HasPrefix(r, "GET /users?") }))
}

// packageWith serves an empty package but for these pages of users, and checks what lists are
// asked for.
func packageWith(t *testing.T, pages []scriptedPage) http.HandlerFunc {
	t.Helper()
	empty := map[string]string{"/credentials": "credentials", "/contacts": "contacts", "/mdm-bulk": "credentials"}
	return func(w http.ResponseWriter, r *http.Request) {
		below := strings.TrimPrefix(r.URL.EscapedPath(), prefix)
		if below == "" {
			replyJSON(200, `{"id":"A1B2C3D4E5"}`)(w, r)
			return
		}
		n, err := strconv.Atoi(r.FormValue("page"))
		if err != nil || r.FormValue("pageSize") != "5000" || len(r.URL.Query()) != 2 {
			t.Errorf("query = %q", r.URL.RawQuery)
		}
		if below == "/users" {
			pages[min(n, len(pages)-1)].ServeHTTP(w, r)
			return
		}
		replyJSON(200, `{"`+empty[below]+`":[],"paging":{"count":0,"total":0,"page":0}}`)(w, r)
	}
}

func TestProgressIsTold(t *testing.T) {
	t.Parallel()
	client, seen := setup(t, packageWith(t, []scriptedPage{{"A B", "3"}, {"C", "3"}}))
	if _, err := client.Inventory(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"credentials 0/0", "users 2/3", "users 3/3", "contacts 0/0", "settings 0/0"}
	if diff := cmp.Diff(want, seen.progress); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// TestSlashAfterTheBase: both forms of the subscription's address are tried, and only when the
// first leads nowhere.
func TestSlashAfterTheBase(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		first http.HandlerFunc
		want  []string
		fails bool
	}{
		{"not found", replyJSON(404, ``), []string{"GET ", "GET /"}, false},
		{"redirect", redirectTo(prefix + "/"), []string{"GET ", "GET /"}, false},
		{"key refused", replyJSON(401, ``), []string{"GET "}, true},
		{"works", replyJSON(200, `{"id":"A1B2C3D4E5"}`), []string{"GET "}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, nthAnswer(tt.first, replyJSON(200, `{"id":"A1B2C3D4E5"}`)))
			if _, err := client.Subscription(t.Context()); (err != nil) != tt.fails {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, seen.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}
