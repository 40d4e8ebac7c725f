package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
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

// wordedError is an error by its code. The words of a server or of a library are an argument of it.
type wordedError struct {
	why   model.Reason
	cause error
}

func (e *wordedError) Error() string { return english.Say(e.why) }
func (e *wordedError) Unwrap() error { return e.cause }

// worded makes an error of a reason, and of its cause, nil if there is none.
func worded(why model.Reason, cause error) error { return &wordedError{why, cause} }

// whyOf is the reason of an error, by its own words where it has no code.
func whyOf(err error) model.Reason {
	switch said := err.(type) { //nolint:errorlint // what wraps it says more
	case *wordedError:
		return said.why
	case groupFault:
		return said.Reason
	}
	return model.Because("read-error", err.Error())
}

// fail makes the error that ends a read, with the certificate as far as it got, and with what to do.
func (v *session) fail(reason model.ReadReason, err error, advice ...model.Reason) *model.ReadError {
	return &model.ReadError{
		Source: v.cfg.Name, Reason: reason, Conditions: slices.Clone(v.certificate),
		Why: append([]model.Reason{whyOf(err)}, advice...), Hint: english.Join(advice), Err: err,
	}
}

// refuse is fail because of a condition that does not hold.
func (v *session) refuse(condition string, reason model.ReadReason, err error, advice ...model.Reason) *model.ReadError {
	v.certificate.doubt(condition, whyOf(err))
	return v.fail(reason, err, advice...)
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
		why := model.Because("no-first-page", slow.limit, slow.Unwrap().Error(), err.Error())
		return v.refuse(resultCodes, model.ReadTimeout, worded(why, errors.Join(slow, err)), model.Because("look-into-log-or-raise-timeout"))
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		why := model.Because("read-too-slow", v.cfg.Timeout, ctx.Err().Error(), err.Error())
		return v.refuse(resultCodes, model.ReadTimeout, worded(why, errors.Join(ctx.Err(), err)), model.Because("raise-timeout"))
	case ctx.Err() != nil:
		return v.refuse(resultCodes, model.ReadTimeout, worded(model.Because("read-stopped", ctx.Err().Error()), ctx.Err()))
	}
	return v.answerError(err)
}

// answerError is readError of what the server answered, or broke off.
func (v *session) answerError(err error) *model.ReadError {
	words := err.Error()
	code, ok := serverCode(err)
	if !ok {
		return v.refuse(resultCodes, model.ReadResult, worded(model.Because("connection-broken", words), err), model.Because("look-into-log"))
	}
	switch code {
	case ldap.LDAPResultTimeLimitExceeded, ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		return v.refuse(resultCodes, model.ReadResult, worded(model.Because("limit-reached", words), err), v.profile.limitsAdvice(v.self))
	case ldap.LDAPResultReferral:
		return v.refuse(references, model.ReadReference, worded(model.Because("answer-elsewhere", words), err), elsewhereAdvice())
	case ldap.LDAPResultNoSuchObject:
		return v.refuse(resultCodes, model.ReadBase, worded(model.Because("base-not-found", words), err), model.Because("fix-base", v.cfg.BaseDN))
	}
	return v.refuse(resultCodes, model.ReadResult, worded(model.Because("answer-refuses", words), err))
}
