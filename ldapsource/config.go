package ldapsource

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// Profile is the directory product, which decides identity and account state.
type Profile string

// The profiles.
const (
	ActiveDirectory Profile = "active-directory"
	OpenLDAP        Profile = "openldap"
	DS389           Profile = "389ds"
	FreeIPA         Profile = "freeipa"
	Custom          Profile = "custom" // any other: Filter, IDAttribute and Account say what it is like
)

// Profiles lists all profiles.
func Profiles() []Profile { return []Profile{ActiveDirectory, OpenLDAP, DS389, FreeIPA, Custom} }

const (
	defaultPageSize = 500 // at most 1000 on Active Directory (pitfall B1)
	defaultTimeout  = 10 * time.Minute
)

// Config says which directory is read, as whom, and which part of it counts.
type Config struct {
	Name    string
	Profile Profile
	URLs    []string // tried in order: ldaps://, or ldap:// with StartTLS
	// Domain finds the servers through DNS, instead of URLs; of Active Directory those of Site
	// first, if it is set.
	Domain, Site string
	StartTLS     bool
	Roots        *x509.CertPool // nil: the authorities of the system

	// BindDN is the account; Active Directory also takes user@domain and DOMAIN\user. With External it
	// may be empty; else it is who the server must say that we are.
	BindDN       string
	BindPassword secret.Value
	// Certificate, with its Leaf, is shown to servers that ask for one. External logs in with it (SASL EXTERNAL), without
	// a password.
	Certificate *tls.Certificate
	External    bool

	BaseDN     string
	Filter     string   // "": the people of the profile
	Groups     []string // DNs; entitled only as a member, nested or not, of one of them. None: everybody in scope
	ExcludeDNs []string // people here and below are held
	Others     []Part   // what the other sources read, which may lie below BaseDN on other servers
	Sentinels  []string // DNs of entries that must be seen, or nobody departs
	// ProtectGroups are DNs of groups whose members, nested or not, are protected. While one of
	// them cannot be read, everybody of this source is.
	ProtectGroups []string
	// LabelGroups are DNs of groups of which the mapping asks whether they have somebody.
	LabelGroups []string
	// OtherGroups are the same in the domain of another source: nobody of this one is in them.
	OtherGroups []string
	PageSize    int // 0: 500
	Timeout     time.Duration
	// IDAttribute holds the immutable ID; "": objectGUID, entryUUID, …, by profile.
	IDAttribute string
	Account     AccountRules // of the profile Custom
	// Attributes are those that the mapping names, in lower case. No others are kept.
	Attributes []string
	// MappingFingerprint stands for the mapping of csi and username. It becomes a part of the
	// scope, because another mapping makes other people (design §5.10).
	MappingFingerprint string
}

// Options are the parts that a [Source] takes from its surroundings. Each has a default.
type Options struct {
	// Now is compared with the clock of the directory and with the end dates of accounts, so
	// it must be the true time even where a test shifts the clock of the rest.
	Now      func() time.Time
	Logger   *slog.Logger
	Resolver Resolver          // of Domain
	Progress func(entries int) // called after each page with the entries so far
	// Lockout by default lasts as long as the source.
	Lockout Lockout
}

// New checks the configuration and makes a source. It does not connect.
func New(cfg Config, options Options) (*Source, error) {
	s := &Source{
		cfg: cfg, now: options.Now, logger: options.Logger, progress: options.Progress,
		resolver: options.Resolver, lockout: options.Lockout, rounds: fingerprintRounds,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.resolver == nil {
		s.resolver = net.DefaultResolver
	}
	if s.progress == nil {
		s.progress = func(int) {}
	}
	if s.lockout == nil {
		s.lockout = &shortLived{}
	}
	err := errors.Join(s.setProfile(), s.setAddresses(), s.setScope(), s.setCovers(), checkLogin(cfg))
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", cfg.Name, err)
	}
	return s, nil
}

func (s *Source) setProfile() error {
	switch s.cfg.Profile {
	case ActiveDirectory:
		s.profile = activeDirectory{}
	case OpenLDAP:
		s.profile = openLDAP{}
	case DS389:
		s.profile = directoryServer{}
	case FreeIPA:
		s.profile = freeIPA{}
	case Custom:
		s.profile = custom{id: s.cfg.IDAttribute, rules: s.cfg.Account}
		if s.cfg.IDAttribute == "" || strings.TrimSpace(s.cfg.Filter) == "" {
			return errors.New("profile custom needs id_attribute and filter")
		}
		if err := s.cfg.Account.check(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown profile %q", s.cfg.Profile)
	}
	if s.cfg.IDAttribute == "" {
		s.cfg.IDAttribute = s.profile.idAttribute()
	}
	s.id = newIDCodec(s.cfg.IDAttribute)
	if s.cfg.PageSize <= 0 {
		s.cfg.PageSize = defaultPageSize
	}
	if s.cfg.Timeout <= 0 {
		s.cfg.Timeout = defaultTimeout
	}
	return nil
}

// setAddresses refuses clear text: the bind would hand the password to the network, and
// domain controllers refuse it anyway (pitfall B17).
func (s *Source) setAddresses() error {
	if (len(s.cfg.URLs) > 0) == (s.cfg.Domain != "") {
		return errors.New("no URL to connect to, or a domain beside them: one of the two is needed")
	}
	for _, text := range s.cfg.URLs {
		address, err := url.Parse(text)
		switch {
		case err != nil:
			return fmt.Errorf("parse URL: %w", err)
		case address.Hostname() == "" || address.User != nil:
			return fmt.Errorf("%q is no address of a directory server; write ldaps://host", text)
		case address.Scheme == "ldaps" && !s.cfg.StartTLS, address.Scheme == "ldap" && s.cfg.StartTLS:
			s.addresses = append(s.addresses, address)
		default:
			return fmt.Errorf("%s is refused: use ldaps:// without StartTLS, or ldap:// with it", text)
		}
	}
	return nil
}

func (s *Source) setScope() error {
	var err error
	if s.base, err = parseDN(s.cfg.BaseDN); err != nil {
		return fmt.Errorf("base DN: %w", err)
	}
	for _, text := range s.cfg.ExcludeDNs {
		dn, err := parseDN(text)
		if err != nil {
			return fmt.Errorf("excluded DN: %w", err)
		}
		s.excluded = append(s.excluded, composed(dn))
	}
	for _, text := range s.cfg.Sentinels {
		if _, err := parseDN(text); err != nil {
			return fmt.Errorf("sentinel %q: %w", text, err)
		}
	}
	for _, text := range slices.Concat(s.cfg.Groups, s.cfg.ProtectGroups, s.cfg.LabelGroups) {
		if _, err := parseDN(text); err != nil {
			return fmt.Errorf("group %q: %w", text, err)
		}
	}
	s.filter = filter(strings.TrimSpace(s.cfg.Filter))
	if s.filter == "" && s.profile != nil {
		s.filter = s.profile.people()
	}
	packet, err := ldap.CompileFilter(string(s.filter))
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	s.filterAttributes = attributesOf(packet)
	s.scope = s.fingerprint(packet)
	return nil
}

// checkLogin refuses what would become an anonymous or unauthenticated bind, which succeeds
// and shows less of the directory (pitfall A15, RFC 4513 §5.1.2).
func checkLogin(cfg Config) error {
	if cfg.External {
		return checkExternal(cfg)
	}
	if strings.TrimSpace(cfg.BindDN) == "" || cfg.BindPassword.IsEmpty() {
		return errors.New("the bind account needs a name and a password: an anonymous reader sees a part of the directory only")
	}
	return nil
}

// checkExternal: with TLS from the start, Active Directory takes the certificate for the login by
// itself, and refuses a bind (MS-ADTS 5.1.1.2).
func checkExternal(cfg Config) error {
	switch {
	case cfg.Certificate == nil || cfg.Certificate.Leaf == nil:
		return errors.New("a login with a client certificate needs one")
	case !cfg.BindPassword.IsEmpty():
		return errors.New("a login with a client certificate takes no password")
	case cfg.Profile == ActiveDirectory && !cfg.StartTLS:
		return errors.New("profile active-directory takes a login with a client certificate after StartTLS only")
	}
	return nil
}
