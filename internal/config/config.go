package config

import (
	"net/url"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Config is the whole configuration. A Config that Parse returned keeps every rule of this
// package: enums hold a known value (what another package knows has the type and the list of that package, so
// that no value is known on one side only), file names are absolute, durations are not negative.
type Config struct {
	Policy      model.Mode     `yaml:"policy"`
	Schedule    Schedule       `yaml:"schedule"`
	TimeZone    *time.Location `yaml:"time_zone"` // of Schedule; never nil
	Poll        time.Duration  `yaml:"poll"`      // 0: never
	StateDir    string         `yaml:"state_dir"`
	Sources     []Source       `yaml:"sources"`
	Threema     Threema        `yaml:"threema"`
	Mapping     Mapping        `yaml:"mapping"`
	Adopt       Adopt          `yaml:"adopt"`
	Credentials Credentials    `yaml:"credentials"`
	Handover    Handover       `yaml:"handover"`
	Contacts    Contacts       `yaml:"contacts"`
	Leavers     Leavers        `yaml:"leavers"`
	Protect     Protect        `yaml:"protect"`
	Limits      Limits         `yaml:"limits"`
	Metrics     Metrics        `yaml:"metrics"`
	Log         Log            `yaml:"log"`
}

// NextRun returns the first time after the given one at which a pass is due.
func (c *Config) NextRun(after time.Time) time.Time {
	return c.Schedule.Next(after.In(c.TimeZone))
}

// SourceNames are the names of the sources, in their order.
func (c *Config) SourceNames() []string {
	var names []string
	for _, s := range c.Sources {
		names = append(names, s.Name)
	}
	return names
}

// Source is one directory and the part of it that counts.
type Source struct {
	Name             string             `yaml:"name"`
	Profile          ldapsource.Profile `yaml:"profile"`
	URLs             []string           `yaml:"urls"`   // all ldaps, or all ldap and StartTLS set
	Domain           string             `yaml:"domain"` // instead of URLs: the servers that DNS knows for it
	Site             string             `yaml:"site"`   // of Active Directory: its servers come first
	StartTLS         bool               `yaml:"start_tls"`
	CAFile           string             `yaml:"ca_file"` // "" = the CAs of the system
	Bind             BindMethod         `yaml:"bind"`
	BindDN           string             `yaml:"bind_dn"` // a DN; with Active Directory also a UPN or DOMAIN\user
	BindPasswordFile string             `yaml:"bind_password_file"`
	ClientCertFile   string             `yaml:"client_cert_file"` // "" = no certificate is shown to the servers
	ClientKeyFile    string             `yaml:"client_key_file"`
	BaseDN           string             `yaml:"base_dn"`
	Filter           string             `yaml:"filter"`       // "" = from the profile
	IDAttribute      string             `yaml:"id_attribute"` // "" = from the profile
	Account          Account            `yaml:"account"`      // of the profile custom
	Groups           []string           `yaml:"groups"`       // DNs; none: everybody in scope is entitled
	ExcludeDNs       []string           `yaml:"exclude_dns"`  // people here and below are held (design §5.2)
	Sentinels        []string           `yaml:"sentinels"`    // DNs; one that is not seen: nobody departs
	PageSize         int                `yaml:"page_size"`    // entries per search request
	Timeout          time.Duration      `yaml:"timeout"`      // of one whole read
}

// BindMethod is how the program logs in.
type BindMethod string

// The ways to log in.
const (
	BindSimple   BindMethod = "simple"   // name and password
	BindExternal BindMethod = "external" // the client certificate
)

// Account says how a directory of the profile custom tells that somebody left.
type Account struct {
	Disabled AccountDisabled `yaml:"disabled"`
	Expires  AccountExpires  `yaml:"expires"`
	Starts   AccountStarts   `yaml:"starts"`
}

// AccountDisabled is the rule for an account that is switched off. A value that is in neither list
// is unknown, and holds the person.
type AccountDisabled struct {
	Attribute string   `yaml:"attribute"` // "" = no such rule
	Values    []string `yaml:"values"`    // switched off
	Enabled   []string `yaml:"enabled"`   // switched on, as is an account without the attribute
}

// AccountExpires is the rule for an account with an end date.
type AccountExpires struct {
	Attribute string                `yaml:"attribute"` // "" = no such rule
	Format    ldapsource.TimeFormat `yaml:"format"`
}

// AccountStarts is the rule for an account that has a begin date. Before it nobody is entitled yet.
type AccountStarts struct {
	Attribute string                `yaml:"attribute"` // "" = no such rule
	Format    ldapsource.TimeFormat `yaml:"format"`
}

// Threema says where the Work API is and how much of it may be used.
type Threema struct {
	BaseURL       *url.URL      `yaml:"base_url"` // no trailing slash; https, or http to loopback
	APIKeyFile    string        `yaml:"api_key_file"`
	CAFile        string        `yaml:"ca_file"`        // "" = the CAs of the system
	Proxy         *url.URL      `yaml:"proxy"`          // nil = as the environment says
	Timeout       time.Duration `yaml:"timeout"`        // of one request
	DailyRequests int           `yaml:"daily_requests"` // per rolling 24 h; 0 = no limit (D-61)
	ChunkSize     int           `yaml:"chunk_size"`     // credentials per bulk request
}

// Mapping holds the templates that turn attributes into an identity. Package sync/mapping
// checks their text. The ones after Username are opt-in: "" means not owned (D-64).
type Mapping struct {
	CSI         string `yaml:"csi"`
	FirstName   string `yaml:"first_name"`
	LastName    string `yaml:"last_name"`
	Username    string `yaml:"username"`
	Nickname    string `yaml:"nickname"`
	JobTitle    string `yaml:"job_title"`
	Department  string `yaml:"department"`
	Category    string `yaml:"category"`
	LinkedEmail string `yaml:"linked_email"`
	LinkedPhone string `yaml:"linked_phone"`
	// PhoneCountry is where the numbers of LinkedPhone are dialled that do not name their country.
	PhoneCountry string `yaml:"phone_country"`
}

// Adopt widens what counts as a match with a credential that already exists (design §5.5).
type Adopt struct {
	Username bool     `yaml:"username"` // match by exact username too
	Personal []string `yaml:"personal"` // ids of credentials that are personal in spite of usage > 1
}

// Credentials says how new credentials are made.
type Credentials struct {
	Hash           bool `yaml:"hash"` // D-44
	Lock           bool `yaml:"lock"` // D-43
	PasswordLength int  `yaml:"password_length"`
	Recreate       bool `yaml:"recreate"` // make anew what was withdrawn by hand (design §5.10)
}

// Contacts says what happens to the contact list of the package.
type Contacts struct {
	Publish bool `yaml:"publish"`
}

// Leavers says what happens to people who left (design §5.6).
type Leavers struct {
	AppAccess   AppAccess            `yaml:"app_access"`
	ID          model.IDPolicy       `yaml:"id"`
	NeverRevoke []string             `yaml:"never_revoke"` // csis; with ID revoke, theirs is detached instead
	Evidence    []model.EvidenceKind `yaml:"evidence"`     // the kinds that count, at least one
	Confirm     Confirm              `yaml:"confirm"`
	Grace       Grace                `yaml:"grace"`
	Approval    model.Approval       `yaml:"approval"`
	// Retention is how long the memory of people stays of whom nothing is ours any more (D-67).
	Retention time.Duration `yaml:"retention"`
}

// AppAccess answers: may a leaver go on using the app?
type AppAccess string

// The answers for the app.
const (
	AppWithdraw AppAccess = "withdraw"
	AppKeep     AppAccess = "keep"
)

// Confirm is the proof that weak evidence needs before somebody counts as a leaver.
type Confirm struct {
	Reads int           `yaml:"reads"` // complete snapshots, at least 1
	Over  time.Duration `yaml:"over"`  // between the first and the last of them, at least
	// MaxGap is how long two of them may be apart; 0: three times what is usual, at least 48 hours.
	MaxGap time.Duration `yaml:"max_gap"`
}

// Grace is the wait before each step.
type Grace struct {
	Withdraw time.Duration `yaml:"withdraw"` // from the confirmation
	ID       time.Duration `yaml:"id"`       // from the withdrawal
}

// Protect names people of whom nothing is taken without an approval.
type Protect struct {
	Groups []string `yaml:"groups"` // DNs; their members, nested or not, in any source
	CSI    []string `yaml:"csi"`
}

// Limits are the tripwires of design §5.11. Each window counts people, per class and source.
type Limits struct {
	Leavers LeaverLimits `yaml:"leavers"`
	Creates RunLimit     `yaml:"creates"`
	Changes RunLimit     `yaml:"changes"`
	Held    HeldLimit    `yaml:"held"`
}

// HeldLimit allows the larger of the two.
type HeldLimit struct {
	Count   int `yaml:"count"`   // people
	Percent int `yaml:"percent"` // of those of the source who are entitled or ours, 0 to 100
}

// LeaverLimits are the three windows for leavers.
type LeaverLimits struct {
	Run  Window `yaml:"run"`
	Day  Window `yaml:"day"`
	Week Window `yaml:"week"`
}

// RunLimit is the window of one pass.
type RunLimit struct {
	Run Window `yaml:"run"`
}

// Window allows the smaller of the two.
type Window struct {
	Count   int `yaml:"count"`   // people; 0 = nobody
	Percent int `yaml:"percent"` // of the people of the source who were managed when the window began, 0 to 50
}

// Metrics says where the daemon serves /metrics and /healthz.
type Metrics struct {
	Listen string `yaml:"listen"` // host:port; "" = off
}

// Log says how much is logged, and in which form.
type Log struct {
	Level  LogLevel  `yaml:"level"`
	Format LogFormat `yaml:"format"`
}
