package main

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"os/user"
	"strconv"
	"sync"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// assembly holds the parts that a configuration makes, before any connection.
type assembly struct {
	config   *config.Config
	files    config.Files
	mapper   *mapping.Mapper
	sources  []*ldapsource.Source
	client   *threema.Client
	now      func() time.Time
	logger   *slog.Logger
	progress *progress
}

// settings is a configuration with everything that can be checked without a connection:
// templates, secrets, authorities, modes and owners of files.
type settings struct {
	*config.Config
	mapper *mapping.Mapper
	apiKey secret.Value
	roots  *x509.CertPool // of the Work API; nil: those of the system
	logins []login        // by source
	files  config.Files
	owner  owner
	offset time.Duration
}

// load reads the configuration and its secrets, then gives up root. All its errors are
// configuration errors.
func (p *program) load() (*settings, error) {
	s, err := p.settle()
	if err != nil {
		return nil, err
	}
	if err := usable(s.Config); err != nil {
		return nil, configError(err)
	}
	return s, nil
}

// settle is load without a look at the state folder.
func (p *program) settle() (*settings, error) {
	s, err := p.readSettings()
	if err != nil {
		return nil, configError(err)
	}
	uid := os.Geteuid()
	if err := s.owner.become(s.StateDir); err != nil {
		return nil, configError(err)
	}
	s.files.GaveUpRoot = os.Geteuid() != uid
	return s, nil
}

// readSettings lists every mistake of the file and of what it names, with its line: whoever fixes one at a
// time runs the program once for each.
func (p *program) readSettings() (*settings, error) {
	draft, err := config.LoadDraft(p.configFile, p.Getenv)
	if err != nil {
		return nil, err
	}
	s := &settings{Config: draft.Config}
	s.mapper = draftMapper(draft)
	draftLayout(draft)
	if draft.Sound("state_dir") {
		s.owner, err = ownerOf(s.StateDir, user.Lookup)
		draft.Add("state_dir", whereMissing(err, s.StateDir))
	}
	if draft.Sound("threema.base_url") {
		s.offset, err = config.TestOffset(s.Config, p.Getenv)
		draft.Add("", err)
		draft.Add("", config.CheckProxy(s.Config, p.Getenv))
	}
	s.files = config.NewFiles(p.Getenv, s.owner.uid)
	if draft.Sound("threema.api_key_file") {
		s.apiKey, err = s.files.ReadSecret(s.Threema.APIKeyFile)
		draft.Add("threema.api_key_file", err)
	}
	s.roots = draftPool(draft, "threema.ca_file", s.files, s.Threema.CAFile)
	for n, source := range s.Sources {
		at := "sources[" + strconv.Itoa(n) + "]"
		l := draftLogin(draft, at, s.files, source)
		l.roots = draftPool(draft, at+".ca_file", s.files, source.CAFile)
		s.logins = append(s.logins, l)
	}
	return s, draft.Err()
}

// assemble makes the parts. memory counts every request of the client before it is sent, and
// onRequest hears of each.
func (p *program) assemble(s *settings, memory meter, onRequest func(string, int, time.Duration)) (*assembly, error) {
	a := &assembly{config: s.Config, files: s.files, mapper: s.mapper, now: s.now(), logger: p.logger(s.Config), progress: p.progress}
	if s.offset != 0 {
		a.logger.Warn("the clock of this program is shifted for a test", "offset", s.offset)
	}
	for n, source := range s.Sources {
		made, err := a.source(n, source, s, memory)
		if err != nil {
			return nil, configError(err)
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
		Timeout: s.Threema.Timeout, UserAgent: "threema-dirsync/" + versionText(),
	}, threema.Options{Quota: memory, PageSizes: memory, OnRequest: onRequest, Progress: a.progress.show, Tolerated: tolerated(a.logger)})
	if err != nil {
		return nil, configError(err)
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

// now is the program's clock. It follows the offset, which the demo moves as it goes.
func (s *settings) now() func() time.Time {
	return func() time.Time { return time.Now().Add(s.offset) }
}

func (a *assembly) source(n int, cfg config.Source, s *settings, lockout ldapsource.Lockout) (*ldapsource.Source, error) {
	protectGroups, _ := a.config.GroupsOf(n, a.config.Protect.Groups)
	labelGroups, otherGroups := a.config.GroupsOf(n, a.mapper.Groups())
	login := s.logins[n]
	return ldapsource.New(ldapsource.Config{
		Name: cfg.Name, Profile: cfg.Profile, URLs: cfg.URLs, Domain: cfg.Domain, Site: cfg.Site, StartTLS: cfg.StartTLS, Roots: login.roots,
		BindDN: cfg.BindDN, BindPassword: login.password, Certificate: login.certificate, External: cfg.Bind == config.BindExternal,
		BaseDN: cfg.BaseDN, Filter: cfg.Filter, Others: a.others(n),
		Groups: cfg.Groups, ProtectGroups: protectGroups, LabelGroups: labelGroups, OtherGroups: otherGroups, ExcludeDNs: cfg.ExcludeDNs, Sentinels: cfg.Sentinels,
		PageSize: cfg.PageSize, Timeout: cfg.Timeout, IDAttribute: cfg.IDAttribute, Account: accountRules(cfg.Account),
		Attributes: a.mapper.Attributes(), MappingFingerprint: a.mapper.Fingerprint(),
	}, ldapsource.Options{
		Logger:   a.logger,
		Progress: func(entries int) { a.progress.show("read "+cfg.Name, entries, 0) },
		Lockout:  lockout,
	})
}

// others are what all sources but one read.
func (a *assembly) others(than int) []ldapsource.Part {
	var parts []ldapsource.Part
	for n, s := range a.config.Sources {
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

// planner joins the parts that only look.
func (a *assembly) planner(memory dirsync.Memory, mode plan.Mode) dirsync.Planner {
	planner := dirsync.Planner{
		Mapper: a.mapper, Package: a.client, Memory: memory, Policy: a.config.Decisions(),
		Stop: func() string { return stopReason(a.config) }, StopFile: a.config.StopFile(), Now: a.now, Logger: a.logger,
	}
	if mode != "" {
		planner.Policy.Mode = mode
	}
	for _, s := range a.sources {
		planner.Sources = append(planner.Sources, s)
	}
	return planner
}

// pass joins everything.
func (a *assembly) pass(l *ledger.Ledger) *dirsync.Pass {
	return &dirsync.Pass{
		Planner:  a.planner(l, ""),
		Ledger:   l,
		Handover: handoverOf(a.config, a.files),
		NewPassword: func() (secret.Value, error) {
			return handover.NewPassword(rand.Reader, a.config.Credentials.PasswordLength)
		},
		Retention: a.config.Leavers.Retention,
		Progress:  a.progress.show,
	}
}

func ledgerOptions(cfg *config.Config, now func() time.Time, logger *slog.Logger) ledger.Options {
	return ledger.Options{Now: now, DailyRequests: cfg.Threema.DailyRequests, Logger: logger}
}

// openLedger opens the ledger for passes, and records there that the clock is shifted, if it is.
func openLedger(ctx context.Context, s *settings, logger *slog.Logger) (*ledger.Ledger, error) {
	l, err := ledger.Open(ctx, s.LedgerFile(), ledgerOptions(s.Config, s.now(), logger))
	if err != nil || s.offset == 0 {
		return l, err
	}
	if err := l.ClockShifted(ctx, s.offset); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
