package worksim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

func TestSubscription(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	h.ask("PUT", "/", object{"name": "Renamed"}, 204)
	for _, path := range []string{"", "/"} {
		got := h.ask("GET", path, nil, 200).object()
		delete(got, "_links")
		want := object{
			"id": "SIMULATED1", "name": "Renamed", "validUntil": "2027-03-02T09:30:00+0000",
			"type": "professional", "licenseAmount": 100_000.0,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	h.ask("PUT", "/", object{}, 400)
	h.ask("PUT", "/", object{"name": ""}, 422)
	h.ask("PUT", "/", object{"name": strings.Repeat("x", 257)}, 422)
}

func TestCredentialLife(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	made := h.ask("POST", "/credentials", object{"username": "jo", "password": "pw", "hash": true, "lock": true}, 201).object()
	id := as[string](t, made["id"])
	delete(made, "_links")
	want := object{"id": id, "username": "jo", "password": nil, "usage": 0.0, "hashed": true, "locked": true}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	h.activate("jo", "pw", "")

	path := "/credentials/" + escape(id)
	h.ask("PUT", path, object{"id": id, "username": "joanna", "password": "new"}, 204)
	got := h.ask("GET", path, nil, 200).object()
	delete(got, "_links")
	want = object{"id": id, "username": "joanna", "password": "new", "usage": 1.0, "hashed": false, "locked": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hash left out is false, lock left out stays:\n%s", diff)
	}
	h.ask("PUT", path, object{"username": "joanna", "password": "new", "lock": false}, 204)
	if got := h.ask("GET", path, nil, 200).object()["locked"]; got != false {
		t.Errorf("locked %v, want false", got)
	}
	h.credential("jo", "free again")

	h.ask("DELETE", path, nil, 204)
	h.ask("DELETE", path, nil, 404)
	h.ask("GET", path, nil, 404)
	h.ask("PUT", path, object{"username": "x", "password": "x"}, 404)
}

func TestCredentialRefusals(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{Subscription: worksim.Subscription{LicenseAmount: 5}})
	id := h.credential("jo", "pw", object{"licenseCount": 2})
	h.credential("ann", "pw")
	for _, row := range []struct {
		name   string
		body   any
		status int
	}{
		{"taken username", object{"username": "jo", "password": "x"}, 400},
		{"no username", object{"password": "x"}, 400},
		{"empty username", object{"username": "", "password": "x"}, 400},
		{"no password", object{"username": "x"}, 400},
		{"null password", object{"username": "x", "password": nil}, 400},
		{"long username", object{"username": strings.Repeat("x", 257), "password": "x"}, 400},
		{"long password", object{"username": "x", "password": strings.Repeat("x", 257)}, 400},
		{"licence count of a wrong type", object{"username": "x", "password": "x", "licenseCount": "1"}, 400},
		{"no licence", object{"username": "x", "password": "x", "licenseCount": 0}, 400},
		{"more licences than left", object{"username": "x", "password": "x", "licenseCount": 3}, 403},
		{"not JSON", "username=x", 400},
		{"array", "[]", 400},
		{"null", "null", 400},
		{"trailing data", `{"username":"x","password":"x"} {}`, 400},
		{"not UTF-8", "{\"username\":\"\xff\",\"password\":\"x\"}", 400},
		{"empty body", "", 400},
	} {
		t.Run(row.name, func(*testing.T) { h.ask("POST", "/credentials", row.body, row.status) })
	}
	h.credential("x", "x", object{"licenseCount": 2})
	h.ask("POST", "/credentials", object{"username": "y", "password": "x"}, 403)
	h.ask("PUT", "/credentials/"+escape(id), object{"username": "ann", "password": "x"}, 400)
	h.ask("PUT", "/credentials/"+escape(id), object{"username": "only"}, 400)
	h.ask("DELETE", "/credentials/"+escape(id), nil, 204)
	h.credential("y", "x")
}

func TestCredentialIDsNeedEncoding(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	seen := map[rune]bool{}
	for i := range 60 {
		id := h.credential(fmt.Sprint("u", i), "pw")
		for _, r := range "/+=" {
			seen[r] = seen[r] || strings.ContainsRune(id, r)
		}
		got := h.ask("GET", "/credentials/"+escape(id), nil, 200).object()
		if got["id"] != id {
			t.Fatalf("asked for %q, got %v", id, got["id"])
		}
		if want := h.origin + "/api/v1/credentials/" + escape(id); linkOf(t, got, "rel", "detail") != want {
			t.Fatalf("link %v, want %s", got["_links"], want)
		}
	}
	if !seen['/'] || !seen['+'] || !seen['='] {
		t.Errorf("ids hold %v, want all of / + =", seen)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	jo, ann := h.credential("Jo.Doe", "pw"), h.credential("ann", "pw")
	h.set(jo, object{"th_firstname": "Jo", "th_csi": "E-1001"})
	joID, annID := h.activate("Jo.Doe", "pw", ""), h.activate("ann", "pw", "")

	got := h.ask("GET", "/users/"+joID, nil, 200).object()
	if want := h.origin + "/api/v1/credentials/" + escape(jo); linkOf(t, got, "rel", "credential") != want {
		t.Errorf("links %v, want credential %s", got["_links"], want)
	}
	if got["lastCheck"] != "2026-03-02T09:30:00+0000" || got["csi"] != "E-1001" || got["lastName"] != "" {
		t.Errorf("got %v", got)
	}
	for query, want := range map[string]string{
		"filterCredential=" + escapeQuery(ann): annID,
		"filterUsername=JO.":                   joID,
		"filterQuery=e-10":                     joID,
		"filterQuery=" + annID[2:]:             annID,
		"filterQuery=nobody":                   "",
		"filterUsername=ann&filterQuery=jo":    "",
		"":                                     joID + " " + annID,
	} {
		var ids []string
		for _, u := range h.ask("GET", "/users?"+query, nil, 200).list("users") {
			ids = append(ids, as[string](t, u["id"]))
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("?%s: got %q, want %q", query, got, want)
		}
	}
	h.ask("GET", "/users/ZZZZZZZZ", nil, 404)
	h.ask("DELETE", "/users/ZZZZZZZZ", nil, 404)
	h.ask("POST", "/users/ZZZZZZZZ/detach", nil, 404)
}

func TestFilterOfCredentials(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	for _, name := range []string{"Ann", "joann", "bob"} {
		h.credential(name, "pw")
	}
	r := h.ask("GET", "/credentials?filterUsername=aNN", nil, 200)
	if count, total, _ := r.paging(); count != 2 || total != 2 {
		t.Errorf("count %d, total %d, want 2, 2", count, total)
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	h.credential("jo", "pw")
	auto := h.activate("jo", "pw", "")
	full := object{"firstName": "A", "lastName": "B", "enabled": true, "directory_enabled": false}
	without := func(member string, instead ...any) object {
		body := object{}
		for k, v := range full {
			if k != member {
				body[k] = v
			} else if len(instead) > 0 {
				body[k] = instead[0]
			}
		}
		return body
	}

	h.ask("POST", "/contacts", object{"threemaId": "CUSTOM01"}, 201)
	h.ask("POST", "/contacts", object{"threemaId": "*GATEWAY", "firstName": "G", "enabled": false, "directory_enabled": false}, 201)
	h.ask("POST", "/contacts", object{"threemaId": "CUSTOM01"}, 400)
	h.ask("POST", "/contacts", object{"threemaId": auto}, 400)
	h.ask("POST", "/contacts", object{"threemaId": "short"}, 400)
	h.ask("POST", "/contacts", object{"firstName": "x"}, 400)

	for _, id := range []string{auto, "CUSTOM01", "*GATEWAY"} {
		h.ask("PUT", "/contacts/"+escape(id), full, 204)
		got := h.ask("GET", "/contacts/"+escape(id), nil, 200).object()
		if got["id"] != id || got["firstName"] != "A" || got["enabled"] != true || got["directory_enabled"] != false {
			t.Errorf("got %v", got)
		}
	}
	for _, body := range []object{
		without("directory_enabled"), without("enabled"), without("firstName"), without("lastName"),
		without("firstName", ""), without("lastName", ""), without("enabled", nil),
	} {
		h.ask("PUT", "/contacts/CUSTOM01", body, 400)
	}
	if got := len(h.ask("GET", "/contacts", nil, 200).list("contacts")); got != 3 {
		t.Errorf("%d contacts, want 3: automatic and custom ones", got)
	}
	h.ask("DELETE", "/contacts/"+auto, nil, 401)
	h.ask("DELETE", "/contacts/CUSTOM01", nil, 204)
	h.ask("DELETE", "/contacts/CUSTOM01", nil, 404)
	h.ask("GET", "/contacts/CUSTOM01", nil, 404)
	h.ask("PUT", "/contacts/CUSTOM01", full, 404)
}

func TestCategories(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	cred := h.credential("jo", "pw")
	h.set(cred, object{"th_category": "plant, shift-a,plant"})
	id := h.activate("jo", "pw", "")
	h.ask("POST", "/contacts", object{"threemaId": "CUSTOM01"}, 201)

	categories := h.ask("GET", "/contacts/"+id+"/categories", nil, 200).list("categories")
	if len(categories) != 2 || categories[0]["name"] != "plant" || categories[0]["source"] != "mdm" {
		t.Fatalf("got %v", categories)
	}
	plant := as[string](t, categories[0]["id"])
	if got := h.ask("GET", "/contact-categories/"+plant, nil, 200).object()["name"]; got != "plant" {
		t.Errorf("got %v", got)
	}
	for _, filter := range []string{"plant", plant} {
		if got := h.ask("GET", "/contacts?filterCategory="+filter, nil, 200).list("contacts"); len(got) != 1 || got[0]["id"] != id {
			t.Errorf("filter %s: got %v", filter, got)
		}
	}
	if got := h.ask("GET", "/contacts/CUSTOM01/categories", nil, 200).list("categories"); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	h.ask("GET", "/contacts/ZZZZZZZZ/categories", nil, 404)
	h.ask("GET", "/contact-categories/unknown", nil, 404)
}

func TestLogos(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	state := h.sim.State()
	state.Logos = map[string]worksim.Logo{"light": {ContentType: "image/png", Data: []byte("\x89PNG")}}
	if err := h.sim.SetState(state); err != nil {
		t.Fatal(err)
	}
	r := h.ask("GET", "/logos/light", nil, 200)
	if string(r.body) != "\x89PNG" || r.header.Get("Content-Type") != "image/png" {
		t.Errorf("got %q as %s", r.body, r.header.Get("Content-Type"))
	}
	h.ask("DELETE", "/logos/light", nil, 204)
	h.ask("GET", "/logos/light", nil, 404)
	h.ask("DELETE", "/logos/light", nil, 404)
	h.ask("GET", "/logos/pink", nil, 404)
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	for name, wrong := range map[string]string{"missing": "", "wrong": "nope", "with a scheme": "Bearer " + key} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", h.origin+"/api/v1/credentials", nil)
		if err != nil {
			t.Fatal(err)
		}
		if wrong != "" {
			request.Header.Set("x-api-key", wrong)
		}
		response, err := h.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != 401 {
			t.Errorf("%s: got %d, want 401", name, response.StatusCode)
		}
	}
	if got := h.sim.State().RequestsToday; got != 0 {
		t.Errorf("%d requests counted, want none without a key", got)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	h.ask("GET", "/nothing", nil, 404)
	h.ask("GET", "/credentials/", nil, 404)
	h.ask("GET", "//credentials", nil, 404)
	h.ask("PATCH", "/credentials", nil, 405)
	h.ask("POST", "/users", object{}, 405)
	h.ask("PUT", "/logos/light", object{}, 405)
	r, err := h.send("GET", h.origin+"/elsewhere", nil)
	if err != nil || r.status != 404 {
		t.Errorf("outside the base: %v %v", r, err)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{MaxBody: 100})
	h.ask("PUT", "/", object{"name": strings.Repeat("x", 50)}, 204)
	h.ask("PUT", "/", object{"name": strings.Repeat("x", 200)}, 400)
}

func TestQuota(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{DailyRequests: 3})
	h.ask("GET", "/", nil, 200)
	h.ask("GET", "/credentials/none", nil, 404)
	h.ask("GET", "/mdm", nil, 200)
	r := h.ask("GET", "/", nil, 429)
	if r.object()["error"] == nil || r.header.Get("Retry-After") != "" {
		t.Errorf("got %s %v", r.body, r.header)
	}
	if got := h.sim.State().RequestsToday; got != 4 {
		t.Errorf("requests today %d, want 4: failures count too", got)
	}
	h.advance(14*time.Hour + 29*time.Minute)
	h.ask("GET", "/", nil, 429)
	h.advance(time.Minute)
	h.ask("GET", "/", nil, 200)
	if got := h.sim.State().RequestsToday; got != 1 {
		t.Errorf("requests today %d, want 1 after midnight UTC", got)
	}
}

func TestDefaultQuota(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{})
	state := h.sim.State()
	state.RequestsToday = 9_999
	if err := h.sim.SetState(state); err != nil {
		t.Fatal(err)
	}
	h.ask("GET", "/", nil, 200)
	h.ask("GET", "/", nil, 429)
}

func TestBelowAPathPrefix(t *testing.T) {
	t.Parallel()
	h := serve(t, worksim.Options{}, func(_ testing.TB, sim http.Handler) http.Handler {
		return http.StripPrefix("/tenant/x", sim)
	})
	h.origin += "/tenant/x"
	id := h.credential("jo", "pw")
	got := h.ask("GET", "/credentials/"+escape(id), nil, 200).object()
	if want := h.origin + "/api/v1/credentials/" + escape(id); linkOf(t, got, "rel", "detail") != want {
		t.Errorf("links %v, want %s", got["_links"], want)
	}
	h.control("GET", "/state", nil, 200)
}
