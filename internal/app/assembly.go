package app

import (
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// Assembly holds the parts that a configuration makes, before any connection.
type Assembly struct {
	*settings
	sources  []*ldapsource.Source
	client   *threema.Client
	progress func(what string, done, total int)
}

// assemble makes the parts. memory counts every request of the client before it is sent, and
// onRequest hears of each.
func (i Installation) assemble(s *settings, memory meter, onRequest func(string, int, time.Duration)) (*Assembly, error) {
	a := &Assembly{settings: s, progress: i.Progress}
	if s.offset != 0 {
		a.logger.Warn("the clock of this program is shifted for a test", "offset", s.offset)
	}
	for n, source := range s.Sources {
		made, err := a.source(n, source, memory)
		if err != nil {
			return nil, &ConfigError{err}
		}
		a.sources = append(a.sources, made)
	}
	proxy := ""
	if s.Threema.Proxy != nil {
		proxy = s.Threema.Proxy.String()
	}
	var err error
	a.client, err = threema.New(threema.Config{
		BaseURL: s.Threema.BaseURL, APIKey: s.apiKey, Roots: s.roots, Proxy: proxy,
		Timeout: s.Threema.Timeout, UserAgent: "threema-dirsync/" + i.Version,
	}, threema.Options{Quota: memory, PageSizes: memory, OnRequest: onRequest, Progress: a.progress, Tolerated: tolerated(a.logger)})
	if err != nil {
		return nil, &ConfigError{err}
	}
	return a, nil
}

// tolerated warns once of each thing that is not as the contract has it.
func tolerated(logger *slog.Logger) func(string) {
	var warned sync.Map
	return func(what string) {
		if _, before := warned.LoadOrStore(what, true); !before {
			logger.Warn("an answer of the service is not as its contract has it, and was understood all the same", "what", what)
		}
	}
}

func (a *Assembly) source(n int, cfg config.Source, lockout ldapsource.Lockout) (*ldapsource.Source, error) {
	protectGroups, _ := a.GroupsOf(n, a.Protect.Groups)
	labelGroups, otherGroups := a.GroupsOf(n, a.mapper.Groups())
	login := a.logins[n]
	return ldapsource.New(ldapsource.Config{
		Name: cfg.Name, Profile: cfg.Profile, URLs: cfg.URLs, Domain: cfg.Domain, Site: cfg.Site, StartTLS: cfg.StartTLS, Roots: login.roots,
		BindDN: cfg.BindDN, BindPassword: login.password, Certificate: login.certificate, External: cfg.Bind == config.BindExternal,
		BaseDN: cfg.BaseDN, Filter: cfg.Filter, Others: a.others(n),
		Groups: cfg.Groups, ProtectGroups: protectGroups, LabelGroups: labelGroups, OtherGroups: otherGroups, ExcludeDNs: cfg.ExcludeDNs, Sentinels: cfg.Sentinels,
		PageSize: cfg.PageSize, Timeout: cfg.Timeout, IDAttribute: cfg.IDAttribute, Account: accountRules(cfg.Account),
		Attributes: a.mapper.Attributes(), MappingFingerprint: a.mapper.Fingerprint(),
	}, ldapsource.Options{
		Logger:   a.logger,
		Progress: func(entries int) { a.progress("read "+cfg.Name, entries, 0) },
		Lockout:  lockout,
	})
}

// others are what all sources but one read.
func (a *Assembly) others(than int) []ldapsource.Part {
	var parts []ldapsource.Part
	for n, s := range a.Sources {
		if n != than {
			parts = append(parts, ldapsource.Part{Source: s.Name, BaseDN: s.BaseDN})
		}
	}
	return parts
}

func accountRules(a config.Account) ldapsource.AccountRules {
	return ldapsource.AccountRules{
		DisabledAttribute: a.Disabled.Attribute, DisabledValues: a.Disabled.Values, EnabledValues: a.Disabled.Enabled,
		ExpiryAttribute: a.Expires.Attribute, ExpiryFormat: a.Expires.Format,
		StartAttribute: a.Starts.Attribute, StartFormat: a.Starts.Format,
	}
}

// Now is the time by the clock of the program.
func (a *Assembly) Now() time.Time { return a.now() }

// Advance moves that clock on, as the demo does.
func (a *Assembly) Advance(by time.Duration) { a.offset += by }

// Offset is how far it is ahead.
func (a *Assembly) Offset() time.Duration { return a.offset }

// Planner joins the parts that only look. A mode overrules that of the configuration, "" does not.
func (a *Assembly) Planner(memory dirsync.Memory, mode model.Mode) dirsync.Planner {
	planner := dirsync.Planner{
		Mapper: a.mapper, Package: a.client, Memory: memory, Policy: a.Decisions(),
		Stop: func() string { return StopReason(a.Config) }, StopFile: a.StopFile(), NoHandover: func() string { return handoverTrouble(a.Config, a.files.Owners) }, Now: a.now, Logger: a.logger,
	}
	if mode != "" {
		planner.Policy.Mode = mode
	}
	for _, s := range a.sources {
		planner.Sources = append(planner.Sources, s)
	}
	return planner
}

// Pass joins everything.
func (a *Assembly) Pass(l *ledger.Ledger) *dirsync.Pass {
	return &dirsync.Pass{
		Planner:  a.Planner(l, ""),
		Ledger:   l,
		Handover: handoverOf(a.Config, a.files),
		NewPassword: func() (secret.Value, error) {
			return handover.NewPassword(rand.Reader, a.Credentials.PasswordLength)
		},
		Retention: a.Leavers.Retention,
		Progress:  a.progress,
	}
}
