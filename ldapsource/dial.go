package ldapsource

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	maxConnectTime = 15 * time.Second // for one address, TLS included
	oidStartTLS    = "1.3.6.1.4.1.1466.20037"
)

// connect takes a server whose certificate verifies.
func (v *session) connect(ctx context.Context) (model.Reason, error) {
	raw, secured, err := v.dial(ctx, v.at, v.among)
	if err == nil {
		v.use(ctx, raw, secured, v.at)
		return model.Because("connected", v.at.String()), nil
	}
	reason := model.ReadUnreachable
	if _, ok := errors.AsType[*tlsError](err); ok {
		reason = model.ReadTLS
		v.reached++ // something answers
	}
	return model.Reason{}, v.fail(reason, worded(model.Because("connect-fails", v.at.String(), err.Error()), err), v.connectAdvice(err))
}

// dial gives an address its share of the time, one of so many, and never more than maxConnectTime:
// a server that swallows packets leaves some for the next one.
func (v *session) dial(ctx context.Context, address *url.URL, of int) (raw, secured net.Conn, err error) {
	ctx, cancel := context.WithTimeout(ctx, min(v.share(of), maxConnectTime))
	defer cancel()
	raw, err = (&net.Dialer{}).DialContext(ctx, "tcp", hostPort(address))
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w (%w)", cause, err)
		}
		return nil, nil, err
	}
	secured, err = v.secure(ctx, raw, address)
	if err != nil {
		_ = raw.Close()
		return nil, nil, err
	}
	return raw, secured, nil
}

func (v *session) secure(ctx context.Context, raw net.Conn, address *url.URL) (net.Conn, error) {
	if v.cfg.StartTLS {
		if err := requestStartTLS(ctx, raw); err != nil {
			return nil, tlsFailure(ctx, fmt.Errorf("StartTLS: %w", err))
		}
	}
	secured := tls.Client(raw, v.tlsConfig(address))
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, tlsFailure(ctx, err)
	}
	return secured, nil
}

// tlsConfig shows our certificate, if we have one, to a server that asks for one, whichever
// authorities it names: where it does not take it, its refusal is plainer than an anonymous
// connection.
func (v *session) tlsConfig(address *url.URL) *tls.Config {
	v.certificateAsked = false
	return &tls.Config{
		RootCAs: v.cfg.Roots, ServerName: address.Hostname(), MinVersion: tls.VersionTLS12,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			v.certificateAsked = true
			return cmp.Or(v.cfg.Certificate, &tls.Certificate{}), nil
		},
	}
}

// requestStartTLS asks for TLS and reads the answer (RFC 4511 §4.14). The library's own
// StartTLS waits for ever and hides the cause of a failed handshake (pitfall A8). Nothing is
// read beyond the answer, so nothing that came in clear text is taken for encrypted.
func requestStartTLS(ctx context.Context, conn net.Conn) error {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	request := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "")
	request.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, oidStartTLS, ""))
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
	message.AppendChild(request)
	if _, err := conn.Write(message.Bytes()); err != nil {
		return err
	}
	packet, err := ber.ReadPacket(conn)
	if err != nil {
		return err
	}
	return answer(ldap.GetLDAPError(packet))
}

// tlsError is a failure between the TCP connection and the end of the handshake.
type tlsError struct{ cause error }

func (e *tlsError) Error() string { return e.cause.Error() }
func (e *tlsError) Unwrap() error { return e.cause }

// tlsFailure tells a bad handshake from a server that says nothing, which is unreachable.
func tlsFailure(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return cmp.Or(context.Cause(ctx), err)
	}
	return &tlsError{cause: err}
}

func hostPort(address *url.URL) string {
	port := cmp.Or(address.Port(), map[string]string{"ldap": "389", "ldaps": "636"}[address.Scheme])
	return net.JoinHostPort(address.Hostname(), port)
}

func joinURLs(addresses []*url.URL) string {
	texts := make([]string, len(addresses))
	for i, address := range addresses {
		texts[i] = address.String()
	}
	return strings.Join(texts, ", ")
}
