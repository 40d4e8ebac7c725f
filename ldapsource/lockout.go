package ldapsource

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Lockout remembers the password that a server refused, over restarts: a timer that starts the
// program every hour would lock the account out as surely as a loop (pitfall A15).
type Lockout interface {
	// RefusedLogin returns what was noted of a source, the zero value if nothing was.
	RefusedLogin(ctx context.Context, source string) (model.RefusedLogin, error)
	// NoteRefusedLogin keeps one note for each source; a later one takes its place.
	NoteRefusedLogin(ctx context.Context, login model.RefusedLogin) error
	// ForgetRefusedLogin is called when the server accepts a password after all.
	ForgetRefusedLogin(ctx context.Context, source string) error
}

// shortLived is the Lockout of a source that was given none. It lasts as long as the source,
// which asks it under its own lock.
type shortLived struct{ noted model.RefusedLogin }

func (s *shortLived) RefusedLogin(context.Context, string) (model.RefusedLogin, error) {
	return s.noted, nil
}

func (s *shortLived) NoteRefusedLogin(_ context.Context, login model.RefusedLogin) error {
	s.noted = login
	return nil
}

func (s *shortLived) ForgetRefusedLogin(context.Context, string) error {
	s.noted = model.RefusedLogin{}
	return nil
}

// The fingerprint of a login is slow to compute on purpose. A refused password is often a good
// one, of an account that is locked, or lacks a letter: whoever gets hold of the note must not
// find it by trying. The count is OWASP's for PBKDF2-HMAC-SHA256; it costs a fraction of a
// second, and only after a refusal.
const (
	fingerprintRounds = 600_000
	saltLength        = 16
	longestAnswer     = 500 // bytes of the server's words that are kept
)

// loginFingerprint stands for all that, changed, makes another try worth it: the servers, the
// name, the password.
func (s *Source) loginFingerprint(salt []byte) ([]byte, error) {
	var login []byte
	for _, part := range append([]string{s.cfg.BindDN, s.cfg.BindPassword.Reveal(), s.cfg.Domain}, s.cfg.URLs...) {
		login = binary.BigEndian.AppendUint64(login, uint64(len(part)))
		login = append(login, part...)
	}
	sum, err := pbkdf2.Key(sha256.New, string(login), salt, s.rounds, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("make the fingerprint of the login: %w", err)
	}
	return sum, nil
}

// refusedBefore is refusedEarlier for a session that has not connected yet.
func (v *session) refusedBefore(ctx context.Context) error {
	if v.cfg.External {
		return nil
	}
	v.login.Lock()
	defer v.login.Unlock()
	return v.refusedEarlier(ctx)
}

// refusedEarlier is an error if this password was refused before, and must not be tried again. It is
// asked with s.login held.
func (v *session) refusedEarlier(ctx context.Context) error {
	noted, err := v.lockout.RefusedLogin(ctx, v.cfg.Name)
	if err != nil {
		return v.fail(model.ReadBind, worded(model.Because("note-of-refusal-unreadable", err.Error()), err))
	}
	v.noted = !noted.At.IsZero()
	if !v.noted || v.insist {
		return nil
	}
	sum, err := v.loginFingerprint(noted.Salt)
	if err != nil {
		return v.fail(model.ReadBind, err)
	}
	if !hmac.Equal(sum, noted.Fingerprint) {
		return nil
	}
	v.shut = true
	return v.refuse(bindIdentity, model.ReadBind, worded(model.Because("login-not-tried", v.loginAs(), noted.At, noted.Answer), nil), v.refusedAdvice(noted.Answer)...)
}

// recordRefusal notes the server's answer to the password, and returns the refusal. What has happened is
// noted even if ctx is over.
func (v *session) recordRefusal(ctx context.Context, refused error) error {
	noted := model.RefusedLogin{Source: v.cfg.Name, At: v.now(), Answer: clipped(refused), Salt: make([]byte, saltLength)}
	_, _ = rand.Read(noted.Salt) // never fails, by its documentation
	sum, err := v.loginFingerprint(noted.Salt)
	if err == nil {
		noted.Fingerprint = sum
		err = v.lockout.NoteRefusedLogin(context.WithoutCancel(ctx), noted)
	}
	why := model.Because("login-fails", v.loginAs(), refused.Error())
	if err != nil {
		why = model.Because("login-fails-not-noted", v.loginAs(), refused.Error(), err.Error())
	}
	v.shut = true
	return v.refuse(bindIdentity, model.ReadBind, worded(why, errors.Join(refused, err)), v.refusedAdvice(noted.Answer)...)
}

// clearRefusal forgets a refusal after the server accepted the password.
func (v *session) clearRefusal(ctx context.Context) error {
	if !v.noted {
		return nil
	}
	if err := v.lockout.ForgetRefusedLogin(context.WithoutCancel(ctx), v.cfg.Name); err != nil {
		return v.fail(model.ReadBind, worded(model.Because("note-of-refusal-stays", err.Error()), err))
	}
	return nil
}

func (s *Source) refusedAdvice(answer string) []model.Reason {
	advice := append(credentialsRefusal(answer).means.Some(), blankAdvice(s.cfg.BindPassword).Some()...)
	return append(advice, model.Because("password-not-tried-again"))
}

// clipped is the beginning of an answer, at most longestAnswer bytes.
func clipped(answer error) string {
	text := answer.Error()
	return strings.ToValidUTF8(text[:min(len(text), longestAnswer)], "")
}
