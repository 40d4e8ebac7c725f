package ldapsource

import (
	"context"
	"crypto/tls"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// bind logs in: with name and password (RFC 4513 §5.1.3), or with the client certificate that
// the handshake showed (SASL EXTERNAL, RFC 4513 §5.2.3).
func (v *session) bind(ctx context.Context) (model.Reason, error) {
	if v.cfg.External {
		return v.bindExternal(ctx)
	}
	return v.bindSimple(ctx)
}

// bindSimple tries a password that was refused no second time, on this server or on another:
// every try counts towards the lock-out of the account, and then the right password fails too
// (pitfall A15).
func (v *session) bindSimple(ctx context.Context) (model.Reason, error) {
	v.login.Lock()
	defer v.login.Unlock()
	if err := v.refusedEarlier(ctx); err != nil {
		return model.Reason{}, err
	}
	err := v.conn.Bind(v.cfg.BindDN, v.cfg.BindPassword.Reveal())
	if err == nil {
		return model.Because("password-accepted"), v.clearRefusal(ctx)
	}
	err = answer(err)
	code, ok := serverCode(err)
	if !ok {
		return model.Reason{}, v.cutOff(ctx, err)
	}
	why := refusalOf(code, err.Error())
	if code == ldap.LDAPResultInvalidCredentials && !why.passwordGood {
		return model.Reason{}, v.recordRefusal(ctx, err)
	}
	return model.Reason{}, v.notLetIn(why.means, err)
}

// bindExternal lets the server derive who we are from the certificate. No authorization
// identity is sent: Active Directory refuses one (MS-ADTS 5.1.1.2).
func (v *session) bindExternal(ctx context.Context) (model.Reason, error) {
	if !v.certificateAsked {
		return model.Reason{}, v.notLetIn(model.Because("certificate-to-be-asked-for"), worded(model.Because("certificate-not-asked-for"), nil))
	}
	err := v.conn.ExternalBind()
	if err == nil {
		return model.Because("client-certificate-accepted"), nil
	}
	err = answer(err)
	code, ok := serverCode(err)
	if !ok {
		return model.Reason{}, v.cutOff(ctx, err)
	}
	return model.Reason{}, v.notLetIn(externalRefusalOf(code).means, err)
}

// cutOff is the end of the connection at the bind. In TLS 1.3 a server judges our certificate after
// the handshake, and this is how it refuses one (RFC 8446 §4.4.2.4).
func (v *session) cutOff(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil || !v.certificateAsked:
		return fmt.Errorf("%s: %w", english.Say(v.loginAs()), err)
	case v.cfg.Certificate == nil:
		return v.notLetIn(model.Because("certificate-wanted"), err)
	}
	return v.notLetIn(model.Because("certificate-not-taken"), err)
}

// notLetIn ends a session at its bind.
func (v *session) notLetIn(means model.Reason, err error) error {
	return v.refuse(bindIdentity, model.ReadBind, worded(model.Because("login-fails", v.loginAs(), whyOf(err)), err), means.Some()...)
}

// loginAs says how we log in, for messages.
func (v *session) loginAs() model.Reason {
	if v.cfg.External {
		return model.Because("login-with-certificate", subject(v.cfg.Certificate))
	}
	return model.Because("login", v.cfg.BindDN)
}

func subject(certificate *tls.Certificate) string { return certificate.Leaf.Subject.String() }
