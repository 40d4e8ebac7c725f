package ldapsource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
)

// certificateWarning is how long before its end a server certificate is worth a warning.
const certificateWarning = 30 * 24 * time.Hour

// checkServers looks at each server, configured or known to DNS, as far as a read would, but for the
// password. A server that does not answer stops nothing as long as another one does.
func (v *session) checkServers(ctx context.Context) (findings []Finding, reachable bool) {
	all, err := v.servers(ctx)
	if err != nil {
		return []Finding{{"name", Failure, "find " + v.whereTo(), err.Error(), english.Say(discoveryAdvice())}}, false
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

func failed(f Finding) bool { return f.Verdict == Failure }

// checkName resolves the name of a server. An address works where the certificate holds it, which few do: the attempt
// to agree on TLS fails otherwise, and says what to write. certificate is nil if none was accepted.
func (v *session) checkName(ctx context.Context, address *url.URL, certificate *x509.Certificate) []Finding {
	host := address.Hostname()
	f := Finding{Name: "name", Verdict: Pass, Tried: "resolve " + host}
	if _, err := netip.ParseAddr(host); err == nil {
		f.Came = "urls holds an address, and the server's certificate is valid for it"
		if certificate == nil {
			f.Came = "urls holds an address; whether the server's certificate is valid for it shows when it is seen"
		}
		return []Finding{f}
	}
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		// The attempt to connect tells why, and what to do.
		return nil
	}
	f.Came = strings.Join(found, " ")
	return []Finding{f}
}

// checkConnection connects as a read does, and hangs up. It returns the server's certificate, nil if it
// was not accepted.
func (v *session) checkConnection(ctx context.Context, address *url.URL, servers int) ([]Finding, *x509.Certificate) {
	raw, secured, err := v.dial(ctx, address, servers)
	if err == nil {
		defer func() { _ = raw.Close() }() // nothing was asked, so nothing is lost
	}
	tcp := Finding{Name: "tcp", Verdict: Pass, Tried: "connect to " + hostPort(address), Came: "it answers"}
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
		protection.Verdict, protection.Came, protection.Advice = Failure, err.Error()+describeRefused(err), english.Say(v.connectAdvice(err))
		return []Finding{tcp, protection}, nil
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		tcp.Name, tcp.Tried = "name", "resolve "+address.Hostname()
	}
	tcp.Verdict, tcp.Came, tcp.Advice = Failure, err.Error(), english.Say(v.connectAdvice(err))
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
	f.Came = tls.VersionName(state.Version) + ", " + cipher
	if !strings.Contains(cipher, "_GCM_") && !strings.Contains(cipher, "_POLY1305_") {
		f.Verdict, f.Advice = Warning, "let the server offer TLS 1.3, or a cipher of TLS 1.2 with GCM: this one is old, and going to be refused"
	}
	return f
}

func (v *session) judgeCertificate(from string, chain []*x509.Certificate) Finding {
	f := Finding{Name: "certificate", Verdict: Pass, Tried: "look at the certificate of " + from}
	if len(chain) == 0 {
		f.Verdict, f.Came, f.Advice = Warning, "there is none to look at", "connect to the server itself"
		return f
	}
	f.Came = describeCertificate(chain[0])
	if left := chain[0].NotAfter.Sub(v.now()); left < certificateWarning {
		f.Verdict = Warning
		f.Advice = "renew it: it ends in " + wording.Counted(int(left.Hours()/24), "day", "days") + "; afterwards nothing is read"
	}
	return f
}

// describeRefused tells about the certificate that was refused, "" if it came to none.
func describeRefused(err error) string {
	e, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(e.UnverifiedCertificates) == 0 {
		return ""
	}
	return "; it is " + describeCertificate(e.UnverifiedCertificates[0])
}

func describeCertificate(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return fmt.Sprintf("of %q for %s, signed by %q, valid until %s",
		c.Subject.String(), strings.Join(names, " "), c.Issuer.String(), wording.Day(c.NotAfter))
}
