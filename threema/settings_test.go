package threema_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSettingsOfOne: of one that is gone, whichever way the service says so, there is none.
func TestSettingsOfOne(t *testing.T) {
	t.Parallel()
	listed := `{"credentials":[{"id":"a/b","parameters":[{"name":"th_nickname","value":"Boss"}]}],"paging":{"total":1}}`
	for name, tt := range map[string]struct {
		one, list http.HandlerFunc
		want      []model.KeptSetting
		kind      model.FailureKind
	}{
		"typed, by name": {replyJSON(200, `{"parameters":[{"name":"th_z","value":true},{"id":"th_b","value":30},{"property":"th_a","value":"true"},{"name":"th_none","value":null}]}`), nil,
			[]model.KeptSetting{{Name: "th_a", Value: "true"}, {Name: "th_b", Value: "30", NotText: true}, {Name: "th_z", Value: "true", NotText: true}}, ""},
		"none":                {replyJSON(200, `{"parameters":[]}`), nil, nil, ""},
		"none as an object":   {replyJSON(200, `{"parameters":{}}`), nil, nil, ""},
		"404, and not listed": {replyJSON(404, `{}`), replyJSON(200, `{"credentials":[],"paging":{"total":0}}`), nil, ""},
		"404, though listed":  {replyJSON(404, `{}`), replyJSON(200, listed), []model.KeptSetting{{Name: "th_nickname", Value: "Boss"}}, ""},
		"404, list fails":     {replyJSON(404, `{}`), replyJSON(401, `{}`), nil, model.FailureUnauthorized},
		"not read":            {replyJSON(403, `{}`), nil, nil, model.FailureForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.EscapedPath() == prefix+"/credentials/a%2Fb/mdm":
					tt.one(w, r)
				case r.URL.Path == prefix+"/mdm-bulk" && tt.list != nil:
					tt.list(w, r)
				default:
					t.Errorf("asked for %s", r.URL)
				}
			})
			got, err := client.Settings(t.Context(), "a/b")
			if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != (tt.kind == "") || err != nil && model.KindOf(err) != tt.kind {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestKeptSettingsGoBackAsTheyWere: a switch as a switch, a number as a number, also where the apps
// would ignore it, for it is not ours; and no name stands twice.
func TestKeptSettingsGoBackAsTheyWere(t *testing.T) {
	t.Parallel()
	client, seen := setup(t, func(w http.ResponseWriter, r *http.Request) {
		want := map[string]any{"credentials": []any{map[string]any{"id": "c", "parameters": []any{
			map[string]any{"name": "th_csi", "value": "1"},
			map[string]any{"name": "th_disable_web", "value": true},
			map[string]any{"name": "th_keep_messages_days", "value": 30.0},
			map[string]any{"name": "th_license_username", "value": "true"},
		}}}}
		if diff := cmp.Diff(want, bodyOf(t, r)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	settings := model.CredentialSettings{CredentialID: "c", Settings: []model.Setting{{Name: "th_csi", Value: "1"}}, Keep: []model.KeptSetting{
		{Name: "th_disable_web", Value: "true", NotText: true},
		{Name: "th_keep_messages_days", Value: "30", NotText: true},
		{Name: "th_license_username", Value: "true"},
	}}
	if err := client.SetSettings(t.Context(), []model.CredentialSettings{settings}); err != nil {
		t.Fatal(err)
	}
	settings.Keep[0].Name = "th_csi"
	if err := client.SetSettings(t.Context(), []model.CredentialSettings{settings}); err == nil || len(seen.requests()) != 1 {
		t.Errorf("a name twice: %v, %d requests", err, len(seen.requests()))
	}
}
