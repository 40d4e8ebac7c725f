package threema

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// request is one call of the Work API.
type request struct {
	method string
	// path holds the segments below the base URL, not yet escaped; an id is one segment,
	// whatever characters it has.
	path  []string
	slash bool // the path ends in a slash
	query url.Values
	body  any // nil: none
	// secrets stand in the body; no error may repeat them.
	secrets []secret.Value
}

func (r request) isRead() bool { return r.method == http.MethodGet }

// wants tells whether a status reports success. Writes are documented with 201 or 204, one
// with 200.
func (r request) wants(status int) bool {
	switch status {
	case http.StatusOK:
		return true
	case http.StatusCreated, http.StatusNoContent:
		return !r.isRead()
	default:
		return false
	}
}

// ofItem tells whether the path names one record rather than a collection.
func (r request) ofItem() bool { return len(r.path) > 1 }

// escapedPath is the path as it goes over the wire, without the base. It may be shown: it has
// ids, but no query, which could name a person.
func (r request) escapedPath() string {
	var path strings.Builder
	for _, segment := range r.path {
		path.WriteByte('/')
		path.WriteString(escapeSegment(segment))
	}
	if r.slash || path.Len() == 0 {
		path.WriteByte('/')
	}
	return path.String()
}

// escapeSegment escapes an id. Unlike url.PathEscape it escapes the plus sign too, which some
// servers read as a space.
func escapeSegment(segment string) string {
	return strings.ReplaceAll(url.PathEscape(segment), "+", "%2B")
}

// newRequest makes the HTTP request. The flag tells afterwards whether any of it may have
// reached the service.
func (c *Client) newRequest(ctx context.Context, r request) (*http.Request, *atomic.Bool, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, nil, err
	}
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(data)
	}
	ctx, sent := traceSending(ctx)
	out, err := http.NewRequestWithContext(ctx, r.method, address.String(), body)
	if err != nil {
		return nil, nil, fmt.Errorf("make the request: %w", withoutURL(err))
	}
	out.Header.Set("X-Api-Key", c.key().Reveal())
	out.Header.Set("Accept", "application/json")
	if r.body != nil {
		out.Header.Set("Content-Type", "application/json")
	}
	if c.userAgent != "" {
		out.Header.Set("User-Agent", c.userAgent)
	}
	return out, sent, nil
}

// address joins the base URL and the path. It refuses segments that would make the request hit
// something else than the caller meant: DELETE of an empty id would be DELETE of the collection.
func (c *Client) address(r request) (*url.URL, error) {
	for _, segment := range r.path {
		if segment == "" || segment == "." || segment == ".." {
			return nil, fmt.Errorf("%q cannot be part of a path", segment)
		}
	}
	raw := strings.TrimRight(c.base.EscapedPath(), "/")
	if len(r.path) > 0 || r.slash {
		raw += r.escapedPath()
	}
	path, err := url.PathUnescape(raw)
	if err != nil {
		return nil, fmt.Errorf("make the address: %w", err)
	}
	return &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: path, RawPath: raw, RawQuery: r.query.Encode()}, nil
}

// traceSending returns a flag that is set once the request has a connection. A failure before
// that reached nobody.
func traceSending(ctx context.Context) (context.Context, *atomic.Bool) {
	var sent atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	}), &sent
}
