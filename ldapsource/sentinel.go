package ldapsource

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// seeSentinels looks for the entries that every complete view of the directory shows, on the
// connection of the read and after its last page: an access rule or a half-copied server that
// hides a part of the directory hides the sentinel in it too (pitfalls B13, B14, C3).
func (v *session) seeSentinels() error {
	var missing []string
	for _, dn := range v.cfg.Sentinels {
		seen, err := v.sees(dn)
		if code, answered := serverCode(err); answered && code == ldap.LDAPResultReferral {
			seen, err = false, nil // the server says that it lies elsewhere, so here it is not
		}
		if err != nil {
			return fmt.Errorf("look for the sentinel %s: %w", dn, err)
		}
		if !seen && v.contextOf(dn) == "" {
			dn += " (it lies in no directory that is read from this server)"
		}
		if !seen {
			missing = append(missing, dn)
		}
	}
	switch {
	case len(missing) > 0:
		v.certificate.doubt(sentinels, "not seen: %s; let the bind account read it, or correct sentinels if it was moved or deleted on purpose",
			strings.Join(missing, " and "))
	case len(v.cfg.Sentinels) == 0:
		v.certificate.satisfy(sentinels, "none is configured")
	default:
		v.certificate.satisfy(sentinels, "all %d are seen", len(v.cfg.Sentinels))
	}
	return nil
}
