package doctor

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// Doctor has what a pass would use. All of it is set but Handover and Memory.
type Doctor struct {
	Config     *config.Config
	ConfigFile string
	Files      config.Files
	Sources    []Source // in the order of the configuration
	Mapper     Mapper
	Package    Package
	Handover   Handover // nil: passwords are handed over to no file
	Memory     Memory   // nil: it cannot be used, and Lost says why
	Lost       error
	Stop       string // why nothing may be taken from anybody now, "" if it may
	Now        func() time.Time
}

// Source is a directory that looks at itself. tracked is whom the ledger knows of it; the judges are asked about
// the people who were read.
type Source interface {
	Name() string
	Check(ctx context.Context, tracked []model.Tracked, judges ...func([]model.Person) ldapsource.Finding) []ldapsource.Finding
	// CheckAgain also tries a password once more that was refused before.
	CheckAgain(ctx context.Context, tracked []model.Tracked, judges ...func([]model.Person) ldapsource.Finding) []ldapsource.Finding
	// Read takes one complete snapshot.
	Read(ctx context.Context, tracked []model.Tracked) (model.Snapshot, error)
}

// Mapper makes identities of people.
type Mapper interface {
	Map(model.Person) model.Identity
	Groups() []string // those that the templates ask for
}

// Package is the licence package.
type Package interface {
	Subscription(context.Context) (model.Subscription, error)
	Clock() model.ServiceClock
	TryLists(context.Context) []threema.Trial
	Inventory(context.Context) (model.Inventory, error)
}

// Handover is the file that takes new passwords.
type Handover interface {
	Check() error
	Target() (handover.Receipt, error)
	Waiting() ([]handover.Waiting, error)
}

// Memory is what the ledger tells.
type Memory interface {
	State(context.Context) (model.State, error)
	Budget(context.Context) (model.Budget, error)
	LastReport(context.Context) (json.RawMessage, error)
}

// Findings looks at everything, in the order in which a pass would stumble. tryLogin tries a password once
// more that a directory refused before. Its error means that the memory could not be read.
func (d Doctor) Findings(ctx context.Context, tryLogin bool) ([]Finding, error) {
	var state model.State
	if d.Memory != nil {
		var err error
		if state, err = d.Memory.State(ctx); err != nil {
			return nil, err
		}
	}
	sources, shown := d.checkSources(ctx, state, tryLogin)
	findings := slices.Concat(d.checkFiles(), d.checkDoubts(), d.checkHandover(), d.checkChoices(), sources)
	pkg := d.checkPackage(ctx)
	findings = append(findings, pkg...)
	if d.Memory == nil {
		return findings, nil
	}
	findings = append(findings, d.checkTogether(ctx, state, shown, pkg)...)
	remembered, err := d.checkMemory(ctx)
	return append(findings, remembered...), err
}
