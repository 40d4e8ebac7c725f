package ldapsource

import (
	"errors"
	"net"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/tlsadvice"
)

// connectHint says what to do about a server that could not be connected to, by its cause.
func (v *session) connectHint(err error) string {
	if advice := tlsadvice.Certificate(err, tlsadvice.Trust{Roots: v.cfg.Roots, Now: v.now(), Address: "urls", CAFile: "ca_file"}); advice != "" {
		return advice
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "check the name in urls, and whether the name servers of this machine know it"
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" && strings.Contains(e.Err.Error(), "certificate") {
		return "the server refuses our certificate, or misses one: look at client_cert_file, and whether the server trusts who signed it"
	}
	if _, ok := errors.AsType[*tlsError](err); ok {
		return "the server has to offer TLS 1.2 or later, and a modern cipher, on this port; ldaps:// usually is port 636, ldap:// with start_tls port 389"
	}
	return "check the name and port in urls, the network, and whether the server runs"
}
