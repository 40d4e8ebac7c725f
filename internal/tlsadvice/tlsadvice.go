// Package tlsadvice says what to do about a server certificate that was refused, by its cause: a new
// one, another address, another authority, a clock. [Certificate] serves the directory and the Work API.
package tlsadvice

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Trust is what a certificate was judged by, and where the configuration says it.
type Trust struct {
	Roots   *x509.CertPool // nil: the authorities of the system
	Now     time.Time
	Address string // the key that holds the address of the server
	CAFile  string // the key that names Roots
}

// Certificate returns what to do about err, nothing if it is not that a certificate was refused.
func Certificate(err error, by Trust) model.Reason {
	refused, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(refused.UnverifiedCertificates) == 0 {
		return model.Reason{}
	}
	server := refused.UnverifiedCertificates[0]
	if host, ok := errors.AsType[x509.HostnameError](refused.Err); ok {
		return wrongName(server, host.Host, by)
	}
	if advice := by.outOfTime(refused.UnverifiedCertificates); advice.Code != "" {
		return advice
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](refused.Err); ok {
		return by.invalid(invalid, refused.UnverifiedCertificates)
	}
	if isOldSignature(server.SignatureAlgorithm) {
		return model.Because("certificate-signed-weakly", server.SignatureAlgorithm.String())
	}
	if by.Roots != nil {
		return model.Because("authority-is-another", by.CAFile)
	}
	return model.Because("authority-unknown", by.CAFile)
}

// wrongName tells a name that is only in the old common name, which no program takes any more, from
// the wrong name (RFC 6125 §6.4.4, RFC 9525 §2).
func wrongName(server *x509.Certificate, host string, by Trust) model.Reason {
	if len(server.DNSNames)+len(server.IPAddresses) > 0 {
		return model.Because("server-name-differs", by.Address)
	}
	kind := "DNS"
	if net.ParseIP(host) != nil {
		kind = "IP"
	}
	return model.Because("certificate-without-name", kind, host, by.Address)
}

// outOfTime finds who is past their end, or before their begin: the server's own certificate, or one
// of the authorities by which it would be trusted at another time, of which the error does not tell in
// general. It is nothing if it is not the time.
func (t Trust) outOfTime(sent []*x509.Certificate) model.Reason {
	server := sent[0]
	if t.outside(server) {
		return t.renew(server, model.Because("certificate-of-server"), model.Reason{})
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
	return model.Reason{}
}

// placeOf says where the new certificate of an authority belongs.
func (t Trust) placeOf(c *x509.Certificate, sent []*x509.Certificate) model.Reason {
	switch {
	case slices.ContainsFunc(sent, c.Equal):
		return model.Because("let-server-send-authority")
	case t.Roots == nil:
		return model.Because("install-authority")
	}
	return model.Because("put-authority-into", t.CAFile)
}

func (t Trust) outside(c *x509.Certificate) bool {
	return t.Now.After(c.NotAfter) || t.Now.Before(c.NotBefore)
}

// renew is what to do about a certificate that is out of its time.
func (t Trust) renew(c *x509.Certificate, what, place model.Reason) model.Reason {
	if t.Now.Before(c.NotBefore) {
		return model.Because("certificate-not-begun", what, c.NotBefore)
	}
	if place.Code != "" {
		return model.Because("authority-ended", what, c.NotAfter, place)
	}
	return model.Because("certificate-ended", what, c.NotAfter)
}

// invalid is about a certificate that was found, and is no good.
func (t Trust) invalid(found x509.CertificateInvalidError, sent []*x509.Certificate) model.Reason {
	switch serves := slices.Contains(sent[0].ExtKeyUsage, x509.ExtKeyUsageServerAuth); {
	case found.Reason == x509.Expired: // and no other time would do, as the one that signed it has been renewed since
		return t.renew(found.Cert, nameOf(found.Cert), t.placeOf(found.Cert, sent))
	case found.Reason != x509.IncompatibleUsage:
		return model.Because("certificate-breaks-rule")
	case serves:
		return model.Because("authority-not-for-servers")
	}
	return model.Because("certificate-not-for-servers")
}

func nameOf(authority *x509.Certificate) model.Reason {
	return model.Because("certificate-of-authority", authority.Subject.String())
}

func isOldSignature(a x509.SignatureAlgorithm) bool {
	return slices.Contains([]x509.SignatureAlgorithm{x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}, a)
}
