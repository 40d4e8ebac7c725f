// Package tlsadvice says what to do about a server certificate that was refused, by its cause: a new
// one, another address, another authority, a clock. [Certificate] serves the directory and the Work API.
package tlsadvice

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// Trust is what a certificate was judged by, and where the configuration says it.
type Trust struct {
	Roots   *x509.CertPool // nil: the authorities of the system
	Now     time.Time
	Address string // the key that holds the address of the server
	CAFile  string // the key that names Roots
}

// Certificate returns what to do about err, "" if it is not that a certificate was refused.
func Certificate(err error, by Trust) string {
	refused, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(refused.UnverifiedCertificates) == 0 {
		return ""
	}
	server := refused.UnverifiedCertificates[0]
	if host, ok := errors.AsType[x509.HostnameError](refused.Err); ok {
		return wrongName(server, host.Host, by)
	}
	if advice := by.outOfTime(refused.UnverifiedCertificates); advice != "" {
		return advice
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](refused.Err); ok {
		return by.invalid(invalid, refused.UnverifiedCertificates)
	}
	if isOldSignature(server.SignatureAlgorithm) {
		return fmt.Sprintf("the certificate is signed with %v, which nobody trusts any more: have its authority issue a new one, signed with SHA-256", server.SignatureAlgorithm)
	}
	if by.Roots != nil {
		return fmt.Sprintf("set %s to the certificate of the authority that signed the server's certificate: it holds another one now", by.CAFile)
	}
	return fmt.Sprintf("set %s to the certificate of the authority that signed the server's certificate", by.CAFile)
}

// wrongName tells a name that is only in the old common name, which no program takes any more, from
// the wrong name (RFC 6125 §6.4.4, RFC 9525 §2).
func wrongName(server *x509.Certificate, host string, by Trust) string {
	if len(server.DNSNames)+len(server.IPAddresses) > 0 {
		return fmt.Sprintf("write the server's name into %s as its certificate has it", by.Address)
	}
	kind := "DNS"
	if net.ParseIP(host) != nil {
		kind = "IP"
	}
	return fmt.Sprintf("the certificate has no subjectAltName, and its old common name (CN) counts no more: have its authority issue a new one for the server, "+
		"with subjectAltName=%s:%s; %s may stay as it is", kind, host, by.Address)
}

// outOfTime finds who is past their end, or before their begin: the server's own certificate, or one
// of the authorities by which it would be trusted at another time, of which the error does not tell in
// general. "" if it is not the time.
func (t Trust) outOfTime(sent []*x509.Certificate) string {
	server := sent[0]
	if t.outside(server) {
		return t.renew(server, "the server's certificate", "")
	}
	between := x509.NewCertPool()
	for _, c := range sent[1:] {
		between.AddCert(c)
	}
	for _, then := range []time.Time{server.NotBefore, server.NotAfter} {
		chains, err := server.Verify(x509.VerifyOptions{
			Roots: t.Roots, Intermediates: between, CurrentTime: then, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		if err != nil {
			continue
		}
		for _, c := range slices.Concat(chains...) {
			if t.outside(c) {
				return t.renew(c, nameOf(c), t.placeOf(c, sent))
			}
		}
	}
	return ""
}

// placeOf says where the new certificate of an authority belongs.
func (t Trust) placeOf(c *x509.Certificate, sent []*x509.Certificate) string {
	switch {
	case slices.ContainsFunc(sent, c.Equal):
		return " and let the server send the new one along"
	case t.Roots == nil:
		return " and install the new one on this machine (package ca-certificates)"
	}
	return " and put the new one into " + t.CAFile
}

func (t Trust) outside(c *x509.Certificate) bool {
	return t.Now.After(c.NotAfter) || t.Now.Before(c.NotBefore)
}

// renew is what to do about a certificate that is out of its time.
func (t Trust) renew(c *x509.Certificate, what, place string) string {
	if t.Now.Before(c.NotBefore) {
		return fmt.Sprintf("fix the clock of this machine (timedatectl): by it, %s does not begin before %s", what, wording.Stamp(c.NotBefore))
	}
	return fmt.Sprintf("renew %s, which ended on %s%s; or fix the clock of this machine (timedatectl), if that is wrong", what, wording.Day(c.NotAfter), place)
}

// invalid is about a certificate that was found, and is no good.
func (t Trust) invalid(found x509.CertificateInvalidError, sent []*x509.Certificate) string {
	switch serves := slices.Contains(sent[0].ExtKeyUsage, x509.ExtKeyUsageServerAuth); {
	case found.Reason == x509.Expired: // and no other time would do, as the one that signed it has been renewed since
		return t.renew(found.Cert, nameOf(found.Cert), t.placeOf(found.Cert, sent))
	case found.Reason != x509.IncompatibleUsage:
		return "the certificate, or one of an authority of it, breaks a rule (see above): have its authority issue a new one"
	case serves:
		return "an authority of the certificate is not meant to sign for servers: have another one issue it"
	}
	return "the certificate is not meant for servers (its extended key usage lacks serverAuth): have its authority issue one that is, and let the server use that"
}

func nameOf(authority *x509.Certificate) string {
	return fmt.Sprintf("the certificate of the authority %q", authority.Subject)
}

func isOldSignature(a x509.SignatureAlgorithm) bool {
	return slices.Contains([]x509.SignatureAlgorithm{x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}, a)
}
