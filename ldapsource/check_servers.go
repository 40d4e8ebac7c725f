package ldapsource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// certificateWarning is how long before its end a server certificate is worth a warning.
const certificateWarning = 30 * 24 * time.Hour

// checkServers looks at each server, configured or known to DNS, as far as a read would, but for the
// password. A server that does not answer stops nothing as long as another one does.
func (v *session) checkServers(ctx context.Context) (findings []Finding, reachable bool) {
	all, err := v.servers(ctx)
	if err != nil {
		return []Finding{undiscovered(v.whereTo(), err)}, false
	}
	for _, address := range all {
		connection, certificate := v.checkConnection(ctx, address, len(all))
		found := append(v.checkName(ctx, address, certificate), connection...)
		findings = append(findings, found...)
		reachable = reachable || !slices.ContainsFunc(found, failed)
	}
	if !reachable {
		return findings, false
	}
	for i := range findings {
		if failed(findings[i]) {
			findings[i].Verdict = Warning
		}
	}
	return findings, true
}

// undiscovered tells that nobody knows the servers.
func undiscovered(whereTo string, err error) Finding {
	return Finding{"name", Failure, "find " + whereTo, said(err), discoveryAdvice()}
}

// said is what an error says.
func said(err error) model.Reason { return model.Told("", err.Error()) }

func failed(f Finding) bool { return f.Verdict == Failure }

// checkName resolves the name of a server. An address works where the certificate holds it, which few do: the attempt
// to agree on TLS fails otherwise, and says what to write. certificate is nil if none was accepted.
func (v *session) checkName(ctx context.Context, address *url.URL, certificate *x509.Certificate) []Finding {
	host := address.Hostname()
	f := Finding{Name: "name", Verdict: Pass, Tried: "resolve " + host}
	if _, err := netip.ParseAddr(host); err == nil {
		f.Came = model.Because("address-certified")
		if certificate == nil {
			f.Came = model.Because("address-not-certified-yet")
		}
		return []Finding{f}
	}
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		// The attempt to connect tells why, and what to do.
		return nil
	}
	f.Came = model.Because("name-resolves", strings.Join(found, " "))
	return []Finding{f}
}

// checkConnection connects as a read does, and hangs up. It returns the server's certificate, nil if it
// was not accepted.
func (v *session) checkConnection(ctx context.Context, address *url.URL, servers int) ([]Finding, *x509.Certificate) {
	raw, secured, err := v.dial(ctx, address, servers)
	if err == nil {
		defer func() { _ = raw.Close() }() // nothing was asked, so nothing is lost
	}
	tcp := Finding{Name: "tcp", Verdict: Pass, Tried: "connect to " + hostPort(address), Came: model.Because("server-answers")}
	protection := Finding{Name: "tls", Verdict: Pass, Tried: "agree on TLS with " + hostPort(address)}
	if err == nil {
		state := tlsState(secured)
		var certificate *x509.Certificate
		if len(state.PeerCertificates) > 0 {
			certificate = state.PeerCertificates[0]
		}
		return []Finding{tcp, judgeProtection(protection, state), v.judgeCertificate(hostPort(address), state.PeerCertificates)}, certificate
	}
	if _, ok := errors.AsType[*tlsError](err); ok {
		protection.Verdict, protection.Came, protection.Advice = Failure, describeRefused(err), v.connectAdvice(err)
		return []Finding{tcp, protection}, nil
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		tcp.Name, tcp.Tried = "name", "resolve "+address.Hostname()
	}
	tcp.Verdict, tcp.Came, tcp.Advice = Failure, said(err), v.connectAdvice(err)
	return []Finding{tcp}, nil
}

func tlsState(conn net.Conn) tls.ConnectionState {
	if secured, ok := conn.(*tls.Conn); ok {
		return secured.ConnectionState()
	}
	return tls.ConnectionState{}
}

// judgeProtection warns of what is going to be refused one day. TLS below 1.2 is refused today.
func judgeProtection(f Finding, state tls.ConnectionState) Finding {
	cipher := tls.CipherSuiteName(state.CipherSuite)
	f.Came = model.Because("tls-agreed", tls.VersionName(state.Version), cipher)
	if !strings.Contains(cipher, "_GCM_") && !strings.Contains(cipher, "_POLY1305_") {
		f.Verdict, f.Advice = Warning, model.Because("offer-new-cipher")
	}
	return f
}

func (v *session) judgeCertificate(from string, chain []*x509.Certificate) Finding {
	f := Finding{Name: "certificate", Verdict: Pass, Tried: "look at the certificate of " + from}
	if len(chain) == 0 {
		f.Verdict, f.Came, f.Advice = Warning, model.Because("no-server-certificate"), model.Because("connect-to-server-itself")
		return f
	}
	f.Came = describeCertificate(chain[0])
	if left := chain[0].NotAfter.Sub(v.now()); left < certificateWarning {
		f.Verdict = Warning
		f.Advice = model.Because("renew-server-certificate", int(left.Hours()/24))
	}
	return f
}

// describeRefused tells why TLS was refused, and of the certificate, if it came to one.
func describeRefused(err error) model.Reason {
	e, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(e.UnverifiedCertificates) == 0 {
		return said(err)
	}
	return model.Because("certificate-refused", err.Error(), describeCertificate(e.UnverifiedCertificates[0]))
}

func describeCertificate(c *x509.Certificate) model.Reason {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return model.Because("certificate-of", c.Subject.String(), strings.Join(names, " "), c.Issuer.String(), c.NotAfter)
}
