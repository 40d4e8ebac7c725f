package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// inTurn opens a session with one server after the other, see candidates, and hands it to do, until
// one of them has shown a first page. What fails before that is the server's fault, and the next one
// is asked; from the first page on it ends the whole, as pages of two servers make no snapshot
// (pitfall A4). It returns the address of the server that decided.
func (s *Source) inTurn(ctx context.Context, do func(context.Context, *session) error) (address string, err error) {
	found, err := s.candidates(ctx)
	if err != nil {
		return "", (&session{Source: s}).undiscovered(err)
	}
	var failures unanswered
	for n, at := range found {
		v := &session{Source: s, at: at, among: len(found), last: n == len(found)-1, self: s.cfg.BindDN}
		e := v.attempt(ctx, do)
		switch {
		case e == nil:
			return v.replica.Address, nil
		case v.decisive(ctx, e):
			return v.replica.Address, e
		}
		failures = append(failures, failure{v, e})
		if !v.last {
			s.logger.WarnContext(ctx, "directory server skipped", "source", s.cfg.Name, "url", at.String(), "error", e.Err)
		}
	}
	furthest := failures.furthest()
	return furthest.session.replica.Address, failures.readError()
}

// attempt gives one server its share of the time to let us in and show a first page, see hurry.
func (v *session) attempt(ctx context.Context, do func(context.Context, *session) error) *model.ReadError {
	ctx, done := v.hurry(ctx)
	defer done()
	defer v.close()
	err := do(ctx, v)
	if err == nil {
		return nil
	}
	_, v.judged = errors.AsType[*model.ReadError](err)
	return v.readError(ctx, err)
}

// decisive tells that no other server is asked after an error. A password that one of them refused
// is tried on no other (pitfall A15), nor is a login of a kind that none takes. What we ourselves
// judge in a session that is open concerns the configuration, or the directory as a whole.
func (v *session) decisive(ctx context.Context, err error) bool {
	code, answered := serverCode(err)
	refused := []uint16{ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultInvalidCredentials}
	return ctx.Err() != nil || v.paged || v.opened && v.judged || answered && slices.Contains(refused, code)
}

// fewestShares: the login and whatever comes before the first page may take a quarter of the time.
const fewestShares = 4

// share is what each of so many servers may take of the time until its first page, so that the next
// one has its turn, and some is left to read in.
func (s *Source) share(servers int) time.Duration {
	return s.cfg.Timeout / time.Duration(max(fewestShares, servers+1))
}

// slowError is the end of a session whose server took too long to let us in.
type slowError struct{ limit time.Duration }

func (e slowError) Error() string {
	return fmt.Sprintf("no first page within %v: %v", e.limit, context.DeadlineExceeded)
}

func (e slowError) Unwrap() error { return context.DeadlineExceeded }

// hurry ends the context when the server has used up its share; patience lifts that.
func (v *session) hurry(ctx context.Context) (hurried context.Context, done func()) {
	hurried, cancel := context.WithCancelCause(ctx)
	limit := v.share(v.among)
	timer := time.AfterFunc(limit, func() { cancel(slowError{limit}) })
	v.patience = func() { timer.Stop() }
	return hurried, func() { v.patience(); cancel(nil) }
}

// entered marks that the server has let us in. After the last one there is nobody to ask, so it is
// given all the time that is left for its first page.
func (v *session) entered() {
	if v.opened = true; v.last {
		v.patience()
	}
}

// showed marks that a page has come. Those of the steps before are about the bind account.
func (v *session) showed() {
	if v.opened {
		v.paged = true
		v.patience()
	}
}

// failure is a session that came to nothing before its first page.
type failure struct {
	session *session
	err     *model.ReadError
}

// unanswered is why no server could be used, one failure for each.
type unanswered []failure

// furthest is the failure that tells most: of the server with which we came furthest.
func (u unanswered) furthest() failure {
	best := u[0]
	for _, f := range u {
		if f.session.reached > best.session.reached {
			best = f
		}
	}
	return best
}

// readError names each server with its cause in one line, where there are several.
func (u unanswered) readError() *model.ReadError {
	e := *u.furthest().err
	if len(u) == 1 {
		return &e
	}
	errs, whys := make([]error, len(u)), make([]model.Reason, len(u))
	for i, f := range u {
		errs[i], whys[i] = f.err.Err, whyOf(f.err.Err)
		if f.session.reached >= wholeStep { // else it says so itself, see connect
			whys[i] = model.Because("server-fails", f.session.at.String(), whys[i])
		}
	}
	why := model.Because("no-server-readable", len(u), whys)
	e.Err, e.Why = worded(why, errors.Join(errs...)), slices.Concat([]model.Reason{why}, e.Why[1:])
	return &e
}
