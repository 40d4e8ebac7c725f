package threema_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	userA     = `{"id":"AAAAAAAA","_links":[{"rel":"detail","link":"https://x.example/users/AAAAAAAA"},{"rel":"credential","link":"https://x.example/credentials/a%2Fb%252F"}]}`
	userB     = `{"id":"BBBBBBBB","_links":[{"ref":"credential","link":"/credentials/a%2Fb%252F"}]}`
	colleague = `{"id":"CCCCCCCC","_links":[{"ref":"credential","link":"/credentials/other"}]}`
	orphan    = `{"id":"DDDDDDDD"}`
)

// usersPage is a page of users; a total of "" is none.
func usersPage(total string, users ...string) http.HandlerFunc {
	paging := ""
	if total != "" {
		paging = `,"paging":{"total":` + total + `}`
	}
	return replyJSON(200, `{"users":[`+strings.Join(users, ",")+`]`+paging+`}`)
}

// TestFilteredListIsProved: a filtered list is taken only where it was read to a page that has nothing
// more, or to its total, and holds as many users as the credential says; else the whole list decides.
func TestFilteredListIsProved(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		usage    int
		filtered []http.HandlerFunc // pages; the last one repeats
		whole    http.HandlerFunc   // nil: must not be asked for
		want     string
		requests int
	}{
		{"exact", 2, []http.HandlerFunc{usersPage("2", userA, userB)}, nil, "AAAAAAAA BBBBBBBB", 1},
		{"nobody", 0, []http.HandlerFunc{usersPage("0")}, nil, "", 1},
		{"filter ignored", 2, []http.HandlerFunc{usersPage("4", userA, userB, colleague, orphan)}, nil, "AAAAAAAA BBBBBBBB", 1},

		{"total of the whole list, then an empty page", 2, []http.HandlerFunc{usersPage("4", userA, userB), usersPage("4")}, nil, "AAAAAAAA BBBBBBBB", 2},
		{"total of the whole list, then 404", 1, []http.HandlerFunc{usersPage("4", userA), replyJSON(404, `{}`)}, nil, "AAAAAAAA", 2},
		{"total of the whole list, nobody", 0, []http.HandlerFunc{usersPage("4"), usersPage("4")}, nil, "", 2},
		{"total of the whole list, small pages", 2, []http.HandlerFunc{usersPage("4", userA), usersPage("4", userB), usersPage("4")}, nil, "AAAAAAAA BBBBBBBB", 3},
		{"total of the whole list, counted from 1", 1, []http.HandlerFunc{usersPage("4", userA), usersPage("4", userA), usersPage("4")}, nil, "AAAAAAAA", 3},
		{"smaller total than the list", 2, []http.HandlerFunc{usersPage("1", userA, userB), usersPage("1")}, nil, "AAAAAAAA BBBBBBBB", 2},
		{"no total", 2, []http.HandlerFunc{usersPage("", userA, userB), usersPage("")}, nil, "AAAAAAAA BBBBBBBB", 2},
		{"more than the credential says", 1, []http.HandlerFunc{usersPage("2", userA, userB)}, nil, "AAAAAAAA BBBBBBBB", 1},

		{"filter finds nobody, though somebody uses it", 1, []http.HandlerFunc{usersPage("0")}, usersPage("3", userA, colleague, orphan), "AAAAAAAA", 2},
		{"filter finds others", 1, []http.HandlerFunc{usersPage("1", colleague)}, usersPage("2", userA, colleague), "AAAAAAAA", 2},
		{"one of two", 2, []http.HandlerFunc{usersPage("1", userA)}, usersPage("3", userA, userB, colleague), "AAAAAAAA BBBBBBBB", 2},
		{"total of the whole list, one of two", 2, []http.HandlerFunc{usersPage("3", userA), usersPage("3")}, usersPage("3", userA, userB, colleague), "AAAAAAAA BBBBBBBB", 3},
		{"the credential counts a licence that nobody uses", 1, []http.HandlerFunc{usersPage("0")}, usersPage("1", colleague), "", 2},
		{"pages without end", 1, []http.HandlerFunc{usersPage("4", userA)}, usersPage("2", userA, colleague), "AAAAAAAA", 4},
		{"refused with 400", 1, []http.HandlerFunc{replyJSON(400, `{}`)}, usersPage("2", userA, colleague), "AAAAAAAA", 2},
		{"refused with 422", 1, []http.HandlerFunc{replyJSON(422, ``)}, usersPage("2", userA, colleague), "AAAAAAAA", 2},
		{"credential of the filter gone", 0, []http.HandlerFunc{replyJSON(404, `{}`)}, usersPage("2", userA, colleague), "AAAAAAAA", 2},

		{"the whole list is cut", 2, []http.HandlerFunc{usersPage("1", userA)}, usersPage("3", userA), "error", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, func(w http.ResponseWriter, r *http.Request) {
				n, err := strconv.Atoi(r.FormValue("page"))
				switch filter := r.FormValue("filterCredential"); {
				case err != nil || r.FormValue("pageSize") != "5000":
					t.Errorf("query = %q", r.URL.RawQuery)
				case filter == "a/b%2F":
					tt.filtered[min(n, len(tt.filtered)-1)](w, r)
				case filter == "" && tt.whole != nil:
					tt.whole(w, r)
				default:
					t.Errorf("asked for %q", r.URL.RawQuery)
				}
			})
			users, err := client.UsersOf(t.Context(), "a/b%2F", tt.usage)
			got := "error"
			if err == nil {
				got = strings.Join(idsOf(users), " ")
			}
			if got != tt.want || len(seen.requests()) != tt.requests {
				t.Errorf("users %q after %d requests, want %q after %d: %v", got, len(seen.requests()), tt.want, tt.requests, err)
			}
			if len(seen.sizes) > 0 {
				t.Errorf("a filtered list taught page sizes: %v", seen.sizes)
			}
		})
	}
}

func idsOf(users []model.User) []string {
	var ids []string
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	slices.Sort(ids)
	return ids
}
