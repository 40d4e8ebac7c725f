package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// firstLocalCode is where the library's own codes begin; those below came from the server.
const firstLocalCode = ldap.ErrorNetwork

// serverCode returns the result code of an answer, false if err is none.
func serverCode(err error) (uint16, bool) {
	e, ok := errors.AsType[*ldap.Error](err)
	if !ok || e.ResultCode >= firstLocalCode {
		return 0, false
	}
	return e.ResultCode, true
}

// answerError is a result code other than success, in words.
type answerError struct{ cause *ldap.Error }

func (e *answerError) Error() string {
	text := fmt.Sprintf("the server answers %d, %s", e.cause.ResultCode, ldap.LDAPResultCodeMap[e.cause.ResultCode])
	if diagnosis := wording.OneLine(e.cause.Err.Error()); diagnosis != "" {
		text += ": " + diagnosis
	}
	return text
}

func (e *answerError) Unwrap() error { return e.cause }

// answer puts the result of a request into words. Other errors stay as they are.
func answer(err error) error {
	if e, ok := errors.AsType[*ldap.Error](err); ok && e.ResultCode < firstLocalCode {
		return &answerError{cause: e}
	}
	return err
}

// fail makes the error that ends a read, with the certificate as far as it got.
func (v *session) fail(reason model.ReadReason, hint string, err error) *model.ReadError {
	return &model.ReadError{
		Source: v.cfg.Name, Reason: reason, Conditions: slices.Clone(v.certificate), Hint: hint, Err: err,
	}
}

// refuse is fail because of a condition that does not hold.
func (v *session) refuse(condition string, reason model.ReadReason, hint string, err error) *model.ReadError {
	v.certificate.doubt(condition, "%v", err)
	return v.fail(reason, hint, err)
}

// readError is the one place where an error of the library becomes one for the operator. Any
// error discards the read; there is no list of bad codes (pitfall A7), only one of hints.
func (v *session) readError(ctx context.Context, err error) *model.ReadError {
	if e, ok := errors.AsType[*model.ReadError](err); ok {
		return e
	}
	slow, late := errors.AsType[slowError](context.Cause(ctx))
	switch {
	case late:
		return v.refuse(resultCodes, model.ReadTimeout, "look into its log, or raise timeout of the source if the server is only slow", fmt.Errorf("%w (%w)", slow, err))
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("the read did not end within %v: %w (%w)", v.cfg.Timeout, ctx.Err(), err)
		return v.refuse(resultCodes, model.ReadTimeout, "raise timeout of the source if the directory is only slow", err)
	case ctx.Err() != nil:
		return v.refuse(resultCodes, model.ReadTimeout, "", fmt.Errorf("the read was stopped: %w", ctx.Err()))
	}
	code, ok := serverCode(err)
	if !ok {
		return v.refuse(resultCodes, model.ReadResult, "the connection ended early, or the server sent what is no LDAP; look into its log", err)
	}
	switch code {
	case ldap.LDAPResultTimeLimitExceeded, ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		return v.refuse(resultCodes, model.ReadResult, v.profile.limitsHint(v.self), err)
	case ldap.LDAPResultReferral:
		return v.refuse(references, model.ReadReference, elsewhereHint, err)
	case ldap.LDAPResultNoSuchObject:
		return v.refuse(resultCodes, model.ReadBase, "base_dn "+v.cfg.BaseDN+" does not exist here, or the bind account may not see it", err)
	}
	return v.refuse(resultCodes, model.ReadResult, "", err)
}
