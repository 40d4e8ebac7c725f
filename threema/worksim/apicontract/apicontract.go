// Package apicontract holds the HTTP traffic of a test to the contract of the Work API, the
// openapi.yaml of package worksim. Put it in front of the simulator:
//
//	server := httptest.NewServer(apicontract.Check(t, sim))
//
// Every request and every answer below /api/v1 is then checked with kin-openapi; a violation
// fails the test. Answers that the simulator marks with worksim.DeviationHeader (injected
// faults, quirks that leave the contract) and connections that it drops are not looked at; control requests neither.
package apicontract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// Check fails t when a request or an answer violates the contract. It is for the traffic of a real client.
func Check(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	return &checker{t: t, next: next, router: routes(t)}
}

// CheckAnswers is Check for tests that send bad requests on purpose: those must be answered with a
// 4xx status, and the answer may be one that the operation does not declare.
func CheckAnswers(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	return &checker{t: t, next: next, router: routes(t), hostile: true}
}

type checker struct {
	t       testing.TB
	next    http.Handler
	router  routers.Router
	hostile bool
}

// route reads the contract at the first check of a test binary: it is the same for all of them, and reading it takes
// longer than many a test. The library only reads from it when it checks.
var route = sync.OnceValues(newRouter) //nolint:gochecknoglobals // as long-lived as the contract, which is a constant

func routes(t testing.TB) routers.Router {
	t.Helper()
	router, err := route()
	if err != nil {
		t.Fatal(err)
	}
	return router
}

func newRouter() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(worksim.Contract())
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the contract is no valid OpenAPI document: %w", err)
	}
	doc.Servers = nil // paths are matched below the base, wherever that is
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("route the contract: %w", err)
	}
	return router, nil
}

// ServeHTTP implements http.Handler.
func (c *checker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, path, ok := strings.Cut(r.URL.EscapedPath(), worksim.BasePath)
	if !ok || strings.HasPrefix(path, "/_sim") {
		c.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	input, requestErr := c.checkRequest(r, path, body)
	seen := &recorder{ResponseWriter: w, status: http.StatusOK}
	c.next.ServeHTTP(seen, r) // a dropped connection panics through here, unchecked
	if requestErr != nil && !c.hostile && !c.learns(r, path, seen) {
		c.t.Errorf("request violates the contract: %s %s: %v", r.Method, path, requestErr)
	}
	switch {
	case seen.Header().Get(worksim.DeviationHeader) != "":
	case requestErr != nil && seen.status < 400:
		c.t.Errorf("bad request was taken: %s %s: %d for: %v", r.Method, path, seen.status, requestErr)
	case requestErr == nil:
		c.checkAnswer(r, path, input, seen)
	}
}

// learns tells the one request that may leave the contract: it asks for a larger page of the settings
// than the service gives, else it would be right, and the service refuses it, or gives that page by quirk.
func (c *checker) learns(r *http.Request, path string, seen *recorder) bool {
	refused := seen.status == http.StatusBadRequest || seen.status == http.StatusUnprocessableEntity
	byQuirk := seen.Header().Get(worksim.DeviationHeader) == "quirk "+worksim.SettingsPage5000
	query := r.URL.Query()
	if r.Method != http.MethodGet || path != "/mdm-bulk" || query.Get("pageSize") != "5000" || !refused && !byQuirk {
		return false
	}
	query.Set("pageSize", "500")
	smaller := r.Clone(r.Context())
	smaller.URL.RawQuery = query.Encode()
	_, err := c.checkRequest(smaller, path, nil)
	return err == nil
}

// checkRequest validates a request; its path is the escaped one below the base.
func (c *checker) checkRequest(r *http.Request, path string, body []byte) (*openapi3filter.RequestValidationInput, error) {
	below := r.Clone(r.Context())
	below.Body = io.NopCloser(bytes.NewReader(body))
	if path == "" {
		path = "/"
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return nil, err
	}
	below.URL = &url.URL{Path: decoded, RawPath: path, RawQuery: r.URL.RawQuery}
	route, params, err := c.router.FindRoute(below)
	if err != nil {
		return nil, err
	}
	for name, value := range params {
		if params[name], err = url.PathUnescape(value); err != nil {
			return nil, fmt.Errorf("path parameter %s: %w", name, err)
		}
	}
	input := &openapi3filter.RequestValidationInput{
		Request: below, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:  hasKey,
			SkipSettingDefaults: true, RejectWhenRequestBodyNotSpecified: true, IncludeResponseStatus: true,
		},
	}
	return input, openapi3filter.ValidateRequest(r.Context(), input)
}

// hasKey asks for a key of whatever value: tests may try wrong ones.
func hasKey(_ context.Context, input *openapi3filter.AuthenticationInput) error {
	if input.RequestValidationInput.Request.Header.Get("X-Api-Key") == "" {
		return errors.New("header X-Api-Key is missing")
	}
	return nil
}

func (c *checker) checkAnswer(r *http.Request, path string, input *openapi3filter.RequestValidationInput, seen *recorder) {
	options := *input.Options
	options.ExcludeResponseBody = strings.HasPrefix(seen.Header().Get("Content-Type"), "image/")
	err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: seen.status, Header: seen.Header(),
		Body: io.NopCloser(&seen.body), Options: &options,
	})
	if err != nil {
		c.t.Errorf("answer violates the contract: %s %s: %d: %v", r.Method, path, seen.status, err)
	}
}

// recorder passes an answer on and keeps a copy.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.body.Write(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
