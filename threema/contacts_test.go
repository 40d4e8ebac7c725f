package threema_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestRefusedDirectoryFlag: a contact that is refused with directory_enabled is written without, and
// one that is refused without, with. What is refused either way is refused, in the words of the form
// that the contract has.
func TestRefusedDirectoryFlag(t *testing.T) {
	t.Parallel()
	ok, bad := http.StatusNoContent, http.StatusBadRequest
	for name, tt := range map[string]struct {
		with, without int // status
		create        bool
		sent          []bool // whether each request has it
		kind          model.FailureKind
		message       string
	}{
		"PUT, taken":                    {ok, bad, false, []bool{true}, "", ""},
		"PUT, refused with":             {bad, ok, false, []bool{true, false}, "", ""},
		"PUT, refused with, 422":        {422, ok, false, []bool{true, false}, "", ""},
		"PUT, refused either way":       {bad, bad, false, []bool{true, false}, model.FailureRefused, "with"},
		"PUT, gone":                     {404, ok, false, []bool{true}, model.FailureNotFound, "with"},
		"PUT, refused, then gone":       {bad, 404, false, []bool{true, false}, model.FailureNotFound, "without"},
		"PUT, refused, then lost":       {bad, 500, false, []bool{true, false}, model.FailureUnknown, "without"},
		"PUT, out of order":             {500, ok, false, []bool{true}, model.FailureUnknown, "with"},
		"PUT, key":                      {401, ok, false, []bool{true}, model.FailureUnauthorized, "with"},
		"POST, taken":                   {bad, ok, true, []bool{false}, "", ""},
		"POST, refused without":         {ok, bad, true, []bool{false, true}, "", ""},
		"POST, exists already":          {bad, bad, true, []bool{false, true}, model.FailureRefused, "with"},
		"POST, refused, the key is bad": {401, bad, true, []bool{false, true}, model.FailureUnauthorized, "with"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []bool
			client, _ := setup(t, func(w http.ResponseWriter, r *http.Request) {
				_, there := bodyOf(t, r)["directory_enabled"]
				sent = append(sent, there)
				status, message := tt.without, "without"
				if there {
					status, message = tt.with, "with"
				}
				if status == ok {
					w.WriteHeader(ok)
					return
				}
				replyJSON(status, `{"error":"`+message+`"}`)(w, r)
			})
			contact := model.Contact{ID: "ABCDEFGH", FirstName: "Jo", LastName: "Doe", Enabled: true}
			write := client.UpdateContact
			if tt.create {
				write = client.CreateContact
			}
			err := write(t.Context(), contact)
			if diff := cmp.Diff(tt.sent, sent); diff != "" {
				t.Errorf("sent with the member (-want +got):\n%s", diff)
			}
			switch {
			case tt.kind == "" && err != nil:
				t.Error(err)
			case tt.kind != "" && (model.KindOf(err) != tt.kind || apiError(t, err).Message != tt.message):
				t.Errorf("kind %q, want %q of the request %q it: %v", model.KindOf(err), tt.kind, tt.message, err)
			}
		})
	}
}
