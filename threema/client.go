package threema

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Config says where the Work API is and how to speak to it.
type Config struct {
	// BaseURL is the address with its path, as in https://work.threema.ch/api/v1. Nothing is
	// derived from it (D-58); a slash at its end is tolerated.
	BaseURL *url.URL
	APIKey  secret.Value
	// Roots, if not nil, are the only CAs that are trusted (pitfall G4).
	Roots *x509.CertPool
	// Proxy is the URL of a proxy for all requests; "" means as the environment says.
	Proxy string
	// Timeout is how long one attempt may take from dialling to the last byte; 0 means a minute.
	Timeout   time.Duration
	UserAgent string
}

// Options are what the application wires to a Client.
type Options struct {
	Quota Quota // required
	// OnRequest, if not nil, is told of every attempt that was made: the status is 0 if no
	// answer came.
	OnRequest func(method string, status int, d time.Duration)
	// Progress, if not nil, is told of every page of a list.
	Progress func(what string, done, total int)
	// PageSizes, if not nil, remembers between two passes how large the pages are that the
	// service gives.
	PageSizes PageSizes
	// Tolerated, if not nil, is told of every answer that is not as the contract has it and was
	// understood all the same: what is odd, without any value.
	Tolerated func(what string)
	// Wait pauses between two attempts of a read; nil means by the clock. It returns early,
	// with an error, when ctx ends.
	Wait func(ctx context.Context, d time.Duration) error
}

// Quota counts requests before they are sent.
type Quota interface {
	// Take is asked before every attempt. An error means that the request must not be sent.
	Take(ctx context.Context) error
	// GiveBack is told when nothing was sent of the request that was counted last: no connection came about.
	GiveBack(ctx context.Context) error
}

// How often a read is attempted, and how long the first pause between two attempts is; the
// next one is twice as long.
const (
	maxAttempts = 3
	firstPause  = 500 * time.Millisecond
)

const defaultTimeout = time.Minute

// Client speaks to one licence package. It keeps no state but its connections and what their
// answers tell of the time, and is safe for concurrent use.
type Client struct {
	base      *url.URL
	way       way
	http      *http.Client
	userAgent string
	// key is a closure, so that no way of printing a Client can show the key.
	key     func() secret.Value
	options Options
	clock   *clockWatch
}

// New returns a client. It does not connect.
func New(config Config, options Options) (*Client, error) {
	base := config.BaseURL
	switch {
	case base == nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("the base URL of the Work API is missing or has no scheme and host")
	case config.APIKey.IsEmpty():
		return nil, errors.New("the API key is empty")
	case options.Quota == nil:
		return nil, errors.New("a client needs a quota that counts its requests")
	}
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	way := way{roots: config.Roots, proxyKey: "HTTPS_PROXY", target: base.Host}
	if config.Proxy != "" {
		way.proxyKey = "threema.proxy"
	}
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	return &Client{
		base: base,
		way:  way,
		http: &http.Client{
			Transport:     transport,
			Timeout:       config.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		userAgent: config.UserAgent,
		key:       func() secret.Value { return config.APIKey },
		options:   options.withDefaults(),
		clock:     &clockWatch{},
	}, nil
}

func (o Options) withDefaults() Options {
	if o.OnRequest == nil {
		o.OnRequest = func(string, int, time.Duration) {}
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	if o.PageSizes == nil {
		o.PageSizes = forgetful{}
	}
	if o.Tolerated == nil {
		o.Tolerated = func(string) {}
	}
	if o.Wait == nil {
		o.Wait = pause
	}
	return o
}

// Close closes the connections that are idle. The client may be used again.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Inventory reads the subscription and the four lists, each complete or an error.
func (c *Client) Inventory(ctx context.Context) (model.Inventory, error) {
	var (
		inventory model.Inventory
		err       error
	)
	c.clock.begin()
	if inventory.Subscription, err = c.Subscription(ctx); err != nil {
		return model.Inventory{}, fmt.Errorf("read the subscription: %w", err)
	}
	if inventory.Credentials, err = list(ctx, c, allCredentials()); err != nil {
		return model.Inventory{}, fmt.Errorf("read the credentials: %w", err)
	}
	if inventory.Users, err = list(ctx, c, usersWhere(nil)); err != nil {
		return model.Inventory{}, fmt.Errorf("read the users: %w", err)
	}
	if inventory.Contacts, err = list(ctx, c, allContacts()); err != nil {
		return model.Inventory{}, fmt.Errorf("read the contacts: %w", err)
	}
	if inventory.Settings, inventory.NotText, err = c.settings(ctx); err != nil {
		return model.Inventory{}, fmt.Errorf("read the settings: %w", err)
	}
	return inventory, nil
}

// send sends a request and returns the answer if it is a good one. A read is repeated when
// the service is out of order.
func (c *Client) send(ctx context.Context, r request) (answer, error) {
	for attempt := 1; ; attempt++ {
		a, err := c.attempt(ctx, r)
		if err == nil || attempt == maxAttempts || !r.worthRepeating(err) {
			return a, err
		}
		if c.options.Wait(ctx, firstPause<<(attempt-1)) != nil {
			return a, err
		}
	}
}

// attempt sends a request once, after asking the quota. A context that has ended starts none.
func (c *Client) attempt(ctx context.Context, r request) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, r.failure(model.FailureUnavailable, fmt.Errorf("not sent: %w", err))
	}
	out, sent, err := c.newRequest(ctx, r)
	if err != nil {
		return answer{}, r.failure(model.FailureOther, err)
	}
	if err := c.options.Quota.Take(ctx); err != nil {
		return answer{}, r.failure(model.FailureQuota, fmt.Errorf("not sent: %w", err))
	}
	start := time.Now()
	a, err := c.exchange(out)
	took := time.Since(start)
	c.options.OnRequest(r.method, a.status, took)
	if err != nil {
		err = c.way.explain(err)
		if !sent.Load() { // where that fails too, one too many is counted, which harms nobody
			err = errors.Join(err, c.options.Quota.GiveBack(context.WithoutCancel(ctx)))
		}
		return answer{}, r.lost(err, sent.Load())
	}
	if err := r.check(a, append(slices.Clip(r.secrets), c.key())); err != nil {
		return a, err
	}
	c.clock.note(a.header, time.Now(), took)
	return a, nil
}

// exchange sends a request and reads its answer. The error means that no answer came; one that
// broke off carries its own.
func (c *Client) exchange(out *http.Request) (answer, error) {
	res, err := c.http.Do(out)
	if err != nil {
		return answer{}, withoutURL(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end, or given up
	return readAnswer(res), nil
}

// withoutURL drops the URL from an error of net/http: its query may name a person.
func withoutURL(err error) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		return inner.Err
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
