package worksim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// settingsOf reads a list of settings as name → value.
func settingsOf(t *testing.T, records []object) object {
	t.Helper()
	values := object{}
	for _, r := range records {
		values[as[string](t, r["name"])] = r["value"]
	}
	return values
}

func TestSingleSettings(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	cred := h.credential("jo", "pw")
	for _, base := range []string{"/mdm", "/credentials/" + escape(cred) + "/mdm"} {
		t.Run(base, func(t *testing.T) {
			h.ask("GET", base+"/th_csi", nil, 404)
			h.ask("PUT", base+"/th_csi", object{"value": "x"}, 404)
			h.ask("DELETE", base+"/th_csi", nil, 404)
			for name, value := range (object{"th_csi": "E-1", "th_keep_messages_days": 30, "th_disable_export": true, "th_nickname": ""}) {
				h.ask("POST", base, object{"property": name, "value": value}, 204)
			}
			h.ask("POST", base, object{"property": "th_csi", "value": "E-2"}, 204)
			want := object{"th_csi": "E-2", "th_keep_messages_days": 30.0, "th_disable_export": true, "th_nickname": ""}
			if diff := cmp.Diff(want, settingsOf(t, h.ask("GET", base, nil, 200).list("parameters"))); diff != "" {
				t.Error(diff)
			}
			got := h.ask("PUT", base+"/th_csi", object{"value": "E-3", "property": "th_csi"}, 200).object()
			if got["name"] != "th_csi" || got["value"] != "E-3" {
				t.Errorf("got %v", got)
			}
			h.ask("PUT", base+"/th_csi", object{"value": "E-4"}, 200)
			h.ask("PUT", base+"/th_csi", object{"value": 4}, 400)
			h.ask("PUT", base+"/th_csi", object{"property": "th_nickname", "value": "x"}, 400)
			h.ask("PUT", base+"/th_csi", object{"property": "th_csi"}, 400)
			if got := h.ask("GET", base+"/th_csi", nil, 200).object()["value"]; got != "E-4" {
				t.Errorf("got %v", got)
			}
			h.ask("DELETE", base+"/th_csi", nil, 204)
			h.ask("GET", base+"/th_csi", nil, 404)
		})
	}
	h.ask("GET", "/credentials/none/mdm", nil, 404)
	h.ask("POST", "/credentials/none/mdm", object{"property": "th_csi", "value": "x"}, 404)
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	cred := h.credential("jo", "pw")
	for _, row := range []struct {
		name     string
		property any
		value    any
		status   int
	}{
		{"no name", nil, "x", 400},
		{"no value", "th_csi", nil, 400},
		{"name without th_", "csi", "x", 422},
		{"unknown name", "th_unknown", "x", 422},
		{"licence username", "th_license_username", "x", 422},
		{"licence password", "th_license_password", "x", 422},
		{"id backup", "th_id_backup", "x", 422},
		{"id backup password", "th_id_backup_password", "x", 422},
		{"safe password", "th_safe_password", "x", 422},
		{"text for a switch", "th_disable_export", "true", 422},
		{"number for a text", "th_csi", 7, 422},
		{"text for a number", "th_keep_messages_days", "7", 422},
		{"fraction", "th_keep_messages_days", 7.5, 422},
		{"object", "th_csi", object{}, 422},
		{"array", "th_csi", []string{"x"}, 422},
		{"long nickname", "th_nickname", strings.Repeat("x", 33), 422},
		{"long name", "th_lastname", strings.Repeat("ä", 256), 422},
		{"longest name", "th_lastname", strings.Repeat("ä", 255), 204},
	} {
		t.Run(row.name, func(*testing.T) {
			single := object{"property": row.property, "value": row.value}
			h.ask("POST", "/mdm", single, row.status)
			h.ask("POST", "/credentials/"+escape(cred)+"/mdm", single, row.status)
			bulk := object{"id": cred, "parameters": []object{{"name": row.property, "value": row.value}}}
			h.ask("POST", "/mdm-bulk", object{"credentials": []object{bulk}}, row.status)
		})
	}
}

func TestBulk(t *testing.T) {
	t.Parallel()
	h := startHostile(t, worksim.Options{})
	a, b := h.credential("a", "pw"), h.credential("b", "pw")
	item := func(id any, name string, value any) object {
		return object{"id": id, "parameters": []object{{"name": name, "value": value}}}
	}
	post := func(status int, items ...object) {
		t.Helper()
		h.ask("POST", "/mdm-bulk", object{"credentials": items}, status)
	}
	read := func() (got []object) {
		for _, record := range h.ask("GET", "/mdm-bulk", nil, 200).list("credentials") {
			var parameters []object
			for _, p := range as[[]any](t, record["parameters"]) {
				parameters = append(parameters, as[object](t, p))
			}
			got = append(got, object{as[string](t, record["id"]): settingsOf(t, parameters)})
		}
		return got
	}

	post(204, item(a, "th_csi", "1"))
	post(204, item(a, "th_firstname", "A"))
	want := []object{{a: object{"th_csi": "1", "th_firstname": "A"}}, {b: object{}}}
	if diff := cmp.Diff(want, read()); diff != "" {
		t.Errorf("want a merge, and credentials without settings too:\n%s", diff)
	}

	post(422, item(a, "th_csi", "2"), item(b, "th_csi", 7))
	post(422, item(a, "th_csi", "2"), item("unknown", "th_csi", "x"))
	post(422, item(a, "th_csi", "2"), item(a, "th_csi", "3"))
	post(400, item(a, "th_csi", "2"), item(nil, "th_csi", "x"))
	post(400, object{"id": a})
	h.ask("POST", "/mdm-bulk", object{}, 400)
	h.ask("POST", "/mdm-bulk", "{", 400)
	if diff := cmp.Diff(want, read()); diff != "" {
		t.Errorf("want nothing of a refused request:\n%s", diff)
	}
}

func TestBulkCap(t *testing.T) {
	t.Parallel()
	h := start(t, worksim.Options{MaxBulk: 1})
	a, b := h.credential("a", "pw"), h.credential("b", "pw")
	both := []object{{"id": a, "parameters": []object{}}, {"id": b, "parameters": []object{}}}
	h.ask("POST", "/mdm-bulk", object{"credentials": both}, 422)
	h.ask("POST", "/mdm-bulk", object{"credentials": both[:1]}, 204)
}
