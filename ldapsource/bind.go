package ldapsource

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// bind logs in: with name and password (RFC 4513 §5.1.3), or with the client certificate that
// the handshake showed (SASL EXTERNAL, RFC 4513 §5.2.3).
func (v *session) bind(ctx context.Context) (string, error) {
	if v.cfg.External {
		return v.bindExternal(ctx)
	}
	return v.bindSimple(ctx)
}

// bindSimple tries a password that was refused no second time, on this server or on another:
// every try counts towards the lock-out of the account, and then the right password fails too
// (pitfall A15).
func (v *session) bindSimple(ctx context.Context) (string, error) {
	v.login.Lock()
	defer v.login.Unlock()
	if err := v.refusedEarlier(ctx); err != nil {
		return "", err
	}
	err := v.conn.Bind(v.cfg.BindDN, v.cfg.BindPassword.Reveal())
	if err == nil {
		return "the server accepts the password", v.clearRefusal(ctx)
	}
	err = answer(err)
	code, ok := serverCode(err)
	if !ok {
		return "", v.cutOff(ctx, err)
	}
	why := refusalOf(code, err.Error())
	if code == ldap.LDAPResultInvalidCredentials && !why.passwordGood {
		return "", v.recordRefusal(ctx, err)
	}
	return "", v.notLetIn(why, err)
}

// bindExternal lets the server derive who we are from the certificate. No authorization
// identity is sent: Active Directory refuses one (MS-ADTS 5.1.1.2).
func (v *session) bindExternal(ctx context.Context) (string, error) {
	if !v.certificateAsked {
		return "", v.notLetIn(refusal{
			means: "without it nobody knows who we are",
			do:    "let the server ask for one (OpenLDAP: TLSVerifyClient try; 389: nsSSLClientAuth: allowed)",
		}, errors.New("the server asked for no client certificate"))
	}
	err := v.conn.ExternalBind()
	if err == nil {
		return "the server accepts the client certificate", nil
	}
	err = answer(err)
	code, ok := serverCode(err)
	if !ok {
		return "", v.cutOff(ctx, err)
	}
	return "", v.notLetIn(externalRefusalOf(code), err)
}

// cutOff is the end of the connection at the bind. In TLS 1.3 a server judges our certificate after
// the handshake, and this is how it refuses one (RFC 8446 §4.4.2.4).
func (v *session) cutOff(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil || !v.certificateAsked:
		return fmt.Errorf("%s: %w", v.loginAs(), err)
	case v.cfg.Certificate == nil:
		return v.notLetIn(refusal{means: "the server asked for a client certificate, and may insist on one", do: "set client_cert_file and client_key_file"}, err)
	}
	return v.notLetIn(refusal{
		means: "so ends a connection whose client certificate the server does not take",
		do:    "look whether it trusts the authority that signed client_cert_file, and whether the certificate is valid",
	}, err)
}

// notLetIn ends a session at its bind.
func (v *session) notLetIn(why refusal, err error) error {
	return v.refuse(bindIdentity, model.ReadBind, why.hint(), fmt.Errorf("%s: %w", v.loginAs(), err))
}

// loginAs says how we log in, for messages.
func (v *session) loginAs() string {
	if v.cfg.External {
		return "log in with the client certificate of " + subject(v.cfg.Certificate)
	}
	return "log in as " + v.cfg.BindDN
}

func subject(certificate *tls.Certificate) string { return certificate.Leaf.Subject.String() }
