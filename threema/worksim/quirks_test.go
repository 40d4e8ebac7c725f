package worksim_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestQuirks checks each quirk: off is the default reading, on is the other one.
func TestQuirks(t *testing.T) {
	t.Parallel()
	tests := quirkTests()
	for _, quirk := range worksim.Quirks() {
		check, ok := tests[quirk.Name]
		if !ok {
			t.Errorf("quirk %s has no test", quirk.Name)
			continue
		}
		if quirk.Text == "" {
			t.Errorf("quirk %s has no description", quirk.Name)
		}
		for name, quirks := range map[string][]string{"off": nil, "on": {quirk.Name}} {
			t.Run(quirk.Name+" "+name, func(t *testing.T) {
				t.Parallel()
				check(startHostile(t, worksim.Options{Quirks: quirks, DailyRequests: 40}), quirks != nil)
			})
		}
	}
}

// want compares the outcome of a quirk's test.
func (h *harness) want(on bool, got, whenOff, whenOn any) {
	h.t.Helper()
	expected := whenOff
	if on {
		expected = whenOn
	}
	if got != expected {
		h.t.Errorf("got %v, want %v", got, expected)
	}
}

// person makes a credential with a phone.
func (h *harness) person(username string) (cred, id string) {
	h.t.Helper()
	cred = h.credential(username, "pw")
	return cred, h.activate(username, "pw", "")
}

func quirkTests() map[string]func(h *harness, on bool) {
	return map[string]func(h *harness, on bool){
		worksim.LinksRef: func(h *harness, on bool) {
			_, id := h.person("jo")
			user := h.ask("GET", "/users/"+id, nil, 200).object()
			h.want(on, linkOf(h.t, user, "rel", "credential") != "", true, false)
			h.want(on, linkOf(h.t, user, "ref", "credential") != "", false, true)
		},
		worksim.ContactThreemaID: func(h *harness, on bool) {
			_, id := h.person("jo")
			contact := h.ask("GET", "/contacts", nil, 200).list("contacts")[0]
			h.want(on, contact["id"] == id, true, false)
			h.want(on, contact["threemaId"] == id, false, true)
		},
		worksim.GlobalSettingID: func(h *harness, on bool) {
			h.ask("POST", "/mdm", object{"property": "th_csi", "value": "x"}, 204)
			global := h.ask("GET", "/mdm", nil, 200).list("parameters")[0]
			h.want(on, global["name"] == "th_csi", true, false)
			h.want(on, global["id"] == "th_csi", false, true)
		},
		worksim.NestedBulk: func(h *harness, on bool) {
			h.credential("jo", "pw")
			_, nested := h.ask("GET", "/mdm-bulk", nil, 200).object()["credentials"].([]any)[0].([]any)
			h.want(on, nested, false, true)
		},
		worksim.PagesOneBased: func(h *harness, on bool) {
			first := h.credential("a", "pw")
			h.credential("b", "pw")
			for page, isFirst := range map[string][2]bool{"0": {true, true}, "1": {false, true}, "2": {false, false}} {
				list := h.ask("GET", "/credentials?pageSize=1&page="+page, nil, 200).list("credentials")
				h.want(on, len(list) == 1 && list[0]["id"] == first, isFirst[0], isFirst[1])
			}
		},
		worksim.QuotaSliding: func(h *harness, on bool) {
			for range 40 {
				h.ask("GET", "/", nil, 200)
			}
			h.advance(15 * time.Hour) // past midnight UTC
			h.want(on, h.do("GET", "/", nil).status, 200, 429)
			h.advance(10 * time.Hour)
			h.ask("GET", "/", nil, 200)
		},
		worksim.RetryAfter: func(h *harness, on bool) {
			for range 40 {
				h.ask("GET", "/", nil, 200)
			}
			h.want(on, h.ask("GET", "/", nil, 429).header.Get("Retry-After"), "", "52200")
		},
		worksim.Address403: func(h *harness, on bool) {
			state := h.sim.State()
			state.AllowedAddresses = []string{"192.0.2.0/24"}
			if err := h.sim.SetState(state); err != nil {
				h.t.Fatal(err)
			}
			h.want(on, h.do("GET", "/", nil).status, 401, 403)
			state.AllowedAddresses = []string{"192.0.2.0/24", "127.0.0.0/8"}
			if err := h.sim.SetState(state); err != nil {
				h.t.Fatal(err)
			}
			h.ask("GET", "/", nil, 200)
		},
		worksim.LicencesByUsers: func(h *harness, on bool) {
			state := h.sim.State()
			state.Subscription.LicenseAmount = 1
			if err := h.sim.SetState(state); err != nil {
				h.t.Fatal(err)
			}
			h.credential("a", "pw")
			status := func() int { return h.do("POST", "/credentials", object{"username": "b", "password": "pw"}).status }
			h.want(on, status(), 403, 201)
			h.activate("a", "pw", "")
			h.ask("POST", "/credentials", object{"username": "c", "password": "pw"}, 403)
		},
		worksim.KeepDanglingLink: func(h *harness, on bool) {
			cred, id := h.person("jo")
			h.ask("DELETE", "/credentials/"+escape(cred), nil, 204)
			user := h.ask("GET", "/users/"+id, nil, 200).object()
			h.want(on, strings.HasSuffix(linkOf(h.t, user, "rel", "credential"), "/"+escape(cred)), false, true)
			if err := h.sim.SetState(h.sim.State()); err != nil {
				h.t.Error(err)
			}
		},
		worksim.KeepContacts: func(h *harness, on bool) {
			_, detached := h.person("a")
			_, revoked := h.person("b")
			h.ask("POST", "/users/"+detached+"/detach", nil, 204)
			h.ask("DELETE", "/users/"+revoked, nil, 204)
			h.want(on, h.contact(detached) != nil, false, true)
			h.want(on, h.contact(revoked) != nil, false, true)
		},
		worksim.BulkReplaces: func(h *harness, on bool) {
			cred := h.credential("jo", "pw")
			other := h.credential("ann", "pw")
			h.set(other, object{"th_csi": "1"})
			h.set(cred, object{"th_csi": "1"})
			h.set(cred, object{"th_lastname": "Doe"})
			h.want(on, len(h.sim.State().Settings[cred]), 2, 1)
			h.want(on, len(h.sim.State().Settings[other]), 1, 1)
		},
		worksim.BulkPartial: func(h *harness, on bool) {
			a := h.credential("a", "pw")
			h.ask("POST", "/mdm-bulk", object{"credentials": []object{
				{"id": a, "parameters": []object{{"name": "th_unknown", "value": "x"}, {"name": "th_csi", "value": "1"}}},
			}}, 422)
			h.want(on, h.sim.State().Settings[a]["th_csi"] == "1", false, true)
		},
		worksim.BulkHidesEmpty: func(h *harness, on bool) {
			h.credential("a", "pw")
			h.set(h.credential("b", "pw"), object{"th_csi": "1"})
			_, total, _ := h.ask("GET", "/mdm-bulk", nil, 200).paging()
			h.want(on, total, 2, 1)
		},
		worksim.DirectoryEnabledOptional: func(h *harness, on bool) {
			_, id := h.person("jo")
			status := h.do("PUT", "/contacts/"+id, object{"firstName": "A", "lastName": "B", "enabled": true}).status
			h.want(on, status, 400, 204)
			h.want(on, h.contact(id).DirectoryEnabled, true, true)
		},
		worksim.PlanMixedCase: func(h *harness, on bool) {
			h.want(on, h.ask("GET", "/", nil, 200).object()["type"], "professional", "Professional")
		},
		worksim.NullMembers: func(h *harness, on bool) {
			_, id := h.person("jo")
			csi, there := h.ask("GET", "/users/"+id, nil, 200).object()["csi"]
			h.want(on, csi, "", nil)
			h.want(on, there, true, true)
		},
		worksim.SettingsPage500: func(h *harness, on bool) {
			h.ask("GET", "/mdm-bulk?pageSize=500", nil, 200)
			h.want(on, h.do("GET", "/mdm-bulk?pageSize=501", nil).status, 400, 400)
		},
		worksim.SettingsPage5000: func(h *harness, on bool) {
			h.ask("GET", "/mdm-bulk?pageSize=500", nil, 200)
			h.want(on, h.do("GET", "/mdm-bulk?pageSize=5000", nil).status, 400, 200)
			h.ask("GET", "/mdm-bulk?pageSize=5001", nil, 400)
			h.ask("GET", "/users?pageSize=5000", nil, 200)
		},
		worksim.Key403: func(h *harness, on bool) {
			status := func(given string) int {
				request := httptest.NewRequest("GET", worksim.BasePath+"/", nil)
				request.Header.Set("X-Api-Key", given)
				answer := httptest.NewRecorder()
				h.sim.ServeHTTP(answer, request)
				return answer.Code
			}
			h.want(on, status("wrong"), 401, 403)
			h.want(on, status(""), 401, 401)
			h.want(on, status(key), 200, 200)
		},
		worksim.TotalUnfiltered: func(h *harness, on bool) {
			cred, _ := h.person("a")
			h.person("b")
			count, total, _ := h.ask("GET", "/users?filterCredential="+escapeQuery(cred), nil, 200).paging()
			h.want(on, count, 1, 1)
			h.want(on, total, 1, 2)
		},
		worksim.TotalText: func(h *harness, on bool) {
			_, isText := h.ask("GET", "/users", nil, 200).object()["paging"].(object)["total"].(string)
			h.want(on, isText, false, true)
		},
		worksim.NoPaging: func(h *harness, on bool) {
			h.credential("a", "pw")
			h.credential("b", "pw")
			_, there := h.ask("GET", "/credentials?pageSize=2", nil, 200).object()["paging"]
			h.want(on, there, true, false)
			_, there = h.ask("GET", "/credentials?pageSize=1", nil, 200).object()["paging"]
			h.want(on, there, true, true)
		},
		worksim.NoSubscriptionID: func(h *harness, on bool) {
			_, there := h.ask("GET", "/", nil, 200).object()["id"]
			h.want(on, there, true, false)
		},
		worksim.NumberTexts: func(h *harness, on bool) {
			cred := h.credential("jo", "pw")
			h.set(cred, object{"th_csi": "0470"})
			id := h.activate("jo", "pw", "")
			user := h.ask("GET", "/users/"+id, nil, 200).object()
			h.want(on, user["csi"], "0470", 470.0)
		},
		worksim.EmptyObject: func(h *harness, on bool) {
			h.credential("a", "pw")
			_, isObject := h.ask("GET", "/mdm-bulk", nil, 200).list("credentials")[0]["parameters"].(object)
			h.want(on, isObject, false, true)
		},
		worksim.OddDates: func(h *harness, on bool) {
			_, id := h.person("jo")
			last, _ := h.ask("GET", "/users/"+id, nil, 200).object()["lastCheck"].(string)
			h.want(on, len(last), 24, 10)
		},
		worksim.DirectoryEnabledUnknown: func(h *harness, on bool) {
			_, id := h.person("jo")
			body := object{"firstName": "A", "lastName": "B", "enabled": true}
			h.want(on, h.do("PUT", "/contacts/"+id, body).status, 400, 204)
			body["directory_enabled"] = true
			h.want(on, h.do("PUT", "/contacts/"+id, body).status, 204, 400)
			_, there := h.ask("GET", "/contacts/"+id, nil, 200).object()["directory_enabled"]
			h.want(on, there, true, false)
		},
		worksim.BulkShowsGlobal: func(h *harness, on bool) {
			cred := h.credential("jo", "pw")
			h.ask("POST", "/mdm", object{"property": "th_disable_web", "value": true}, 204)
			h.set(cred, object{"th_csi": "1"})
			shown := h.ask("GET", "/mdm-bulk", nil, 200).list("credentials")[0]["parameters"].([]any)
			h.want(on, len(shown), 1, 2)
			h.want(on, len(h.ask("GET", "/credentials/"+escape(cred)+"/mdm", nil, 200).list("parameters")), 1, 1)
		},
		worksim.OmitMembers: func(h *harness, on bool) {
			_, id := h.person("jo")
			_, there := h.ask("GET", "/users/"+id, nil, 200).object()["csi"]
			h.want(on, there, true, false)
			_, there = h.ask("GET", "/contacts/"+id, nil, 200).object()["firstName"]
			h.want(on, there, true, false)
		},
	}
}

func TestUnknownQuirk(t *testing.T) {
	t.Parallel()
	_, err := worksim.New(worksim.Options{Quirks: []string{"links-reff"}})
	if err == nil || !strings.Contains(err.Error(), "links-reff") || !strings.Contains(err.Error(), worksim.NestedBulk) {
		t.Errorf("got %v, want the wrong name and the list of the valid ones", err)
	}
	for _, pair := range [][]string{{worksim.NullMembers, worksim.OmitMembers}, {worksim.SettingsPage500, worksim.SettingsPage5000}} {
		if _, err := worksim.New(worksim.Options{Quirks: pair}); err == nil {
			t.Errorf("want %v refused, which exclude each other", pair)
		}
	}
}
