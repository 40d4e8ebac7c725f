package ldapsource

import (
	"errors"
	"net"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/tlsadvice"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// connectAdvice says what to do about a server that could not be connected to, by its cause.
func (v *session) connectAdvice(err error) model.Reason {
	if advice := tlsadvice.Certificate(err, tlsadvice.Trust{Roots: v.cfg.Roots, Now: v.now(), Address: "urls", CAFile: "ca_file"}); advice.Code != "" {
		return model.Because("check-certificate", advice)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return model.Because("check-name")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" && strings.Contains(e.Err.Error(), "certificate") {
		return model.Because("check-client-certificate")
	}
	if _, ok := errors.AsType[*tlsError](err); ok {
		return model.Because("offer-tls")
	}
	return model.Because("check-network")
}
