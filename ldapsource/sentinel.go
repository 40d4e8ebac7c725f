package ldapsource

import (
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// seeSentinels looks for the entries that every complete view of the directory shows, on the
// connection of the read and after its last page: an access rule or a half-copied server that
// hides a part of the directory hides the sentinel in it too (pitfalls B13, B14, C3).
func (v *session) seeSentinels() error {
	var missing []model.Reason
	for _, dn := range v.cfg.Sentinels {
		seen, err := v.sees(dn)
		if code, answered := serverCode(err); answered && code == ldap.LDAPResultReferral {
			seen, err = false, nil // the server says that it lies elsewhere, so here it is not
		}
		if err != nil {
			return fmt.Errorf("look for the sentinel %s: %w", dn, err)
		}
		switch {
		case seen:
		case v.contextOf(dn) == "":
			missing = append(missing, model.Because("sentinel-elsewhere", dn))
		default:
			missing = append(missing, model.Because("sentinel", dn))
		}
	}
	switch {
	case len(missing) > 0:
		v.certificate.doubt(sentinels, model.Because("sentinels-not-seen", missing))
	case len(v.cfg.Sentinels) == 0:
		v.certificate.satisfy(sentinels, model.Because("sentinels-not-configured"))
	default:
		v.certificate.satisfy(sentinels, model.Because("sentinels-all-seen", len(v.cfg.Sentinels)))
	}
	return nil
}
