package apicontract_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim/apicontract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// witness notes what a check complains about.
type witness struct {
	testing.TB
	errors []string
}

func (w *witness) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, worksim.BasePath+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("X-Api-Key", "key")
	return r
}

// answering is a server that always says the same.
func answering(status int, contentType, body string, deviates bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		if deviates {
			w.Header().Set(worksim.DeviationHeader, "fault")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const js = "application/json"
	good := answering(200, js, `{"id":"a/b","username":"u","password":null}`, false)
	for _, row := range []struct {
		name           string
		request        [3]string // method, path below the base, body
		next           http.Handler
		strict, answer string // what Check and CheckAnswers complain about; "" is nothing
	}{
		{"good", [3]string{"GET", "/credentials/a%2Fb", ""}, good, "", ""},
		{"good, control", [3]string{"GET", "/_sim/anything", ""}, good, "", ""},
		{"good, subscription without slash", [3]string{"GET", "", ""}, answering(200, js, `{"id":"SIMULATED1"}`, false), "", ""},
		{"good, escaped asterisk", [3]string{"GET", "/contacts/%2AGATEWAY", ""}, answering(200, js, `{"id":"*GATEWAY"}`, false), "", ""},
		{"good, picture", [3]string{"GET", "/logos/light", ""}, answering(200, "image/png", "x", false), "", ""},
		{"good, empty 429", [3]string{"GET", "/mdm", ""}, answering(429, "", "", false), "", ""},
		{"bad body taken", [3]string{"POST", "/credentials", `{"username":"u"}`}, answering(201, js, `{}`, false), "request violates", "bad request was taken"},
		{"bad body refused", [3]string{"POST", "/credentials", `{"username":"u"}`}, answering(400, js, `{}`, false), "request violates", ""},
		{"unknown path", [3]string{"GET", "/nothing", ""}, answering(404, js, `{}`, false), "request violates", ""},
		{"method not allowed", [3]string{"PATCH", "/credentials", ""}, answering(405, js, `{}`, false), "request violates", ""},
		{"body where none belongs", [3]string{"POST", "/users/ABCD1234/detach", `{}`}, answering(400, js, `{}`, false), "request violates", ""},
		{"page size", [3]string{"GET", "/users?pageSize=9999", ""}, answering(400, js, `{}`, false), "request violates", ""},
		{"bad Threema ID", [3]string{"GET", "/users/abc", ""}, answering(404, js, `{}`, false), "request violates", ""},
		{"bad answer", [3]string{"GET", "/users", ""}, answering(200, js, `{"users":{}}`, false), "answer violates", "answer violates"},
		{"bad time", [3]string{"GET", "/users/ABCD1234", ""}, answering(200, js, `{"lastCheck":"2026-03-02T09:30:00Z"}`, false), "answer violates", "answer violates"},
		{"undeclared status", [3]string{"GET", "/users", ""}, answering(418, js, `{}`, false), "answer violates", "answer violates"},
		{"HTML", [3]string{"GET", "/users", ""}, answering(200, "text/html", `<html>`, false), "answer violates", "answer violates"},
		{"HTML by a fault", [3]string{"GET", "/users", ""}, answering(200, "text/html", `<html>`, true), "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for want, check := range map[*string]func(testing.TB, http.Handler) http.Handler{
				&row.strict: apicontract.Check, &row.answer: apicontract.CheckAnswers,
			} {
				seen := &witness{TB: t}
				check(seen, row.next).ServeHTTP(httptest.NewRecorder(), request(row.request[0], row.request[1], row.request[2]))
				said := strings.Join(seen.errors, "\n")
				if (*want == "") != (said == "") || !strings.Contains(said, *want) {
					t.Errorf("complaint %q, want %q", said, *want)
				}
			}
		})
	}
}

func TestMissingKey(t *testing.T) {
	t.Parallel()
	r := request("GET", "/users", "")
	r.Header.Del("X-Api-Key")
	seen := &witness{TB: t}
	apicontract.Check(seen, answering(401, "application/json", `{}`, false)).ServeHTTP(httptest.NewRecorder(), r)
	if len(seen.errors) != 1 {
		t.Errorf("complaints %q, want one", seen.errors)
	}
}

// TestEveryOperationIsServed asks the simulator for each operation of the contract.
func TestEveryOperationIsServed(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(worksim.Contract())
	if err != nil {
		t.Fatal(err)
	}
	sim, err := worksim.New(worksim.Options{APIKey: "key"})
	if err != nil {
		t.Fatal(err)
	}
	ids := strings.NewReplacer("{threemaId}", "ABCD1234", "{id}", "c", "{property_id}", "th_csi", "{logoVariant}", "light")
	operations := 0
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			operations++
			answer := httptest.NewRecorder()
			sim.ServeHTTP(answer, request(method, ids.Replace(path), ""))
			if answer.Code == 405 || strings.Contains(answer.Body.String(), "path not found") || operation.Responses.Status(answer.Code) == nil {
				t.Errorf("%s %s: %d %s", method, path, answer.Code, answer.Body)
			}
		}
	}
	if operations != 32 {
		t.Errorf("%d operations, want 32", operations)
	}
}
