package threema

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Error is a failed request.
type Error struct {
	Method string
	Path   string // below the base URL, without query
	Status int    // 0: no answer
	// Message is what the service said, made printable and shortened to 200 characters.
	Message string
	Kind    model.FailureKind
	// Pause is how long the service asks to be left alone, 0 if it does not say.
	Pause time.Duration
	Err   error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %v", e.Method, e.Path, e.Err)
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Message != "" {
		text += fmt.Sprintf("; the service says %q", e.Message)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// FailureKind implements model.Failure.
func (e *Error) FailureKind() model.FailureKind { return e.Kind }

// RetryAfter is how long the service asks to be left alone, at most 24 hours; 0 if it does not
// say.
func (e *Error) RetryAfter() time.Duration { return e.Pause }

// Answered tells whether it was the service that refused, and not this program or the way there.
func (e *Error) Answered() bool { return e.Status != 0 }

func (r request) failure(kind model.FailureKind, err error) *Error {
	return &Error{Method: r.method, Path: r.escapedPath(), Kind: kind, Err: err}
}

// lost is the failure of a request whose answer never came.
func (r request) lost(err error, sent bool) *Error {
	switch {
	case isCertificateError(err):
		return r.failure(model.FailureUnavailable, fmt.Errorf("the certificate of the service is refused, nothing was sent: %w", err))
	case !sent:
		return r.failure(model.FailureUnavailable, fmt.Errorf("the service cannot be reached, nothing was sent: %w", err))
	case r.isRead():
		return r.failure(model.FailureUnavailable, fmt.Errorf("the service did not answer: %w", err))
	default:
		return r.failure(model.FailureUnknown, fmt.Errorf("the service did not answer, the change may have happened: %w", err))
	}
}

// odd is the failure of an answer that reports success but is not the contract's. After a
// write that means: it may have taken effect.
func (r request) odd(status int, err error) *Error {
	kind := model.FailureInvalid
	if !r.isRead() {
		kind = model.FailureUnknown
		err = fmt.Errorf("the change may have happened, but %w", err)
	}
	e := r.failure(kind, err)
	e.Status = status
	return e
}

// worthRepeating tells whether a failed request may be sent once more with some hope.
func (r request) worthRepeating(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && r.isRead() && e.Kind == model.FailureUnavailable && e.Pause == 0 && !isCertificateError(err) && !isForbidden(err)
}

func isCertificateError(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
