package ldapsource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Resolver looks up where a service is (RFC 2782). [net.Resolver] is one.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, records []*net.SRV, err error)
}

const ldapPort = 389

func discoveryAdvice() model.Reason { return model.Because("check-domain") }

// discover finds the servers of the domain through DNS, those of the own site first. The order is
// the same each time, so that passes stay with one server: by priority, weight and name.
func (s *Source) discover(ctx context.Context) ([]*url.URL, error) {
	var found []*url.URL
	var errs []error
	for _, zone := range s.zones() {
		_, records, err := s.resolver.LookupSRV(ctx, "ldap", "tcp", zone)
		if err != nil {
			errs = append(errs, fmt.Errorf("look up _ldap._tcp.%s: %w", zone, err))
			s.logger.WarnContext(ctx, "DNS names no directory servers there", "source", s.cfg.Name, "name", "_ldap._tcp."+zone, "error", err)
		}
		for _, record := range inOrder(records) {
			address := s.addressOf(record)
			known := slices.ContainsFunc(found, func(had *url.URL) bool { return *had == *address })
			if !known && usable(record) {
				found = append(found, address)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("find the servers of %s: %w", s.cfg.Domain, errors.Join(append(errs, errNoServer)...))
	}
	return found, nil
}

var errNoServer = errors.New("DNS knows none")

// zones are the names below which the records are. Active Directory registers its domain
// controllers below _msdcs, also by site (MS-ADTS 6.3.2.3); others use the plain name.
func (s *Source) zones() []string {
	if s.cfg.Profile != ActiveDirectory {
		return []string{s.cfg.Domain}
	}
	zones := []string{"dc._msdcs." + s.cfg.Domain}
	if s.cfg.Site != "" {
		zones = []string{s.cfg.Site + "._sites.dc._msdcs." + s.cfg.Domain, zones[0]}
	}
	return zones
}

// inOrder undoes the shuffling by weight that a resolver does.
func inOrder(records []*net.SRV) []*net.SRV {
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b *net.SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight),
			strings.Compare(strings.ToLower(a.Target), strings.ToLower(b.Target)), cmp.Compare(a.Port, b.Port))
	})
	return records
}

// usable leaves out the answer "not here" (RFC 2782) and the Global Catalog (pitfall B15).
func usable(record *net.SRV) bool {
	return strings.Trim(record.Target, ".") != "" && record.Port != 3268 && record.Port != 3269
}

// addressOf is where a record points, by the full name that the certificate has. The records name
// the port for clear text and StartTLS, and there are none for LDAPS.
func (s *Source) addressOf(record *net.SRV) *url.URL {
	scheme, host := "ldaps", strings.ToLower(strings.TrimSuffix(record.Target, "."))
	if s.cfg.StartTLS {
		scheme = "ldap"
	}
	if s.cfg.StartTLS || record.Port != ldapPort {
		host = net.JoinHostPort(host, strconv.Itoa(int(record.Port)))
	}
	return &url.URL{Scheme: scheme, Host: host}
}

// undiscovered is the error of a read that found no server.
func (v *session) undiscovered(err error) error {
	return v.fail(model.ReadUnreachable, worded(model.Because("servers-not-found", err.Error()), err), discoveryAdvice())
}
